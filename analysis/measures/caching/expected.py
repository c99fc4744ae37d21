"""Whether the layers that missed first are those that the change of a commit should hit."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from analysis.measures.caching.misses_by_run import misses_by_run
from analysis.records import Need, takes
from analysis.words import join_words

# a miss for another reason, such as a cache that was not there, says nothing of the change
_TOLD = ("files changed", "instruction changed")
# what tells the layers that began to miss
FIRST = Need("run strategy scenario first stage position name cause", misses_by_run)
_COLUMNS = {
    "scenario": "string",
    "file": "string",
    "expected": "string",
    "first missed": "string",
    "runs": "int64",
    "agrees": "boolean",
}


@takes(runs="run strategy scenario host", misses=FIRST)
def check_first_misses(
    runs: pd.DataFrame, misses: pd.DataFrame, changes: Mapping[str, Any]
) -> pd.DataFrame:
    """One row a scenario that was built: whether layers began to miss where its change is.

    `changes`: scenario -> {"file", "layers": [{"stage", "position", "instruction"}]}, as
    experiment.json has them. scenario, file, expected (instructions), first missed (those that did,
    of `runs` builds whose other layers had a cache to come from), runs, agrees: null where no build
    tells. Runs on kept hosts don't: which commit a host of a pool built last is not recorded.
    """
    built = [name for name in changes if runs["scenario"].eq(name).any()]
    misses = misses[misses["run"].isin(runs.loc[runs["host"].ne("kept"), "run"])]
    rows = [_check(name, changes[name], misses[misses["scenario"].eq(name)]) for name in built]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


def _check(scenario: str, change: Mapping[str, Any], misses: pd.DataFrame) -> dict[str, Any]:
    """The row of one scenario."""
    layers = change["layers"]
    first = misses[misses["first"].fillna(False)]
    places = first[["stage", "position", "name"]].itertuples(index=False)
    found = [_is_among(stage, position, name, layers) for stage, position, name in places]
    meant = pd.Series(found, first.index, dtype="bool")
    told = first[meant | first["cause"].isin(_TOLD)]
    return {
        "scenario": scenario,
        "file": change.get("file"),
        "expected": join_words(dict.fromkeys(layer["instruction"] for layer in layers), "or"),
        "first missed": join_words(dict.fromkeys(told["name"].dropna())) if len(told) else None,
        "runs": told["run"].nunique(),
        "agrees": bool(meant[told.index].all()) if len(told) else None,
    }


def _is_among(stage: Any, position: Any, name: Any, layers: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a layer of a log is one of these, by its place or by its words."""
    stage = "" if pd.isna(stage) else stage
    where = None if pd.isna(position) else (stage, position)
    said = None if pd.isna(name) else name
    return any(
        where == (layer["stage"], layer["position"]) or said == layer["instruction"]
        for layer in layers
    )
