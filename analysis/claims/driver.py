"""The memo's section on whether the driver must be docker-container for --cache-to."""

import re
from collections.abc import Sequence

import pandas as pd

from analysis.claims.evidence import FAILS, HOLDS, ONLY_IF, UNCLEAR, Evidence, Finding
from analysis.claims.pushes import CONTAINERD, CREATED, NEW, REMOTE, describe_builder
from analysis.errors import LogError
from analysis.logs import read_bytes
from analysis.prose import say_outcome
from analysis.words import join_words

_REFUSED = "docker-driver-cache-to"
# buildx's words, until 0.9 and since
_REFUSAL = re.compile(
    rb"ERROR: [^\r\n]*Cache export [^\r\n]*not supported for (?:the )?docker driver[^\r\n]*"
    rb"(?:\r?\nSwitch to [^\r\n]*)?"
)
_STORES = ("the classic image store", "the containerd image store")
_OLD_WORDS = "Cache export feature is currently not supported for docker driver."
_INLINE = r"--cache-to[= ][\"']?[^\s\"']*type=inline"
_AWAY = r"--cache-to(?![=\s\"']+[^\s\"']*type=inline)"
# `docker build`, which takes the default builder unless this variable names another
_ALONE, _NAMED = r"\bdocker build\b[^;|&]*--cache-to", "BUILDX_BUILDER"


def cache_to_fails(evidence: Evidence) -> Finding:
    """Whether --cache-to on the docker driver is refused, and on which image store."""
    runs = _driver_runs(evidence)
    if runs.empty:
        return Finding(UNCLEAR, "no build with --cache-to on the docker driver was measured")
    stores = {
        store: runs[runs["store"] == store] for store in _STORES if runs["store"].eq(store).any()
    }
    numbers = "; ".join(_say_store(store, stores.get(store)) for store in _STORES)
    return Finding(_judge_stores(stores), numbers, runs)


def _judge_stores(stores: dict[str, pd.DataFrame]) -> str:
    """The verdict on image store -> its runs of _driver_runs: where all are refused, and only
    there."""
    fails = [store for store, group in stores.items() if group["refused"].all()]
    if len(fails) == len(stores):
        return HOLDS
    return f"{ONLY_IF} the engine has {join_words(fails, 'or')}" if fails else FAILS


def _say_store(store: str, runs: pd.DataFrame | None) -> str:
    """What became of --cache-to on an image store, by whom, and in which words it was refused."""
    if runs is None:
        return f"on {store} none was measured"
    drivers = join_words(runs["storage_driver"].dropna().unique())
    parts = [f"{say_outcome(int(runs['refused'].sum()), len(runs), 'build')} refused"]
    if runs["exported"].any():
        done = say_outcome(int(runs["exported"].sum()), len(runs), "build")
        parts = [*parts * bool(runs["refused"].any()), f"{done} exported their cache"]
    names = join_words(runs["strategy"].unique())
    words = f": {quote(runs['words'].dropna())}" if runs["words"].notna().any() else ""
    return f"on {store} (storage driver {drivers}), {join_words(parts)}, by {names}{words}"


def _driver_runs(evidence: Evidence) -> pd.DataFrame:
    """_refused_runs of all strategies with a cache apart from the image on the docker driver.

    Also store (of _STORES), refused, exported (whole).
    """
    valid = evidence.runs[evidence.runs["valid"]]
    names = [
        name
        for name, text in evidence.text_of(valid).items()
        if re.search(_AWAY, text) and not re.search(f"{CREATED}|{REMOTE}|{_NAMED}", text)
    ]
    runs = _refused_runs(evidence, [_REFUSED, *names])
    builds = evidence.experiment.logs.builds
    whole = runs["log"].isin(builds.loc[builds["cache_export"] == "ok", "log"])
    classic, containerd = _STORES
    new = runs["storage_driver"].eq(CONTAINERD).fillna(False)
    return runs.assign(
        store=new.map({True: containerd, False: classic}),
        refused=runs["words"].notna() & runs["status"].eq("failed"),
        exported=whole & runs["status"].eq("succeeded"),
    )


def words_same(evidence: Evidence) -> Finding:
    """Whether the refusal is in the words that the memo quotes."""
    runs = _refused_runs(evidence).dropna(subset=["words"])
    if runs.empty:
        return Finding(UNCLEAR, "no build was refused --cache-to on the docker driver")
    same = runs["words"].str.contains(_OLD_WORDS, regex=False)
    versions = join_words(runs["buildx"].dropna().unique())
    numbers = (
        f"{say_outcome(int(same.sum()), len(runs), 'refusal')} in these words; buildx {versions} "
        f"says {quote(runs['words'])}"
    )
    return Finding(HOLDS if same.all() else FAILS, numbers, runs)


def _refused_runs(evidence: Evidence, names: Sequence[str] = (_REFUSED,)) -> pd.DataFrame:
    """The valid runs of strategies with the `words` of a refusal, null where it was none."""
    runs = evidence.runs[evidence.runs["valid"] & evidence.runs["strategy"].isin(names)]
    words = [_find_refusal(log) for log in runs["log"]]
    return runs.assign(words=pd.Series(words, runs.index, dtype="string"))


def quote(words: pd.Series) -> str:
    """Each of these words once, in quotation marks."""
    return join_words(f"“{each}”" for each in words.unique())


def _find_refusal(log: str) -> str | None:
    """The words with which buildx refuses to export a cache, in one line; null without any."""
    try:
        found = _REFUSAL.search(read_bytes(log))
    except LogError:
        return None
    return " ".join(found[0].decode("utf-8", "replace").split()) if found else None


def must_change(evidence: Evidence) -> Finding:
    """Whether a cache is exported by a new builder only, or by other ways as well."""
    runs = _exporting_runs(evidence)
    if runs.empty:
        return Finding(UNCLEAR, "no build that exports a cache was measured")
    ways = runs.groupby("way", sort=False)
    counts = "; ".join(f"by {way}, {_say_exports(group)}" for way, group in ways)
    works = ways["exported"].any()
    others = works.drop(NEW, errors="ignore")
    if others.any():
        verdict, reason = FAILS, ""
    else:
        verdict = UNCLEAR
        reason = "; --cache-to was not measured on an engine with the containerd image store"
    return Finding(verdict, f"a cache was exported {counts}{reason}", runs)


def _say_exports(runs: pd.DataFrame) -> str:
    """In how many of these runs a cache was exported, and by which strategies."""
    names = join_words(runs["strategy"].unique())
    return f"in {say_outcome(int(runs['exported'].sum()), len(runs), 'build')} of {names}"


def _exporting_runs(evidence: Evidence) -> pd.DataFrame:
    """The runs of strategies with --cache-to: way (what builds, how), exported (whole)."""
    names = [name for name, text in evidence.text.items() if "--cache-to" in text]
    runs = evidence.runs[evidence.runs["valid"] & evidence.runs["strategy"].isin(names)]
    builds = evidence.experiment.logs.builds
    whole = runs["log"].isin(builds.loc[builds["cache_export"] == "ok", "log"])
    inline = runs["strategy"].isin(evidence.strategies_like(_INLINE))
    # a cache inside the image is pushed with it: there is nothing else to be seen of it
    exported = runs["status"].eq("succeeded") & (whole | inline)
    ways = {name: describe_builder(evidence, name) for name in names}
    way = runs["strategy"].map(ways) + inline.map({True: " (type=inline)", False: ""})
    return runs.assign(way=way, exported=exported)


def create_changes(evidence: Evidence) -> Finding:
    """Whether docker buildx create --use has builds done by a builder in a container."""
    runs = evidence.runs_of(evidence.strategies_like(CREATED))
    if runs.empty:
        return Finding(UNCLEAR, "no build with docker buildx create was measured")
    steps = evidence.experiment.logs.steps
    booted = runs["log"].isin(steps.loc[steps["kind"] == "builder", "log"])
    exports = _exporting_runs(evidence)
    exports = exports[exports["run"].isin(runs["run"])]
    numbers = (
        f"{say_outcome(int(booted.sum()), len(booted), 'build')} booted a builder in a container"
    )
    if len(exports):
        numbers += f"; a cache was exported {_say_exports(exports)}"
    return Finding(HOLDS if booted.all() else FAILS, numbers, runs)


def build_alone(evidence: Evidence) -> Finding:
    """What can be said of docker build with a builder that something else has set."""
    names = evidence.strategies_like(_ALONE)
    named = [name for name in names if _NAMED in evidence.text[name]]
    runs = _exporting_runs(evidence)
    runs = runs[runs["strategy"].isin(named)]
    reason = "GitHub Actions, and what that action sets there, were not run here"
    if runs.empty:
        return Finding(UNCLEAR, f"{reason}; nor was docker build with {_NAMED} set")
    numbers = f"{reason}; with {_NAMED} set, docker build exported a cache {_say_exports(runs)}"
    return Finding(UNCLEAR, numbers, runs)
