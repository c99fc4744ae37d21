"""How large the layers of an image, its bases and its cache are, by the registry's listings."""

import pandas as pd

from analysis.records import Experiment
from analysis.rows import list_rows
from analysis.workload import COLD_STARTS

_MB = 1e6
# config and manifest stand before and after the layers of what an image stores
_AROUND = 1


def list_sizes(experiment: Experiment, cold: pd.DataFrame) -> list[float]:
    """MB of the layers of the image that a cold build of the baseline pushed, the base's first."""
    images = experiment.images
    rows = images[images["run"].isin(cold["run"]) & images["kind"].eq("image")]
    if rows.empty:
        return []
    stored = [size or 0 for size in rows["blob_bytes"].iloc[0]]
    return [size / _MB for size in stored[_AROUND : len(stored) - _AROUND]]


def find_hidden(
    experiment: Experiment, image_mb: float, other_bases: float, layers: pd.DataFrame
) -> float:
    """MB of the layers of stages that no image holds: of a cold listing's cache, else a guess.

    The guess: as much as the final stage copies from them.
    """
    images = experiment.images
    cold = experiment.runs.loc[experiment.runs["scenario"].isin(COLD_STARTS), "run"]
    caches = images[images["run"].isin(cold) & images["kind"].eq("cache")]
    stored = [sum(size or 0 for size in sizes) / _MB for sizes in caches["blob_bytes"]]
    if stored:
        return max(max(stored) - image_mb - other_bases, 0.0)
    copied = layers["final"] & layers["name"].str.contains("--from=", regex=False)
    return float(layers.loc[copied, "mb"].sum())


def list_new_bases(
    experiment: Experiment, runs: pd.DataFrame, baseline: str, own: int, base_mb: float
) -> dict[str, float]:
    """Scenario -> MB of the base's layers that no cold build had; left out where unknown."""
    images = experiment.images
    images = images[images["kind"].eq("image")].merge(
        runs.loc[runs["strategy"].eq(baseline), ["run", "scenario"]], on="run"
    )
    layers = {
        str(row.scenario): list(zip(row.blobs, row.blob_bytes, strict=True))[_AROUND:-_AROUND]
        for row in list_rows(images.sort_values("pushed"))
    }
    cold = {name for each in COLD_STARTS for name, _ in layers.get(each, [])}
    found = {}
    for scenario, stored in layers.items():
        base = stored[: max(len(stored) - own, 0)]
        found[scenario] = sum((size or 0) / _MB for name, size in base if name not in cold)
    return {**found, **dict.fromkeys(COLD_STARTS, base_mb)}


def find_inherited(layers: pd.DataFrame, listed: int) -> str | None:
    """The stage that the final one begins from, where it begins from none of its own image.

    BuildKit counts FROM as the first step of a stage unless that is another stage, or scratch:
    that of the image's `listed` layers all are then the final stage's own.
    """
    first = layers.groupby("stage", sort=False)["position"].min()
    final = layers.loc[layers["final"], "stage"].iloc[0]
    room = listed - int(layers["final"].sum())
    if first[final] != 1 or room < 1:
        return None
    counts = layers["stage"].value_counts()
    fits = [str(name) for name in first.index[first > 1] if counts[name] < room]
    return max(fits, key=lambda name: int(counts[name]), default=None)


def size_bases(pulled: dict[str, float], final_mb: float, pace: float | None) -> dict[str, float]:
    """Base image -> MB, of what its pull took: the image's own comes last.

    `pace`: seconds of pulling and unpacking a MB, null: as the image's own base tells.
    """
    if not pulled:
        return {"": final_mb}
    paces = [took / final_mb for took in pulled.values()] if final_mb else [0.0]
    usual = pace or min(paces, key=lambda each: abs(each - max(paces)))
    guessed = {name: took / usual if usual else 0.0 for name, took in pulled.items()}
    if not final_mb:
        return {**guessed, "": 0.0}
    last = min(guessed, key=lambda name: abs(guessed[name] - final_mb))
    others = {name: mb for name, mb in guessed.items() if name != last}
    return {**others, last: final_mb}


def share_out(total: float, weights: pd.Series) -> pd.Series:
    """A total in shares of the weights, equal ones where they are all 0."""
    whole = weights.sum()
    return total * (
        weights / whole if whole else pd.Series(1 / max(len(weights), 1), weights.index)
    )
