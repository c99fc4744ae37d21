"""Where the minutes of a history go, and whether that changes."""

import math

import numpy as np
import pandas as pd

from analysis.measures.compare import LEVEL
from analysis.measures.past.overview import as_runs, history_hits, name_projects
from analysis.past_builds import ORDER, PastBuilds, takes_history

_MEASURES = ("seconds", "rate")
# a period holds several builds once a history is as long as that, in days
_PERIODS = {"week": 28.0, "day": 4.0}
_TREND = ["project", "measure", "every", "period", "n", "median", "lower", "upper"]
# fewer points than this are no trend
_ENOUGH = 5
# pairs of more points than this take gigabytes
_MOST = 2_000
_DAY = 86_400


@takes_history
def phase_minutes(history: PastBuilds) -> pd.DataFrame:
    """project, phase, n (builds), minutes (of all), median_seconds, share (of the project's).

    In the order of a build. All builds count, failed ones too: their minutes are billed as well.
    """
    projects = pd.Series(name_projects(history.builds).to_numpy(), history.builds["id"])
    known = history.phases.dropna(subset=["seconds"])
    known = known.assign(project=known["id"].map(projects))
    groups = known.groupby(["project", "phase"], sort=False)["seconds"]
    table = groups.agg(n="count", minutes="sum", median_seconds="median").reset_index()
    table["minutes"] /= 60
    whole = table.groupby("project")["minutes"].transform("sum")
    table["share"] = table["minutes"] / whole.where(whole > 0)
    place = {phase: number for number, phase in enumerate(ORDER)}
    return table.sort_values(
        ["project", "phase"],
        key=lambda values: values.map(place) if values.name == "phase" else values,
        ignore_index=True,
    )


@takes_history
def trend(history: PastBuilds, every: str = "") -> pd.DataFrame:
    """Elapsed seconds and layer hit rates over time, a row a project, measure and period.

    project, measure (seconds, rate), every (week, day or build), period (its begin), n, median,
    lower, upper (quartiles). `every` is chosen by how long the history is. Builds that did not
    fail, and whose time is known.
    """
    runs = as_runs(history)
    runs = runs[runs["valid"]].rename(columns={"strategy": "project", "run": "id"})
    rates = runs[["id"]].merge(history_hits(history), on="id")
    values = pd.concat(
        [
            runs.assign(measure="seconds", value=runs["seconds"]),
            rates.assign(measure="rate", value=rates["rate"]),
        ]
    )[["project", "measure", "started", "value"]].dropna()
    every = every or pick_period(values["started"])
    values["period"] = _begin_period(values["started"], every)
    groups = values.groupby(["measure", "project", "period"])["value"]
    columns = {"n": groups.size(), "median": groups.median()}
    columns |= {"lower": groups.quantile(0.25), "upper": groups.quantile(0.75)}
    return pd.DataFrame(columns).reset_index().assign(every=every)[_TREND]


def pick_period(times: pd.Series) -> str:
    """week, day or build: the longest of which the history has several."""
    days = (times.max() - times.min()).total_seconds() / _DAY if len(times) else 0.0
    return next((name for name, least in _PERIODS.items() if days >= least), "build")


def _begin_period(times: pd.Series, every: str) -> pd.Series:
    """The begin of the period of each time: its day, the Monday before, or itself."""
    if every == "build":
        return times
    days = times.dt.floor("D")
    return days - pd.to_timedelta(days.dt.day_of_week, unit="D") if every == "week" else days


@takes_history
def slopes(history: PastBuilds) -> pd.DataFrame:
    """project, measure, n, slope, low, high: change a week, with its 95 % interval.

    The median of the slopes between any two builds: P. K. Sen, Journal of the American
    Statistical Association 63 (1968), 1379-1389. Null with fewer than 5 builds or all at once.
    Of more than 2,000 builds, 2,000 that are spread evenly among them.
    """
    values = trend(history, "build")
    rows = [
        (project, measure, int(group["n"].sum()), *_find_slope(group))
        for (measure, project), group in values.groupby(["measure", "project"], sort=False)
    ]
    return pd.DataFrame(rows, columns=["project", "measure", "n", "slope", "low", "high"])


def _find_slope(values: pd.DataFrame) -> tuple[float, float, float]:
    """(change a week, low, high) of a project's builds."""
    weeks = (values["period"] - values["period"].min()).dt.total_seconds() / (7 * _DAY)
    if len(values) < _ENOUGH or weeks.nunique() < _ENOUGH:
        return math.nan, math.nan, math.nan
    chosen = np.linspace(0, len(values) - 1, min(len(values), _MOST)).round().astype(int)
    values, weeks = values.iloc[chosen], weeks.iloc[chosen]
    # it takes as long to load as all the rest
    from scipy.stats import theilslopes

    found = theilslopes(values["median"], weeks, LEVEL)
    return float(found.slope), float(found.low_slope), float(found.high_slope)
