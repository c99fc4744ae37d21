"""From how much work on a cache pays, at the hits and the overhead that were seen."""

import pandas as pd

from analysis.measures.compare import compare, pick_comparable
from analysis.measures.model import NOT_RUN
from analysis.records import takes
from analysis.rows import join_rows
from analysis.workload import BASELINE

# hits for less work are of steps that take no time in any Dockerfile: they say nothing of more
_LEAST_SAVED = 0.2
_EARLY = f"{NOT_RUN}: it pays already at the least work"
_LATE = f"{NOT_RUN}: it does not yet pay at the most work"
_STEP = ["scenario", "round", "stage", "name"]


@takes(
    runs="strategy scenario round seconds valid emulated expect started host host_empty log",
    steps="log kind stage name status seconds",
)
def break_even(
    runs: pd.DataFrame,
    steps: pd.DataFrame,
    baseline: str = BASELINE,
    comparison: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One row a strategy and scenario with hits: the work from which on it is the faster one.

    Only with hits for _LEAST_SAVED of the work or more. strategy, scenario, n (rounds), work
    (seconds that the baseline's layers take), saved (share of them that the strategy had cached),
    difference, low, high (as compare's), pays_from, pays_from_low, pays_from_high (seconds of
    work; the interval is that of the difference, with work and hits as they were), least, most
    (work of the rounds' builds), reason (why pays_from is unknown). As in the model of builds'
    seconds, overhead stays what it was with work W, and saved * W is not done: the difference is 0
    at W = work + difference / saved. Beyond the work that was run pays_from is null. Work is the
    sum of the layers' seconds, so with stages that run side by side it is more than the time they
    take.
    `comparison` is compare's of these runs and this baseline, if it is there already.
    """
    shares = share_saved(pick_comparable(runs), steps, baseline)
    table = compare(runs, baseline) if comparison is None else comparison
    table = table.merge(shares, on=["strategy", "scenario"], validate="1:1")
    table = table[table["saved"] >= _LEAST_SAVED].reset_index(drop=True)
    for end, column in {"": "difference", "_low": "low", "_high": "high"}.items():
        table[f"pays_from{end}"] = (table["work"] + table[column] / table["saved"]).clip(lower=0)
    return _keep_run(table).drop(columns=["median", "p", "verdict", "commits_needed"])


def _keep_run(table: pd.DataFrame) -> pd.DataFrame:
    """The table with `reason`, and no break-even beyond the work that was run."""
    early, late = table["pays_from"] < table["least"], table["pays_from"] > table["most"]
    ends = [f"pays_from{end}" for end in ("", "_low", "_high")]
    reason = pd.Series(pd.NA, table.index, dtype="string").mask(early, _EARLY).mask(late, _LATE)
    return table.assign(reason=reason, **{each: table[each].mask(early | late) for each in ends})


def share_saved(runs: pd.DataFrame, steps: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """strategy, scenario, work, saved: means over the rounds that both have; least, most: work."""
    layers = steps[steps["kind"] == "layer"].dropna(subset=["name"])
    named = runs[["log", "strategy", "scenario", "round"]].dropna()
    layers = join_rows(layers, named, ["log"], many=True)
    is_base = layers["strategy"] == baseline
    base = layers[is_base].groupby(_STEP, dropna=False)["seconds"].sum().rename("work")
    keys = [layers.loc[~is_base, name] for name in [*_STEP, "strategy"]]
    cached = layers.loc[~is_base, "status"].eq("cached")
    own = cached.groupby(keys, dropna=False).all().rename("hit").reset_index()
    # a stage without a name is one, so that null is its key here
    both = own.merge(base.reset_index(), on=_STEP)
    both = both.assign(saved=both["work"].where(both["hit"], 0.0))
    rounds = both.groupby(["strategy", "scenario", "round"])[["work", "saved"]].sum()
    groups = rounds.groupby(["strategy", "scenario"])
    means, works = groups.mean(), groups["work"]
    shares = {"saved": means["saved"] / means["work"], "least": works.min(), "most": works.max()}
    return means.assign(**shares).reset_index()
