"""How far the verdicts can be trusted: an A/A test and a simulation, in words."""

from collections.abc import Iterator

import pandas as pd

from analysis.prose.intervals import say_counted
from analysis.records import KEPT_HOSTS
from analysis.words import FASTER, SLOWER, say_seconds, say_share

TOLD = (FASTER, SLOWER)


def say_control(table: pd.DataFrame) -> str:
    """How many verdicts were wrong, the widest difference, and how often 0 lay in the interval."""
    told = table.dropna(subset=["low"])
    if told.empty:
        return "No strategy was measured under two names often enough."
    wrong, missed = told["verdict"].isin(TOLD), ~told["low"].le(0) | ~told["high"].ge(0)
    widest = told["difference"].abs().max()
    rounds = told["n"].min()
    return (
        f"Of {len(told)} comparisons of a strategy with itself over {rounds} rounds or more, "
        f"wrong verdicts: {say_counted(int(wrong.sum()), len(told), 'comparison')}; 95 % "
        f"intervals that miss the true difference of 0: "
        f"{say_counted(int(missed.sum()), len(told), 'interval')}. The widest difference of "
        f"means was {say_seconds(widest)}."
    )


def say_simulation(table: pd.DataFrame) -> str:
    """The worst of each number over all settings, and of true differences told by 6 rounds on."""
    lucky = table["noise"] == KEPT_HOSTS
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
