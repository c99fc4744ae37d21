"""The few numbers in which an A/A test and a simulation of verdicts end."""

import pandas as pd

from analysis.words import FASTER, SLOWER

_TOLD = (FASTER, SLOWER)
# from so many rounds on verdicts are to be trusted
_MANY_ROUNDS = 6


def summarise_aa(table: pd.DataFrame) -> dict[str, float]:
    """number, rounds (the fewest), wrong, missed, widest (s): of comparisons that tell; or {}.

    wrong: verdicts that tell a difference; missed: intervals without the true one of 0.
    """
    told = table.dropna(subset=["low"])
    if told.empty:
        return {}
    return {
        "number": len(told),
        "rounds": int(told["n"].min()),
        "wrong": int(told["verdict"].isin(_TOLD).sum()),
        "missed": int((~told["low"].le(0) | ~told["high"].ge(0)).sum()),
        "widest": told["difference"].abs().max(),
    }


def summarise_simulation(table: pd.DataFrame) -> dict[str, float]:
    """experiments, rounds (the most) and the worst shares: holds, all_rounds, wrong, told.

    told_later: that of the settings with _MANY_ROUNDS or more.
    """
    return {
        "experiments": table["experiments"].sum(),
        "rounds": table["rounds"].max(),
        "holds": table["interval holds"].min(),
        "all_rounds": table["of all rounds"].min(),
        "wrong": table["wrong"].max(),
        "told": table["told"].min(),
        "told_later": table.loc[table["rounds"] >= _MANY_ROUNDS, "told"].min(),
    }


def long_rounds(runs: pd.DataFrame, longest: pd.Timedelta) -> dict[int, float]:
    """Round -> hours from its first build to its last, of rounds that are longer than `longest`."""
    started = runs.groupby("round")["started"]
    spans = started.max() - started.min()
    hours = spans[spans > longest].dt.total_seconds() / 3600
    return {int(str(number)): each for number, each in hours.items()}
