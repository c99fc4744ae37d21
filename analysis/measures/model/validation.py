"""Predictions of cells whose context, or whose link, no coefficient was fitted to."""

from collections.abc import Sequence
from os import PathLike

import numpy as np
import pandas as pd

from analysis.measures.model.cells import list_cells, name_group
from analysis.measures.model.fitting import (
    find_errors,
    fit_coefficients,
    group_cells,
    spread_errors,
)
from analysis.measures.model.formula import predict_seconds, to_arrays
from analysis.records import Experiment, to_grid
from analysis.workload import BASELINE

COLUMNS = {
    "left_out": "string",
    "context": "string",
    "link": "string",
    "strategy": "string",
    "scenario": "string",
    "n": "int64",
    "seconds": "float64",
    "predicted": "float64",
    "low": "float64",
    "high": "float64",
    "error": "float64",
    "mean": "float64",
    "mean_error": "float64",
    "shifted": "float64",
    "shifted_error": "float64",
}
CONTEXT, LINK = "context", "link"


def validate_model(
    experiments: Sequence[Experiment] | str | PathLike[str], baseline: str = BASELINE
) -> pd.DataFrame:
    """One row a cell and way of leaving it out: predicted by a model that never saw its kind.

    left_out ("context": all experiments of its Dockerfile; "link": all over its link), context,
    link, strategy, scenario, n, seconds (median of n runs), predicted, low, high (90 % interval),
    error (predicted less measured, by measured); mean (of the same strategy and scenario in what
    was not left out), mean_error; shifted (the same and how much longer the baseline's cold build
    took here), shifted_error. Of what is left out a model knows the baseline's cold builds, whose
    cells are no rows, sizes, and which layers a commit leaves as they were. Empty with one alone.
    """
    cells = list_cells(to_grid(experiments, "validate_model"), baseline)
    keys = {CONTEXT: cells["context"].map(name_group), LINK: cells["link"]}
    found = [
        _predict_group(cells, keys[way].eq(group).to_numpy(), way)
        for way in keys
        for group in keys[way].unique()
        if keys[way].nunique() > 1
    ]
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=[*COLUMNS])
    return table[[*COLUMNS]].astype(COLUMNS)


def _predict_group(cells: pd.DataFrame, out: np.ndarray, way: str) -> pd.DataFrame:
    """COLUMNS of the cells that are left out."""
    known, rows = cells[~out].reset_index(drop=True), cells[out & ~cells["known"].to_numpy()]
    values = fit_coefficients(known)
    predicted = predict_seconds(to_arrays(rows), values)
    low, high = spread_errors(find_errors(known, values), group_cells(known))
    keys = ["strategy", "scenario"]
    means = known.groupby(keys)["seconds"].mean().rename("mean")
    table = rows.join(means, on=keys).assign(left_out=way, predicted=predicted)
    base = known.loc[known["known"], "seconds"].mean()
    own = cells[out & cells["known"].to_numpy()].set_index([CONTEXT, LINK])["seconds"]
    here = pd.MultiIndex.from_frame(table[[CONTEXT, LINK]]).map(own.groupby(level=[0, 1]).mean())
    table = table.assign(
        low=predicted * low,
        high=predicted * high,
        shifted=table["mean"] + (np.asarray(here, dtype=float) - base),
    )
    for name, column in (
        ("error", "predicted"),
        ("mean_error", "mean"),
        ("shifted_error", "shifted"),
    ):
        table[name] = table[column] / table["seconds"] - 1
    return table


def summarise_validation(checked: pd.DataFrame, by: str = CONTEXT) -> pd.DataFrame:
    """left_out, `by`, n (medians), error, mean_error, shifted_error (median of the absolute),
    held (share of the intervals that hold what was measured); the last row of each is of all.
    """
    rows = checked.assign(held=checked["seconds"].between(checked["low"], checked["high"]))
    whole = rows.assign(**{by: "all"})
    tables = [
        _sum_errors(group, str(way), str(name), by)
        for part in (rows, whole)
        for (way, name), group in part.groupby(["left_out", by], sort=True)
    ]
    columns = ["left_out", by, "n", "error", "mean_error", "shifted_error", "held"]
    return pd.DataFrame(tables, columns=columns)


def _sum_errors(rows: pd.DataFrame, way: str, name: str, by: str) -> dict[str, object]:
    errors = {each: rows[each].abs().median() for each in ("error", "mean_error", "shifted_error")}
    return {"left_out": way, by: name, "n": len(rows), **errors, "held": rows["held"].mean()}
