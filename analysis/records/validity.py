"""The validity gate: which runs may be compared, and why each of the others may not.

A run that does not pass stays on disk and in the table; every comparison leaves it out.
"""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from analysis.records.neighbours import list_contradictions
from analysis.records.ranks import NOT_PLANNED, Planned
from analysis.records.targets import split_targets
from analysis.records.usual import find_usual
from analysis.rows import list_records
from analysis.words import join_words
from analysis.workload import COLD_STARTS, REPEATS

# what all runs of a round, or those of one strategy in it, have in common
_ONE_A_ROUND = {
    "engine": ["round"],
    "buildx": ["round"],
    "link": ["round"],
    "buildkit": ["round", "strategy"],
    "storage_driver": ["round", "strategy"],
}
# the words of a command that ask for a cache's import and export; an inline cache is exported
# with its image, without a step of its own on the docker driver
_ASKS = {"imports": "--cache-from", "exports": r"--cache-to(?![=\s\"']+[^\s\"']*type=inline)"}
# what the end of an import's step says of it
_ENDED = {"ran": "ok", "cached": "ok", "failed": "lost"}
# stores whose import ends alike whether a cache is there or not (BuildKit's cache/remotecache)
_SILENT = r"importing cache manifest from (?:s3|gha|azblob):"
_NO_HIT = "nothing shows that it found a cache: no layer came from one"

Row = dict[str, Any]


def judge_runs(
    runs: pd.DataFrame,
    builds: pd.DataFrame,
    steps: pd.DataFrame,
    commands: pd.DataFrame | None = None,
    evidence: pd.DataFrame | None = None,
    planned: Planned = NOT_PLANNED,
) -> pd.DataFrame:
    """`runs` with columns valid (bool) and invalid_reason (text, null when valid).

    `builds`, `steps` and `commands` are those of the runs' logs. Without commands, what a build
    was asked to import and export is known by its strategy's other runs alone; without
    `evidence` (list_contradictions'), records are believed. `planned`: as read_planned
    gives it.
    """
    facts = runs.merge(_summarise_logs(builds, steps), on="log", how="left", validate="m:1")
    facts = pd.concat([facts, _usual_values(facts), _find_asked(facts, builds, commands)], axis=1)
    reasons = [list(_find_faults(row)) for row in list_records(facts)]
    if evidence is not None and len(runs):
        told = list_contradictions(runs, evidence, planned)
        reasons = [[*own, *others] for own, others in zip(reasons, told, strict=True)]
    text = ["; ".join(each) or None for each in reasons]
    return runs.assign(
        valid=pd.Series([not each for each in reasons], index=runs.index, dtype="bool"),
        invalid_reason=pd.Series(text, index=runs.index, dtype="string"),
    )


def _summarise_logs(builds: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """log, builds (number), hits (cached layers), imports and exports (sets of outcomes).

    None stands for an unknown one; so is an import from a store that is silent when empty.
    `first`: the imports of a log's first build; a later one may find what that has pushed.
    `targets`: see _summarise_targets.
    """
    layers = steps[steps["kind"].eq("layer").fillna(False)]
    hits = count_hits(layers)
    imports = steps[steps["kind"] == "cache import"]
    silent = imports["name"].str.match(_SILENT).groupby(imports["log"]).all()
    untold = builds["cache_import"].eq("ok") & builds["log"].isin(silent.index[silent])
    outcomes = {"imports": builds["cache_import"].mask(untold), "exports": builds["cache_export"]}
    found = builds.groupby("log").size().to_frame("builds")
    for name, column in outcomes.items():
        known = column.astype(object).where(column.notna(), None)
        found[name] = known.groupby(builds["log"]).agg(frozenset)
    opening = builds.groupby("log").cumcount().eq(0)
    first = outcomes["imports"][opening].astype(object)
    first = first.where(first.notna(), None).groupby(builds["log"]).agg(frozenset)
    found["first"] = first.reindex(found.index)
    found["targets"] = _summarise_targets(steps).reindex(found.index)
    return found.join(hits).fillna({"hits": 0}).reset_index()


def count_hits(layers: pd.DataFrame) -> pd.Series:
    """log -> cached layers; what an earlier build of the same log ran is no cache's work."""
    return mark_hits(layers).groupby(layers["log"]).sum().rename("hits")


def mark_hits(layers: pd.DataFrame) -> pd.Series:
    """Whether a cache gave each layer (log, build, stage, name, status, perhaps target): bools.

    What an earlier build of the log made is no cache's work. Nor is what another target or platform
    of the build made, which do so once, where no other layer of the target is a hit.
    """
    keys = [layers[key] for key in ("log", "stage", "name")]
    ran = layers["build"].where(layers["status"].eq("ran").fillna(False))
    first = ran.groupby(keys, dropna=False).transform("min").where(layers["name"].notna())
    hit = layers["status"].eq("cached").fillna(False) & ~first.lt(layers["build"]).fillna(False)
    named = layers.reindex(columns=["log", "build", "target"])
    own = hit & ~first.eq(layers["build"]).fillna(False)
    warm = own.groupby([named[key] for key in named], dropna=False).transform("any")
    return hit & warm


def _summarise_targets(steps: pd.DataFrame) -> pd.Series:
    """log -> its docker builds by target, where there are several: (name, hits, imports) of each.

    `imports`: the ends of those that its steps show, None for an unknown one.
    """
    shown = split_targets(steps.dropna(subset=["log", "build"])).query("told")
    pairs = shown[["log", "build", "target"]].drop_duplicates().dropna()
    several = pairs[pairs.duplicated("log", keep=False)]
    if several.empty:
        return pd.Series(dtype="object")
    rows = shown[shown["log"].isin(several["log"]) & shown["target"].notna()]
    layers = rows[rows["kind"].eq("layer")]
    keys = ["log", "target"]
    hits = mark_hits(layers).groupby([layers[key] for key in keys]).sum()
    asked = rows[rows["kind"].eq("cache import")]
    ends = asked["status"].map(_ENDED, na_action="ignore").astype(object)
    ends = ends.where(ends.notna(), None).groupby([asked[key] for key in keys]).agg(frozenset)
    found: dict[str, list[tuple[str, int, frozenset[str | None]]]] = {}
    for log, target in several[keys].drop_duplicates().itertuples(index=False, name=None):
        known = ends.get((log, target), frozenset())
        found.setdefault(log, []).append((target, int(hits.get((log, target), 0)), known))
    return pd.Series(found, dtype="object")


def _usual_values(facts: pd.DataFrame) -> pd.DataFrame:
    """usual_engine, …: what most runs of the same round have, or, of as many, the earliest."""
    usual = {f"usual_{name}": find_usual(facts, name, keys) for name, keys in _ONE_A_ROUND.items()}
    return pd.DataFrame(usual, index=facts.index)


def _find_asked(
    facts: pd.DataFrame, builds: pd.DataFrame, commands: pd.DataFrame | None
) -> pd.DataFrame:
    """imports_asked, exports_asked, hits_usual (bool): what a run's log is to show.

    Told by the run's own commands and by what the strategy's other runs show. A strategy may
    export now and then: a warm run is to, where others of its scenario do.
    """
    strategy, scenario = facts["strategy"], facts["scenario"]
    imports, exports = (facts[name].map(_has_any, na_action="ignore").eq(True) for name in _ASKS)
    asks = {name: facts["log"].isin(_find_asking(builds, commands, _ASKS[name])) for name in _ASKS}
    first = (exports.groupby(strategy).transform("any") | asks["exports"]) & scenario.isin(
        COLD_STARTS
    )
    alike = [strategy, scenario]
    return pd.DataFrame(
        {
            "imports_asked": imports.groupby(strategy).transform("any") | asks["imports"],
            "exports_asked": first | exports.groupby(alike).transform("any"),
            "hits_usual": facts["hits"].gt(0).groupby(alike).transform("any"),
        }
    )


def _has_any(outcomes: frozenset[str | None]) -> bool:
    """Whether there is any import, or export, among these outcomes."""
    return bool(outcomes - {"none"})


def _find_asking(builds: pd.DataFrame, commands: pd.DataFrame | None, words: str) -> list[str]:
    """Logs with a command of these words and a build by BuildKit, which shows what it does."""
    if commands is None:
        return []
    asking = commands.loc[commands["command"].str.contains(words, na=False), "log"]
    able = builds.loc[builds["builder"] == "buildkit", "log"]
    return asking[asking.isin(able)].unique().tolist()


def _find_faults(row: Row) -> Iterator[str]:
    """Why a run can't be compared, in words; nothing for one that can."""
    if row["status"] != row["expect"]:
        yield f"it {row['status']} where it should have {row['expect']}"
    yield from _find_use(row)
    if pd.isna(row["builds"]):
        yield "its log holds no docker build"
        return
    if row["scenario"] in COLD_STARTS:
        yield from _find_warmth(row)
    if row["expect"] == "succeeded":
        yield from _find_lost_cache(row)
    yield from _find_changes(row)


def _find_use(row: Row) -> Iterator[str]:
    """What shows that a host had been used before: a fresh one, or that of a cold start."""
    empty, cold = row["host_empty"], row["scenario"] in COLD_STARTS
    if pd.isna(empty):
        if row["host"] == "fresh" or (cold and row["host"] == "kept"):
            yield "it is not known whether its host was empty before the build"
    elif not empty and row["host"] == "fresh":
        yield "its host was not empty before the build"
    elif not empty and cold:
        yield "a cold start on a host that was not empty"


def _find_warmth(row: Row) -> Iterator[str]:
    """What shows that a cold start was not cold."""
    if row["hits"]:
        layers = "1 layer" if row["hits"] == 1 else f"{row['hits']:.0f} layers"
        yield f"a cold start that had {layers} from a cache{_name_targets(_list_warm(row))}"
    if "ok" in row["first"]:
        yield "a cold start that imported a cache"


def _find_lost_cache(row: Row) -> Iterator[str]:
    """What shows that a cache was not imported by a warm start, or not exported whole."""
    done = row["status"] == "succeeded"
    if row["scenario"] not in COLD_STARTS:
        if row["imports"] & {"missing", "failed"}:
            yield "the cache it should have found was not imported"
        elif lost := [name for name, _, ends in _list_targets(row) if ends == {"lost"}]:
            yield f"the cache it should have found was not imported{_name_targets(lost)}"
        elif row["imports_asked"] and row["imports"] == {"none"} and done:
            yield "no cache was imported, though its strategy imports one"
        elif not row["hits"] and _expects_hits(row):
            yield _NO_HIT
        elif bare := _list_bare(row):
            yield f"{_NO_HIT}{_name_targets(bare)}"
    if row["exports"] & {"failed", "unfinished"}:
        yield "its cache was not exported whole"
    elif row["exports_asked"] and row["exports"] == {"none"} and done:
        yield "no cache was exported, though its strategy exports one"


def _list_targets(row: Row) -> list[tuple[str, int, frozenset[str | None]]]:
    """Its log's targets, where there are several."""
    return row["targets"] if isinstance(row["targets"], list) else []


def _list_warm(row: Row) -> list[str]:
    """The targets that had layers from a cache."""
    return [name for name, hits, _ in _list_targets(row) if hits]


def _list_bare(row: Row) -> list[str]:
    """The targets without a hit though nothing changed, and others had some."""
    if row["scenario"] not in REPEATS or not row["hits"] or not row["imports_asked"]:
        return []
    return [name for name, hits, ends in _list_targets(row) if not hits and "ok" in ends]


def _name_targets(names: list[str]) -> str:
    """` (target api)`, '' for none."""
    told = "target" if len(names) == 1 else "targets"
    return f" ({told} {join_words(names)})" if names else ""


def _expects_hits(row: Row) -> bool:
    """Whether a warm start has hits if its import found what it is to find.

    Others of its scenario had some, or nothing changed and the log does not prove the import.
    """
    unproved = None in row["imports"]
    proved = "ok" in row["imports"] and row["hits_usual"]
    return proved or (unproved and (row["scenario"] in REPEATS or row["hits_usual"]))


def _find_changes(row: Row) -> Iterator[str]:
    """What differs from the other runs of its round though it should not."""
    for name in _ONE_A_ROUND:
        if pd.notna(row[name]) and row[name] != row[f"usual_{name}"]:
            words = name.replace("_", " ")
            yield f"its {words} is {row[name]}, that of its round {row[f'usual_{name}']}"
