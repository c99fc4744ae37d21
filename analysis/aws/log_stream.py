"""A build's log out of CloudWatch: page after page, until all of it has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analysis.aws.client import Aws, aws_errors
from analysis.errors import CloudError

# phases in which the buildspec's commands run; the agent says in the log how each ended
COMMANDS = ("INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD")
# CloudWatch takes longer lines as several events (once of 256 KiB, of 1 MiB since 2025)
LONG = 200_000
ENDED = ("SUCCEEDED", "FAILED")


@dataclass
class LogPages:
    """A log stream as far as it was read."""

    group: str
    stream: str
    lines: list[str] = field(default_factory=list)
    token: str | None = None

    def read_on(self, aws: Aws) -> int:
        """Read what is new; how many events that were. CloudError.

        A page has 10,000 events or 1 MB at most and may have none while more follow: the last
        is the one that gives the token it was asked for with. A stream that is not there yet
        has no events.
        """
        before = len(self.lines)
        while True:
            page = self.read_page(aws)
            if page is None:
                break
            self.lines += [end_line(event["message"]) for event in page["events"]]
            token = page.get("nextForwardToken")
            if token is None or token == self.token:
                break
            self.token = token
        return len(self.lines) - before

    def read_page(self, aws: Aws) -> dict[str, Any] | None:
        """The next page, null when there is no such stream."""
        place = {"nextToken": self.token} if self.token else {}
        try:
            with aws_errors(f"reading the log {self.stream} of {self.group}"):
                return aws.client("logs").get_log_events(
                    logGroupName=self.group,
                    logStreamName=self.stream,
                    startFromHead=True,
                    **place,
                )
        except CloudError as error:
            if error.code == "ResourceNotFoundException":
                return None
            raise

    @property
    def text(self) -> bytes:
        """The log so far."""
        return "".join(self.lines).encode("utf-8", "replace")


def end_line(message: str) -> str:
    """An event as a line, which CodeBuild's agent writes one of each; of a longer one, its part."""
    return message if message.endswith("\n") or len(message) > LONG else f"{message}\n"


def open_log(build: Mapping[str, Any]) -> LogPages | None:
    """The log of a build, null when CodeBuild writes it nowhere that we can read it."""
    logs = build.get("logs", {})
    if not logs.get("groupName") or not logs.get("streamName"):
        return None
    return LogPages(logs["groupName"], logs["streamName"])


def find_last_line(build: Mapping[str, Any]) -> str | None:
    """What the log of a build that is over says of its last phase of commands, null if nothing.

    A build that was given up, or that failed before its commands, says nothing of the kind.
    """
    phases = [phase for phase in build.get("phases", []) if phase["phaseType"] in COMMANDS]
    if not phases or phases[-1].get("phaseStatus") not in ENDED:
        return None
    return f"Phase complete: {phases[-1]['phaseType']} "


def is_whole(log: LogPages, last: str | None) -> bool:
    """Whether a log has its last line, searched from its end."""
    return last is not None and any(last in line for line in reversed(log.lines))
