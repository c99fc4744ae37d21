"""The layers that cost a history most because no cache gave them."""

import re
from typing import Any

import pandas as pd

from analysis.measures.caching import explain_log, frame_misses, list_builds
from analysis.measures.past.overview import name_projects
from analysis.past_builds import PastBuilds, takes_history

# what no cache could have given: what it is made of had changed
_CHANGED = ("base changed", "files changed", "instruction changed")
# parts of an instruction that differ from build to build, though it is the same
_VARIABLE = re.compile(
    r"@sha256:[0-9a-f]{12,64}"
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
    r"|\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{12,64}\b"
    r"|\b20\d\d-?[01]\d-?[0-3]\d(?:[T_ ]?[0-2]\d[:-]?[0-5]\d(?:[:-]?[0-5]\d(?:\.\d+)?)?Z?)?\b"
)
COLUMNS = [
    "project",
    "stage",
    "layer",
    "builds",
    "ran",
    "seconds",
    "median_seconds",
    "could_save",
    "why",
]
_KEYS = ["project", "stage", "layer"]


@takes_history
def missing_steps(history: PastBuilds) -> pd.DataFrame:
    """The layers that ran, the most expensive first: a row a project, stage and instruction.

    project, stage, layer (the instruction, without digests, commit ids and dates), builds (docker
    builds that have it), ran (in how many it did), seconds (all that it took), median_seconds (of
    a run) · could_save: seconds of its runs once an earlier build here had made it, but for
    those whose log says that what it is made of had changed; more than a cache can save, for it
    has to be pulled, and logs do not show files · why: what most of its misses were whose cause
    is told, "… before it" where they began at a layer that it stands on. Seconds are null where
    no log tells them; could_save also where it is not known which build was first.
    """
    steps = _list_layers(history)
    ran = steps[steps["status"].eq("ran")]
    groups = ran.groupby(_KEYS, sort=False)
    table = groups.agg(
        ran=("seconds", "size"), median_seconds=("seconds", "median"), why=("cause", _find_most)
    )
    table["seconds"] = groups["seconds"].sum(min_count=1)
    table["builds"] = steps.groupby(_KEYS, sort=False).size()
    again = ran.assign(again=ran["seconds"].where(ran["avoidable"], 0.0))
    saved = again[again["started"].notna() & again["known"]].groupby(_KEYS, sort=False)["again"]
    table["could_save"] = saved.sum(min_count=1)
    table = table.reset_index().sort_values("seconds", ascending=False, ignore_index=True)
    return table.astype({"builds": "int64"})[COLUMNS]


def _list_layers(history: PastBuilds) -> pd.DataFrame:
    """Every layer of every docker build in the order of the builds, with why it missed.

    The columns of steps, project, known (whether it is), started, layer · made: whether a build
    before has it · cause (of explain_misses, null for what did not miss) · avoidable.
    """
    known = history.builds["project"].notna()
    builds = history.builds.assign(project=name_projects(history.builds), known=known)
    steps = history.logs.steps.dropna(subset=["name"])
    steps = steps[steps["kind"].isin(["layer"]) & steps["status"].isin(["ran", "cached"])]
    steps = builds[["id", "project", "known", "started"]].merge(steps, left_on="id", right_on="log")
    steps["layer"] = steps["name"].map(name_layer).astype("string")
    steps["stage"] = steps["stage"].fillna("")
    steps["made"] = steps.duplicated([*_KEYS, "build"])
    misses = explain_history(history)
    steps = steps.merge(
        misses[["log", "build", "step", "cause", "changed"]],
        on=["log", "build", "step"],
        how="left",
    )
    unchanged = ~steps["changed"].astype("boolean").fillna(False)
    return steps.assign(avoidable=(steps["made"] & unchanged).astype("bool"))


def name_layer(name: str) -> str:
    """An instruction without what differs from build to build, and in a line."""
    return " ".join(_VARIABLE.sub("…", name).split())


def explain_history(history: PastBuilds) -> pd.DataFrame:
    """log, build, step, cause, changed of each miss, held against the project's build before.

    A layer that missed because one missed that it stands on has the cause of where the misses of
    its docker build begin. changed: what it is made of had, by that cause.
    """
    made = list_builds(history.logs)
    rows: list[tuple[Any, ...]] = []
    unknown = history.builds.loc[history.builds["project"].isna(), "log"].dropna()
    for log in unknown:
        rows += explain_log(made, log, [], None)
    for _, builds in history.builds.groupby("project", sort=False):
        before: list[str] = []
        for log in builds["log"].dropna():
            rows += explain_log(made, log, before, None)
            before = [log] if log in made else before
    misses = frame_misses(rows)
    begun = misses[misses["first"]].groupby(["log", "build"])["cause"].agg(_find_root)
    root = misses[["log", "build"]].join(begun.rename("root"), on=["log", "build"])["root"]
    follows = misses["cause"].eq("parent missed") & root.notna()
    cause = misses["cause"].mask(follows, root + " before it")
    return misses.assign(
        cause=cause.astype("string"), changed=misses["cause"].mask(follows, root).isin(_CHANGED)
    )


def _find_root(causes: pd.Series) -> str:
    """Of the causes for which the misses of a docker build begin, the first that is a change."""
    return next((cause for cause in causes if cause in _CHANGED), causes.iloc[0])


def _find_most(causes: pd.Series) -> str | None:
    """The cause that is named most often, "unknown" only where no other is."""
    known = causes.dropna()
    told = known[~known.str.startswith("unknown")]
    counts = (told if len(told) else known.str.replace(" before it", "")).value_counts()
    return None if counts.empty else str(counts.index[0])
