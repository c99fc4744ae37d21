"""What a sequence asked of AWS, on disk before it is asked: EXPERIMENT/builds/SEQUENCE.json.

A sequence has attempts: with each its repository is made anew, and its scenarios begin again.
What was done in the current attempt is never built again; a build that was asked for and is not
done is picked up by its id, or by its token where a client died before it knew the id.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from analysis import records
from analysis.errors import RecordError
from analysis.workload import SCENARIOS

# of an attempt: nothing of it is there any more, its repository is there, or who knows what is in
# it; the file's words are older than ours
CLOSED, OPEN, DIRTY = "closed", "open", "spoiled"
# of a build: to be started, started, read and recorded, of no use
_ASKED, STARTED, DONE, UNUSABLE = "asked", "started", "done", "lost"
_OLDER = {"attempt": "life", "rank": "order"}


@dataclass
class Entry:
    """One build that was asked for; times as ISO text, minutes as they are billed."""

    scenario: str
    attempt: int
    token: str
    project: str
    asked: str
    state: str = _ASKED
    id: str | None = None
    status: str | None = None
    started: str | None = None
    ended: str | None = None
    minutes: int | None = None
    log_missing: bool = False

    @property
    def build_id(self) -> str:
        """The id of a build that was started; LookupError before it was."""
        if self.id is None:
            raise LookupError(f"the build of {self.scenario} was not started")
        return self.id


@dataclass(frozen=True)
class Holdings:
    """What an attempt has on AWS: repositories, where in which bucket its cache is, hosts.

    `store` is (bucket, prefix) or nothing, `hosts` the repository that stands for kept hosts or "".
    """

    repositories: list[str] = field(default_factory=list)
    store: list[str] = field(default_factory=list)
    hosts: str = ""


@dataclass
class Ledger:
    """One sequence's builds; every change is on disk before it counts."""

    path: Path
    experiment: str
    state: str = CLOSED
    attempt: int = 0
    rank: int | None = None
    # as of Holdings
    repositories: list[str] = field(default_factory=list)
    store: list[str] = field(default_factory=list)
    hosts: str = ""
    builds: list[Entry] = field(default_factory=list)

    @classmethod
    def open(cls, folder: Path, name: str, experiment: str = "") -> "Ledger":
        """The ledger of a sequence in an experiment's folder, as it was left. RecordError.

        In the copy of a folder that has become another `experiment` nothing on AWS is its own.
        """
        path = folder / "builds" / f"{name}.json"
        if not path.exists():
            return cls(path, experiment)
        value = records.read_json(path)
        try:
            builds = [Entry(**_read_names(each)) for each in value.pop("builds")]
            ledger = cls(path, builds=builds, **_read_names(value))
        except (TypeError, KeyError, AttributeError) as error:
            raise RecordError(
                f"{path} is damaged ({error}): the next call that builds starts its sequence anew."
            ) from error

        if experiment and ledger.experiment != experiment:
            ledger.experiment, ledger.state = experiment, CLOSED
            ledger.attempt += 1
        return ledger

    @property
    def holdings(self) -> Holdings:
        """What its attempt has on AWS."""
        return Holdings(self.repositories, self.store, self.hosts)

    @property
    def name(self) -> str:
        """The sequence's name, which its repository's ends in."""
        return self.path.stem

    def save(self) -> None:
        """Write all of it, whole or not at all."""
        value = _write_names({key: each for key, each in asdict(self).items() if key != "path"})
        value["builds"] = [_write_names(each) for each in value["builds"]]
        records.replace_file(self.path, records.to_json(value, indent=1))

    def begin(self, holdings: Holdings) -> None:
        """Begin a new attempt, which will have these on AWS."""
        self.attempt, self.state = self.attempt + 1, OPEN
        self.repositories, self.store = list(holdings.repositories), list(holdings.store)
        self.hosts = holdings.hosts
        self.save()

    def mark(self, state: str) -> None:
        """Let the attempt be dirty or closed."""
        self.state = state
        self.save()

    def list_builds(self, state: str | None = None) -> list[Entry]:
        """The builds of the current attempt, those in one state or all."""
        own = (each for each in self.builds if each.attempt == self.attempt)
        return [each for each in own if state in (None, each.state)]

    def is_done(self, scenario: str) -> bool:
        """Whether a scenario's state is in the repository already."""
        return any(each.scenario == scenario for each in self.list_builds(DONE))

    def list_left(self, scenarios: Sequence[str]) -> list[str]:
        """Those of a sequence's scenarios that are to be built: all, unless an attempt goes on.

        One goes on only in the order of commits: not where a later one was begun already.
        """
        if self.state != OPEN:
            return list(scenarios)
        begun = {each.scenario for each in self.list_builds() if each.state != UNUSABLE}
        places = {name: _find_place(name, scenarios) for name in {*begun, *scenarios}}
        last = max((places[name] for name in begun), default=-1)
        if any(places[name] < last for name in scenarios if name not in begun):
            return list(scenarios)
        return [name for name in scenarios if not self.is_done(name)]

    def find_begun(self, scenario: str | None = None) -> Entry | None:
        """The build that was asked for and is neither done nor unusable, null without one."""
        begun = (each for each in self.list_builds() if each.state in (_ASKED, STARTED))
        return next((each for each in begun if scenario in (None, each.scenario)), None)

    def count_unusable(self, scenario: str) -> int:
        """How many builds of a scenario were of no use in this attempt."""
        return sum(each.scenario == scenario for each in self.list_builds(UNUSABLE))

    def ask(self, scenario: str, project: str, now: str) -> Entry:
        """A build that is to be started, with a token that no other has."""
        entry = Entry(scenario, self.attempt, secrets.token_hex(32), project, now)
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
        """When the build before in this attempt was over, null without one."""
        ends = [each.ended for each in self.list_builds(DONE) if each.ended]
        return max(ends, default=None)


def _find_place(scenario: str, asked: Sequence[str]) -> int:
    """A scenario's place among the commits; those of a history come as they are asked for.

    What is not asked for, such as a build of a story, comes after them all.
    """
    if scenario in SCENARIOS:
        return SCENARIOS.index(scenario)
    return len(SCENARIOS) + (asked.index(scenario) if scenario in asked else len(asked))


def _read_names(value: dict[str, Any]) -> dict[str, Any]:
    """A part of the file under our names."""
    ours = {older: name for name, older in _OLDER.items()}
    return {ours.get(key, key): each for key, each in value.items()}


def _write_names(value: dict[str, Any]) -> dict[str, Any]:
    """What _read_names reads."""
    return {_OLDER.get(key, key): each for key, each in value.items()}


def list_ledgers(folder: Path, experiment: str = "") -> Iterator[Ledger]:
    """The ledgers of an experiment's folder, by name. RecordError for a damaged one.

    `experiment` as for Ledger.open.
    """
    for path in sorted((folder / "builds").glob("*.json")):
        yield Ledger.open(folder, path.stem, experiment)


def mend_ledgers(folder: Path) -> Iterator[str]:
    """Keep damaged ledgers aside, so that their sequences start anew; a sentence for each."""
    for path in sorted((folder / "builds").glob("*.json")):
        try:
            Ledger.open(folder, path.stem)
        except RecordError as error:
            aside = records.set_aside(folder, path, "damaged")
            yield (
                f"{error} It is kept as {aside}. Builds that it alone knew of are stopped; what "
                "they were billed is not counted."
            )


def count_paid(folder: Path) -> tuple[int, int]:
    """(builds that AWS started for an experiment, the minutes billed for those that are over)."""
    started = [each for ledger in list_ledgers(folder) for each in ledger.builds if each.id]
    return len(started), sum(each.minutes or 0 for each in started)
