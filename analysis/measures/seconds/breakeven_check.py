"""Predicted against measured break-even: a grid of experiments over links and amounts of work.

Predicted is by the model of builds' seconds, fitted to what was recorded over other links:
of the link itself it knows the baseline's cold builds.
"""

from collections.abc import Sequence
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import SettingError
from analysis.measures.compare import (
    compare,
    mark_emulated,
    mean_by_activity,
    pair_rounds,
    pick_comparable,
)
from analysis.measures.model import (
    NOT_RUN,
    BreakEven,
    list_cells,
    name_link,
    predict_break_even,
)
from analysis.measures.seconds.breakeven import share_saved
from analysis.measures.seconds.line_crossing import Crossing, fit_crossing
from analysis.measures.seconds.overheads import busy_map, overhead_map
from analysis.records import Experiment, to_grid
from analysis.rows import list_rows
from analysis.workload import BASELINE, SOURCE, read_link

WORK = "WORK_SECONDS"
SERIES = ["link", "strategy"]
_POINT = {
    "point": "string",
    "link": "string",
    "strategy": "string",
    "asked": "float64",
    "n": "int64",
    "work": "float64",
    "saved": "float64",
    "difference": "float64",
    "low": "float64",
    "high": "float64",
}
_PREDICTED = ("predicted", "predicted_low", "predicted_high")
_MEASURED = ("measured", "measured_low", "measured_high")
ERROR = ("error", "error_low", "error_high")
_PERCENT = ("percent", "percent_low", "percent_high")
_NUMBERS = (*_PREDICTED, "slope", *_MEASURED, *ERROR, *_PERCENT)
COLUMNS = _POINT | dict.fromkeys(_NUMBERS, "float64") | {"reason": "string"}
# busy seconds that are less for all links are not worth a row
_VISIBLE = 0.05


def check_break_even(
    experiments: Sequence[Experiment] | str | PathLike[str],
    baseline: str = BASELINE,
    scenario: str = SOURCE.name,
) -> pd.DataFrame:
    """One row a link, strategy and amount of work: break-even predicted for the link, and measured.

    point (folder), link (with what else the context was asked for), strategy, asked (seconds of
    work that the context was asked for), n, work, saved, difference, low, high (of this point
    alone, as break_even and compare give them), predicted, predicted_low, predicted_high (seconds
    of work, of a model that was not fitted to the link, with its 90 % prediction interval), slope
    (seconds of difference a second of work, over all points of the link), measured, measured_low,
    measured_high (where the line of least squares through all differences paired by round crosses
    0, with its 95 % interval), error, error_low, error_high (predicted less measured, seconds, by
    both intervals), percent, percent_low, percent_high (of measured), reason (why one of them is
    unknown). Both are unknown outside of the work that was run.
    """
    grid = to_grid(experiments, "check_break_even")
    found = [_measure_point(each, baseline, scenario) for each in grid]
    points = pd.concat([points for points, _ in found] or [pd.DataFrame(columns=[*COLUMNS])])
    pairs = pd.concat([pairs for _, pairs in found] or [pd.DataFrame(columns=[*SERIES])])
    points = _add_predictions(points, _list_cells(grid, baseline), scenario, baseline)
    order = sorted(points["link"].unique(), key=_order_link)
    points["link"] = pd.Categorical(points["link"], order)
    points = points.sort_values([*SERIES, "work", "asked"], ignore_index=True)
    judged = [
        _judge_series(rows, pairs[pairs["link"].isin([link]) & pairs["strategy"].isin([strategy])])
        for (link, strategy), rows in points.groupby(SERIES, observed=True)
    ]
    table = pd.concat(judged, ignore_index=True) if judged else points
    return table.reindex(columns=[*COLUMNS]).astype(COLUMNS)


def _measure_point(
    experiment: Experiment, baseline: str, scenario: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(_POINT of each strategy; its differences: SERIES, point, work, difference)."""
    runs, steps = mark_emulated(experiment.runs), experiment.logs.steps
    comparable = pick_comparable(runs)
    tried = runs.loc[runs["expect"].ne("failed") & runs["strategy"].ne(baseline), "strategy"]
    points = pd.DataFrame({"strategy": tried.unique()}, dtype="string")
    for table, columns in (
        (compare(runs, baseline), ["n", "difference", "low", "high"]),
        (share_saved(comparable, steps, baseline), ["work", "saved"]),
    ):
        rows = table.loc[table["scenario"].eq(scenario), ["strategy", *columns]]
        points = points.merge(rows, on="strategy", how="left", validate="1:1")
    points = points.assign(
        point=experiment.folder.name, link=_name_link(experiment), asked=_asked_work(experiment)
    ).fillna({"n": 0})
    pairs = pair_rounds(comparable, baseline, "seconds").dropna(subset=["difference"])
    pairs = pairs.loc[pairs["scenario"].eq(scenario), ["strategy", "difference"]]
    pairs = pairs.merge(points[[*SERIES, "point", "work"]], on="strategy", validate="m:1")
    return points, pairs.dropna(subset=["work"])


def _name_link(experiment: Experiment) -> str:
    """The link of an experiment's runs, with what was asked of the context besides the work."""
    rest = {k: v for k, v in _given_arguments(experiment).items() if k != WORK}
    return " ".join([name_link(experiment), *(f"{k}={v}" for k, v in sorted(rest.items()))])


def _given_arguments(experiment: Experiment) -> dict[str, Any]:
    """The arguments that an experiment says it gave its Dockerfile."""
    arguments = experiment.facts.get("arguments")
    return arguments if isinstance(arguments, dict) else {}


def _asked_work(experiment: Experiment) -> float:
    """The seconds of work that the context was asked for, null when unknown."""
    given: Any = _given_arguments(experiment).get(WORK)
    return float(pd.to_numeric(given, errors="coerce") or np.nan)


def _order_link(name: str) -> tuple[float, int, str]:
    """What sorts links: the fastest first, those of unknown speed last."""
    try:
        link = read_link(name.split(" ")[0])
    except SettingError:
        return 1, 0, name
    return -np.inf if link.bandwidth is None else -link.bandwidth, link.latency, name


def _judge_series(points: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """`points` of one link and strategy with slope, _MEASURED, ERROR, _PERCENT and reason."""
    crossing = fit_crossing(pairs["work"], pairs["difference"])
    reason = _why_unmeasured(crossing, points)
    table = points.assign(slope=crossing.slope if crossing else np.nan)
    if crossing is not None and reason is None:
        half = crossing.half_width(crossing.gradient)
        ends = (crossing.at, crossing.at - half, crossing.at + half)
        table = table.assign(**dict(zip(_MEASURED, ends, strict=True)))
        table = table.assign(**_judge_prediction(points.iloc[0], crossing.at, half))
    reasons = [_join_reasons(_why_unknown_here(row, reason), reason) for row in list_rows(points)]
    return table.assign(reason=pd.Series(reasons, table.index, dtype="object"))


def _why_unmeasured(crossing: Crossing | None, points: pd.DataFrame) -> str | None:
    """Why the differences of a series show no break-even; null when they do."""
    works = points.loc[points["n"].gt(0), "work"].dropna()
    if crossing is None:
        return "fewer than two amounts of work were measured"
    if crossing.slope > 0:
        return "the difference does not fall as the work grows"
    if crossing.at < works.min():
        return f"it pays already at the least work of the grid, {works.min():.1f} s"
    if crossing.at > works.max():
        return f"it does not yet pay at the most work of the grid, {works.max():.1f} s"
    return None


def _why_unknown_here(row: Any, reason: str | None) -> str | None:
    """What else is unknown of a point, where its series has this reason for being unmeasured."""
    if row.n == 0:
        return "no round holds a valid run of both"
    return f"predicted: {NOT_RUN}" if pd.isna(row.predicted) and reason is None else None


def _join_reasons(*reasons: str | None) -> str | None:
    """All that are given as one text, null when none is."""
    return "; ".join(reason for reason in reasons if reason) or None


def _judge_prediction(row: pd.Series, measured: float, half: float) -> dict[str, float]:
    """ERROR and _PERCENT of a series; the halves of both intervals add up by their squares."""
    error = row["predicted"] - measured
    low = error - np.hypot(row["predicted"] - row["predicted_low"], half)
    high = error + np.hypot(row["predicted_high"] - row["predicted"], half)
    errors = dict(zip(ERROR, (error, low, high), strict=True))
    percents = (100 * each / measured for each in errors.values())
    return errors | dict(zip(_PERCENT, percents, strict=True))


def _list_cells(grid: Sequence[Experiment], baseline: str) -> pd.DataFrame:
    """list_cells of a grid, with the `point` and the `series` (link and arguments) of each."""
    tables = [
        list_cells([each], baseline).assign(point=each.folder.name, series=_name_link(each))
        for each in grid
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _add_predictions(
    points: pd.DataFrame, cells: pd.DataFrame, scenario: str, baseline: str
) -> pd.DataFrame:
    """`points` with _PREDICTED, the same for all of a link and strategy."""
    rows = []
    for (link, strategy), own in points.groupby(SERIES, sort=False):
        found = BreakEven()
        if len(cells):
            here = cells["series"].eq(str(link))
            known = cells[~here] if (~here).any() else cells.iloc[:0]
            mine = cells[here & cells["scenario"].eq(scenario)]
            mine = mine[mine["point"].isin(own["point"])]
            found = predict_break_even(known, mine, str(strategy), baseline)
        rows.append((link, strategy, *found))
    table = pd.DataFrame(rows, columns=[*SERIES, *_PREDICTED])
    return points.merge(table, on=SERIES, how="left", validate="m:1")


def busy_by_link(
    experiments: Sequence[Experiment] | str | PathLike[str],
    strategy: str,
    scenario: str = SOURCE.name,
) -> pd.DataFrame:
    """activity, then a column a link: mean busy seconds of a strategy's valid runs, all work.

    What a docker build was busy with (busy_map, which overlaps) and the commands beside it
    (overhead_map). Where a row grows from link to link, a break-even holds for its link alone.
    """
    found = [_list_busy(each, strategy, scenario) for each in to_grid(experiments, "busy_by_link")]
    known = [rows for rows in found if len(rows)]
    if not known:
        return pd.DataFrame({"activity": pd.Series(dtype="string")})
    rows = pd.concat(known)
    means = rows.pivot_table(index="activity", columns="link", values="seconds", sort=False)
    means = means[sorted(means.columns, key=lambda name: _order_link(str(name)))]
    return means[means.ge(_VISIBLE).any(axis=1)].rename_axis(columns=None).reset_index()


def _list_busy(experiment: Experiment, strategy: str, scenario: str) -> pd.DataFrame:
    """link, activity, seconds: means over the valid runs of a strategy in a scenario."""
    runs = pick_comparable(experiment.runs)
    runs = runs[runs["strategy"].eq(strategy) & runs["scenario"].eq(scenario)]
    commands = overhead_map(runs, experiment.logs).query("activity != 'docker build'")
    busy = busy_map(runs, experiment.logs).query("activity != 'no step explains'")
    means = mean_by_activity(pd.concat([commands, busy], ignore_index=True))
    return means[["activity", "seconds"]].assign(link=_name_link(experiment))
