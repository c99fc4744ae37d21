"""From one buildspec, the same once for each strategy, changed where it builds and pushes alone."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
