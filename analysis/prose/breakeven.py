"""What a grid says of break-even, in words: measured, predicted, and how far they are apart."""

from typing import Any

import pandas as pd

from analysis.measures.seconds import ERROR, SERIES, compare_links, summarise_errors
from analysis.prose.template import say
from analysis.rows import list_records
from analysis.workload import SOURCE

LISTED = ("link", "strategy", "n", "work", "difference", "predicted", "measured", *ERROR, "percent")


def list_predictions(checked: pd.DataFrame) -> pd.DataFrame:
    """check_break_even's rows in the columns that a reader compares; `reason` if there is any."""
    columns = [*LISTED, *(["reason"] if checked["reason"].notna().any() else [])]
    return checked[columns]


def say_grid(checked: pd.DataFrame, scenario: str = SOURCE.name) -> list[str]:
    """Sentences on check_break_even's rows: each link, then all predictions, then the links."""
    if checked.empty:
        return [say("breakeven.no_grid")]
    series = [_say_series(rows, scenario) for _, rows in checked.groupby(SERIES, sort=False)]
    facts = summarise_errors(checked)
    errors = say("breakeven.errors", **facts) if facts else say("breakeven.no_error")
    links = [
        say("breakeven.links_apart" if row["apart"] else "breakeven.links_alike", **row)
        for row in list_records(compare_links(checked))
    ]
    return [*series, errors, *links]


# the name that it had
say_sweep = say_grid


def _say_series(rows: pd.DataFrame, scenario: str) -> str:
    """What was measured over one link with one strategy, and what was predicted for it."""
    first = rows.iloc[0]
    points = [_say_point(row) for row in list_records(rows.dropna(subset=["predicted"]))]
    facts = {
        "link": first["link"],
        "strategy": first["strategy"],
        "scenario": scenario,
        "predicted": say("breakeven.predicted", points=points) if points else "",
    }
    if pd.isna(first["measured"]):
        reasons = "; ".join(rows["reason"].dropna().unique())
        return say("breakeven.unmeasured", reasons=reasons, **facts)
    ends = (first["measured_low"], first["measured_high"])
    interval = say("breakeven.interval", ends=ends) if pd.notna(ends[0]) else ""
    works = [f"{work:.1f}" for work in rows["work"].dropna()]
    measured, n = first["measured"], rows["n"].sum()
    return say("breakeven.measured", measured=measured, interval=interval, n=n, works=works,
               **facts)  # fmt: skip


def _say_point(row: dict[str, Any]) -> str:
    """`21.0 s from 12.0 s of work (error −1.1 s [−3.0 to 0.8 s, n = 3], −5 %)`."""
    if pd.isna(row["error"]):
        return say("breakeven.point", **row)
    error = (row["error"], row["error_low"], row["error_high"], row["n"])
    return say("breakeven.point_error", **row | {"error": error})
