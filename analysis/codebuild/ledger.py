"""What a history asked of AWS, on disk before it is asked: EXPERIMENT/builds/HISTORY.json.

A history has lives: with each its repository is made anew, and its scenarios begin again. What
was done in the life that goes on is never built again; a build that was asked for and is not
done is picked up by its id, or by its token where a client died before it knew the id.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from analysis import records
from analysis.errors import RecordError
from analysis.workload import SCENARIOS

# of a life: nothing of it is there any more, its repository is there, nobody knows what is in it
CLOSED, OPEN, SPOILED = "closed", "open", "spoiled"
# of a build: to be started, started, read and recorded, of no use
ASKED, STARTED, DONE, LOST = "asked", "started", "done", "lost"


@dataclass
class Entry:
    """One build that was asked for; times as ISO text, minutes as they are billed."""

    scenario: str
    life: int
    token: str
    project: str
    asked: str
    state: str = ASKED
    id: str | None = None
    status: str | None = None
    started: str | None = None
    ended: str | None = None
    minutes: int | None = None
    log_missing: bool = False


@dataclass
class Ledger:
    """One history's builds; every change is on disk before it counts."""

    path: Path
    experiment: str
    state: str = CLOSED
    life: int = 0
    order: int | None = None
    # what a life has on AWS: repositories, and where in which bucket its cache is
    repositories: list[str] = field(default_factory=list)
    store: list[str] = field(default_factory=list)
    builds: list[Entry] = field(default_factory=list)

    @classmethod
    def open(cls, folder: Path, name: str, experiment: str = "") -> "Ledger":
        """The ledger of a history in an experiment's folder, as it was left. RecordError."""
        path = folder / "builds" / f"{name}.json"
        if not path.exists():
            return cls(path, experiment)
        value = records.read_json(path)
        try:
            builds = [Entry(**each) for each in value.pop("builds")]
            return cls(path, builds=builds, **value)
        except (TypeError, KeyError, AttributeError) as error:
            raise RecordError(
                f"{path} is damaged ({error}): remove it, and its sequence starts anew."
            ) from error

    @property
    def name(self) -> str:
        """The history's name, which its repository's ends in."""
        return self.path.stem

    def save(self) -> None:
        """Write all of it, whole or not at all."""
        value = {key: each for key, each in asdict(self).items() if key != "path"}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        part.write_bytes(records.to_json(value, indent=1))
        os.replace(part, self.path)

    def begin(self, repositories: list[str], store: list[str]) -> None:
        """Begin a new life with these repositories and (bucket, prefix) or nothing in S3."""
        self.life, self.state = self.life + 1, OPEN
        self.repositories, self.store = repositories, store
        self.save()

    def leave(self, state: str) -> None:
        """Let the life be spoiled or closed."""
        self.state = state
        self.save()

    def of_life(self, state: str | None = None) -> list[Entry]:
        """The builds of the life that goes on, those in one state or all."""
        return [
            each for each in self.builds if each.life == self.life and state in (None, each.state)
        ]

    def is_done(self, scenario: str) -> bool:
        """Whether a scenario's state is in the repository already."""
        return any(each.scenario == scenario for each in self.of_life(DONE))

    def list_left(self, scenarios: list[str]) -> list[str]:
        """Those of a history's scenarios that are to be built: all, unless a life goes on.

        One goes on only in the order of commits: not where a later one was begun already.
        """
        if self.state != OPEN:
            return list(scenarios)
        begun = {each.scenario for each in self.of_life() if each.state != LOST}
        last = max((SCENARIOS.index(name) for name in begun), default=-1)
        if any(SCENARIOS.index(name) < last for name in scenarios if name not in begun):
            return list(scenarios)
        return [name for name in scenarios if not self.is_done(name)]

    def find_begun(self, scenario: str | None = None) -> Entry | None:
        """The build that was asked for and is neither done nor lost, null without one."""
        begun = (each for each in self.of_life() if each.state in (ASKED, STARTED))
        return next((each for each in begun if scenario in (None, each.scenario)), None)

    def count_lost(self, scenario: str) -> int:
        """How many builds of a scenario were of no use in this life."""
        return sum(each.scenario == scenario for each in self.of_life(LOST))

    def ask(self, scenario: str, project: str, now: str) -> Entry:
        """A build that is to be started, with a token that no other has."""
        number = len(self.builds) + 1
        text = f"{self.experiment}/{self.name}/{scenario}/{self.life}/{number}"
        token = hashlib.sha256(text.encode()).hexdigest()
        entry = Entry(scenario, self.life, token, project, now)
        self.builds.append(entry)
        self.save()
        return entry

    def note(self, entry: Entry, **changes: Any) -> None:
        """Write down what became of a build."""
        for name, value in changes.items():
            setattr(entry, name, value)
        self.save()

    def forget(self, entry: Entry) -> None:
        """Take out a build that was never started."""
        self.builds.remove(entry)
        self.save()

    def last_end(self) -> str | None:
        """When the build before in this life was over, null without one."""
        ends = [each.ended for each in self.of_life(DONE) if each.ended]
        return max(ends, default=None)


def list_ledgers(folder: Path) -> Iterator[Ledger]:
    """The ledgers of an experiment's folder, by name. RecordError for a damaged one."""
    for path in sorted((folder / "builds").glob("*.json")):
        yield Ledger.open(folder, path.stem)


def count_paid(folder: Path) -> tuple[int, int]:
    """(builds that AWS started for an experiment, the minutes billed for those that are over)."""
    started = [each for ledger in list_ledgers(folder) for each in ledger.builds if each.id]
    return len(started), sum(each.minutes or 0 for each in started)
