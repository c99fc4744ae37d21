"""Tables that come with the package: simulated verdicts, and what logs of other people show."""

from pathlib import Path

import pandas as pd

from analysis.errors import RecordError
from analysis.shipped import HOST_SPEEDS, PUBLIC_LOGS, SIMULATION

_SIMULATED, _PUBLIC = SIMULATION, PUBLIC_LOGS
SIMULATION_SHARES = (
    *("coverage", "there", "false", "false alone", "told", "told slower", "same", "agree"),
    *("fastest 0", "fastest 5", "fastest 10", "fastest 20"),
)
SIMULATION_COLUMNS = ["rounds", "noise", "setting", "experiments"] + [
    column for name in SIMULATION_SHARES for column in (name, f"{name} error")
]


def read_simulation(path: str | Path = _SIMULATED) -> pd.DataFrame:
    """rounds, noise, setting, experiments, then shares, each with its Monte Carlo error.

    A row a setting of benchmarks/simulate_verdicts.py, which says what is shared. RecordError when
    the file is missing or another one.

    >>> analysis.read_simulation().empty
    False
    """
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise RecordError(
            f"{path} can't be read ({error}): python benchmarks/simulate_verdicts.py makes it."
        ) from error
    if list(table.columns) != SIMULATION_COLUMNS:
        raise RecordError(
            f"{path} has other columns: python benchmarks/simulate_verdicts.py makes it anew."
        )
    return table


def read_public_logs(path: str | Path = _PUBLIC) -> pd.DataFrame:
    """agent (codebuild or other), builds, used (a cache of their host), date, source.

    Counts of local_hits in logs that others made public; the logs are not part of this package.

    >>> analysis.read_public_logs().empty
    False
    """
    return pd.read_csv(path, parse_dates=["date"])


def read_elsewhere(path: str | Path = HOST_SPEEDS) -> pd.DataFrame:
    """where, speed, unit, low, high, n (logs), date, source: how fast hosts of others were.

    Read from logs that others made public; the logs are not part of this package.
    """
    return pd.read_csv(path, parse_dates=["date"])
