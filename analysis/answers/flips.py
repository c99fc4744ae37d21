"""What would turn an answer round: conditions, each with the value at which it does."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis import measures
from analysis.answers.mixed import find_nearest
from analysis.errors import UnknownName
from analysis.measures.compare import EMULATED
from analysis.prose.template import say
from analysis.rows import list_records
from analysis.words import FASTER

# the model's conditions by the names that an answer gives them
_NAMES = {
    "restart_seconds": "restart",
    "boot_seconds": "boot",
    "unpack_mbps": "unpacking speed",
    "link_mbit": "link",
    "work_factor": "work",
    "hit_share": "hit share",
}
# a restart that was not run can't be taken for longer than engines are waited for
_LONGEST = 60.0


def list_flips(
    model: measures.Model | None,
    shares: Mapping[str, float],
    rows: pd.DataFrame,
    chosen: pd.Series,
    baseline: str,
    skipped: Sequence[str],
) -> list[dict[str, Any]]:
    """condition, unit, value, low, high, turns_at, turns_to, matters: Model.flips' rows.

    reason: why turns_at is unknown, where no other value was run; else null.

    Of the strategy that is faster, or where the baseline is to stay of the nearest other.
    `skipped`: those whose restart of the engine was not run and is not known: it turns the verdict
    where it takes what they save.
    """
    name = _find_rival(rows, chosen, baseline)
    if name is None:
        return []
    flips = _ask(model, shares, name, baseline)
    if name in skipped and chosen["difference"] < 0:
        flip = {"condition": "restart", "unit": "s", "value": 0.0, "low": 0.0, "high": _LONGEST}
        flip |= {"turns_at": -chosen["difference"], "turns_to": baseline, "matters": True}
        flip |= {"reason": None}
        flips = [flip, *(each for each in flips if each["condition"] != "restart")]
    return flips


def _find_rival(rows: pd.DataFrame, chosen: pd.Series, baseline: str) -> str | None:
    """The strategy whose verdict against the baseline may turn; null while nothing is told."""
    if chosen["strategy"] != baseline:
        return str(chosen["strategy"]) if chosen["verdict"] == FASTER else None
    return find_nearest(rows, baseline)


def _ask(
    model: measures.Model | None, shares: Mapping[str, float], name: str, baseline: str
) -> list[dict[str, Any]]:
    """The model's flips; none without a model of both strategies in all of the mix."""
    if model is None:
        return []
    names = {each.removesuffix(f" {EMULATED}"): each for each in model.found["strategy"].unique()}
    try:
        table = model.flips(shares, names.get(name, name), names.get(baseline, baseline))
    except UnknownName:
        return []
    rows = list_records(table)
    return [each | {"condition": _NAMES.get(each["condition"])} | _explain(each) for each in rows]


def _explain(flip: Mapping[str, Any]) -> dict[str, str | None]:
    """reason: that only this value was run, so that nothing is known of others; else null."""
    return {"reason": say("flips.unrun") if flip["low"] == flip["high"] else None}
