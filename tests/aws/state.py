"""What tests set and what the corrected services read: outcomes, faults, limits, the time."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis.workload import SCENARIOS
from aws.builds import Build, Execution, Outcome, make_outcome
from aws.checks import Call

ROOT = Path(__file__).parent.parent.parent
THROTTLED = {"s3": ("SlowDown", 503)}


@dataclass(frozen=True)
class Request:
    """A build that was asked for: its description, variables, buildspec, when its agent begins,

    when it was asked for (seconds since 1970);

    strategy, scenario, number: of the recorded run it stands for, as far as one can tell.
    """

    data: Mapping[str, Any]
    env: Mapping[str, str]
    buildspec: str
    agent_start: float
    started: float
    strategy: str = ""
    scenario: str = ""
    number: int = 1


Runner = Callable[[Request], Outcome | Execution]


@dataclass
class Rule:
    """Which builds become something else than the runner says, and how many (null: all)."""

    when: Callable[[Request], bool]
    change: Callable[[Outcome], Outcome]
    after_polls: float | None
    times: int | None


@dataclass
class Fault:
    """An answer that is given in place of the right one; `late`: after what was asked is done."""

    operation: str
    code: str
    message: str
    times: int
    status: int = 400
    late: bool = False


class State:
    """`requests` counts calls by operation, `violations` says what was wrong with any of them."""

    def __init__(self) -> None:
        # HOST:PORT that docker can log in to and push to; '': addresses are as those of AWS
        self.registry = ""
        self.clear()

    def clear(self) -> None:
        """Nothing built, counted or set."""
        self.requests: Counter[str] = Counter()
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.builds: dict[str, Build] = {}
        self.asked: dict[str, Request] = {}
        self.tokens: dict[str, tuple[float, str, str]] = {}
        self.rules: list[Rule] = []
        self.faults: list[Fault] = []
        self.reads: Counter[tuple[str, ...]] = Counter()
        self.waits: list[float] = []
        self.limit: int | None = None
        # what whoever asks may do, as a policy; null: all
        self.policy: dict[str, Any] | None = None
        self.offset = 0.0
        # for tests to set
        self.runner: Runner | None = None
        self.experiment, self.scenarios = ROOT / "data" / "lab", SCENARIOS
        self.after_polls: float = 2
        self.events_per_page, self.bytes_per_page, self.empty_pages = 10_000, 1 << 20, 0
        self.log_absent, self.log_late = 0, 0
        self.images_per_page, self.preview_polls = 1000, 1

    def now(self) -> float:
        """The time here, seconds since 1970: ahead of the real one by what builds jumped over."""
        return time.time() + self.offset

    def reach(self, moment: float) -> None:
        """Let it be at least this late."""
        self.offset += max(0.0, moment - self.now())

    def set_outcome(
        self,
        strategy: str | None = None,
        scenario: str | None = None,
        *,
        when: Callable[[Request], bool] | None = None,
        status: str | None = None,
        phase: str = "",
        log: bytes | str | None = None,
        images: Mapping[str, Any] | None = None,
        after_polls: float | None = None,
        times: int | None = None,
    ) -> None:
        """What becomes of the next `times` builds (null: all) of these that are as `when` says.

        What is left open stays as the runner says; a build that does not succeed ends in `phase`
        (BUILD; a fault in PROVISIONING), has half of its log and pushes nothing.
        after_polls=math.inf: it never ends. The rule made last goes first.
        """

        def is_meant(request: Request) -> bool:
            return (
                strategy in (None, request.strategy)
                and scenario in (None, request.scenario)
                and (when is None or when(request))
            )

        def change(outcome: Outcome) -> Outcome:
            changed = change_outcome(outcome, status, phase, log)
            return changed if images is None else replace(changed, images=images)

        self.rules.insert(0, Rule(is_meant, change, after_polls, times))

    def find_rule(self, request: Request) -> Rule | None:
        """The rule for a build, one of its times used up."""
        for rule in self.rules:
            if rule.times != 0 and rule.when(request):
                rule.times = None if rule.times is None else rule.times - 1
                return rule
        return None

    def throttle(self, operation: str, times: int) -> None:
        """Answer the next `times` calls of an operation ("*": of any) that the rate is exceeded."""
        self.fail(operation, "ThrottlingException", "Rate exceeded", times)

    def fail(
        self, operation: str, code: str, message: str = "", times: int = 1, status: int = 400
    ) -> None:
        """Answer the next `times` calls of an operation ("*": of any) with an error."""
        self.faults.append(Fault(operation, code, message, times, status))

    def lose_answer(self, operation: str, times: int = 1) -> None:
        """Do what the next `times` calls of an operation ask, and answer HTTP 500."""
        self.faults.append(Fault(operation, "InternalFailure", "", times, 500, late=True))

    def take_fault(self, call: Call) -> Fault | None:
        """The fault a call meets, one of its times used up."""
        for fault in self.faults:
            if fault.times > 0 and fault.operation in ("*", call.operation):
                fault.times -= 1
                if fault.code == "ThrottlingException" and call.service in THROTTLED:
                    code, status = THROTTLED[call.service]
                    return replace(fault, code=code, status=status)
                return fault
        return None

    def limit_builds(self, count: int | None) -> None:
        """How many builds of the account may be under way at once; null: any number."""
        self.limit = count

    def log_text(self, build_id: str) -> bytes:
        """The whole log of a build so far, as its CloudWatch events hold it together."""
        build = self.builds[build_id]
        return b"".join(line for _, line in build.lines[: build.written])


def change_outcome(
    outcome: Outcome, status: str | None, phase: str, log: bytes | str | None
) -> Outcome:
    """An outcome with another status or log."""
    if status is None and log is None:
        return outcome
    status = status or outcome.status
    if log is None:
        log = outcome.log if status == outcome.status else cut_log(outcome.log)
    made = make_outcome(status, log.encode() if isinstance(log, str) else log, phase)
    return replace(made, images=outcome.images if status == outcome.status else None)


def cut_log(log: bytes) -> bytes:
    """The first half of a log's lines."""
    lines = log.splitlines(keepends=True)
    return b"".join(lines[: len(lines) // 2])
