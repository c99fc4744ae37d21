"""Docker caching strategies for CodeBuild, compared: builds, readers, measures, charts.

What notebooks use is found here; each name is imported from its room when first asked for, so
that a part of the package costs only what it needs itself.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
