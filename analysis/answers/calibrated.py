"""An answer's rows at the speeds of another host, by the model of the same builds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis import measures, records
from analysis.errors import FrameError
from analysis.measures.compare import EMULATED, MARGIN
from analysis.records import Speeds
from analysis.results import Experiment
from analysis.words import CLOSE, FASTER, SAME, SLOWER, UNTOLD

# of a 90 % interval's half to that of one of 95 %, both of the normal distribution
_WIDER = 1.960 / 1.645
# what more builds would tell was not modelled
_UNKNOWN = ["detectable", "rounds_needed", "commits_needed"]


def find_model(
    experiment: Experiment,
    baseline: str,
    speeds: Speeds | None,
    others: Sequence[records.Experiment] = (),
) -> measures.Model | None:
    """The model of an experiment's builds at these speeds; null where no build tells enough.

    `others` are fitted with it, and tell of conditions that it did not have.
    """
    if experiment.logs.logs.empty or experiment.comparable.empty:
        return None
    try:
        if others:
            return measures.fit_model(experiment, others, baseline, speeds)
        return experiment.model(baseline).calibrate(speeds)
    except FrameError:
        return None


def list_changes(
    model: measures.Model, conditions: measures.Conditions | None = None
) -> pd.DataFrame:
    """strategy, scenario, change, off: what its speeds, or other conditions, change of a build,

    and the change's 95 % error.
    """
    then, now = model.calibrate(None).predict(), model.predict(conditions)
    change = now["seconds"] - then["seconds"]
    names = then["strategy"].str.removesuffix(f" {EMULATED}")
    rows = pd.DataFrame({"strategy": names, "scenario": then["scenario"], "change": change})
    return rows.assign(off=find_off(model) * change.abs())


def find_off(model: measures.Model) -> float:
    """By which share of itself a change that is modelled may be off, in 95 of 100 cases."""
    return _WIDER * max(1 - model.off[0], model.off[1] - 1)


def weigh_changes(changes: pd.DataFrame, shares: Mapping[str, float]) -> pd.DataFrame:
    """Index strategy: change and off of a build of the mix, of those built in all of it."""
    rows = changes[changes["scenario"].isin(list(shares))]
    weights = rows["scenario"].map(dict(shares)).astype("float64")
    weighed = rows[["change", "off"]].mul(weights, axis="index")
    groups = weighed.groupby(rows["strategy"])
    return groups.sum()[groups.size() == len(shares)]


def shift_rows(rows: pd.DataFrame, changes: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """list_strategies' rows with what speeds change; verdicts by the wider intervals.

    `changes`: weigh_changes'. The measured interval and the model's error add up as independent
    errors do.
    """
    own = changes.reindex(rows["strategy"]).set_axis(rows.index)
    base = changes.reindex([baseline]).iloc[0]
    rows = rows.assign(seconds=rows["seconds"] + own["change"])
    start = rows.loc[rows["strategy"].eq(baseline), "seconds"].min()
    shift = own["change"] - base["change"]
    error = np.hypot(own["off"], base["off"])
    difference = rows["difference"] + shift
    low, high = (np.hypot(rows["difference"] - rows[end], error) for end in ("low", "high"))
    rows = rows.assign(difference=difference, low=difference - low, high=difference + high)
    is_base = rows["strategy"].eq(baseline)
    verdicts = rows["verdict"].mask(~is_base, _judge(rows, start))
    rows = rows.assign(verdict=verdicts, **dict.fromkeys(_UNKNOWN, np.nan))
    return rows.sort_values("seconds", kind="stable", ignore_index=True)


def _judge(rows: pd.DataFrame, start: float) -> pd.Series:
    """Verdicts by intervals alone: `start` are the baseline's seconds."""
    same = rows["low"].ge(-MARGIN * start) & rows["high"].le(MARGIN * start)
    told = [rows["low"].isna(), rows["high"].lt(0), rows["low"].gt(0), same]
    return pd.Series(np.select(told, [UNTOLD, FASTER, SLOWER, SAME], CLOSE), rows.index)


def shift_commits(
    commits: list[dict[str, Any]], changes: pd.DataFrame, baseline: str
) -> list[dict[str, Any]]:
    """list_commits' rows with what speeds change, a kind of commit after the other."""
    table = pd.DataFrame(commits)
    parts = [
        shift_rows(rows, changes[changes["scenario"].eq(scenario)].set_index("strategy"), baseline)
        for scenario, rows in table.groupby("scenario", sort=False)
    ]
    shifted = pd.concat(parts).drop(columns=_UNKNOWN) if parts else table
    return [{str(k): v for k, v in row.items()} for row in shifted.to_dict("records")]
