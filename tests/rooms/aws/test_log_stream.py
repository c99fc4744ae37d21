"""Logs out of CloudWatch, whole: pages by size and number, empty pages, a log that comes late."""

import pytest

from analysis.aws.client import Aws
from analysis.aws.log_stream import LogPages, _end_line, find_last_line, is_whole, open_log
from analysis.errors import BusyError

pytest_plugins = ["aws.fixtures"]


def make_log(lines):
    stamp = "[Container] 2026/11/24 21:00:00.000000"
    middle = "".join(f"#{number} DONE 0.1s\n" for number in range(lines))
    return f"{stamp} Entering phase BUILD\n{middle}{stamp} Phase complete: BUILD State: SUCCEEDED\n"


def written(aws, world, log):
    """The log of a build that wrote it, not read yet."""
    build_id = aws.add_build(world["CODEBUILD_PROJECT"], 1_790_000_000, log=log)
    (build,) = aws.client("codebuild").batch_get_builds(ids=[build_id])["builds"]
    return open_log(build)


def test_a_log_of_more_events_than_a_page_holds_comes_whole(aws, world):
    text, client = make_log(25_000), Aws(world["AWS_REGION"])
    log = written(aws, world, text)
    assert log.read_on(client) == 25_002
    assert log.text.decode() == text
    assert client.requests["GetLogEvents"] == 4
    assert log.read_on(client) == 0
    assert client.requests["GetLogEvents"] == 5


def test_pages_that_end_by_size_or_are_empty_do_not_end_a_log(aws, world):
    aws.bytes_per_page, aws.empty_pages = 2000, 3
    text = make_log(500)
    log = written(aws, world, text)
    log.read_on(Aws(world["AWS_REGION"]))
    assert log.text.decode() == text


def test_a_log_that_comes_in_two_parts_is_read_on_where_it_ended(aws, world):
    aws.log_late, text, client = 2, make_log(99), Aws(world["AWS_REGION"])
    log = written(aws, world, text)
    assert 0 < log.read_on(client) < 101
    assert not is_whole(log, "Phase complete: BUILD ")
    while not is_whole(log, "Phase complete: BUILD "):
        log.read_on(client)
    assert log.text.decode() == text


def test_a_stream_that_is_not_there_yet_has_no_events(aws, world):
    aws.log_absent, client = 1, Aws(world["AWS_REGION"])
    log = written(aws, world, make_log(1))
    assert log.read_on(client) == 0
    assert log.read_on(client) == 3


def test_a_page_that_fails_costs_none_that_came_before(aws, world):
    aws.events_per_page, text, client = 100, make_log(250), Aws(world["AWS_REGION"])
    log = written(aws, world, text)
    aws.throttle("GetLogEvents", 7)
    assert log.read_on(client) == 252
    log = written(aws, world, text)
    read = LogPages._read_page

    def fail_third(self, aws):
        if len(self.lines) == 200 and not failed:
            failed.append(True)
            raise BusyError("busy")
        return read(self, aws)

    failed = []
    log.__class__ = type("Failing", (LogPages,), {"_read_page": fail_third})
    with pytest.raises(BusyError):
        log.read_on(client)
    log.read_on(client)
    assert log.text.decode() == text


def test_a_line_longer_than_an_event_stays_one_line(aws, world):
    text = f"[Container] 2026/11/24 21:00:00.000000 x\n{'y' * 600_000}\nz\n"
    log = written(aws, world, text)
    log.read_on(Aws(world["AWS_REGION"]))
    assert log.text.decode() == text


def test_events_without_an_end_are_lines():
    assert _end_line("a") == "a\n"
    assert _end_line("a\n") == "a\n"


def phase(name, status=None):
    return {"phaseType": name} | ({"phaseStatus": status} if status else {})


def test_the_last_line_is_that_of_the_last_phase_of_commands_that_ended():
    build = {"phases": [phase("DOWNLOAD_SOURCE", "SUCCEEDED"), phase("PRE_BUILD", "FAILED")]}
    assert find_last_line(build) == "Phase complete: PRE_BUILD "
    build["phases"] += [phase("BUILD", "TIMED_OUT")]
    assert find_last_line(build) is None
    assert find_last_line({"phases": [phase("QUEUED", "TIMED_OUT"), phase("COMPLETED")]}) is None
    assert find_last_line({}) is None


def test_a_build_whose_project_writes_no_log_has_none():
    assert open_log({"logs": {"cloudWatchLogs": {"status": "DISABLED"}}}) is None
    assert open_log({}) is None
