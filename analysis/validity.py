"""The validity gate: which runs may be compared, and why each of the others may not.

A run that does not pass stays on disk and in the table; every comparison leaves it out.
"""

from collections.abc import Iterator

import pandas as pd

ONE_A_ROUND = {"engine": "round", "buildx": "round", "buildkit": ["round", "strategy"]}


def judge_runs(runs: pd.DataFrame, builds: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """`runs` with columns valid (bool) and invalid_reason (text, null when valid).

    `builds` and `steps` are those of the runs' logs.
    """
    facts = runs.merge(summarise_logs(builds, steps), on="log", how="left", validate="1:1")
    facts = facts.join(usual_versions(runs))
    reasons = [list(find_faults(row)) for row in facts.to_dict("records")]
    text = ["; ".join(each) or None for each in reasons]
    return runs.assign(
        valid=pd.Series([not each for each in reasons], index=runs.index, dtype="bool"),
        invalid_reason=pd.Series(text, index=runs.index, dtype="string"),
    )


def summarise_logs(builds: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """log, builds (number), hits (cached layers), imports and exports (sets of outcomes)."""
    layers = steps[steps["kind"] == "layer"]
    hits = layers["status"].eq("cached").groupby(layers["log"]).sum().rename("hits")
    groups = builds.groupby("log")
    found = groups.size().to_frame("builds")
    for name, column in (("imports", "cache_import"), ("exports", "cache_export")):
        found[name] = groups[column].agg(lambda outcomes: frozenset(outcomes))
    return found.join(hits).fillna({"hits": 0}).reset_index()


def usual_versions(runs: pd.DataFrame) -> pd.DataFrame:
    """usual_engine, usual_buildx, usual_buildkit: what most runs of the same round report."""

    def most_common(values: pd.Series) -> object:
        return next(iter(values.mode()), None)

    return pd.DataFrame(
        {
            f"usual_{name}": runs.groupby(keys)[name].transform(most_common)
            for name, keys in ONE_A_ROUND.items()
        },
        index=runs.index,
    )


def find_faults(row: dict) -> Iterator[str]:
    """Why a run can't be compared, in words; nothing for one that can."""
    if row["status"] != row["expect"]:
        yield f"it {row['status']} where it should have {row['expect']}"
    if row["host"] == "fresh" and row["host_empty"] is not True:
        yield "its host was not empty before the build"
    if pd.isna(row["builds"]):
        yield "its log holds no docker build"
        return
    if row["scenario"] == "cold":
        yield from find_warmth(row)
    elif row["imports"] & {"missing", "failed"}:
        yield "the cache it should have found was not imported"
    if row["expect"] == "succeeded" and row["exports"] & {"failed", "unfinished"}:
        yield "its cache was not exported whole"
    for name in ONE_A_ROUND:
        if pd.notna(row[name]) and row[name] != row[f"usual_{name}"]:
            yield f"its {name} is {row[name]}, that of its round {row[f'usual_{name}']}"


def find_warmth(row: dict) -> Iterator[str]:
    """What shows that a cold start was not cold."""
    if row["hits"]:
        yield f"a cold start that had {row['hits']:.0f} layers from a cache"
    if "ok" in row["imports"]:
        yield "a cold start that imported a cache"
