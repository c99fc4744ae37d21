"""Reads buildspecs, Dockerfiles and what belongs to them, and finds what a cache can't use."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
