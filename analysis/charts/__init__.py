"""Charts: they draw what they are given, and compute nothing.

>>> chart = analysis.charts.verdict_matrix(analysis.compare("data/control"), baseline="docker")
>>> chart.title
'Which strategy is faster than docker, and when?'
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
