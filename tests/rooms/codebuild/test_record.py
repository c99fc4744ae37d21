"""A record of a build on CodeBuild where its log or CodeBuild itself says little."""

from datetime import UTC, datetime, timedelta

import pytest

from analysis.codebuild.record import count_gap, describe_result, find_exit_code, name_host
from analysis.logs import read_logs

START = datetime(2026, 11, 24, 21, tzinfo=UTC)


def stamp(seconds):
    return f"[Container] {START + timedelta(seconds=seconds):%Y/%m/%d %H:%M:%S.%f}"


def logs(*lines):
    return read_logs({"log": "".join(f"{stamp(at)} {text}\n" for at, text in lines).encode()})


def build(status="SUCCEEDED"):
    return {"buildStatus": status, "startTime": START, "endTime": START + timedelta(seconds=99)}


WHOLE = (
    (1, "Phase is DOWNLOAD_SOURCE"),
    (3, "Phase complete: DOWNLOAD_SOURCE State: SUCCEEDED"),
    (4, "Entering phase BUILD"),
    (4.5, "Running command docker build ."),
    (14, "Phase complete: BUILD State: SUCCEEDED"),
    (15, "Phase complete: UPLOAD_ARTIFACTS State: SUCCEEDED"),
)


def test_seconds_run_from_the_first_phase_of_the_log_to_the_last():
    result = describe_result(build(), logs(*WHOLE))
    assert (result["seconds"], result["exit_code"]) == (13.0, 0)
    assert datetime.fromisoformat(result["started"]) == START + timedelta(seconds=1)


def test_a_build_that_timed_out_ends_when_codebuild_says():
    result = describe_result(build("TIMED_OUT"), logs(*WHOLE[:4]))
    assert (result["status"], result["seconds"], result["exit_code"]) == ("timed out", 98.0, 124)


def test_what_no_line_tells_stays_unknown():
    result = describe_result(build("FAILED"), logs((1, "Waiting for agent ping")))
    assert (result["seconds"], result["finished"], result["exit_code"]) == (None, None, None)
    assert datetime.fromisoformat(result["started"]) == START


def test_the_exit_code_is_that_of_the_first_command_that_failed():
    failing = logs(
        (1, "Entering phase BUILD"),
        (1, "Running command false"),
        (2, "Command did not exit successfully false exit status 7"),
        (2, "Phase complete: BUILD State: FAILED"),
        (3, "Running command exit 9"),
        (4, "Command did not exit successfully exit 9 exit status 9"),
    )
    assert find_exit_code("failed", failing) == 7


@pytest.mark.parametrize(
    ("asked", "empty", "name"),
    [
        ("fresh", True, "fresh"),
        ("fresh", False, "fresh"),
        ("kept", True, "fresh"),
        ("kept", False, "kept"),
        ("kept", None, "kept"),
        ("server", True, "server"),
    ],
)
def test_a_host_that_may_be_kept_is_fresh_when_it_held_nothing(asked, empty, name):
    assert name_host(asked, empty) == name


def test_the_gap_is_from_the_end_of_the_build_before():
    before = (START - timedelta(seconds=30)).isoformat()
    assert count_gap(before, build()) == 30.0
    assert count_gap(None, build()) is None
    assert count_gap(before, {}) is None
