"""How fast the hosts of many builds were, a row a speed."""

from typing import Any

import pandas as pd

from analysis.records import UNITS, to_speeds


def host_speeds(builds: Any) -> pd.DataFrame:
    """One row a speed: speed, unit, median, low, high (lowest and highest), n (builds that tell).

    `builds`: an experiment or its folder (its valid runs count), a frame of runs, logs as
    analysis.read_logs takes them, or its frames of logs that are still files. unpack_mbps,
    download_mbps and push_mbps are megabytes of compressed layers a second, of layers of 10 MB
    and more; boot_seconds of a new builder, restart_seconds of an engine, round_trip_seconds to
    the registry, which no log tells. FrameError for a frame without speeds.

    >>> speeds = analysis.measures.host_speeds("data/control").set_index("speed")
    >>> speeds.loc["unpack_mbps", "unit"], bool(speeds.loc["unpack_mbps", "n"] > 20)
    ('MB/s', True)
    """
    table = to_speeds(builds, "host_speeds")
    known = table[table["valid"]].reindex(columns=list(UNITS)).astype("float64")
    found = known.agg(["median", "min", "max", "count"]).T
    return pd.DataFrame(
        {
            "speed": pd.Series(list(UNITS), dtype="string"),
            "unit": pd.Series(list(UNITS.values()), dtype="string"),
            "median": found["median"].to_numpy("float64"),
            "low": found["min"].to_numpy("float64"),
            "high": found["max"].to_numpy("float64"),
            "n": found["count"].to_numpy("int64"),
        }
    )
