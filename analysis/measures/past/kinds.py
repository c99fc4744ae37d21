"""What past builds were of, as far as their logs tell: nothing new, a newer base, or a change."""

import pandas as pd

from analysis.measures.past.missing_layers import explain_history
from analysis.past_builds import PastBuilds, takes_history
from analysis.workload import BASE, UNCHANGED

_CHANGE = "a change"
# causes of misses, what tells most first
_TOLD = {
    "base changed": BASE.name,
    "instruction changed": _CHANGE,
    "files changed": _CHANGE,
}


@takes_history
def build_kinds(history: PastBuilds) -> pd.DataFrame:
    """One row a build, the columns of a history: id, project, kind.

    kind: unchanged (all its layers came from a cache), base (layers began to miss at a newer base
    image), a change (of files or instructions); null where its log does not tell, as without a
    cache, or where no earlier build of the project is known.
    """
    layers = history.logs.steps
    layers = layers[layers["kind"].eq("layer") & layers["status"].isin(["ran", "cached"])]
    ran = layers["status"].eq("ran").groupby(layers["log"]).any()
    hit = set(ran.index[~ran.astype("bool")])
    misses = explain_history(history)
    begun = misses[misses["first"]].groupby("log")["cause"].agg(set)
    builds = history.builds.dropna(subset=["project"])
    builds = builds[builds.groupby("project").cumcount().gt(0)]
    kinds = [UNCHANGED.name if log in hit else _name(begun.get(log)) for log in builds["log"]]
    table = builds[["id", "project"]].assign(kind=pd.Series(kinds, builds.index, dtype="string"))
    return table.reset_index(drop=True)


def _name(causes: set[str] | None) -> str | None:
    """The kind of a build whose misses began for these causes; null where they do not tell."""
    return next((kind for cause, kind in _TOLD.items() if cause in (causes or ())), None)
