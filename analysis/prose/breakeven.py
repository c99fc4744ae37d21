"""What a grid says of break-even, in words: measured, predicted, and how far they are apart."""

from typing import Any

import pandas as pd

from analysis.languages import translate_value
from analysis.measures import summarise_validation
from analysis.measures.seconds import ERROR, SERIES, compare_links, summarise_errors
from analysis.prose.template import say, tell
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


def say_errors(checked: pd.DataFrame) -> str:
    """How far predictions are off, of check_break_even's rows, in one sentence."""
    facts = summarise_errors(checked) if len(checked) else None
    return say("breakeven.off", **facts) if facts else say("breakeven.no_error")


def say_validation(checked: pd.DataFrame) -> list[str]:
    """Sentences on validate_model's rows: one a way of leaving out."""
    if checked.empty:
        return [say("model.unchecked")]
    whole = summarise_validation(checked).query("context == 'all'")
    return [say(f"model.by_{row['left_out']}", **row) for row in list_records(whole)]


def _say_series(rows: pd.DataFrame, scenario: str) -> str:
    """What was measured over one link with one strategy, and what was predicted for it."""
    first = rows.iloc[0]
    facts = {
        "link": first["link"],
        "strategy": first["strategy"],
        "scenario": scenario,
        "predicted": _say_predicted(list_records(rows)[0]),
    }
    if pd.isna(first["measured"]):
        reasons = tell("; ").join(map(translate_value, rows["reason"].dropna().unique()))
        return say("breakeven.unmeasured", reasons=reasons, **facts)
    ends = (first["measured_low"], first["measured_high"])
    interval = say("breakeven.interval", ends=ends) if pd.notna(ends[0]) else ""
    works = [f"{work:.1f}" for work in rows["work"].dropna()]
    measured, n = first["measured"], rows["n"].sum()
    return say("breakeven.measured", measured=measured, interval=interval, n=n, works=works,
               **facts)  # fmt: skip


def _say_predicted(row: dict[str, Any]) -> str:
    """`; a model … said 21.0 s (90 % interval 18.0 to 24.0 s), 1.1 s less`; '' for nothing."""
    if pd.isna(row["predicted"]):
        return ""
    ends = (row["predicted_low"], row["predicted_high"])
    error = "" if pd.isna(row["error"]) else say("breakeven.error", **row)
    return say("breakeven.predicted", ends=ends, off=error, predicted=row["predicted"])
