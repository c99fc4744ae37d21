"""Times before lines give a log its first and last; what is no prefix stays; what hides is told."""

import json
import random

import pandas as pd
import pytest

from analysis.logs.markers import glance
from analysis.logs.prefixes import _learn_shapes, _learn_stamp
from analysis.logs.reading import read_logs
from analysis.logs.transport import clean

BUILD = (
    '#0 building with "default" instance using docker driver\n\n'
    "#1 [1/2] FROM docker.io/library/alpine:3\n#1 DONE 0.0s\n\n"
    "#2 [2/2] RUN a\n#2 0.100 | b\n#2 DONE 1.5s\n\n#3 exporting to image\n#3 DONE 0.2s\n"
)
LINES = BUILD.splitlines()
FIRST, LAST = "2026-03-04 10:00:01", "2026-03-04 10:00:09"


def times_of(data):
    """The first and the last time of a log; None for null."""
    row = read_logs(data).logs.iloc[0]
    return [None if pd.isna(row[name]) else row[name] for name in ("started", "finished")]


def stamped(first, last):
    """The build with one prefix before its first lines and another before its last one."""
    return (
        "".join(f"{first}{line}\n" for line in LINES[:-1]).encode() + f"{last}{LINES[-1]}".encode()
    )


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-03-04T10:00:01Z ", "2026-03-04T10:00:09Z "),
        ("2026-03-04T12:00:01+02:00 [INFO] ", "2026-03-04T12:00:09+02:00 [WARN] "),
        ("2026-03-04T10:00:01 ", "2026-03-04T10:00:09 "),
        ("[2026-03-04 10:00:01] ", "[2026-03-04 10:00:09] "),
        ("Wed, 04 Mar 2026 10:00:01 GMT ", "Wed, 04 Mar 2026 10:00:09 GMT "),
        ("build\t04-Mar-2026 10:00:01\t", "build\t04-Mar-2026 10:00:09\t"),
        ("[04/Mar/2026:05:00:01 -0500] ", "[04/Mar/2026:05:00:09 -0500] "),
        ("Wed Mar  4 10:00:01 UTC 2026: ", "Wed Mar  4 10:00:09 UTC 2026: "),
        ("1772618401000 ", "1772618409000 "),
        ("1772618401.000 ", "1772618409.000 "),
        ("\x1b_bk;t=1772618401000\x07", "\x1b_bk;t=1772618409000\x07"),
        ("7 | web-1  | 2026-03-04T10:00:01.000Z ", "99 | web-1  | 2026-03-04T10:00:09.000Z "),
        ("20260304T100001Z ", "20260304T100009Z "),
        ("13.03.2026 10:00:01 ", "13.03.2026 10:00:09 "),
        ("\x1b[90m2026-03-04T10:00:01Z\x1b[0m ", "\x1b[90m2026-03-04T10:00:09Z\x1b[0m "),
    ],
)
def test_a_log_s_first_and_last_time(first, last):
    day = 13 if first.startswith("13.") else 4
    expected = [pd.Timestamp(each, tz="UTC").replace(day=day) for each in (FIRST, LAST)]
    assert times_of(stamped(first, last)) == expected
    assert len(read_logs(stamped(first, last)).builds) == 1


@pytest.mark.parametrize(
    "prefix", ["", "10:00:01  ", "Mar  4 10:00:01 host app[1]: ", "03/04/2026 10:00:01 "]
)
def test_what_names_no_day_is_no_time(prefix):
    assert times_of(stamped(prefix, prefix)) == [None, None]
    assert len(read_logs(stamped(prefix, prefix)).builds) == 1


def test_times_beside_messages_and_those_of_the_agent():
    expected = [pd.Timestamp(each, tz="UTC") for each in (FIRST, LAST)]
    events = [{"timestamp": 1772618401000, "message": line} for line in LINES]
    events[-1]["timestamp"] = 1772618409000
    assert times_of(json.dumps({"events": events}).encode()) == expected
    assert times_of(json.dumps(events[::-1]).encode()) == expected
    agent = "[Container] 2026/03/04 09:00:00.000000 Entering phase BUILD\n"
    assert times_of(stamped("2026-03-04T10:00:01Z ", "2026-03-04T10:00:09Z ")) == expected
    text = "".join(f"2026-03-04T10:00:01Z {line}\n" for line in [agent[:-1], *LINES])
    assert times_of(text.encode())[0] == pd.Timestamp("2026-03-04 09:00", tz="UTC")


def test_a_long_log_that_begins_without_a_prefix():
    noise = b"".join(b"installing %d %b\n" % (number, 1000 * b".") for number in range(9000))
    log = noise + stamped("2026-03-04T10:00:01Z ", "2026-03-04T10:00:09Z ")
    assert len(log) > 8 << 20
    assert len(read_logs(log).builds) == 1
    assert times_of(log) == [pd.Timestamp(each, tz="UTC") for each in (FIRST, LAST)]


def test_a_long_log_s_last_time_is_in_its_last_lines():
    more = b"".join(b"2026-03-04T10:00:05Z #2 1.000 %b\n" % (1000 * b".") for _ in range(9000))
    log = stamped("2026-03-04T10:00:01Z ", "").replace(b"#3 DONE", b"2026-03-04T10:00:05Z #3 DONE")
    log = log + b"\n" + more + b"2026-03-04T10:00:09Z #2 DONE 9.0s\n"
    assert len(log) > 8 << 20
    assert times_of(log) == [pd.Timestamp(each, tz="UTC") for each in (FIRST, LAST)]


QUOTED = "".join(f"> {line}\n" for line in LINES[:4])


@pytest.mark.parametrize(
    "text",
    [
        BUILD,
        BUILD + QUOTED,
        "[Container] 2026/03/04 10:00:00.000000 Running command docker build \\\n    --push .\n"
        + BUILD,
        BUILD.replace("| b", "    #1 [1/2] FROM nested\n    #1 DONE 0.1s"),
        BUILD + "   1 |     FROM alpine\n   2 | >>> RUN a\n",
        "Merged #12 [docs] a\nMerged #13 [docs] b\nMerged #14 [docs] c\n" + BUILD,
    ],
)
def test_what_is_no_prefix_stays(text):
    assert clean(text.encode()).text == text.encode()


def test_indentation_after_a_prefix_stays():
    text = BUILD.replace("#2 0.100", "  indented\n#2 0.100")
    data = "".join(f"myapp  | {line}\n" for line in text.splitlines())
    assert clean(data.encode()).text == text.encode()


@pytest.mark.parametrize(
    ("hide", "hidden"),
    [
        (lambda number, line: f"{'-+*=~!?%^&'[number % 10] * (number + 1)}x{line}", True),
        (lambda number, line: line, False),
        (lambda number, line: "nothing", False),
    ],
)
def test_a_log_that_hides_its_build_is_a_problem(hide, hidden):
    agent = "[Container] 2026/03/04 10:00:00.000000 Entering phase BUILD\n"
    text = "".join(hide(number, line) + "\n" for number, line in enumerate(LINES))
    for each in (text, agent + text):
        logs = read_logs({"a.log": each.encode()})
        said = logs.logs["problem"].fillna("").item()
        assert ("a.log shows" in said) == (hidden and logs.builds.empty)
        assert not hidden or logs.builds.empty
    assert read_logs((agent + text).encode()).phases["phase"].tolist() == ["BUILD"]


PARTS = [
    lambda number: f"2026-03-04T10:00:{number:02d}.{number:07d}Z",
    lambda number: f"2026-03-04 10:00:{number:02d},{number:03d}",
    lambda number: f"Mar  4 10:00:{number:02d}",
    lambda number: f"{number / 7:.3f}s",
    lambda number: f"+{number}ms",
    lambda number: ("INFO", "ERROR")[number % 5 == 0],
    lambda number: f"{('info', 'warning')[number % 3 == 0]:7}",
    lambda number: ("stderr", "stdout")[number % 4 == 0],
    lambda number: "my-app_1",
    lambda number: "job 7",
    lambda number: 'host="a b"',
    lambda number: "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f",
    lambda number: str(number),
]
ROUND = ["{}", "[{}]", "({})", "<{}>", "{}:", '"{}"', "{} -", "|{}|", "\x1b[32m{}\x1b[0m", "{{{}}}"]


def test_prefixes_made_up_of_what_loggers_write():
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    expected = read_logs({"log": BUILD.encode()})
    for _ in range(60):
        parts = [(chance.choice(ROUND), chance.choice(PARTS)) for _ in range(chance.randint(1, 4))]
        sep, end = (
            chance.choice([" ", "  ", "\t", " | "]),
            chance.choice([" ", "  ", "\t", ": ", "> "]),
        )
        lines = [
            sep.join(form.format(part(number)) for form, part in parts) + end + line
            for number, line in enumerate(LINES)
        ]
        found = read_logs({"log": "\n".join(lines).encode()})
        pd.testing.assert_frame_equal(found.steps, expected.steps, obj=lines[2])
        pd.testing.assert_frame_equal(found.builds, expected.builds, obj=lines[2])


STAMPS = [
    lambda number: f"2026-03-04T10:{number // 60:02d}:{number % 60:02d}.{number:07d}Z",
    lambda number: f"2026-03-04T10:{number // 60:02d}:{number % 60:02d}Z",
    lambda number: f"2026-03-04 10:{number // 60:02d}:{number % 60:02d},{number % 1000:03d}",
    lambda number: f"2026/03/04 10:{number // 60:02d}:{number % 60:02d} UTC",
    lambda number: f"20260304T10{number // 60:02d}{number % 60:02d}Z",
    lambda number: f"2026-03-04T10:00:01.{number}Z",
]


@pytest.mark.parametrize("other", ["", " ", "[INFO] ", "app | "])
@pytest.mark.parametrize("stamp", STAMPS)
def test_a_glance_finds_the_times_that_a_look_finds(stamp, other):
    """Most lines bear a time alone; every tenth may bear more, or nothing at all."""
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    output = "".join(f"#2 {number / 7:.3f} {'x' * (number % 50)}\n" for number in range(400))
    text = BUILD.replace("#2 0.100 | b\n", output)
    form, bare = chance.choice(["{} ", "[{}] ", "{}: "]), chance.random() < 0.5
    data = "".join(
        (form.format(stamp(number)) if number % 10 or not bare else "")
        + (other if not number % 8 else "")
        + line
        for number, line in enumerate(text.splitlines(keepends=True))
    ).encode()
    look = _learn_shapes(data)
    assert look is not None
    found = clean(data)
    assert found.text == clean(look.strip(data)).text
    assert found.times == look.read_times(data)


def test_a_glance_is_enough_for_a_time_before_every_line():
    text = BUILD.replace("#2 0.100", 100 * "#2 0.100 a\n" + "#2 0.100")
    for stamp in STAMPS:
        lines = enumerate(text.splitlines(keepends=True))
        data = "".join(f"{stamp(number)} {line}" for number, line in lines).encode()
        look, found = _learn_shapes(data), _learn_stamp(data, b"\n" + glance(data))
        assert look is not None and found is not None
        assert found.pattern == look.pattern
        assert found.strip(data) == look.strip(data) == text.encode()


def test_a_prefix_before_the_build_alone():
    agent = "[Container] 2026/03/04 10:00:00.000000 "
    start = f"{agent}Running command docker build \\\n    --push .\n"
    end = f"{agent}Phase complete: BUILD State: SUCCEEDED\n"
    build = "".join(f"myapp  | {line}\n" for line in LINES)
    logs = read_logs((start + build + end).encode())
    assert logs.builds["failed"].tolist() == [False] and len(logs.steps) == 3
    assert logs.commands["command"].tolist() == ["docker build \\\n    --push ."]


@pytest.mark.parametrize(
    "odd", ["", "hello, my man who is not prefixed", "2026-03-04T10:00:01Z", "1772618401000"]
)
@pytest.mark.parametrize("prefix", ["2026-03-04T10:00:01Z ", "1772618401000 ", "[0] ", "> "])
def test_a_line_without_the_prefix_of_all_others_stays(prefix, odd):
    data = "".join(f"{prefix}{line}\n" for line in LINES)
    assert clean(data.encode()).text == BUILD.encode()
    found = clean(f"{data}{odd}\n".encode()).text
    assert found == f"{BUILD}{'' if odd and prefix.startswith(odd) else odd}\n".encode()
