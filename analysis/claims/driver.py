"""The memo's section on whether the driver must be docker-container for --cache-to."""

import re
from collections.abc import Sequence

import pandas as pd

from analysis.claims.evidence import FAILS, HOLDS, ONLY_IF, UNCLEAR, Evidence, Finding
from analysis.claims.pushes import CONTAINERD, CREATED, NEW, REMOTE, describe_builder
from analysis.errors import LogError
from analysis.languages import translate
from analysis.logs import read_bytes
from analysis.prose import say_outcome
from analysis.prose.template import tell
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
_INSIDE = " (type=inline)"
_ALONE, _NAMED = r"\bdocker build\b[^;|&]*--cache-to", "BUILDX_BUILDER"


def cache_to_fails(evidence: Evidence) -> Finding:
    """Whether --cache-to on the docker driver is refused, and on which image store."""
    runs = _driver_runs(evidence)
    if runs.empty:
        return Finding(UNCLEAR, tell("no build with --cache-to on the docker driver was measured"))
    stores = {
        store: runs[runs["store"] == store] for store in _STORES if runs["store"].eq(store).any()
    }
    numbers = tell("; ").join(_say_store(store, stores.get(store)) for store in _STORES)
    return Finding(_judge_stores(stores), numbers, runs)


def _judge_stores(stores: dict[str, pd.DataFrame]) -> str:
    """The verdict on image store -> its runs of _driver_runs: where all are refused, and only
    there."""
    fails = [store for store, group in stores.items() if group["refused"].all()]
    if len(fails) == len(stores):
        return HOLDS
    if not fails:
        return FAILS
    names = join_words(map(translate, fails), "or")
    return f"{ONLY_IF} {tell('the engine has {names}', names=names)}"


def _say_store(store: str, runs: pd.DataFrame | None) -> str:
    """What became of --cache-to on an image store, by whom, and in which words it was refused."""
    if runs is None:
        return tell("on {store} none was measured", store=translate(store))
    drivers = join_words(runs["storage_driver"].dropna().unique())
    parts = [
        tell("{count} refused", count=say_outcome(int(runs["refused"].sum()), len(runs), "build"))
    ]
    if runs["exported"].any():
        done = say_outcome(int(runs["exported"].sum()), len(runs), "build")
        parts = [
            *parts * bool(runs["refused"].any()),
            tell("{done} exported their cache", done=done),
        ]
    names = join_words(runs["strategy"].unique())
    words = (
        tell(": {words}", words=quote(runs["words"].dropna()))
        if runs["words"].notna().any()
        else ""
    )
    return tell(
        "on {store} (storage driver {drivers}), {names}, by {strategies}{words}",
        store=translate(store),
        drivers=drivers,
        names=join_words(parts),
        strategies=names,
        words=words,
    )


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
        return Finding(UNCLEAR, tell("no build was refused --cache-to on the docker driver"))
    same = runs["words"].str.contains(_OLD_WORDS, regex=False)
    versions = join_words(runs["buildx"].dropna().unique())
    numbers = tell(
        "{count} in these words; buildx {versions} says {words}",
        count=say_outcome(int(same.sum()), len(runs), "refusal"),
        versions=versions,
        words=quote(runs["words"]),
    )
    return Finding(HOLDS if same.all() else FAILS, numbers, runs)


def _refused_runs(evidence: Evidence, names: Sequence[str] = (_REFUSED,)) -> pd.DataFrame:
    """The valid runs of strategies with the `words` of a refusal, null where it was none."""
    runs = evidence.runs[evidence.runs["valid"] & evidence.runs["strategy"].isin(names)]
    words = [_find_refusal(log) for log in runs["log"]]
    return runs.assign(words=pd.Series(words, runs.index, dtype="string"))


def quote(words: pd.Series) -> str:
    """Each of these words once, in quotation marks."""
    return join_words(tell("“{words}”", words=each) for each in words.unique())


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
        return Finding(UNCLEAR, tell("no build that exports a cache was measured"))
    ways = runs.groupby("way", sort=False)
    counts = tell("; ").join(
        tell("by {way}, {exports}", way=_say_way(str(way)), exports=_say_exports(group))
        for way, group in ways
    )
    works = ways["exported"].any()
    others = works.drop(NEW, errors="ignore")
    if others.any():
        verdict, reason = FAILS, ""
    else:
        verdict = UNCLEAR
        reason = tell("; --cache-to was not measured on an engine with the containerd image store")
    return Finding(
        verdict, tell("a cache was exported {counts}{reason}", counts=counts, reason=reason), runs
    )


def _say_way(way: str) -> str:
    """What builds, in words."""
    builder = way.removesuffix(_INSIDE)
    return translate(builder) + way.removeprefix(builder)


def _say_exports(runs: pd.DataFrame) -> str:
    """In how many of these runs a cache was exported, and by which strategies."""
    names = join_words(runs["strategy"].unique())
    return tell(
        "in {count} of {names}",
        count=say_outcome(int(runs["exported"].sum()), len(runs), "build"),
        names=names,
    )


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
    way = runs["strategy"].map(ways) + inline.map({True: _INSIDE, False: ""})
    return runs.assign(way=way, exported=exported)


def create_changes(evidence: Evidence) -> Finding:
    """Whether docker buildx create --use has builds done by a builder in a container."""
    runs = evidence.runs_of(evidence.strategies_like(CREATED))
    if runs.empty:
        return Finding(UNCLEAR, tell("no build with docker buildx create was measured"))
    steps = evidence.experiment.logs.steps
    booted = runs["log"].isin(steps.loc[steps["kind"] == "builder", "log"])
    exports = _exporting_runs(evidence)
    exports = exports[exports["run"].isin(runs["run"])]
    numbers = tell(
        "{count} booted a builder in a container",
        count=say_outcome(int(booted.sum()), len(booted), "build"),
    )
    if len(exports):
        numbers += tell("; a cache was exported {exports}", exports=_say_exports(exports))
    return Finding(HOLDS if booted.all() else FAILS, numbers, runs)


def build_alone(evidence: Evidence) -> Finding:
    """What can be said of docker build with a builder that something else has set."""
    names = evidence.strategies_like(_ALONE)
    named = [name for name in names if _NAMED in evidence.text[name]]
    runs = _exporting_runs(evidence)
    runs = runs[runs["strategy"].isin(named)]
    reason = tell("GitHub Actions, and what that action sets there, were not run here")
    if runs.empty:
        return Finding(
            UNCLEAR,
            tell("{reason}; nor was docker build with {named} set", reason=reason, named=_NAMED),
        )
    numbers = tell(
        "{reason}; with {named} set, docker build exported a cache {exports}",
        reason=reason,
        named=_NAMED,
        exports=_say_exports(runs),
    )
    return Finding(UNCLEAR, numbers, runs)
