"""Build logs read into frames, whatever they come as: `read_logs`.

reading (sources -> frames) calls batch (named logs -> Arrow tables), which calls transport (stored
bytes -> clean text, by containers and prefixes), reader (text -> agent, builds, steps; legacy, tty
and rawjson follow builds shown in other ways) and frames (rows -> tables).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
