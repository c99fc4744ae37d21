"""The legacy builder's log, and captures of BuildKit's terminal display."""

import pandas as pd
import pytest

from analysis.logs.reading import read_logs

ID = "0123456789a{}".format
LEGACY = f"""\
Sending build context to Docker daemon  3.584kB
Step 1/6 : FROM alpine:3 AS build
3: Pulling from library/alpine
Status: Downloaded newer image for alpine:3
 ---> {ID(1)}
Step 2/6 : COPY a b
 ---> Using cache
 ---> {ID(2)}
Step 3/6 : ENV A=1
 ---> [Warning] The requested image's platform does not match
 ---> Running in {ID(3)}
Removing intermediate container {ID(3)}
 ---> {ID(4)}
Step 4/6 : RUN make
 ---> Running in {ID(5)}
Step 1/2 : FROM alpine
#3 DONE 0.1s
making
\x1b[91mwarning
\x1b[0mRemoving intermediate container {ID(5)}
 ---> {ID(6)}
Step 5/6 : FROM alpine:3
 ---> {ID(1)}
Step 6/6 : RUN false
 ---> Running in {ID(7)}
"""
PASSED = f"Removing intermediate container {ID(7)}\n ---> {ID(8)}\nSuccessfully built {ID(8)}\n"
FAILED = "The command '/bin/sh -c false' returned a non-zero code: 1\n"


def test_a_legacy_build():
    logs = read_logs((LEGACY + PASSED).encode())
    assert logs.logs["format"].item() == "legacy" and logs.logs["unread_lines"].item() == 0
    steps = logs.steps
    assert steps["status"].tolist() == ["ran", "cached", "ran", "ran", "ran", "ran"]
    assert steps["kind"].tolist() == ["from", "layer", "layer", "layer", "from", "layer"]
    assert steps["stage"].tolist()[:4] == 4 * ["build"] and steps["stage"].isna().sum() == 2
    assert steps["name"].tolist()[3] == "RUN make"
    assert steps["output_lines"].tolist()[3] == 4
    assert steps["seconds"].isna().all()
    build = logs.builds.iloc[0]
    assert (build["builder"], build["failed"], build["cache_import"]) == ("legacy", False, "none")


@pytest.mark.parametrize(
    ("end", "status", "failed"), [("", "unfinished", None), (FAILED, "failed", True)]
)
def test_a_legacy_build_that_fails_or_is_cut_off(end, status, failed):
    logs = read_logs((LEGACY + end).encode())
    assert logs.steps["status"].tolist()[-1] == status
    found = logs.builds["failed"].item()
    assert (None if pd.isna(found) else found) == failed


def test_legacy_steps_of_2014_have_no_total():
    text = f"Step 0 : FROM a\n ---> {ID(1)}\nStep 1 : RUN b\n ---> Using cache\n ---> {ID(2)}\n"
    steps = read_logs(text.encode()).steps
    assert steps["status"].tolist() == ["ran", "cached"]
    assert steps["name"].tolist() == ["FROM a", "RUN b"]


def test_legacy_builds_that_follow_each_other():
    one = f"Sending build context to Docker daemon  1kB\nStep 1/1 : FROM a\n ---> {ID(1)}\n"
    built = f"Successfully built {ID(1)}\nSuccessfully tagged a:b\n"
    assert read_logs((one + built + one + built).encode()).steps["build"].tolist() == [0, 1]
    assert read_logs((one + one + built).encode()).steps["build"].tolist() == [0, 1]


def frame(seconds, rows, over=""):
    head = f"[+] Building {seconds}s (1/5){over}            docker:default\n"
    return head + "".join(f" => {row}\n" for row in rows)


def test_the_last_state_of_a_redrawn_display_counts():
    text = "\x1b[1A\x1b[0G\x1b[?25l" + frame(1.0, ["[1/3] FROM a  0.9s", "[2/3] RUN b  0.1s"])
    text += frame(2.0, ["CACHED [1/3] FROM a  0.0s", "[2/3] RUN b  1.1s", "[3/3] RUN c  0.1s"])
    text += frame(
        9.0,
        ["CACHED [1/3] FROM a  0.0s", "[2/3] RUN b  1.5s", "CACHED [3/3] RUN c  0.0s",
         "exporting to image  4.8s", "=> pushing layers  2.0s"],
        " FINISHED",
    )  # fmt: skip
    logs = read_logs(text.encode())
    assert logs.logs["format"].item() == "tty" and logs.logs["unread_lines"].item() == 0
    assert logs.steps["status"].tolist() == ["cached", "ran", "cached", "ran"]
    assert logs.steps["kind"].tolist() == ["from", "layer", "layer", "export"]
    assert logs.steps["seconds"].tolist()[1] == 1.5
    assert logs.parts[["part", "seconds"]].values.tolist() == [["pushing layers", 2.0]]
    assert not logs.builds["failed"].item()


def test_a_display_that_was_cut_off_tells_what_its_colours_tell():
    rows = ["[1/3] FROM a  0.9s\x1b[0m", "CACHED [2/3] RUN b  0.0s", "[3/3] RUN c  7.0s"]
    steps = read_logs(frame(8.0, rows).replace(" => [1/3]", "\x1b[36m => [1/3]").encode()).steps
    assert steps["status"].tolist() == ["ran", "cached", "unfinished"]
    assert pd.isna(steps["seconds"].tolist()[2])


def test_a_display_cut_anywhere_is_only_less_certain():
    rows = ["[1/3] FROM a  0.9s", "CACHED [2/3] RUN b  0.0s", "[3/3] RUN long name  7.0s"]
    text = frame(8.0, rows) + frame(9.0, rows, " FINISHED")
    whole = read_logs(text.encode()).steps.set_index("step")["status"]
    found = read_logs({str(end): text[:end].encode() for end in range(len(text))}).steps
    final = found["step"].map(whole)
    assert ((found["status"] == final) | (found["status"] == "unfinished")).all()


def test_an_error_on_a_display():
    rows = ["[1/2] FROM a  0.9s", "ERROR [2/2] RUN b  1.0s"]
    text = frame(2.0, rows, " FINISHED") + "------\n > [2/2] RUN b:\n0.5 no\n------\n"
    logs = read_logs((text + "ERROR: failed to build: failed to solve: no\n").encode())
    assert logs.steps["status"].tolist() == ["ran", "failed"]
    assert logs.builds["failed"].item() and logs.logs["unread_lines"].item() == 0


def test_displays_that_follow_each_other_are_two_builds():
    one = frame(2.0, ["[1/1] FROM a  0.9s"], " FINISHED")
    assert read_logs((one + one).encode()).steps["build"].tolist() == [0, 1]


@pytest.mark.parametrize(
    "error",
    [
        "toomanyrequests: Rate exceeded",
        "pull access denied for a/b, repository does not exist or may require 'docker login'",
        'Get "https://registry-1.docker.io/v2/": net/http: TLS handshake timeout',
        "manifest for a:b not found: manifest unknown",
        "error pulling image configuration: download failed after attempts=6: EOF",
        "no basic auth credentials",
    ],
)
def test_a_legacy_build_whose_base_cannot_be_pulled_failed(error):
    text = f"Sending build context to Docker daemon  1kB\nStep 1/3 : FROM a:b\n{error}\n"
    logs = read_logs(text.encode())
    assert logs.builds["failed"].tolist() == [True] and logs.steps["status"].tolist() == ["failed"]


@pytest.mark.parametrize("of", ["/9", ""])
def test_a_legacy_log_that_begins_in_the_middle(of):
    text = (
        f"making\n ---> {ID(1)}\nStep 4{of} : RUN make\n ---> Running in {ID(2)}\nmade\n"
        f" ---> {ID(3)}\nStep 5{of} : COPY a b\n ---> Using cache\n ---> {ID(4)}\n"
        f"Successfully built {ID(4)}\nStep 3/5 : of another program\n"
    )
    steps = read_logs(text.encode()).steps
    assert steps[["step", "status", "output_lines"]].values.tolist() == [
        [4, "ran", 1], [5, "cached", 0],
    ]  # fmt: skip


def test_the_context_of_2013_was_uploaded():
    text = (
        f"Uploading context 10.24 kB\nStep 1 : FROM a\n ---> {ID(1)}\nSuccessfully built {ID(1)}\n"
    )
    logs = read_logs(text.encode())
    assert logs.builds["failed"].tolist() == [False] and logs.logs["unread_lines"].item() == 0
