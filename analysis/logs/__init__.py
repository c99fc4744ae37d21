"""Build logs read into frames, whatever they come as: `read_logs`.

reading (sources -> frames) calls transport (stored bytes -> clean text), then reader (text ->
agent, builds, steps; legacy, tty and rawjson follow builds shown in other ways), then frames
(rows -> DataFrames).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
