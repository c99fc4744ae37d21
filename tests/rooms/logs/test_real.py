"""Real build logs, found through REALLOGS; what each must give was read off the logs by eye."""

import os
from pathlib import Path

import pandas as pd
import pytest

from analysis.logs.reading import read_logs

FOLDER = os.environ.get("REALLOGS")
pytestmark = pytest.mark.skipif(not FOLDER, reason="REALLOGS names no folder of real build logs")

# number: format, encoding, source, phases, commands, builds; a build is failed (None: the log does
# not tell), its cache import and export, and how many layers ended how
PLAIN, UTF_16 = ("plain", "utf-8"), ("plain", "utf-16")
RIGHT = {
    1: ("csv", "utf-8", "codebuild", 6, 9, [(False, "none", "none", "ran 4")]),
    3: ("json", "utf-8", "codebuild", 3, 12, []),
    4: (*PLAIN, "codebuild", 2, 2, []),
    5: (*PLAIN, "codebuild", 6, 14, []),
    6: (*PLAIN, "codebuild", 6, 2, []),
    8: (*PLAIN, "unknown", 0, 0, [(False, "none", "none", "cached 3, ran 5")]),
    9: (*PLAIN, "unknown", 0, 0, [(False, "none", "none", "cached 4, ran 4")]),
    10: (*PLAIN, "unknown", 0, 0, [(True, "none", "none", "cached 3, failed 1")]),
    11: (*PLAIN, "unknown", 0, 0, [(False, "none", "none", "ran 20")]),
    13: (*PLAIN, "unknown", 0, 0, [(None, "none", "none", "ran 19")]),
    14: ("legacy", "utf-8", "unknown", 0, 0, [(False, "none", "none", "cached 17, ran 4")]),
    15: ("legacy", "utf-8", "unknown", 0, 0, [(None, "none", "none", "ran 20, unfinished 1")]),
    17: ("legacy", "utf-8", "unknown", 0, 0, [(False, "none", "none", "ran 26")]),
    18: (*UTF_16, "unknown", 0, 0, [(None, "none", "none", "cached 2, ran 5, unfinished 1")]),
    21: (
        *PLAIN,
        "unknown",
        0,
        0,
        [(False, "none", "none", "cached 6, ran 4"), (True, "none", "none", "failed 1, ran 9")],
    ),
    22: (*PLAIN, "unknown", 0, 0, [(False, "none", "none", "cached 8, ran 7")]),
    23: (*PLAIN, "unknown", 0, 0, [(True, "none", "none", "cached 8, failed 1, ran 1")]),
    25: (
        *PLAIN,
        "unknown",
        0,
        0,
        [
            (False, "none", "none", "cached 6"),
            (True, "none", "none", "cached 6, failed 1, ran 3"),
        ],
    ),
    26: (*PLAIN, "unknown", 0, 0, [(False, "none", "none", "cached 2, ran 4")]),
    27: (*UTF_16, "unknown", 0, 0, [(None, "none", "none", "cached 2, ran 7, unfinished 1")]),
    29: (*PLAIN, "unknown", 0, 0, [(True, "none", "none", "cached 2, failed 1")]),
    30: (*PLAIN, "unknown", 0, 0, [(True, "none", "none", "")]),
    31: ("legacy", "utf-8", "unknown", 0, 0, [(False, "none", "none", "cached 1, ran 3")]),
    34: (*PLAIN, "unknown", 0, 0, [(True, "none", "none", "cached 9, failed 1, ran 4")]),
    35: (*PLAIN, "unknown", 0, 0, [(False, "none", "none", "cached 11, ran 22")]),
    38: ("legacy", "utf-8", "unknown", 0, 0, [(None, "none", "none", "cached 12, unfinished 1")]),
    41: (*PLAIN, "unknown", 0, 0, [(False, "none", "none", "cached 13, ran 2")]),
    42: (*PLAIN, "unknown", 0, 0, [(False, "none", "none", "cached 3, ran 13")]),
    43: (*PLAIN, "unknown", 0, 0, [(False, "none", "none", "ran 24")]),
    44: ("tty", "utf-8", "unknown", 0, 0, [(False, "ok", "ok", "cached 16")]),
    46: ("tty", "utf-16", "unknown", 0, 0, [(True, "none", "none", "cached 6, failed 1")]),
    47: (*PLAIN, "unknown", 0, 0, [(False, "none", "none", "cached 1, unfinished 1")]),
    50: (*PLAIN, "unknown", 0, 0, [(False, "ok", "none", "")]),
    51: (*PLAIN, "github", 0, 0, [(True, "none", "none", "")]),
    52: (*PLAIN, "github", 0, 0, [(True, "none", "none", "")]),
    53: (*PLAIN, "github", 0, 0, [(True, "none", "none", "")]),
    54: (*PLAIN, "github", 0, 0, [(True, "none", "none", "")]),
    56: ("tty", "utf-8", "unknown", 0, 0, [(False, "none", "none", "cached 2")]),
    57: (
        "legacy",
        "utf-8",
        "unknown",
        0,
        0,
        [(False, "none", "none", "ran 1"), (False, "none", "none", "ran 1")],
    ),
    60: (*PLAIN, "unknown", 0, 0, [(True, "ok", "none", "")]),
    61: (*PLAIN, "github", 0, 0, [(True, "none", "none", "")]),
    62: (*PLAIN, "unknown", 0, 0, [(None, "none", "none", "")]),
    64: (*PLAIN, "codebuild", 4, 5, [(False, "none", "none", "")]),
    65: (*PLAIN, "codebuild", 3, 4, []),
    66: (*PLAIN, "unknown", 0, 0, [(False, "none", "none", "ran 1")]),
    67: (*PLAIN, "unknown", 0, 0, [(None, "ok", "none", "")]),
    70: (*PLAIN, "unknown", 0, 0, [(None, "none", "unfinished", "")]),
    71: (*PLAIN, "jenkins", 0, 0, [(None, "none", "unfinished", "")]),
    74: (*PLAIN, "unknown", 0, 0, [(None, "none", "unfinished", "")]),
    79: (*PLAIN, "jenkins", 0, 0, [(None, "ok", "none", "")]),
    80: (*PLAIN, "drone", 0, 0, [(True, "none", "none", "")]),
    83: (*PLAIN, "unknown", 0, 0, [(None, "none", "none", "")]),
    85: (*PLAIN, "unknown", 0, 0, [(None, "none", "none", "")]),
    91: ("legacy", "utf-8", "codebuild", 6, 15, [(False, "none", "none", "ran 4")]),
    95: (*PLAIN, "unknown", 0, 0, [(False, "none", "none", "cached 16")]),
    98: (*PLAIN, "unknown", 0, 0, [(None, "missing", "none", "")]),
}
# (log, build, step): status, seconds (None: null), kind; repeated, reopened and odd ones
STEPS = {
    (1, 0, 2): ("ran", 2.8, "internal"),
    (1, 0, 4): ("ran", 3.2, "from"),
    (1, 0, 6): ("ran", 1.9, "layer"),
    (1, 0, 10): ("ran", 1.4, "export"),
    (8, 0, 5): ("ran", 3.1, "internal"),
    (8, 0, 7): ("cached", None, "from"),
    (8, 0, 12): ("ran", 142.6, "layer"),
    (8, 0, 16): ("ran", 9.0, "export"),
    (8, 0, 17): ("ran", 0.0, "internal"),
    (10, 0, 10): ("failed", None, "layer"),
    (11, 0, 5): ("ran", 50.4, "internal"),
    (11, 0, 6): ("ran", 36.9, "layer"),
    (13, 0, 4): ("ran", 26.0, "from"),
    (13, 0, 10): ("ran", 74.4, "layer"),
    (13, 0, 25): ("unfinished", None, "export"),
    (18, 0, 5): ("ran", 1.7, "internal"),
    (18, 0, 11): ("ran", 1.3, "layer"),
    (18, 0, 12): ("unfinished", None, "layer"),
    (21, 0, 17): ("ran", 229.9, "export"),
    (21, 1, 5): ("ran", 7.0, "from"),
    (21, 1, 13): ("ran", 16.7, "layer"),
    (21, 1, 16): ("failed", None, "layer"),
    (25, 1, 13): ("ran", 941.9, "layer"),
    (27, 0, 12): ("ran", 90.5, "layer"),
    (27, 0, 15): ("unfinished", None, "layer"),
    (30, 0, 3): ("failed", None, "internal"),
    (34, 0, 17): ("ran", 86.3, "layer"),
    (34, 0, 18): ("ran", 52.6, "layer"),
    (35, 0, 42): ("ran", 0.0, "other"),
    (42, 0, 20): ("ran", 3472.7, "layer"),
    (42, 0, 23): ("ran", 65.4, "export"),
    (43, 0, 6): ("ran", 65.9, "layer"),
    (47, 0, 13): ("ran", 0.1, "other"),
    (47, 0, 14): ("ran", 82.1, "export"),
    (47, 0, 15): ("ran", 0.0, "load"),
    (50, 0, 6): ("ran", 0.0, "cache import"),
    (50, 0, 8): ("ran", 0.0, "cache export"),
    (51, 0, 5): ("failed", None, "internal"),
    (60, 0, 4): ("failed", None, "from"),
    (62, 0, 33): ("ran", 3.2, "other"),
    (64, 0, 15): ("ran", 13.8, "other"),
    (66, 0, 6): ("ran", 0.1, "layer"),
    (67, 0, 6): ("unfinished", None, "from"),
    (70, 0, 16): ("ran", 14.0, "export"),
    (70, 0, 17): ("ran", 4.9, "load"),
    (70, 0, 18): ("unfinished", None, "cache export"),
    (79, 0, 7): ("ran", 0.4, "cache import"),
    (80, 0, 10): ("failed", None, "export"),
    (83, 0, 1): ("unfinished", None, "internal"),
    (85, 0, 1): ("unfinished", None, "builder"),
    (95, 0, 3): ("cached", None, "internal"),
    (98, 0, 6): ("failed", None, "cache import"),
}
OUTPUT_LINES = {(1, 0, 8): 4, (11, 0, 6): 895, (62, 0, 33): 34, (43, 0, 6): 1975, (42, 0, 20): 912}
PARTS = {
    (8, 0, 16, "pushing layers"): 4.4,
    (8, 0, 16, "pushing manifest"): 4.3,
    (42, 0, 23, "exporting layers"): 52.3,
    (42, 0, 23, "unpacking"): 13.1,
    (47, 0, 14, "sending tarball"): 4.7,
    (1, 0, 4, "extracting"): 1.2,
    (74, 0, 18, "writing layer"): 6.8,
}
NAMES = {
    (13, 0, 8): ("RUN groupadd -r app && useradd -r -g app app", "runner", None, 3),
    (18, 0, 7): (
        "FROM docker.io/library/alpine:3.21"
        "@sha256:c3f8e73fdb79deaebaa2037150150191b9dcbfba68b4a46d70103204c53f4709",
        "runner",
        None,
        1,
    ),
    (34, 0, 19): ("WORKDIR /app", "runtime", None, 3),
    (44, 0, 20): ("RUN npm install express", "builder", "linux/arm64", 6),
    (95, 0, 9): ("RUN <<EOF (set -eux...)", None, None, 2),
}


@pytest.fixture(scope="module")
def logs():
    """Every log of the folder, named by its number."""
    paths = sorted(Path(FOLDER).glob("*.log"))
    assert {int(path.name[:2]) for path in paths} == set(RIGHT)
    return read_logs({str(int(path.name[:2])): path for path in paths})


def row(frame, *keys):
    """The one row of a frame with these log, build, step, … values."""
    found = frame[frame["log"] == str(keys[0])]
    for column, value in zip(("build", "step", "part"), keys[1:], strict=False):
        found = found[found[column] == value]
    assert len(found) == 1, keys
    return found.iloc[0]


def test_no_log_has_a_problem(logs):
    assert logs.logs["problem"].isna().all()
    assert (logs.logs["lines"] >= logs.logs["unread_lines"]).all()


@pytest.mark.parametrize("number", RIGHT)
def test_format_encoding_and_writer(logs, number):
    found = row(logs.logs, number)
    assert (found["format"], found["encoding"], found["source"]) == RIGHT[number][:3]


@pytest.mark.parametrize("number", RIGHT)
def test_phases_and_commands(logs, number):
    assert sum(logs.phases["log"] == str(number)) == RIGHT[number][3]
    assert sum(logs.commands["log"] == str(number)) == RIGHT[number][4]


@pytest.mark.parametrize("number", RIGHT)
def test_builds_and_their_layers(logs, number):
    builds = logs.builds[logs.builds["log"] == str(number)]
    steps = logs.steps[(logs.steps["log"] == str(number)) & (logs.steps["kind"] == "layer")]
    found = []
    for build in builds.itertuples():
        states = steps.loc[steps["build"] == build.build, "status"].value_counts().sort_index()
        failed = None if pd.isna(build.failed) else build.failed
        layers = ", ".join(f"{state} {count}" for state, count in states.items())
        found.append((failed, build.cache_import, build.cache_export, layers))
    assert found == RIGHT[number][5]


@pytest.mark.parametrize("key", STEPS, ids=str)
def test_steps(logs, key):
    found = row(logs.steps, *key)
    seconds = None if pd.isna(found["seconds"]) else found["seconds"]
    assert (found["status"], seconds, found["kind"]) == STEPS[key]


def test_output_lines_and_parts(logs):
    assert {key: row(logs.steps, *key)["output_lines"] for key in OUTPUT_LINES} == OUTPUT_LINES
    assert {key: row(logs.parts, *key)["seconds"] for key in PARTS} == PARTS


@pytest.mark.parametrize("key", NAMES, ids=str)
def test_names(logs, key):
    found = row(logs.steps, *key)
    values = [found[name] for name in ("name", "stage", "platform", "position")]
    assert tuple(None if pd.isna(value) else value for value in values) == NAMES[key]


def test_times_come_from_the_agent_alone(logs):
    phases = logs.phases[logs.phases["log"] == "1"].set_index("phase")
    assert phases.loc["INSTALL", "seconds"] == pytest.approx(10.647666)
    assert phases.loc["BUILD", "started"] == pd.Timestamp("2025-07-30 08:01:43.769427", tz="UTC")
    assert pd.isna(phases.loc["UPLOAD_ARTIFACTS", "seconds"])
    commands = logs.commands[logs.commands["log"] == "1"].set_index("command")
    login = commands[commands.index.str.startswith("aws ecr get-login-password")]
    assert login["seconds"].item() == pytest.approx(9.659067)
    assert commands.loc["docker build -t brain-tasks-app .", "seconds"] == pytest.approx(11.630144)


def test_a_failed_command_has_its_code_and_whole_text(logs):
    failed = logs.commands[logs.commands["log"] == "4"].iloc[-1]
    assert failed["exit_code"] == 1 and failed["seconds"] == pytest.approx(24.031386)
    assert failed["command"].splitlines()[1:3] == [
        'export NVM_DIR="$HOME/.nvm"',
        '. "$NVM_DIR/nvm.sh"',
    ]
    last = logs.commands[logs.commands["log"] == "6"].iloc[-1]
    assert (last["command"], last["exit_code"]) == ("npm run test:ci", 1)
    assert last["seconds"] == pytest.approx(637.431288)


def test_export_times_of_a_terminal_capture_and_a_plain_log(logs):
    assert row(logs.builds, 44, 0)["cache_export_seconds"] == 21.6
    assert row(logs.builds, 44, 0)["image_export_seconds"] == 4.8
    assert row(logs.builds, 70, 0)["image_export_seconds"] == 14.0
    assert pd.isna(row(logs.builds, 71, 0)["cache_export_seconds"])
