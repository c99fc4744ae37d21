"""CodeBuild's own lines: phases, commands, their times and exit codes."""

import pandas as pd
import pytest

from analysis.logs.reading import read_logs


def say(seconds, text):
    return f"[Container] 2026/01/22 23:28:{seconds:09.6f} {text}\n"


BUILD = '#0 building with "x" instance using docker driver\n\n#1 [2/2] RUN a\n#1 DONE 1.0s\n'
LOG = (
    say(0, "Running on CodeBuild On-demand")
    + say(1, "Phase is DOWNLOAD_SOURCE")
    + say(3, "Phase complete: DOWNLOAD_SOURCE State: SUCCEEDED")
    + say(3.1, "Phase context status code:  Message: ")
    + say(4, "Entering phase BUILD")
    + say(4.5, "Running command docker build .")
    + BUILD
    + "\n"
    + say(9.75, "Running command false")
    + say(10, "Command did not exit successfully false exit status 3")
    + say(10.25, "Phase complete: BUILD State: FAILED")
    + say(10.25, "Phase context status code: COMMAND_EXECUTION_ERROR Message: x exit status 3")
    + say(11, "Entering phase POST_BUILD")
    + say(11, "Running command sleep 60")
)


def commands_of(text):
    return read_logs(text.encode()).commands


def test_phases_run_from_entering_to_complete():
    phases = read_logs(LOG.encode()).phases
    assert phases["phase"].tolist() == ["DOWNLOAD_SOURCE", "BUILD", "POST_BUILD"]
    assert phases["status"].tolist()[:2] == ["succeeded", "failed"]
    assert phases["seconds"].tolist()[:2] == [2.0, 6.25]
    assert pd.isna(phases.iloc[2]["status"]) and pd.isna(phases.iloc[2]["seconds"])
    assert phases.iloc[1]["started"] == pd.Timestamp("2026-01-22 23:28:04", tz="UTC")


def test_commands_run_to_the_next_of_the_agent_s_lines():
    commands = commands_of(LOG)
    assert commands["command"].tolist() == ["docker build .", "false", "sleep 60"]
    assert commands["phase"].tolist() == ["BUILD", "BUILD", "POST_BUILD"]
    assert commands["seconds"].tolist()[:2] == [5.25, 0.25]
    assert commands["exit_code"].tolist()[:2] == [0, 3]
    assert pd.isna(commands.iloc[2]["seconds"]) and pd.isna(commands.iloc[2]["exit_code"])


def test_a_build_knows_its_command():
    logs = read_logs(LOG.encode())
    assert logs.builds["command"].tolist() == [0] and not logs.builds["failed"].item()


def test_each_command_begins_a_build_of_its_own():
    text = say(1, "Running command a") + BUILD + say(2, "Running command b") + BUILD
    builds = read_logs(text.encode()).builds
    assert builds["command"].tolist() == [0, 1] and builds["build"].tolist() == [0, 1]


def test_the_writer_is_the_lab_or_codebuild():
    lab = say(0, "Running on a build host of the lab")
    assert read_logs(lab.encode()).logs["source"].item() == "lab"
    assert read_logs(LOG.encode()).logs["source"].item() == "codebuild"
    assert read_logs(LOG.replace("Container", "Instance").encode()).commands.shape[0] == 3


MULTI_LINE = [
    'docker buildx build --load --tag "$ECR_REPOSITORY_URL:latest" \\\n'
    '  --cache-from "type=registry,ref=$cache" \\\n  ./deploy/',
    'case "$URL" in\n  *.ecr.*)\n    docker login "$URL" ;;\nesac',
    "if true; then\n  echo 'it is'\nfi",
    "cat <<EOF >file\nEOF comes later\n\nEOF",
    'echo "one\ntwo"',
    'cache="$URL:cache"\ndocker buildx build \\\n  --push .',
    "# of one stage\nstage=$(awk '\n{ print }' Dockerfile)\ndocker build --target \"$stage\" .",
]


@pytest.mark.parametrize("command", MULTI_LINE)
def test_commands_of_many_lines_are_whole(command):
    text = say(1, f"Running command {command}") + BUILD + say(2, "Running command next")
    found = commands_of(text)
    assert found["command"].tolist() == [command, "next"]
    assert read_logs(text.encode()).logs["unread_lines"].item() == 0


def test_output_is_no_part_of_a_command():
    text = say(1, "Running command echo it\\'s") + "it's\nmore\n\n" + say(2, "Running command next")
    assert commands_of(text)["command"].tolist() == ["echo it\\'s", "next"]
    text = say(1, "Running command make image") + "make: docker build .\n" + BUILD
    assert commands_of(text)["command"].tolist() == ["make image"]


def test_a_failed_command_of_many_lines_gives_its_whole_text_and_code():
    script = "cd app\nnpm ci\nnpm test"
    text = say(1, f"Running command {script}") + "some output\n\n"
    text += say(9, f"Command did not exit successfully {script} exit status 17")
    text += say(9, "Phase complete: BUILD State: FAILED")
    text += say(9, f"Phase context status code: X Message: Error: {script}. Reason: exit status 17")
    logs = read_logs(text.encode())
    assert logs.commands[["command", "exit_code"]].values.tolist() == [[script, 17]]
    assert logs.logs["unread_lines"].item() == 3


def test_finally_commands_are_commands_of_their_phase():
    text = say(1, "Entering phase BUILD") + say(1, "Running command false")
    text += say(2, "Command did not exit successfully false exit status 1")
    text += say(2, "Running command echo finally") + "finally\n\n"
    text += say(3, "Phase complete: BUILD State: FAILED")
    assert commands_of(text)[["phase", "exit_code"]].values.tolist() == [["BUILD", 1], ["BUILD", 0]]


def test_a_build_that_timed_out_has_no_exit_code():
    text = say(1, "Running command sleep 999") + say(9, "Build timed out: it took too long")
    assert commands_of(text)["exit_code"].isna().all()


def test_an_agent_line_ends_the_build_under_way():
    text = say(1, "Running command docker build .") + '#0 building with "x" instance using y\n\n'
    text += "#1 [2/2] RUN a\n#1 0.1 x\n" + say(
        9, "Command did not exit successfully d exit status 1"
    )
    text += "#1 DONE 5.0s\n"
    logs = read_logs(text.encode())
    assert logs.steps["status"].tolist() == ["unfinished"]
    assert logs.logs["unread_lines"].item() == 1


def test_commands_seen_before_their_phase_is_named_get_it_from_its_end():
    text = say(1, "Running command npm ci") + say(2, "Phase complete: INSTALL State: SUCCEEDED")
    logs = read_logs(text.encode())
    assert logs.commands["phase"].tolist() == ["INSTALL"]
    assert logs.phases[["phase", "status"]].values.tolist() == [["INSTALL", "succeeded"]]
    assert logs.phases["seconds"].isna().all()


def test_logs_that_follow_each_other_in_one_file_keep_their_phases_apart():
    phases = read_logs((LOG + LOG).encode()).phases
    assert phases["phase"].tolist() == 2 * ["DOWNLOAD_SOURCE", "BUILD", "POST_BUILD"]
    assert phases["seconds"].dropna().tolist() == [2.0, 6.25, 2.0, 6.25]


def test_old_logs_that_stamp_the_output_too():
    old = "[Container] 2016/04/15 17:49:{} {}\n".format
    text = old(42, "Entering phase PRE_BUILD ") + old(42, "Phase complete: PRE_BUILD Success: true")
    text += old(42, "Entering phase BUILD") + old(43, "Running command docker build . ")
    text += old(44, "Step 1/2 : FROM a") + old(44, " ---> 0123456789ab")
    text += (
        old(44, "Step 2/2 : RUN b") + old(45, " ---> Using cache") + old(45, " ---> 0123456789ac")
    )
    text += old(45, "Successfully built 0123456789ac") + old(
        50, "Phase complete: BUILD Success: true"
    )
    logs = read_logs(text.encode())
    assert logs.commands[["command", "seconds"]].values.tolist() == [["docker build .", 7.0]]
    assert logs.steps["status"].tolist() == ["ran", "cached"]


@pytest.mark.parametrize(
    "stamp", ["2026/13/01 00:00:00.1", "2026/01/01 25:00:00", "9999/01/01 00:00:00"]
)
def test_impossible_times_are_no_agent_lines(stamp):
    logs = read_logs(f"[Container] {stamp} Running command a\n".encode())
    assert logs.commands.empty and logs.logs["unread_lines"].item() == 1
