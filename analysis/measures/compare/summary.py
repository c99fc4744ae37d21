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
    """What a simulation ends in: the worst shares over its settings, and what few rounds tell.

    settings, experiments (the fewest), few, rounds (the fewest, the most), low, high (of the
    intervals' coverage), there (the lowest where something is noisy), wrong (the most reports with
    a false difference), fastest (the lowest), and at the usual noise without anything else: told
    (a saving of 20 % in _MANY_ROUNDS), told_few (in the fewest), same (shown in the most).
    """
    plain = table[table["setting"].eq("plain") & table["noise"].eq(table["noise"].max())]
    by_rounds = plain.set_index("rounds")
    return {
        "settings": len(table),
        "experiments": int(table["experiments"].min()),
        "few": int(table["rounds"].min()),
        "rounds": int(table["rounds"].max()),
        "noise": table["noise"].max(),
        "low": table["coverage"].min(),
        "high": table["coverage"].max(),
        "there": table["there"].min(),
        "wrong": table[["false", "false alone"]].max(axis=None),
        "fastest": table[[f"fastest {share}" for share in (0, 5, 10, 20)]].min(axis=None),
        "told_few": by_rounds["told"].get(table["rounds"].min(), float("nan")),
        "told": by_rounds["told"].get(_MANY_ROUNDS, float("nan")),
        "same": by_rounds["same"].get(table["rounds"].max(), float("nan")),
    }


def long_rounds(runs: pd.DataFrame, longest: pd.Timedelta) -> dict[int, float]:
    """Round -> hours from its first build to its last, of rounds that are longer than `longest`."""
    started = runs.groupby("round")["started"]
    spans = started.max() - started.min()
    hours = spans[spans > longest].dt.total_seconds() / 3600
    return {int(str(number)): each for number, each in hours.items()}
