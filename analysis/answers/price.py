"""What a strategy costs beside its seconds: entries, builds that a policy keeps, money."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.measures import keep_newest, month_storage
from analysis.measures.compare import EMULATED
from analysis.measures.money import BUILDS, COMPUTE
from analysis.measures.storage import READINGS, first_pushes
from analysis.records import read_prices
from analysis.results import Experiment, once
from analysis.rows import list_records

NEWEST = 3
_READINGS = {name: "counted" if counted else "left_out" for name, counted in READINGS.items()}


def price(
    experiment: Experiment,
    shares: Mapping[str, float],
    chosen: pd.Series,
    baseline: str,
    calibrated: bool,
) -> dict[str, Any]:
    """Units are in the keys; what is unknown is null.

    entries_a_push; builds_pushed and, of those, builds_kept_children_left_out and
    builds_kept_children_counted by a policy that keeps the newest `policy_keeps_entries`, under
    both readings of it; each with _baseline, too. For a month of builds_a_month builds of the mix
    on compute: minutes_a_month, usd_a_month (more than the baseline's; below 0 is less),
    usd_a_month_low, usd_a_month_high, and what its pushes add: storage_gb_a_month,
    storage_usd_a_month (for every month in which they are kept).
    """
    names = {"": str(chosen["strategy"]), "_baseline": baseline}
    bill = _bill(experiment, shares, names[""], baseline)
    if calibrated and names[""] != baseline:
        # which builds are billed another minute there is not known
        bill = dict.fromkeys(bill) | {"minutes_a_month": chosen["difference"] * BUILDS / 60}
    bill = {"builds_a_month": BUILDS, "compute": COMPUTE, **bill}
    if experiment.images.empty:
        return bill
    return {
        "policy_keeps_entries": NEWEST,
        **_suffix(_count_entries(experiment), names),
        **_suffix(_count_kept(experiment), names),
        **bill,
        **_suffix(_store(experiment, shares), names),
    }


def _suffix(table: pd.DataFrame, names: Mapping[str, str]) -> dict[str, Any]:
    """The values of each strategy's row with a suffix to their names; null without a row."""
    rows = {_strip(str(name)): row for name, row in table.to_dict("index").items()}
    return {
        f"{column}{suffix}": rows.get(name, {}).get(column)
        for suffix, name in names.items()
        for column in map(str, table.columns)
    }


def _strip(name: str) -> str:
    return name.removesuffix(f" {EMULATED}")


@once
def _count_entries(experiment: Experiment) -> pd.DataFrame:
    """Index strategy: entries_a_push, the median after a sequence's first push."""
    pushes = first_pushes(experiment.entries(), experiment.comparable)
    entries = pushes.groupby("strategy")["entries"].median().astype("float64")
    return entries.rename("entries_a_push").to_frame()


@once
def _count_kept(experiment: Experiment) -> pd.DataFrame:
    """Index strategy: builds_pushed, and builds_kept by each reading of the policy."""
    table = keep_newest(experiment.comparable, experiment.images, NEWEST)
    kept = table.pivot(index="strategy", columns="reading", values="builds_kept")
    columns = {f"builds_kept_children_{key}": kept.get(name) for name, key in _READINGS.items()}
    pushed = table.groupby("strategy")["builds"].first()
    return pd.DataFrame({"builds_pushed": pushed, **columns}).astype("Float64")


def _bill(
    experiment: Experiment, shares: Mapping[str, float], strategy: str, baseline: str
) -> dict[str, Any]:
    """What a month costs more than the baseline's, in minutes and USD; nothing of the baseline."""
    columns = {
        "minutes_a_month": "difference",
        "usd_a_month": "cost_difference",
        "usd_a_month_low": "cost_low",
        "usd_a_month_high": "cost_high",
    }
    if strategy == baseline:
        return dict.fromkeys(columns, 0.0)
    rows = list_records(experiment.month(dict(shares), baseline=baseline))
    row = next((each for each in rows if _strip(each["strategy"]) == strategy), {})
    return {name: row.get(column) for name, column in columns.items()}


def _store(experiment: Experiment, shares: Mapping[str, float]) -> pd.DataFrame:
    """Index strategy: storage_gb_a_month, storage_usd_a_month."""
    prices = read_prices(region=experiment.region)
    table = month_storage(experiment.entries(), shares, BUILDS, prices).set_index("strategy")
    names = {"gigabytes": "storage_gb_a_month", "cost": "storage_usd_a_month"}
    return table[list(names)].rename(columns=names).astype("Float64")
