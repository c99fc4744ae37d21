"""The newest of many builds: which they are is found before their logs are read whole."""

import dataclasses
import gzip
import json
import random
from datetime import timedelta

import pandas as pd
import pytest
from histories import FIRST, after, build_log

from analysis.past_builds import newest, reading
from analysis.past_builds.reading import read_history

COUNT, LIMIT = 150, 12


def write_many(folder, seed):
    """Logs of many forms whose names do not tell their order, and files that are none."""
    chance = random.Random(seed)
    names = [f"{number:03d}" for number in range(COUNT)]
    chance.shuffle(names)
    for number, name in enumerate(names):
        text = build_log(after(10 * number))
        project = folder / chance.choice(["app", "web", f"rare{number // 50}"])
        project.mkdir(parents=True, exist_ok=True)
        if number % 5 == 1:
            (project / f"{name}.log.gz").write_bytes(gzip.compress(text.encode()))
        elif number % 5 == 2:
            (project / f"{name}.log").write_bytes(text.encode("utf-16"))
        elif number % 5 == 3:
            events = [{"timestamp": 1, "message": line} for line in text.splitlines(True)]
            (project / f"{name}.json").write_text(json.dumps({"events": events}))
        elif number % 10 == 4:
            (project / f"{name}.log").write_text("x" * 6000 + "\n" + text)
        else:
            (project / f"{name}.log").write_text(text)
    (folder / "app" / "timeless.log").write_text("#1 [1/1] FROM a\n#1 DONE 0.1s\n")
    (folder / "app" / "README").write_text("no log\n")
    (folder / "app" / "empty.log").write_text("")


def assert_picked(few, everything, limit):
    wanted = everything.builds.iloc[-limit:].reset_index(drop=True)
    pd.testing.assert_frame_equal(few.builds, wanted)
    for field in dataclasses.fields(everything.logs):
        frame = getattr(everything.logs, field.name)
        frame = frame[frame["log"].isin(wanted["id"])].sort_values("log", kind="stable")
        own = getattr(few.logs, field.name).sort_values("log", kind="stable")
        pd.testing.assert_frame_equal(
            own.reset_index(drop=True), frame.reset_index(drop=True), check_like=True
        )


@pytest.fixture
def counted(monkeypatch):
    """The names of the logs that are read whole."""
    names = []
    real = reading.read_logs

    def read(sources, **settings):
        names.extend(sources)
        return real(sources, **settings)

    monkeypatch.setattr(reading, "read_logs", read)
    return names


def test_the_newest_are_those_that_all_logs_would_tell(tmp_path, counted):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    write_many(tmp_path, seed)
    everything = read_history(tmp_path, limit=10_000)
    counted.clear()
    assert_picked(read_history(tmp_path, limit=LIMIT), everything, LIMIT)
    assert len(counted) < COUNT / 2
    since = f"{FIRST + timedelta(minutes=10 * (COUNT - 5)):%Y-%m-%dT%H:%M:%SZ}"
    assert len(read_history(tmp_path, since, limit=LIMIT).builds) == 6


def test_files_that_are_no_builds_do_not_take_the_place_of_some(tmp_path, counted):
    for number in range(60):
        text = f"[Container] {after(number):%Y/%m/%d %H:%M:%S.%f} nothing\n"
        (tmp_path / f"{number}.log").write_text("\0" + text)
        (tmp_path / f"old{number}.log").write_text(build_log(after(-number - 100)))
    everything = read_history(tmp_path, limit=10_000)
    few = read_history(tmp_path, limit=5)
    assert_picked(few, everything, 5)


def test_a_head_that_can_t_be_read_has_no_time(tmp_path):
    assert newest.read_head(tmp_path / "none") == b""
    assert newest.read_head(gzip.compress(b"a" * 10)[:4] + b"\xff" * 40) == b""
    assert newest._read_begin(b"no line") is None
