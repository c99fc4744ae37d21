"""CloudWatch: a build's log, page after page until all of it has come, and a group's streams."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from analysis.aws.builds import COMMANDS
from analysis.aws.client import Aws, aws_errors, is_absent
from analysis.errors import CloudError

# characters: CloudWatch takes longer lines as several events (once of 256 KiB, of 1 MiB since 2025)
_SHORTEST_PART = 200_000
# of a phase of commands: the agent says in the log that it ended so
_ENDED = ("SUCCEEDED", "FAILED")


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
            page = self._read_page(aws)
            if page is None:
                break
            self.lines += [_end_line(event["message"]) for event in page["events"]]
            token = page.get("nextForwardToken")
            if token is None or token == self.token:
                break
            self.token = token
        return len(self.lines) - before

    def _read_page(self, aws: Aws) -> dict[str, Any] | None:
        """The next page, null when there is no such stream."""
        after = {"nextToken": self.token} if self.token else {}
        try:
            with aws_errors(f"reading the log {self.stream} of {self.group}"):
                return aws.client("logs").get_log_events(
                    logGroupName=self.group,
                    logStreamName=self.stream,
                    startFromHead=True,
                    **after,
                )
        except CloudError as error:
            if is_absent(error):
                return None
            raise

    @property
    def text(self) -> bytes:
        """The log so far."""
        return "".join(self.lines).encode("utf-8", "replace")


def _end_line(message: str) -> str:
    """An event as a line, which CodeBuild's agent writes one of each; of a longer one, its part."""
    return message if message.endswith("\n") or len(message) > _SHORTEST_PART else f"{message}\n"


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
    if not phases or phases[-1].get("phaseStatus") not in _ENDED:
        return None
    return f"Phase complete: {phases[-1]['phaseType']} "


def is_whole(log: LogPages, last: str | None) -> bool:
    """Whether a log has its last line, searched from its end."""
    return last is not None and any(last in line for line in reversed(log.lines))


def fetch_stream(aws: Aws, group: str, stream: str) -> bytes | None:
    """A stream's whole log, null when there is none or nothing in it. CloudError."""
    log = LogPages(group, stream)
    log.read_on(aws)
    return log.text if log.lines else None


def list_streams(aws: Aws, group: str, since: datetime | None = None) -> Iterator[str]:
    """The names of a group's streams by their last event, the newest first. CloudError.

    Those whose last event is older than `since` are left out.
    """
    with aws_errors(f"listing the log group {group}"):
        pages = aws.client("logs").get_paginator("describe_log_streams")
        for page in pages.paginate(logGroupName=group, orderBy="LastEventTime", descending=True):
            for stream in page["logStreams"]:
                if not _is_young(stream, since):
                    return
                yield stream["logStreamName"]


def _is_young(stream: Mapping[str, Any], since: datetime | None) -> bool:
    """Whether the last event of a stream is not older than that, as far as CloudWatch tells."""
    last = stream.get("lastEventTimestamp")
    return since is None or last is None or last >= since.timestamp() * 1000
