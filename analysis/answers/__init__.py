"""The answer as data: what to use, by how much, for which mix, and what would turn it round."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
