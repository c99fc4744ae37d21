"""One build of a strategy on CodeBuild: started, waited for, read, and recorded as in the lab.

Whatever waits is a generator: see codebuild_queue.
"""

import contextlib
import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from analysis.aws import (
    Aws,
    LogPages,
    describe_builds,
    find_last_line,
    has_no_quota,
    is_full,
    is_not_started,
    is_whole,
    open_log,
    start_build,
    stop_build,
)
from analysis.codebuild.account import Place, explain_no_log, link_console
from analysis.codebuild.api import (
    describe_end,
    explain_limit,
    find_build,
    find_problem,
    make_request,
)
from analysis.codebuild.ledger import LOST, OPEN, SPOILED, STARTED, Entry, Ledger
from analysis.codebuild.repositories import (
    BUSY_PAUSE,
    BUSY_TRIES,
    lose,
    open_life,
    patiently,
    stop_entry,
)
from analysis.codebuild.scheduler import Steps
from analysis.codebuild.target import Target
from analysis.errors import AccountError, BusyError, CloudError
from analysis.records import run_name
from analysis.workload import Strategy

# seconds between tries, and how many: for a place among the account's builds, and for a log that
# is not there yet
LIMIT_PAUSE, LIMIT_TRIES = 30.0, 120
LOG_PAUSE, LOG_SETTLES, LOG_LATE = 5.0, 10.0, 300.0
# builds of a scenario that CodeBuild itself may fail before its history breaks off
FAULTS = 3
# what registries answer for a while, and a build can do nothing about
PASSING = re.compile(
    rb"toomanyrequests|TLS handshake timeout|: i/o timeout"
    rb"|\b5\d\d (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)"
)
IMMUTABLE = b"cannot be overwritten because the tag is immutable"


@dataclass
class CloudJob:
    """A history of builds of one strategy on AWS, one after the other, as its ledger knows it."""

    aws: Aws
    place: Place
    strategy: Strategy
    number: int
    ledger: Ledger
    time_limit: float
    report: Callable[[str], None]
    variables: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def target(self) -> Target:
        """What its builds push to; it keeps the manifests that were read."""
        return Target(self.aws, self.place, self.strategy, self.ledger.name, self.variables)

    def open(self) -> Steps:
        """Go on with the history's life where its repository is there still, else begin anew."""
        target = self.target
        yield from open_life(self.aws, self.ledger, target.repositories, target.store)

    def run(self, scenario: str, source: str) -> Generator[Any, Any, tuple[Entry, dict, bytes]]:
        """(what the ledger says of it, the build when it is over, its whole log).

        `source` is where its context is in S3. CloudError when there is no such build; what is
        known of it by then is in the ledger.
        """
        while True:
            entry = yield from self.start(scenario, source)
            try:
                build = yield entry.id
            except CloudError:
                # in case it runs all the same
                with contextlib.suppress(CloudError):
                    stop_build(self.aws, entry.id)
                self.ledger.note(entry, state=LOST)
                self.ledger.leave(SPOILED)
                raise
            self.ledger.note(entry, **describe_end(build))
            problem = find_problem(build)
            if problem is None:
                log = yield from self.read_log(entry, build)
                self.check_tags(entry, build, log)
                self.check_passing(entry, build, log)
                return entry, build, log
            lose(self.ledger, entry, build)
            again = build["buildStatus"] == "FAULT" and self.ledger.state == OPEN
            if not again or self.ledger.count_lost(scenario) >= FAULTS:
                raise problem
            self.report(f"{problem} It is started again.")
            yield BUSY_PAUSE

    def check_tags(self, entry: Entry, build: Mapping[str, Any], log: bytes) -> None:
        """AccountError when a build could not push because a tag can't be moved."""
        if build["buildStatus"] == "FAILED" and IMMUTABLE in log:
            lose(self.ledger, entry, build)
            raise AccountError(
                f"A tag of {self.target.repository[0]} was made immutable while {entry.id} ran: "
                "remove what does that in this account; the same call builds this sequence anew."
            )

    def check_passing(self, entry: Entry, build: Mapping[str, Any], log: bytes) -> None:
        """CloudError when a build that is to succeed failed for what a registry could not do."""
        found = PASSING.search(log)
        if build["buildStatus"] == "FAILED" and self.strategy.expect == "succeeded" and found:
            lose(self.ledger, entry, build)
            raise CloudError(
                f"{entry.id} failed, and its log says {found[0].decode().lstrip(': ')!r}: a "
                "registry refused it as one request too many. The same call, later, builds "
                "this sequence anew."
            )

    def start(self, scenario: str, source: str) -> Generator[Any, Any, Entry]:
        """The build of a scenario: one that was begun already, or a new one."""
        entry = self.ledger.find_begun(scenario)
        if entry and entry.id is None:
            build = yield from patiently(lambda: find_build(self.aws, entry))
            if build:
                self.note_start(entry, build)
        elif entry:
            known = yield from patiently(lambda: describe_builds(self.aws, [entry.id]))
            link = link_console(known.get(entry.id, {}).get("arn", ""))
            self.report(f"{self.name(scenario)}: picks up the build {link or entry.id}")
        if entry is None:
            now = datetime.now(UTC).isoformat()
            entry = self.ledger.ask(scenario, self.place.choose_project(self.strategy), now)
        if entry.id is None:
            request = make_request(
                entry, self.strategy, self.target.environment, source, self.time_limit
            )
            self.note_start(entry, (yield from self.ask_for_start(entry, request)))
        return entry

    def ask_for_start(self, entry: Entry, request: dict[str, Any]) -> Generator[float, Any, dict]:
        """The build that CodeBuild starts, once the account has room for it."""
        full = busy = 0
        while True:
            try:
                return start_build(self.aws, request)
            except BusyError:
                busy += 1
                if busy > BUSY_TRIES:
                    raise
                pause = BUSY_PAUSE
            except CloudError as error:
                waits = is_full(error) and full < LIMIT_TRIES and not has_no_quota(error)
                # after any other answer it may run all the same: the next call looks for it
                if not waits and not busy and is_not_started(error):
                    self.ledger.forget(entry)
                if not is_full(error):
                    raise
                if not waits:
                    raise AccountError(explain_limit(error), error.code) from error
                if not full:
                    self.report(f"{explain_limit(error)} Waiting for a place.")
                full, pause = full + 1, LIMIT_PAUSE
            yield pause
            # the answer may be all that was lost, and AWS knows a token for 5 minutes only
            build = (yield from patiently(lambda: find_build(self.aws, entry))) if busy else None
            if build:
                return build

    def note_start(self, entry: Entry, build: Mapping[str, Any]) -> None:
        """Write down a build's id, and tell where to watch it."""
        self.ledger.note(entry, id=build["id"], state=STARTED)
        link = link_console(build.get("arn", ""))
        self.report(f"{self.name(entry.scenario)}: {link or build['id']}")

    def name(self, scenario: str) -> str:
        """The run's name."""
        return run_name(self.strategy.name, scenario, self.number)

    def read_log(self, entry: Entry, build: Mapping[str, Any]) -> Generator[Any, Any, bytes]:
        """The whole log of a build that is over, once CloudWatch has it."""
        log = open_log(build)
        if log is None:
            raise explain_no_log(entry.project)
        waited = quiet = 0.0
        while True:
            new = yield from patiently(lambda: log.read_on(self.aws))
            quiet = 0.0 if new else quiet + LOG_PAUSE
            if has_settled(log, build, quiet):
                return log.text
            if waited >= LOG_LATE:
                raise self.miss_log(entry, build)
            waited += LOG_PAUSE
            yield LOG_PAUSE

    def miss_log(self, entry: Entry, build: Mapping[str, Any]) -> CloudError:
        """The error of a log that does not come; a second time, its build is given up."""
        missed = entry.log_missing
        self.ledger.note(entry, log_missing=True, state=LOST if missed else entry.state)
        if missed:
            self.ledger.leave(SPOILED)
        cure = "builds this history anew" if missed else "looks for it again, at no cost"
        where = build["logs"].get("deepLink") or build["logs"]["groupName"]
        return CloudError(
            f"The log of {entry.id} is not whole in CloudWatch after {LOG_LATE / 60:.0f} minutes "
            f"({where}): the same call {cure}."
        )

    def stop(self) -> int:
        """Stop the build that runs, if one does; how many that were. CloudError."""
        return stop_entry(self.aws, self.ledger)


def has_settled(log: LogPages, build: Mapping[str, Any], quiet: float) -> bool:
    """Whether a log is whole, or nothing more is to be expected of it."""
    if is_whole(log, "Phase complete: UPLOAD_ARTIFACTS "):
        return True
    last = find_last_line(build)
    if last is None:
        return bool(log.lines) and quiet >= LOG_SETTLES
    return is_whole(log, last) and quiet >= LOG_SETTLES
