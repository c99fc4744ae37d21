"""An experiment on disk as frames: its runs, their logs and what they left in the registry."""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import RecordError
from analysis.logs import Logs
from analysis.records.bases import time_bases
from analysis.records.commits import mark_commits
from analysis.records.evidence import gather_evidence
from analysis.records.listings import read_listings
from analysis.records.pressure import flag_pressure
from analysis.records.ranks import mark_rebuilt, read_planned
from analysis.records.recording import frame_problems, read_json, read_records
from analysis.records.speeds import add_speeds, read_traced_logs
from analysis.records.told import contradict_facts
from analysis.records.validity import judge_runs
from analysis.shipped import find_folder
from analysis.store import Store, find_answers, recall

_OWN = ("runs", "problems", "images")
_LOGS = [each.name for each in fields(Logs)]


@dataclass(frozen=True)
class Experiment:
    """Frames of one experiment.

    runs: recording.COLUMNS (pressure: share of the build's time in which a task waited for a CPU,
    others_cpu: share of the machine's CPU time that others used), valid, invalid_reason,
    unpack_mbps, download_mbps, push_mbps (megabytes of compressed layers a second, of layers of
    10 MB and more), boot_seconds (of a new builder), restart_seconds (of the engine; all five by
    the run's own log, null where it does not tell), under_pressure (null unknown); of a history
    also mark_commits' · problems:
    path, reason of what can't be read · logs: the frames of analysis.read_logs, `log` as in runs;
    steps have base_seconds: the time in which a step but a FROM moved layers of a base image ·
    images: those of analysis.read_images with `run` and `apart`: whether an entry is in a cache
    repository of its own · facts: what experiment.json says.
    """

    folder: Path
    facts: dict[str, Any]
    runs: pd.DataFrame
    problems: pd.DataFrame
    logs: Logs
    images: pd.DataFrame


def read_experiment(folder: str | Path, *, cluster: str = "", store: Store = None) -> Experiment:
    """Everything in an experiment's folder; RecordError when there is no experiment.

    A relative folder is looked for here, then among those the package brings. Damaged runs are
    left out and listed in `problems`. `cluster`, `store`: as analysis.read_logs takes them.
    """
    return _read_experiment(find_folder(folder), cluster, store)


def _read_experiment(
    folder: Path, cluster: str = "", store: Store = None, whole: Path | None = None
) -> Experiment:
    """Everything in that folder, which is read as a part of `whole`."""
    facts, odd = _read_facts(folder)
    answers = find_answers(folder, store, whole)
    names = [*_OWN, *(f"logs.{name}" for name in _LOGS)]
    runs, problems, images, *logs = recall(
        answers, names, lambda: _read_frames(folder, facts, odd, cluster, store)
    )
    named = dict(zip(_LOGS, logs, strict=True))
    runs = mark_commits(runs, facts)
    experiment = Experiment(folder, facts, runs, problems, Logs(**named), images)
    vars(experiment).update(answers=answers, reading={"cluster": cluster, "store": store})
    return experiment


def _read_frames(
    folder: Path, facts: dict[str, Any], odd: pd.DataFrame, cluster: str, store: Store
) -> list[pd.DataFrame]:
    """The frames of an experiment, _OWN and then those of its logs, from its files."""
    records = read_records(folder)
    paths = [Path(log) for log in records.runs["log"]]
    logs, speeds, transfers = read_traced_logs(paths, cluster, store)
    images, unread, faults = read_listings(records.runs, cluster, store)
    evidence = gather_evidence(records.runs, records.built, logs, images, faults, cluster, store)
    evidence = evidence.assign(rebuilt=mark_rebuilt(folder, records.runs))
    bad = logs.logs.loc[logs.logs["problem"].notna(), ["log", "problem"]]
    bad = bad.set_axis(["path", "reason"], axis="columns")
    told = frame_problems(contradict_facts(folder, facts, records.runs))
    problems = [odd, told, records.problems, bad, frame_problems(unread)]
    planned = read_planned(folder, facts)
    judged = judge_runs(records.runs, logs.builds, logs.steps, logs.commands, evidence, planned)
    steps = logs.steps.assign(base_seconds=time_bases(logs.steps, transfers))
    logs = replace(logs, steps=steps)
    return [
        flag_pressure(add_speeds(judged, speeds, images)),
        pd.concat(problems, ignore_index=True),
        images,
        *(getattr(logs, name) for name in _LOGS),
    ]


def read_runs(folder: str | Path) -> pd.DataFrame:
    """One row a finished run of an experiment: the columns of `runs` in read_experiment's.

    >>> runs = analysis.read_runs("data/control")
    >>> runs["strategy"].unique().tolist()
    ['docker-again', 'docker', 'registry-cache-again', 'registry-cache']
    """
    return read_experiment(folder).runs


def read_grid(folder: str | Path) -> list[Experiment]:
    """The experiments in the folders of one, by name; RecordError when none of them is one."""
    folder = find_folder(folder)
    points = sorted(path.parent for path in folder.glob("*/runs") if path.is_dir())
    if not points:
        raise RecordError(f"{folder} holds no folder with an experiment: give that of a grid.")
    return [_read_experiment(find_folder(point), whole=folder) for point in points]


def _read_facts(folder: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    """(what experiment.json says, {} when it says nothing; path and reason if it is damaged)."""
    path = folder / "experiment.json"
    try:
        facts = read_json(path) if path.is_file() else {}
        if not isinstance(facts, dict):
            raise RecordError(
                f"{path} is not a JSON object: restore the one written with the first run."
            )
    except RecordError as error:
        return {}, frame_problems([(path, error)])
    return facts, frame_problems([])
