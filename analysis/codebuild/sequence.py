"""One build of a strategy on CodeBuild: started, waited for, read, and recorded as in the lab.

Whatever waits is a generator: see scheduler.
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
from analysis.codebuild.account import Account, explain_no_log, link_console, uses
from analysis.codebuild.api import (
    Place,
    describe_end,
    explain_limit,
    find_build,
    find_problem,
    make_request,
)
from analysis.codebuild.ledger import DIRTY, OPEN, STARTED, UNUSABLE, Entry, Ledger
from analysis.codebuild.repositories import mark_unusable, open_attempt, stop_running
from analysis.codebuild.scheduler import Waits
from analysis.codebuild.target import Target
from analysis.codebuild.waiting import BUSY_PAUSE_SECONDS, BUSY_TRIES, retry_while_busy
from analysis.errors import AccountError, BusyError, CloudError
from analysis.lab import BRANCH, COMMIT, name_commit, read_end
from analysis.records import run_name
from analysis.workload import MAIN, Strategy

# between tries, and how many: until one of the account's builds is over, as long as CodeBuild lets
# builds queue, and for a log that is not there yet
_LIMIT_PAUSE_SECONDS, _LIMIT_TRIES = 30.0, 960
_LOG_PAUSE_SECONDS, _LOG_SETTLES_SECONDS, LOG_LATE_SECONDS = 5.0, 10.0, 300.0
# builds of a scenario that CodeBuild itself may fail before its sequence breaks off
_MOST_FAULTS = 3
# what registries answer for a while, and a build can do nothing about
_PASSING = re.compile(
    rb"toomanyrequests|TLS handshake timeout|: i/o timeout"
    rb"|\b5\d\d (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)"
)
_IMMUTABLE = b"cannot be overwritten because the tag is immutable"

_Build = dict[str, Any]


@dataclass
class CloudSequence:
    """A sequence of builds of one strategy on AWS, one after the other, as its ledger knows it.

    `branches`: scenario -> the branch of its commit, where that is not main.
    """

    aws: Aws
    account: Account
    strategy: Strategy
    number: int
    ledger: Ledger
    time_limit: float
    report: Callable[[str], None]
    variables: Mapping[str, str] = field(default_factory=dict)
    log_group: str = ""
    branches: dict[str, str] = field(default_factory=dict)

    @cached_property
    def target(self) -> Target:
        """What its builds push to; it keeps the manifests that were read."""
        ledger = self.ledger
        return Target(
            self.aws, self.account, self.strategy, ledger.experiment, ledger.name, self.variables
        )

    def open(self) -> Waits:
        """Go on with the attempt whose repository is there still, else begin another."""
        yield from open_attempt(self.aws, self.ledger, self.target.holdings, self.report)

    def run(self, scenario: str, archive: str) -> Generator[Any, Any, tuple[Entry, _Build, bytes]]:
        """(what the ledger says of it, the build when it is over, its whole log).

        `archive` is where its context is in S3. CloudError when there is no such build; what is
        known of it by then is in the ledger.
        """
        while True:
            entry = yield from self._start(scenario, archive)
            build = yield from self._wait_for(entry)
            problem = find_problem(build)
            if problem is None:
                log = yield from self._read_log(entry, build)
                self._check_tags(entry, build, log)
                self._check_passing(entry, build, log)
                return entry, build, log
            mark_unusable(self.ledger, entry, build)
            again = build["buildStatus"] == "FAULT" and self.ledger.state == OPEN
            if not again or self.ledger.count_unusable(scenario) >= _MOST_FAULTS:
                raise problem
            self.report(f"{problem} It is started again.")
            yield BUSY_PAUSE_SECONDS

    def _wait_for(self, entry: Entry) -> Generator[Any, Any, _Build]:
        """A build when it is over; CloudError for one that CodeBuild does not know any more."""
        try:
            build = yield entry.build_id
        except CloudError:
            # in case it runs all the same
            with contextlib.suppress(CloudError):
                stop_build(self.aws, entry.build_id)
            self.ledger.note(entry, state=UNUSABLE)
            self.ledger.mark(DIRTY)
            raise
        self.ledger.note(entry, **describe_end(build))
        return build

    def _check_tags(self, entry: Entry, build: Mapping[str, Any], log: bytes) -> None:
        """AccountError when a build could not push because a tag can't be moved."""
        if build["buildStatus"] == "FAILED" and _IMMUTABLE in log:
            mark_unusable(self.ledger, entry, build)
            raise AccountError(
                f"A tag of {self.target.repository[0]} was made immutable while {entry.id} ran: "
                "remove what does that in this account; the same call builds this sequence anew."
            )

    def _check_passing(self, entry: Entry, build: Mapping[str, Any], log: bytes) -> None:
        """CloudError when a build that is to succeed failed for what a registry could not do."""
        found = _PASSING.search(read_end(log))
        if build["buildStatus"] == "FAILED" and self.strategy.expect == "succeeded" and found:
            mark_unusable(self.ledger, entry, build)
            raise CloudError(
                f"{entry.id} failed, and its log says {found[0].decode().lstrip(': ')!r}: a "
                "registry was too busy. The same call, later, builds this sequence anew."
            )

    def _start(self, scenario: str, archive: str) -> Generator[Any, Any, Entry]:
        """The build of a scenario: one that was begun already, or a new one."""
        entry = self.ledger.find_begun(scenario)
        if entry is None:
            now = datetime.now(UTC).isoformat()
            entry = self.ledger.ask(scenario, self.account.choose_project(self.strategy), now)
        else:
            yield from self._pick_up(entry)
        if entry.id is None:
            place = self._describe_place(scenario)
            request = make_request(entry, self.strategy, place, archive, self.time_limit)
            self._note_start(entry, (yield from self._ask_for_start(entry, request)))
        return entry

    def begin(self, scenario: str, archive: str) -> Waits:
        """Start the build of a scenario, which `run` then waits for."""
        yield from self._start(scenario, archive)

    def _describe_place(self, scenario: str) -> Place:
        """Where the build of a scenario runs, and its variables: those of its commit, too."""
        target, branch = self.target, self.branches.get(scenario, MAIN)
        environment = target.environment
        if uses(self.strategy, COMMIT) and not self.strategy.in_context:
            commit = name_commit(target.name, scenario, 0, branch)
            environment |= {BRANCH: branch, COMMIT: commit}
        folder = "/".join(target.store).rstrip("/")
        return Place(target.name, environment, self.log_group, folder, self.account.build_image)

    def _pick_up(self, entry: Entry) -> Waits:
        """Tell of a build that goes on, and learn its id where a client died before it knew it."""
        if entry.id is None:
            build = yield from self._find_build(entry)
            if build:
                self._note_start(entry, build)
            return
        known = yield from retry_while_busy(lambda: describe_builds(self.aws, [entry.build_id]))
        link = link_console(known.get(entry.id, {}).get("arn", ""))
        self.report(f"{self.name(entry.scenario)}: picks up the build {link or entry.id}")

    def _ask_for_start(self, entry: Entry, request: dict[str, Any]) -> Generator[Any, Any, _Build]:
        """The build that CodeBuild starts, once the account has room for it."""
        full = busy = 0
        while True:
            try:
                return start_build(self.aws, request)
            except BusyError:
                busy += 1
                if busy > BUSY_TRIES:
                    raise
                pause = BUSY_PAUSE_SECONDS
            except CloudError as error:
                waits = is_full(error) and full < _LIMIT_TRIES and not has_no_quota(error)
                # after any other answer it may run all the same: the next call looks for it
                if not waits and not busy and is_not_started(error):
                    self.ledger.forget(entry)
                if not is_full(error):
                    raise
                if not waits:
                    raise AccountError(explain_limit(error), error.code) from error
                if not full:
                    self.report(f"{explain_limit(error)} Waiting until one is over.")
                full, pause = full + 1, _LIMIT_PAUSE_SECONDS
            yield pause
            # the answer may be all that was lost, and AWS knows a token for 5 minutes only
            if busy and (build := (yield from self._find_build(entry))):
                return build

    def _find_build(self, entry: Entry) -> Generator[Any, Any, _Build | None]:
        """The build with an entry's token, null without one."""
        return (yield from retry_while_busy(lambda: find_build(self.aws, entry)))

    def _note_start(self, entry: Entry, build: Mapping[str, Any]) -> None:
        """Write down a build's id, and tell where to watch it."""
        self.ledger.note(entry, id=build["id"], state=STARTED)
        link = link_console(build.get("arn", ""))
        self.report(f"{self.name(entry.scenario)}: {link or build['id']}")

    def name(self, scenario: str) -> str:
        """The run's name."""
        return run_name(self.strategy.name, scenario, self.number)

    def _read_log(self, entry: Entry, build: Mapping[str, Any]) -> Generator[Any, Any, bytes]:
        """The whole log of a build that is over, once CloudWatch has it."""
        log = open_log(build)
        if log is None:
            raise explain_no_log(entry.project)
        waited = quiet = 0.0
        while True:
            new = yield from retry_while_busy(lambda: log.read_on(self.aws))
            quiet = 0.0 if new else quiet + _LOG_PAUSE_SECONDS
            if _has_settled(log, build, quiet):
                return log.text
            if waited >= LOG_LATE_SECONDS:
                raise self._miss_log(entry, build)
            waited += _LOG_PAUSE_SECONDS
            yield _LOG_PAUSE_SECONDS

    def _miss_log(self, entry: Entry, build: Mapping[str, Any]) -> CloudError:
        """The error of a log that does not come; a second time, its build is given up."""
        missed = entry.log_missing
        self.ledger.note(entry, log_missing=True, state=UNUSABLE if missed else entry.state)
        if missed:
            self.ledger.mark(DIRTY)
        cure = "builds this sequence anew" if missed else "looks for it again, at no cost"
        where = build["logs"].get("deepLink") or build["logs"]["groupName"]
        return CloudError(
            f"The log of {entry.id} is not whole in CloudWatch after {LOG_LATE_SECONDS / 60:.0f} "
            f"minutes ({where}): the same call {cure}."
        )

    def stop(self) -> int:
        """Stop the build that runs, if one does; how many that were. CloudError."""
        return stop_running(self.aws, self.ledger)


def _has_settled(log: LogPages, build: Mapping[str, Any], quiet: float) -> bool:
    """Whether a log is whole, or nothing more is to be expected of it."""
    if is_whole(log, "Phase complete: UPLOAD_ARTIFACTS "):
        return True
    last = find_last_line(build)
    if last is None:
        return bool(log.lines) and quiet >= _LOG_SETTLES_SECONDS
    return is_whole(log, last) and quiet >= _LOG_SETTLES_SECONDS
