"""Frames of logs and what they tell of their hosts, of one reading: as of one each, and kept."""

import gzip
from pathlib import Path

import pytest
from histories import assert_same

from analysis.logs import list_sources
from analysis.records.speeds import _SPEEDS, _TRACED, read_traced_logs, read_traces
from analysis.store import LOGS, join_kinds, read_logs, read_tables

RUNS = Path(__file__).parents[3] / "data" / "control" / "runs"


@pytest.fixture
def logs(tmp_path):
    """Real logs, one of them damaged, one no log, one gone."""
    paths = sorted(RUNS.glob("*.source.01/build.log.gz")) + sorted(
        RUNS.glob("*.base.02/build.log*")
    )
    damaged, odd = tmp_path / "damaged.log.gz", tmp_path / "odd.log"
    damaged.write_bytes(gzip.compress(b"#1 [internal] load build definition\n" * 99)[:-9])
    odd.write_text("no log at all\n")
    return [*paths, damaged, odd, tmp_path / "gone.log"]


def check(found, logs):
    """Compare what one reading gave with a reading for each, without a store."""
    frames, *traces = found
    assert_same(frames, read_logs(logs, store="off"))
    for own, expected in zip(traces, read_traces(list_sources(logs), store="off"), strict=True):
        assert len(own) > 3
        assert own.equals(expected)


def refuse(batch):
    """Stand where logs would be read."""
    raise AssertionError([name for name, _ in batch])


def test_one_reading_gives_what_one_each_gives(logs):
    check(read_traced_logs(logs, store="off"), logs)


@pytest.mark.parametrize("before", [[], [LOGS], [_SPEEDS], [LOGS, _SPEEDS]])
def test_what_was_kept_of_some_logs_for_one_use_is_not_missed_for_the_other(tmp_path, logs, before):
    store = tmp_path / "store"
    for kind in before:
        read_tables(kind, list_sources(logs[::2]), store=store)
    check(read_traced_logs(logs, store=store), logs)


def test_what_one_reading_kept_serves_each_use_and_is_not_read_again(tmp_path, logs):
    good = logs[:-3]
    store = tmp_path / "store"
    read_traced_logs(logs, store=store)
    again = join_kinds("again", refuse, LOGS, _SPEEDS)
    for kind in (again, LOGS, _SPEEDS):
        found = read_tables(kind, list_sources(good), store=store)
        expected = read_tables(_TRACED, list_sources(good), store="off")
        assert all(found[name].equals(expected[name]) for name in kind.schemas)
        assert "error" not in str(found[kind.index]["problem"].unique())


def test_a_file_that_fails_is_told_of_for_both_uses():
    tables = read_tables(
        join_kinds("none", refuse, LOGS, _SPEEDS), [("a.log", b"x"), ("b.log", b"y")]
    )
    for name in ("logs", "speeds"):
        assert tables[name]["log"].to_pylist() == ["a.log", "b.log"]
        assert all("could not be read" in each for each in tables[name]["problem"].to_pylist())
