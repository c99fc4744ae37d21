"""An experiment on disk as frames: its runs, their logs and what they left in the registry."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import RecordError
from analysis.logs import Logs
from analysis.records.recording import frame_problems, read_json, read_records
from analysis.records.validity import judge_runs
from analysis.registry import frame_images, list_entries
from analysis.shipped import find_folder
from analysis.store import read_logs


@dataclass(frozen=True)
class Experiment:
    """Frames of one experiment.

    runs: recording.COLUMNS, valid, invalid_reason · problems: path, reason of what can't be
    read · logs: the frames of analysis.read_logs, `log` as in runs · images: those of
    analysis.read_images with `run` and `apart`: whether an entry is in a cache repository of its
    own · facts: what experiment.json says.
    """

    folder: Path
    facts: dict[str, Any]
    runs: pd.DataFrame
    problems: pd.DataFrame
    logs: Logs
    images: pd.DataFrame


def read_experiment(folder: str | Path) -> Experiment:
    """Everything in an experiment's folder; RecordError when there is no experiment.

    A relative folder is looked for here, then among those the package brings. Damaged runs are
    left out and listed in `problems`.
    """
    folder = find_folder(folder)
    records = read_records(folder)
    facts, odd = _read_facts(folder)
    logs = read_logs([Path(log) for log in records.runs["log"]])
    images, unread = _read_listings(records.runs)
    bad = logs.logs.loc[logs.logs["problem"].notna(), ["log", "problem"]]
    bad = bad.set_axis(["path", "reason"], axis="columns")
    return Experiment(
        folder=folder,
        facts=facts,
        runs=judge_runs(records.runs, logs.builds, logs.steps, logs.commands),
        problems=pd.concat([odd, records.problems, bad, unread], ignore_index=True),
        logs=logs,
        images=images,
    )


def read_runs(folder: str | Path) -> pd.DataFrame:
    """One row a finished run of an experiment: recording.COLUMNS, valid, invalid_reason.

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
    return [read_experiment(point) for point in points]


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


def _read_listings(runs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(read_images of each run's listing with `run` and `apart`, path and reason of others)."""
    entries, problems = [], []
    for run, path in zip(runs["run"], runs["images"], strict=True):
        try:
            listing = read_json(path)
            found = [
                entry | {"run": run, "apart": apart}
                for apart, part in ((False, listing), (True, listing.get("cache")))
                if part is not None
                for entry in list_entries(part["imageDetails"], part["manifests"])
            ]
        except RecordError as error:
            problems.append((path, str(error)))
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            problems.append((path, f"{path} is no listing of a registry ({error!r})."))
        else:
            entries += found
            if "problem" in listing:
                problems.append((path, listing["problem"]))
    images = frame_images(entries)
    types = {"run": "string", "apart": "bool"}
    # where nothing was listed there are no such columns yet
    columns = dict.fromkeys([*images.columns, *types])
    return images.reindex(columns=list(columns)).astype(types), frame_problems(problems)
