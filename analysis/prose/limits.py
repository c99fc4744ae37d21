"""What an experiment's numbers can't say, in words."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.measures.compare import long_rounds
from analysis.prose.template import say
from analysis.workload import UNSHAPED

_MAX_ROUND = pd.Timedelta(hours=6)
# the first version of the lab in which a build that restarts an engine does so
_RESTARTS = 2
# what docker info calls the containerd image store's driver
_CONTAINERD = "overlayfs"


def say_limits(runs: pd.DataFrame, comparable: pd.DataFrame, facts: Mapping[str, Any]) -> str:
    """What the numbers can't say: runs left out, rounds that took long, what the lab spares.

    `facts`: what experiment.json says.
    """
    parts = [*_say_invalid(runs), *_say_long_rounds(runs)]
    parts += _say_given_stores(comparable) if _lab_version(facts) < _RESTARTS else []
    return " ".join([*parts, *_say_link(runs, facts)])


def _lab_version(facts: Mapping[str, Any]) -> int:
    """The version of the lab that recorded an experiment; older ones did not say it."""
    version = facts.get("lab")
    return version if isinstance(version, int) else 1


def _say_link(runs: pd.DataFrame, facts: Mapping[str, Any]) -> list[str]:
    """That nothing passed a shaped link in the lab, or not what the steps of builds fetched."""
    if runs["link"].eq(UNSHAPED).all():
        return [say("limits.unshaped")]
    direct = runs["place"].eq("lab").any() and facts.get("run_fetches", "direct") == "direct"
    return [say("limits.direct")] if direct else []


def _say_invalid(runs: pd.DataFrame) -> list[str]:
    """How many runs failed the checks; none when all passed."""
    number = int((~runs["valid"]).sum())
    verb = say("limits.is" if number == 1 else "limits.are")
    return [say("limits.invalid", number=number, runs=len(runs), verb=verb)] if number else []


def _say_long_rounds(runs: pd.DataFrame) -> list[str]:
    """Which rounds have builds that are too far apart in time to differ by chance alone."""
    hours = long_rounds(runs, _MAX_ROUND)
    rounds = [say("limits.round", number=number, hours=each) for number, each in hours.items()]
    return [say("limits.long", rounds=rounds)] if rounds else []


def _say_given_stores(runs: pd.DataFrame) -> list[str]:
    """What hosts of the lab had from the start and CodeBuild's get by a command of the build."""
    given = runs[runs["place"].eq("lab") & runs["storage_driver"].eq(_CONTAINERD)]
    if given.empty:
        return []
    boots = given["provisioning_seconds"].median()
    return [say("limits.store", strategies=given["strategy"].unique(), boots=boots)]
