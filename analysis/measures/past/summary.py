"""Past builds in few numbers: how many, when, how they ended, what gaps and misses come to."""

import math
from typing import Any

import pandas as pd

from analysis.measures.compare import spread
from analysis.measures.past.overview import as_runs, name_projects
from analysis.measures.past.trends import pick_period
from analysis.past_builds import PastBuilds, takes_history

_PROBLEMS = {"what": "string", "number": "int64", "problem": "string"}


def summarise_builds(history: PastBuilds) -> dict[str, Any]:
    """number, projects, days (first and last, once if one; [] unknown), ends (status -> builds),
    read (builds whose log was read).
    """
    builds = history.builds
    times = builds["started"].dropna()
    days = [times.min(), times.max()] if len(times) else []
    return {
        "number": len(builds),
        "projects": name_projects(builds).unique().tolist(),
        "days": list(dict.fromkeys(f"{each:%Y-%m-%d}" for each in days)),
        "ends": builds["status"].fillna("unknown").value_counts(sort=True).to_dict(),
        "read": int(builds["log"].notna().sum()),
    }


@takes_history
def sum_problems(history: PastBuilds, most: int = 30) -> pd.DataFrame:
    """what, number, problem: those told in the same words once, the most frequent first.

    At most so many rows, and a last one for all others.
    """
    groups = history.problems.groupby("problem", sort=False)["what"]
    table = groups.agg(what=_name_first, number="size").reset_index()
    table = table.sort_values("number", ascending=False, kind="stable", ignore_index=True)
    rest = table["number"].iloc[most:].sum()
    others = pd.DataFrame({"what": ["…"], "number": [rest], "problem": ["other problems"]})
    rows = pd.concat([table.head(most), others[others["number"].gt(0)]], ignore_index=True)
    return rows[["what", "number", "problem"]].astype(_PROBLEMS)


def _name_first(names: pd.Series) -> str:
    """The first of some names, and that there are more."""
    return names.iloc[0] if len(names) == 1 else f"{names.iloc[0]}, …"


def spread_seconds(history: PastBuilds) -> pd.DataFrame:
    """strategy (the project), n, median, low, high: seconds of builds that did not fail."""
    runs = as_runs(history)
    table = spread(runs[runs["valid"]], "seconds", ["strategy"])
    return table[table["n"].gt(0)]


def count_timed(history: PastBuilds) -> tuple[int, float, bool]:
    """(builds with a known start, hours from the first to the last, whether a trend can show)."""
    times = history.builds["started"].dropna()
    hours = (times.max() - times.min()).total_seconds() / 3600 if len(times) else 0.0
    return len(times), hours, len(times) > 1 and pick_period(times) != "build"


def sum_gaps(gaps: pd.DataFrame) -> dict[str, Any]:
    """told, used, unclear (builds), longest (the longest gap with a hit), overlapping (it is
    negative): of a project's rows of hits_over_gap.
    """
    seen = gaps[gaps["used"].gt(0)]
    return {
        "told": int(gaps["builds"].sum()),
        "used": int(gaps["used"].sum()),
        "unclear": int(gaps["unclear"].sum()),
        "longest": seen["gap"].iloc[-1] if len(seen) else None,
        "overlapping": bool(len(seen) and seen["to_minutes"].iloc[-1] <= 0),
    }


def sum_missing(steps: pd.DataFrame) -> dict[str, float | None]:
    """seconds (all that layers ran), could_save (s), share, of missing_steps' rows.

    could_save and share are None where it is not known which build was first.
    """
    told = steps.dropna(subset=["could_save"])
    could, whole = told["could_save"].sum(), told["seconds"].sum()
    return {
        "seconds": steps["seconds"].sum(),
        "could_save": None if told.empty else could,
        "share": None if told.empty else could / whole if whole else math.nan,
    }
