"""Runs a buildspec as CodeBuild's agent does: its order, its failure rules, its log lines.

Rules: https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
Every phase that is entered runs its `finally`; a failed install or pre_build ends the build, a
failed build phase is still followed by post_build; on-failure ABORT or CONTINUE overrule that.
"""

import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from analysis.workload import Buildspec, Phase

STATE = "/tmp/agent-state"
# phases whose failure does not keep the next one from being entered
_GOES_ON = {"build"}


class _Execute(Protocol):
    """Runs a script with sh where the build is; returns its exit code, TimeoutError when late."""

    def __call__(
        self,
        script: str,
        env: dict[str, str],
        write: Callable[[bytes], object],
        timeout: float | None,
    ) -> int:
        """The exit code; what the script prints goes to `write` as it comes."""
        ...


@dataclass
class Result:
    """What became of a build: its status, the exit code of the command that failed, its times.

    `seconds` runs from the first phase's begin to the last one's end; `phases` and `commands`
    hold dicts of name, started (UTC), seconds and status or exit_code.
    """

    started: datetime
    finished: datetime
    status: str = "succeeded"
    exit_code: int = 0
    phases: list[dict[str, Any]] = field(default_factory=list)
    commands: list[dict[str, Any]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Elapsed seconds."""
        return (self.finished - self.started).total_seconds()


def run_buildspec(
    buildspec: Buildspec,
    env: dict[str, str],
    execute: _Execute,
    write: Callable[[bytes], object],
    time_limit: float | None = None,
) -> Result:
    """Run every phase as CodeBuild would and return what became of them.

    `env` overrides the buildspec's variables, as environmentVariablesOverride does. Output goes
    to `write` as it comes, between the agent's own lines. A build that takes longer than
    `time_limit` seconds is given up with status "timed out".
    """
    return _Agent(buildspec, env, execute, write, time_limit).run()


class _Agent:
    """One build under way."""

    def __init__(
        self,
        buildspec: Buildspec,
        env: dict[str, str],
        execute: _Execute,
        write: Callable[[bytes], object],
        time_limit: float | None,
    ) -> None:
        self.buildspec, self.execute = buildspec, execute
        self.env = {**buildspec.variables, **env, "CODEBUILD_CI": "true"}
        self.output, self.at_line_start, self.after_output = write, True, False
        self.clock, self.begin = time.monotonic(), datetime.now(UTC)
        self.deadline = None if time_limit is None else self.clock + time_limit
        self.result = Result(self.begin, self.begin)

    def run(self) -> Result:
        """All phases, in order."""
        self.say("Running on a build host of the lab")
        self.say(f"Phases found in YAML: {len(self.buildspec.phases)}")
        for phase in self.buildspec.phases:
            self.say(f" {phase.name.upper()}: {len(phase.commands)} commands")
        go_on = True
        for phase in self.buildspec.phases:
            if go_on:
                go_on = self.run_phase(phase)
        self.result.finished = self.now()
        return self.result

    def run_phase(self, phase: Phase) -> bool:
        """Run one phase; whether the next one is entered."""
        started = self.say(f"Entering phase {phase.name.upper()}")
        message = self.run_commands(phase.commands)
        if self.result.status != "timed out":
            message = self.run_commands(phase.final, go_on=True) or message
        state = "FAILED" if message else "SUCCEEDED"
        ended = self.say(f"Phase complete: {phase.name.upper()} State: {state}")
        code = "COMMAND_EXECUTION_ERROR" if message else ""
        self.say(f"Phase context status code: {code} Message: {message}")
        self.result.phases.append(
            {
                "phase": phase.name.upper(),
                "status": state.lower(),
                "started": started,
                "seconds": (ended - started).total_seconds(),
            }
        )
        if self.result.status == "timed out":
            return False
        if not message or phase.on_failure == "CONTINUE":
            return True
        self.result.status = "failed"
        return phase.on_failure is None and phase.name in _GOES_ON

    def run_commands(self, commands: tuple[str, ...], go_on: bool = False) -> str:
        """Run commands up to the first that fails (all with `go_on`); why it failed, or ''."""
        message = ""
        for command in commands:
            failure = self.run_command(command)
            message = message or failure
            if failure and (not go_on or self.result.status == "timed out"):
                break
        return message

    def run_command(self, command: str) -> str:
        """Run one command; why it failed, or ''."""
        started = self.say(f"Running command {command.rstrip()}", blank=self.after_output)
        self.after_output = False
        left = None if self.deadline is None else max(self.deadline - time.monotonic(), 0.1)
        try:
            succeeding, first = self.result.exit_code == 0, not self.result.commands
            script = _in_same_shell(command, self.buildspec.shell, succeeding, first)
            code = self.execute(script, self.env, self.pass_on, left)
        except TimeoutError as error:
            self.result.status, code = "timed out", None
            self.say(f"Build timed out: {error}", blank=True)
        ended = self.now()
        seconds = (ended - started).total_seconds()
        self.result.commands.append(
            {"command": command, "started": started, "seconds": seconds, "exit_code": code}
        )
        if code == 0:
            return ""
        self.result.exit_code = self.result.exit_code or (124 if code is None else code)
        if code is None:
            return f"Build timed out while executing command: {command.rstrip()}."
        reason = f"exit status {code}"
        self.say(
            f"Command did not exit successfully {command.rstrip()} {reason}", self.after_output
        )
        return f"Error while executing command: {command.rstrip()}. Reason: {reason}"

    def pass_on(self, chunk: bytes) -> None:
        """Hand raw output on."""
        if chunk:
            self.output(chunk)
            self.at_line_start, self.after_output = chunk.endswith(b"\n"), True

    def say(self, text: str, blank: bool = False) -> datetime:
        """Write one of the agent's own lines; the time it bears."""
        now = self.now()
        lead = ("" if self.at_line_start else "\n") + ("\n" if blank else "")
        self.output(f"{lead}[Container] {now:%Y/%m/%d %H:%M:%S.%f} {text}\n".encode())
        self.at_line_start = True
        return now

    def now(self) -> datetime:
        """The time, from a clock that never goes back."""
        return self.begin + timedelta(seconds=time.monotonic() - self.clock)


def _in_same_shell(
    command: str, shell: str = "sh", succeeding: bool = True, first: bool = False
) -> str:
    """A script for `command` that finds the directory and variables that earlier ones left.

    CodeBuild runs all commands of a buildspec in one shell; here each is a process of its own,
    so that its exit code and its times are its own too; functions do not outlive it. The `first`
    of a build finds nothing: a kept host still has what the build before left.
    """
    restore = f'. {STATE}/vars 2>/dev/null; cd "$(cat {STATE}/cwd)"'
    script = (
        (f"rm -rf {STATE}\n" if first else f"if [ -e {STATE}/vars ]; then {restore}; fi\n")
        + f"mkdir -p {STATE}; export CODEBUILD_BUILD_SUCCEEDING={int(succeeding)}\n"
        f"trap 'agent_code=$?; pwd >{STATE}/cwd; {{ set; export -p; }} >{STATE}/vars; "
        "exit $agent_code' EXIT\n"
        f"{command}\n"
    )
    if shell in ("sh", "/bin/sh"):
        return script
    return f"exec {shell} -c {shlex.quote(script)}\n"
