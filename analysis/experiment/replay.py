"""A context's git history as scenarios: each commit built with what the one before left."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from analysis import measures, records
from analysis.errors import AnalysisError, ContextError, RecordError
from analysis.experiment.changes import record_changes
from analysis.experiment.contexts import stand_in
from analysis.experiment.settings import Settings
from analysis.lab import Images
from analysis.measures.past import write_mix
from analysis.records import HISTORY
from analysis.shipped import is_own
from analysis.words import count_words, join_words
from analysis.workload import (
    COLD,
    COMMITS,
    BuildOptions,
    Change,
    CommitTree,
    GitCommit,
    classify_commits,
    find_commits,
    is_dirty,
    list_named_in,
    read_commits,
    set_images,
    settle,
)

_ID = re.compile(r"[0-9a-f]{40,64}")
_COMMITS, _MIX = "commits", "mix"


@dataclass(frozen=True)
class Replay:
    """Commits of a context, the oldest first; the one before them is built first, as cold.

    Where there is none before, the first one itself is.
    """

    context: Path
    options: BuildOptions
    commits: tuple[GitCommit, ...]

    @property
    def scenarios(self) -> list[str]:
        """The cold start, and each commit by its short id."""
        return [COLD.name, *(each.name for each in self.commits)]

    def find_tree(self, scenario: str) -> CommitTree:
        """The context as of a scenario's commit."""
        ids = {each.name: each.id for each in self.commits}
        cold = self.commits[0].before or ids[self.list_built()[1]]
        return CommitTree.at(self.context, ids.get(scenario, cold), self.options)

    def write(self, scenario: str, target: Path, bases: Mapping[str, str]) -> None:
        """Write the context as of a scenario's commit, on these images; ContextError."""
        self.find_tree(scenario).write(target)
        set_images(target, bases, self.options)

    def choose_bases(self, images: Images) -> dict[str, str]:
        """Name in a Dockerfile of these commits -> the image for it, as stand_in has it."""
        texts = dict.fromkeys(self.find_tree(name).text for name in self.list_built())
        named = (list_named_in(text, self.options) for text in texts)
        return stand_in((name for names in named for name in names), images)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """read_commits' rows of these commits."""
        return read_commits(self.context, self.commits, self.options)

    def list_built(self) -> list[str]:
        """The scenarios that can be built; ContextError where no commit can be."""
        built = {row["commit"] for row in self.rows if "kind" in row}
        if not built:
            first = self.rows[0]
            raise ContextError(f"No commit can be built, {first['commit']}: {first['problem']}")
        return [name for name in self.scenarios if name == COLD.name or name in built]

    def say(self) -> Iterator[str]:
        """A line a commit: its kind and the first layer to miss, or why it is left out."""
        if is_dirty(self.context):
            yield f"{self.context} has changes that are in no commit: they are not built"
        for row in self.rows:
            first = row.get("first_miss") or "none"
            what = f"{row['kind']}; first to miss: {first}" if "kind" in row else "left out"
            problem = f" ({row['problem']})" if row.get("problem") else ""
            yield f"{row['commit']} {row['subject']}: {what}{problem}"

    def record(self) -> dict[str, Any]:
        """What experiment.json says of the commits, and of the layers that are to miss."""
        ids = [each.id for each in self.commits]
        found = [
            {"id": one} | {name: value for name, value in row.items() if name != "layers"}
            for one, row in zip(ids, self.rows, strict=True)
        ]
        changes = {
            row["commit"]: Change(row.get("files") or "", tuple(row["layers"]), row["why"])
            for row in self.rows
            if row.get("layers") and row["kind"] != COLD.name
        }
        digest = hashlib.sha256("\n".join(ids).encode()).hexdigest()
        return {HISTORY: found, "context_digest": digest} | record_changes(changes)


def find_replay(settings: Settings, folder: Path) -> Replay | None:
    """The commits that settings ask for; those of an experiment that was begun with the same.

    Null without any. SettingError, ContextError.
    """
    if not settings.commits:
        return None
    path = folder / "experiment.json"
    there = records.read_facts(folder)
    again = there.get(HISTORY) if there.get(_COMMITS) == settings.commits else None
    ids = [str(row["id"]) for row in again] if isinstance(again, list) else None
    if ids is not None and not all(_ID.fullmatch(each) for each in ids):
        raise RecordError(f"{path} has {HISTORY} with what is no commit: choose another folder.")
    found = find_commits(settings.context, settings.commits, ids)
    settled = settle(settings.context, found, settings.options)
    return Replay(settings.context, settings.options, tuple(settled))


def record_past(
    settings: Settings, replay: Replay | None, images: Images, bases: Mapping[str, str]
) -> dict[str, Any]:
    """What experiment.json says by the context's git history: its mix, and the commits built.

    `bases`: those of the context as it is now, as choose_bases has them.
    """
    if replay is None:
        return record_mix(settings)
    named = {**bases} | replay.choose_bases(images)
    return record_mix(settings) | replay.record() | {"bases": named}


def record_mix(settings: Settings) -> dict[str, Any]:
    """What experiment.json says of the mix of the context's commits; nothing without any.

    Of those that are built, else of the newest ones; but of the package's own contexts, whose
    history is nobody's, only those that are built.
    """
    try:
        if is_own(settings.context) and not settings.commits:
            return {}
        asked = settings.commits or COMMITS
        commits = classify_commits(settings.context, asked, settings.options)
        mix = measures.mix_of_commits(commits)
    except AnalysisError:
        return {}
    assumed = mix.loc[mix["origin"].str.contains("assumed"), "kind"].tolist()
    told = count_words(int(mix["commits"].sum()), "commit")
    which = f"the last {told}" if str(asked).isdecimal() else f"{told} of {asked}"
    origin = f"{which}; {join_words(sorted(assumed))} assumed"
    return {_MIX: {"shares": write_mix(mix), "origin": origin}}
