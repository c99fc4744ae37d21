"""The strategies by kind of commit, and what exporting a cache costs and saves."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.measures import mean_by_activity
from analysis.measures.compare import EMULATED
from analysis.results import Experiment
from analysis.rows import list_records

_LEAST_EXPORT = 0.05
_COLUMNS = ["scenario", "strategy", "emulated", "n", "difference", "low", "high", "verdict"]


def list_commits(experiment: Experiment, baseline: str) -> list[dict[str, Any]]:
    """A row a kind of commit and strategy: _COLUMNS of compare's, and seconds.

    `seconds` are the mean of the baseline plus the difference; the baseline has a row of its own.
    """
    table = experiment.compare(baseline)
    runs = experiment.comparable
    own = runs[runs["strategy"].str.removesuffix(f" {EMULATED}").eq(baseline)]
    means = own.groupby("scenario")["seconds"].mean().to_dict()
    numbers = own.groupby("scenario")["round"].nunique().to_dict()
    rows: list[dict[str, Any]] = []
    for scenario, group in table.groupby("scenario", sort=False):
        mean, n = means.get(scenario), numbers.get(scenario, 0)
        facts = {"scenario": scenario, "strategy": baseline, "emulated": False, "n": n}
        rows.append(facts | {"seconds": mean, "difference": 0.0})
        rows += [_name_row(row, mean) for row in list_records(group)]
    return rows


def _name_row(row: Mapping[str, Any], mean: float | None) -> dict[str, Any]:
    """One row of compare with its strategy's plain name and its seconds."""
    name = str(row["strategy"])
    known = {key: row[key] for key in _COLUMNS if key in row}
    own = {"strategy": name.removesuffix(f" {EMULATED}"), "emulated": name.endswith(EMULATED)}
    return known | own | {"seconds": None if mean is None else mean + row["difference"]}


def list_exports(
    experiment: Experiment, shares: Mapping[str, float], rows: pd.DataFrame, baseline: str
) -> list[dict[str, Any]]:
    """strategy, emulated, export_seconds, saved_seconds, difference, verdict of a mean build.

    A row a strategy that exports a cache, by the difference: the seconds in which its builds are
    busy exporting, and those of layers' work that the baseline does and it does not.
    """
    if experiment.logs.logs.empty:
        return []
    means = mean_by_activity(experiment.busy_map())
    means["strategy"] = means["strategy"].str.removesuffix(f" {EMULATED}")
    means = means[means["scenario"].isin(list(shares))]
    weighed = means["seconds"] * means["scenario"].map(dict(shares)).astype("float64")
    table = weighed.groupby([means["strategy"], means["activity"]]).sum(min_count=len(shares))
    busy = table.unstack()
    if baseline not in busy.index or "cache export" not in busy:
        return []
    known = rows.set_index("strategy")[["emulated", "difference", "verdict"]]
    found = pd.DataFrame(
        {
            "export_seconds": busy["cache export"],
            "saved_seconds": busy["work"].rsub(busy["work"].get(baseline)),
        }
    ).join(known, how="inner")
    found = found[found["export_seconds"].ge(_LEAST_EXPORT)].sort_values("difference")
    return list_records(found.reset_index(names="strategy"))
