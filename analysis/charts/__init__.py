"""Charts: they draw what they are given, and compute nothing.

>>> axes = analysis.charts.verdict_matrix(analysis.compare("data/control"), baseline="docker")
>>> axes.get_title(loc="left") != ""
True
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
