"""Build logs read into frames, whatever they come as: `read_logs`.

reading (sources -> frames) calls transport (stored bytes -> clean text), then reader (text ->
agent, builds, steps; legacy, tty and rawjson follow builds shown in other ways), then frames
(rows -> DataFrames).
"""

from analysis.logs.frames import Logs
from analysis.logs.reading import read_logs

__all__ = ["Logs", "read_logs"]
