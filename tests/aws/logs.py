"""CloudWatch Logs as it is: pages that end by size too, empty pages, and logs that come late.

Its end is the token that repeats. Event times are those of the agent's lines, as where CloudWatch
flushes tens of lines at once.
"""

import math
from typing import Any

from moto.core.responses import ActionResult
from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogEvent, LogStream, logs_backends
from moto.logs.responses import LogsResponse

from aws import ACCOUNT
from aws.builds import Build
from aws.state import State

# of one event; a longer line is several
EVENT_BYTES = 1 << 18
# what an event counts beyond its text
OVERHEAD = 26


def describe_location(data: dict[str, Any], region: str) -> dict[str, Any]:
    """`logs` of a build whose agent runs: where its log is."""
    config = data["logs"].get("cloudWatchLogs") or {"status": "ENABLED"}
    group = config.get("groupName") or f"/aws/codebuild/{data['projectName']}"
    key = data["id"].rpartition(":")[2]
    stream = f"{config['streamName']}/{key}" if config.get("streamName") else key
    arn = f"arn:aws:logs:{region}:{ACCOUNT}:log-group:{group}:log-stream:{stream}"
    if config["status"] != "ENABLED":
        return data["logs"]
    return data["logs"] | {
        "groupName": group,
        "streamName": stream,
        "cloudWatchLogs": config,
        "cloudWatchLogsArn": arn,
        "deepLink": f"https://console.aws.amazon.com/cloudwatch/home?region={region}"
        f"#logsV2:log-groups/log-group/{group}/log-events/{stream}",
    }


def write_lines(build: Build, region: str) -> None:
    """Write those lines of a build's log that are due and not written yet."""
    if "groupName" not in build.data["logs"]:
        return
    stream = open_stream(build.data["logs"], region)
    # what the agent does between its phases is in no phase's seconds
    ended = build.done and not build.stopped
    late = math.inf if ended else build.started + build.elapsed - build.agent_start + 1e-6
    while build.written < len(build.lines) and build.lines[build.written][0] <= late:
        offset, line = build.lines[build.written]
        moment = int((build.agent_start + offset) * 1000)
        for text in cut_text(line):
            stream.events.append(LogEvent(moment, {"timestamp": moment, "message": text}))
        stream.stored_bytes += len(line)
        build.written += 1


def cut_text(line: bytes) -> list[str]:
    """A line as the texts of as many events as it needs."""
    text = line.decode("utf-8", "replace")
    return [text[at : at + EVENT_BYTES] for at in range(0, len(text), EVENT_BYTES)]


def open_stream(location: dict[str, Any], region: str) -> LogStream:
    """The stream at a location, made where there is none."""
    backend = logs_backends[ACCOUNT][region]
    group, stream = location["groupName"], location["streamName"]
    if group not in backend.groups:
        backend.create_log_group(group, {})
    if stream not in backend.groups[group].streams:
        backend.create_log_stream(group, stream)
    return backend.groups[group].streams[stream]


def get_log_events(self: LogsResponse) -> ActionResult:
    """A page of a stream; past its end the token that was given."""
    aws: State = self.aws
    name = self._get_param("logStreamName")
    group = self.logs_backend._find_log_group(
        log_group_name=self._get_param("logGroupName"),
        log_group_id=self._get_param("logGroupIdentifier"),
    )
    stream = group.streams.get(name)
    aws.reads[group.name, name] += 1
    if stream is None or aws.reads[group.name, name] <= aws.log_absent:
        raise ResourceNotFoundException("The specified log stream does not exist.")
    events = pick_events(stream, self._get_param("startTime"), self._get_param("endTime"))
    size = min(self._get_param("limit") or aws.events_per_page, aws.events_per_page)
    token = self._get_param("nextToken")
    if token is None and not self._get_param("startFromHead", False):
        token = f"b/{len(events):056d}/0"
    return read_page(aws, (group.name, name), events, token or f"f/{0:056d}/0", size)


def pick_events(stream: LogStream, start: int | None, end: int | None) -> list[LogEvent]:
    """A stream's events of a span of time, in order."""
    found = [
        event
        for event in stream.events
        if (start is None or event.timestamp >= start) and (end is None or event.timestamp < end)
    ]
    return sorted(found, key=lambda event: event.timestamp)


def read_page(
    aws: State, stream: tuple[str, str], events: list[LogEvent], token: str, size: int
) -> ActionResult:
    """The page at a token (direction, index, how many empty pages were given there)."""
    try:
        direction, index, empty = token.split("/")
        index, empty = int(index), int(empty)
        assert direction in "fb"
    except (ValueError, AssertionError) as error:
        raise InvalidParameterException("The specified nextToken is invalid.") from error
    if direction == "b":
        begin = max(0, index - size)
        return answer(events[begin:index], begin, index, 0)
    here = see(aws, stream, events, index)
    if index < len(here) and empty < aws.empty_pages:
        return answer([], index, index, empty + 1)
    end = index
    room = aws.bytes_per_page
    while end < min(len(here), index + size) and room >= 0:
        room -= len(here[end].message.encode()) + OVERHEAD
        end += 1
    if room < 0 and end > index + 1:
        end -= 1
    return answer(here[index:end], index, end, 0)


def see(aws: State, stream: tuple[str, str], events: list[LogEvent], index: int) -> list[LogEvent]:
    """The events that can be read by now: at first the last third of a log is not there yet."""
    there = events[: len(events) * 2 // 3]
    if aws.reads["late", *stream] >= aws.log_late:
        return events
    if index >= len(there):
        aws.reads["late", *stream] += 1
    return there


def answer(events: list[LogEvent], begin: int, end: int, empty: int) -> ActionResult:
    """What GetLogEvents answers."""
    return ActionResult(
        {
            "events": [event.to_response_dict() for event in events],
            "nextForwardToken": f"f/{end:056d}/{empty}",
            "nextBackwardToken": f"b/{begin:056d}/0",
        }
    )


def install(aws: State) -> None:
    """Put this in moto's place."""
    LogsResponse.aws = aws
    LogsResponse.get_log_events = get_log_events
