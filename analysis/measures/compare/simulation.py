"""What benchmarks/verdicts.py found: how far verdicts can be trusted, where the truth is known."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from analysis.errors import RecordError
from analysis.shipped import ROOT
from analysis.words import say_share

# the rows of strategies with a pool of kept hosts
LUCK = "kept hosts"
SIMULATED = ROOT / "data" / "simulation.csv"
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


def say_simulation(table: pd.DataFrame) -> str:
    """The worst of each number over all settings, and of true differences told by 6 rounds on."""
    lucky = table["noise"] == LUCK
    return " ".join([say_usual(table[~lucky]), *say_lucky(table[lucky])])


def say_lucky(table: pd.DataFrame) -> Iterator[str]:
    """The same of strategies with a pool of kept hosts, which need more rounds."""
    if len(table):
        yield (
            "With a pool of kept hosts, where luck makes a build quick or slow, the interval holds "
            f"the truth in {say_share(table['interval holds'].min())} or more, and at most "
            f"{say_share(table['wrong'].max())} of the verdicts tell a difference where there is "
            "none; too few builds on an empty host, or on a used one, give neither."
        )


def say_usual(table: pd.DataFrame) -> str:
    """The worst of each number over the settings of other strategies."""
    enough = table[table["rounds"] >= 6]
    return (
        f"In {table['experiments'].sum()} simulated experiments of 3 to {table['rounds'].max()} "
        f"rounds, the 95 % interval holds the truth in {say_share(table['interval holds'].min())} "
        f"or more of the comparisons of each setting ({say_share(table['of all rounds'].min())} or "
        "more if the truth is that of all rounds there could be), and at most "
        f"{say_share(table['wrong'].max())} of the verdicts tell a difference where there is none. "
        f"A true difference of 30 % is told in {say_share(table['told'].min())} or more, from 6 "
        f"rounds on in {say_share(enough['told'].min())} or more."
    )
