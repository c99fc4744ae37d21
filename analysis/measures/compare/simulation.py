"""What benchmarks/verdicts.py found: how far verdicts can be trusted, where the truth is known."""

from pathlib import Path

import pandas as pd

from analysis.errors import RecordError
from analysis.shipped import SIMULATION

# the rows of strategies with a pool of kept hosts
LUCK = "kept hosts"
SIMULATED = SIMULATION
NUMBERS = ("interval holds", "of all rounds", "wrong", "told")
COLUMNS = ["rounds", "noise", "spread", "experiments", *NUMBERS]


def read_simulation(path: str | Path = SIMULATED) -> pd.DataFrame:
    """rounds, noise, spread, experiments, then shares: interval holds, of all rounds, wrong, told.

    A row a setting of the benchmark, which says what is shared. RecordError when the file is
    missing or another one.
    """
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise RecordError(
            f"{path} can't be read ({error}): python benchmarks/verdicts.py makes it."
        ) from error
    if list(table.columns) != COLUMNS:
        raise RecordError(f"{path} has other columns: python benchmarks/verdicts.py makes it anew.")
    return table
