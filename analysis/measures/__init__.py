"""Measures: frames in, numbers in frames out.

>>> experiment = analysis.read_experiment("data/control")
>>> int(analysis.measures.hits_by_run(experiment)["hits"].max())
6
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
