"""Seconds of a build from what its strategy does, and where verdicts turn."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
