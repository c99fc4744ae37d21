"""What keeps an answer from being promised: where it was measured, and what the lab left out."""

from collections.abc import Sequence

import pandas as pd

from analysis import records
from analysis.answers.mixed import Weights
from analysis.measures.caching import check_first_misses
from analysis.measures.compare import EMULATED, is_replay, long_rounds
from analysis.prose.template import say
from analysis.records import CHANGED, CHANGES
from analysis.results import Experiment
from analysis.workload import UNSHAPED

# experiment.json's entry for the version of the lab; hosts of the first had the containerd image
# store from the start, where CodeBuild's are restarted for it by the build
_LAB, _RESTARTS = "lab", 2
# what docker info calls the containerd image store's driver
_CONTAINERD = "overlayfs"
_MAX_ROUND = pd.Timedelta(hours=6)


def find_place(experiment: Experiment) -> str | None:
    """Where the compared builds ran; null where that is unknown or they ran in several places."""
    places = experiment.comparable.get("place", pd.Series(dtype="string"))
    found = places.unique()
    return str(found[0]) if len(found) == 1 and not places.isna().any() else None


def is_older_lab(experiment: records.Experiment) -> bool:
    """Whether builds ran in the first version of the lab, which restarted no engine."""
    version, places = experiment.facts.get(_LAB), experiment.runs.get("place")
    if places is None or (isinstance(version, int) and version >= _RESTARTS):
        return False
    return bool(places.eq("lab").any())


def list_unrestarted(experiment: records.Experiment) -> list[str]:
    """The strategies whose builds restart CodeBuild's engine, where the lab's did not have to."""
    runs = experiment.runs
    if not is_older_lab(experiment) or "storage_driver" not in runs:
        return []
    given = runs["valid"] & runs["place"].eq("lab") & runs["storage_driver"].eq(_CONTAINERD)
    return [str(name) for name in runs.loc[given, "strategy"].unique()]


def _list_changed(experiment: Experiment) -> list[str]:
    """The compared strategies whose recorded buildspec is another than the shipped one."""
    told = experiment.buildspecs()
    names = told.loc[told["buildspec"].eq(CHANGED), "strategy"]
    compared = experiment.comparable["strategy"].str.removesuffix(f" {EMULATED}")
    return [str(name) for name in names if compared.eq(name).any()]


def _list_misplaced(experiment: Experiment) -> list[str]:
    """The scenarios in which other layers missed first than those that the change should hit."""
    changes = experiment.facts.get(CHANGES)
    if not isinstance(changes, dict) or not changes:
        return []
    checked = check_first_misses(experiment.runs, experiment.misses(), changes)
    return [str(name) for name in checked.loc[checked["agrees"].eq(False), "scenario"]]


def _passes_by(experiment: Experiment) -> bool:
    """Whether a link was shaped that what RUN steps fetch did not pass."""
    shaped = experiment.comparable["link"].ne(UNSHAPED).any()
    return bool(shaped) and experiment.facts.get("run_fetches", "direct") == "direct"


def list_unknown(
    experiment: Experiment,
    place: str | None,
    skipped: Sequence[str],
    weights: Weights,
    lacking: Sequence[str],
    uncalibrated: bool,
) -> list[str]:
    """What these runs can't say, a clause each; `skipped`: list_unrestarted's;

    `uncalibrated`: speeds were given to no avail.
    """
    runs, replayed = experiment.comparable, is_replay(experiment.comparable)
    rounds = long_rounds(experiment.marked, _MAX_ROUND)
    changed, misplaced = _list_changed(experiment), _list_misplaced(experiment)
    links = [str(each) for each in runs["link"].dropna().unique()]
    named = [say("unknown.round", number=number, hours=each) for number, each in rounds.items()]
    told = {
        "unknown.place": place is None,
        "unknown.speeds": uncalibrated,
        "unknown.lab": place == "lab",
        "unknown.links": len(links) > 1,
        "unknown.restart": skipped,
        "unknown.recipe": changed,
        "unknown.change": misplaced,
        "unknown.unshaped": place == "lab" and runs["link"].eq(UNSHAPED).all(),
        "unknown.direct": place == "lab" and _passes_by(experiment),
        "unknown.emulated": runs["strategy"].str.endswith(EMULATED).any(),
        "unknown.unbuilt": weights.unbuilt and not weights.left_out,
        "unknown.narrowed": weights.unbuilt and weights.left_out,
        "unknown.rare": weights.rare,
        "unknown.lacking": lacking and not replayed,
        "unknown.lacking_commits": lacking and replayed,
        "unknown.one_order": replayed and experiment.runs["round"].nunique() == 1,
        "unknown.long": named,
    }
    facts = {"strategies": skipped, "changed": changed, "misplaced": misplaced, "lacking": lacking}
    others = {"scenarios": weights.unbuilt, "share": weights.left_out, "rounds": named}
    others |= {"links": links, "rare": weights.rare, "rare_share": weights.rare_share}
    return [say(name, **facts, **others) for name, so in told.items() if so]
