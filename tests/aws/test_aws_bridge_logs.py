"""Logs of the test AWS come in pages, late and in part, as those of CloudWatch do."""

import pytest
from botocore.exceptions import ClientError

from aws.client import GROUP, code_of, finish, read_pages, read_text, start

pytest_plugins = ["aws.fixtures"]

LINES = "".join(f"#{number} DONE 0.1s\n" for number in range(25))


def test_a_log_comes_in_pages_some_of_them_empty(aws, world):
    aws.set_outcome(log=LINES)
    aws.events_per_page, aws.empty_pages = 10, 2
    build = finish(aws, start(aws, world))
    pages = read_pages(aws, build)
    assert [len(page) for page in pages] == [0, 0, 10, 0, 0, 10, 0, 0, 5]
    assert "".join("".join(page) for page in pages) == LINES == aws.log_text(build["id"]).decode()


def test_a_page_has_at_most_ten_thousand_events_and_a_megabyte(aws, world):
    aws.set_outcome(log="x\n" * 25_000, times=1)
    build = finish(aws, start(aws, world))
    assert [len(page) for page in read_pages(aws, build)] == [10_000, 10_000, 5_000]
    long = f"{'x' * 300_000}\n" * 4
    aws.set_outcome(log=long, times=1)
    build = finish(aws, start(aws, world))
    pages = read_pages(aws, build)
    assert all(sum(map(len, page)) <= 1 << 20 for page in pages) and len(pages) == 2
    assert "".join("".join(page) for page in pages) == long


def test_a_log_comes_late_or_in_part(aws, world):
    aws.set_outcome(log=LINES)
    aws.log_absent, aws.log_late = 2, 1
    build = finish(aws, start(aws, world))
    for _ in range(2):
        with pytest.raises(ClientError, match="log stream does not exist"):
            read_pages(aws, build)
    # the token repeats, and yet it is not the end
    assert read_text(aws, build) != LINES.encode()
    assert read_text(aws, build) == LINES.encode()


def test_the_end_of_a_log_can_be_read_first(aws, world):
    aws.set_outcome(log=LINES)
    build = finish(aws, start(aws, world))
    params = {"logGroupName": GROUP, "logStreamName": build["logs"]["streamName"], "limit": 10}
    page = aws.client("logs").get_log_events(**params)
    assert page["events"][-1]["message"] == "#24 DONE 0.1s\n"
    page = aws.client("logs").get_log_events(**params, nextToken=page["nextBackwardToken"])
    assert [event["message"] for event in page["events"]] == LINES.splitlines(True)[5:15]
    assert code_of(aws.client("logs").get_log_events, **params, nextToken="x") == (
        "InvalidParameterException"
    )
