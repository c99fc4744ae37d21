"""Runs a buildspec as CodeBuild's agent does: its order, its failure rules, its log lines.

Rules: https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
Every phase that is entered runs its `finally`; a failed install or pre_build ends the build, a
failed build phase is still followed by post_build; on-failure ABORT or CONTINUE overrule that,
and RETRY runs the whole build again, here on the same host. Version 0.1 gives each command a shell
of its own: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from analysis.workload import CONTINUE, Buildspec, Phase

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


class _Keeper(Protocol):
    """What brings folders before a build's first phase and keeps them after its last one.

    Each says a line for the log.
    """

    def restore(self) -> str:
        """Bring them."""
        ...

    def save(self) -> str:
        """Keep them."""
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
    folder: str = ".",
    keeper: _Keeper | None = None,
) -> Result:
    """Run every phase as CodeBuild would and return what became of them.

    `env` overrides the buildspec's variables, as environmentVariablesOverride does. Output goes
    to `write` as it comes, between the agent's own lines. A build that takes longer than
    `time_limit` seconds is given up with status "timed out". Commands begin in `folder`. `keeper`
    works in CodeBuild's own phases before and after the buildspec's, whose seconds count.
    """
    agent = _Agent(buildspec, env, execute, write, time_limit, folder)
    if keeper is None:
        return agent.run()
    agent.keep("DOWNLOAD_SOURCE", keeper.restore)
    result = agent.run()
    if result.status == "succeeded":
        agent.keep("UPLOAD_ARTIFACTS", keeper.save)
        result.finished = agent.now()
    return result


class _Agent:
    """One build under way."""

    def __init__(
        self,
        buildspec: Buildspec,
        env: dict[str, str],
        execute: _Execute,
        write: Callable[[bytes], object],
        time_limit: float | None,
        folder: str = ".",
    ) -> None:
        self.buildspec, self.execute, self.folder = buildspec, execute, folder
        self.env = {**buildspec.variables, **env, "CODEBUILD_CI": "true"}
        self.output, self.at_line_start, self.after_output = write, True, False
        self.clock, self.begin = time.monotonic(), datetime.now(UTC)
        self.deadline = None if time_limit is None else self.clock + time_limit
        self.result = Result(self.begin, self.begin)
        self.user: str | None = None
        self.failed: Phase | None = None
        self.entered = False

    def run(self) -> Result:
        """All phases, in order."""
        self.say("Running on a build host of the lab")
        self.say(f"Phases found in YAML: {len(self.buildspec.phases)}")
        for phase in self.buildspec.phases:
            self.say(f" {phase.name.upper()}: {len(phase.commands)} commands")
        retries = 0
        while message := self.run_phases():
            retry = self.failed and self.failed.retry
            if not retry or not retry.allows(retries, message) or self.result.status != "failed":
                break
            retries += 1
            self.say(f"Retrying the build ({retries} of at most {retry.count})")
            self.begin_anew()
        self.result.finished = self.now()
        return self.result

    def keep(self, phase: str, work: Callable[[], str]) -> None:
        """Do some work of CodeBuild's own in a phase of its own."""
        self.say(f"Entering phase {phase}")
        self.say(work())
        self.say(f"Phase complete: {phase} State: SUCCEEDED")

    def begin_anew(self) -> None:
        """Forget how the build went so far."""
        self.result.status, self.result.exit_code = "succeeded", 0
        self.entered, self.failed = False, None

    def run_phases(self) -> str:
        """Run the phases up to where a failure leads; why the one that failed the build did."""
        first = ""
        for phase in self.buildspec.phases:
            message, go_on = self.run_phase(phase)
            if self.result.status != "succeeded" and not first:
                first, self.failed = message, phase
            if not go_on:
                break
        return first

    def run_phase(self, phase: Phase) -> tuple[str, bool]:
        """Run one phase: why it failed, or '', and whether the next one is entered."""
        self.user = phase.run_as or self.buildspec.run_as
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
            return message, False
        if not message or phase.on_failure == CONTINUE:
            return message, True
        self.result.status = "failed"
        return message, phase.on_failure is None and phase.name in _GOES_ON

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
            code = self.execute(self.write_script(command), self.env, self.pass_on, left)
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

    def write_script(self, command: str) -> str:
        """What is to be executed for a command."""
        spec, succeeding = self.buildspec, self.result.exit_code == 0
        first, self.entered = not self.entered, True
        if spec.version == "0.1":
            script = _in_own_shell(command, succeeding, self.folder)
        else:
            script = _in_same_shell(command, succeeding, self.folder if first else "")
        return _start_shell(script, spec.shell, self.user)

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


def _in_same_shell(command: str, succeeding: bool = True, folder: str = "") -> str:
    """A script for `command` that finds the directory and variables that earlier ones left.

    CodeBuild runs all commands of a buildspec in one shell; here each is a process of its own,
    so that its exit code and its times are its own too; functions do not outlive it. The first
    of a build finds nothing, as a kept host still has what the build before left: it begins in
    `folder`.
    """
    restore = f'. {STATE}/vars 2>/dev/null; cd "$(cat {STATE}/cwd)"'
    begin = f"rm -rf {STATE}\ncd {shlex.quote(folder)}\n" if folder else ""
    begin = begin or f"if [ -e {STATE}/vars ]; then {restore}; fi\n"
    # another user's commands write there too
    return (
        f"{begin}mkdir -p -m 777 {STATE}; export CODEBUILD_BUILD_SUCCEEDING={int(succeeding)}\n"
        f"trap 'agent_code=$?; umask 0; pwd >{STATE}/cwd; {{ set; export -p; }} >{STATE}/vars; "
        "exit $agent_code' EXIT\n"
        f"{command}\n"
    )


def _in_own_shell(command: str, succeeding: bool, folder: str) -> str:
    """A script for a command that finds nothing of earlier ones: those of version 0.1."""
    told = f"export CODEBUILD_BUILD_SUCCEEDING={int(succeeding)}"
    return f"cd {shlex.quote(folder)}\n{told}\n{command}\n"


def _start_shell(script: str, shell: str, user: str | None) -> str:
    """A script run by sh that runs another with the shell and the user that a buildspec names.

    A user that the host does not have is told, and root runs the command.
    """
    name = "sh" if shell in ("sh", "/bin/sh") else "bash"
    if name == "bash":
        script = f"exec bash -c {shlex.quote(script)}\n"
    if user in (None, "root"):
        return script
    asked = shlex.quote(str(user))
    return (
        f"if id -u {asked} >/dev/null 2>&1; then\n"
        f"exec su -p -s /bin/sh {asked} -c {shlex.quote(script)}\nfi\n"
        f'echo "run-as: the host has no user "{asked}", root runs this command"\n{script}'
    )
