"""The outcome of a control experiment (A/A): strategies against themselves under a second name."""

import pandas as pd

from analysis.measures.compare.comparison import compare
from analysis.measures.compare.intervals import say_counted
from analysis.measures.compare.runs import pick_comparable
from analysis.words import say_seconds

AGAIN = "-again"
TOLD = ("faster", "slower")


def control(runs: pd.DataFrame) -> pd.DataFrame:
    """Each strategy's second name against its first: compare's columns, and `baseline`.

    Only comparable runs of strategies that have both names. Whatever the differences are, they
    are chance: verdicts of faster and slower are wrong ones.
    """
    runs = pick_comparable(runs)
    names = set(runs["strategy"])
    tables = [
        compare(runs[runs["strategy"].isin([name, name + AGAIN])], baseline=name).assign(
            baseline=name
        )
        for name in sorted(names)
        if name + AGAIN in names
    ]
    empty = compare(runs.iloc[:0]).assign(baseline=pd.Series(dtype="string"))
    return pd.concat(tables, ignore_index=True) if tables else empty


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
