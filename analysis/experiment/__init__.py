"""Rounds of builds: what they are of, the one loop that runs them, how long they take."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
