"""The memo's section on whether the driver must be docker-container for --cache-to."""

import re

import pandas as pd

from analysis.claims.evidence import FAILS, HOLDS, UNCLEAR, Evidence, Finding
from analysis.claims.pushes import CREATED, NEW, describe_builder
from analysis.errors import LogError
from analysis.logs import read_bytes
from analysis.prose import say_counted
from analysis.words import join_words

_REFUSED = "docker-driver-cache-to"
# buildx's words, until 0.9 and since
_REFUSAL = re.compile(
    rb"ERROR: [^\r\n]*Cache export [^\r\n]*not supported for (?:the )?docker driver[^\r\n]*"
    rb"(?:\r?\nSwitch to [^\r\n]*)?"
)
_OLD_WORDS = "Cache export feature is currently not supported for docker driver."
_INLINE = r"--cache-to[= ][\"']?[^\s\"']*type=inline"
# `docker build`, which takes the default builder unless this variable names another
_ALONE, _NAMED = r"\bdocker build\b[^;|&]*--cache-to", "BUILDX_BUILDER"


def cache_to_fails(evidence: Evidence) -> Finding:
    """Whether --cache-to on the docker driver is refused, in buildx's own words."""
    runs = _refused_runs(evidence)
    if runs.empty:
        return Finding(UNCLEAR, "no build with --cache-to on the docker driver was measured")
    refused = runs[runs["words"].notna() & runs["status"].eq("failed")]
    numbers = f"{say_counted(len(refused), len(runs), 'build')} refused"
    numbers += f": {quote(refused['words'])}" if len(refused) else ""
    numbers += f"; storage driver {join_words(runs['storage_driver'].dropna().unique())}"
    return Finding(HOLDS if len(refused) == len(runs) else FAILS, numbers, runs)


def words_same(evidence: Evidence) -> Finding:
    """Whether the refusal is in the words that the memo quotes."""
    runs = _refused_runs(evidence).dropna(subset=["words"])
    if runs.empty:
        return Finding(UNCLEAR, "no build was refused --cache-to on the docker driver")
    same = runs["words"].str.contains(_OLD_WORDS, regex=False)
    versions = join_words(runs["buildx"].dropna().unique())
    numbers = (
        f"{say_counted(int(same.sum()), len(runs), 'refusal')} in these words; buildx {versions} "
        f"says {quote(runs['words'])}"
    )
    return Finding(HOLDS if same.all() else FAILS, numbers, runs)


def _refused_runs(evidence: Evidence) -> pd.DataFrame:
    """The valid runs of --cache-to on the docker driver with `words`, null if not refused."""
    runs = evidence.runs[evidence.runs["valid"] & evidence.runs["strategy"].eq(_REFUSED)]
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
    return f"in {say_counted(int(runs['exported'].sum()), len(runs), 'build')} of {names}"


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
        f"{say_counted(int(booted.sum()), len(booted), 'build')} booted a builder in a container"
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
