"""Forked jobs: a live pool is no danger to them, files they read are as read by one process."""

import dataclasses
import multiprocessing
import os
import signal

import pytest
from histories import assert_same, build_log, read_or_die

from analysis import logs
from analysis.store import LOGS, call_all, forked, live, pool, run_jobs

TEXT = build_log()


def read_by_pool():
    """How many logs a pool of this process reads."""
    sources = [(str(number), TEXT.encode()) for number in range(8)]
    read = pool.read_batches(LOGS, sources, [1_000_000] * len(sources), workers=3)
    return sum(each.tables["logs"].num_rows for each in read)


def test_no_job_inherits_processes_that_wait_for_work(monkeypatch):
    monkeypatch.setattr("analysis.store.balance._SMALLEST_BATCH", 1_000_000)
    # of two, which a job that asks for another number could neither use nor end
    assert read_by_pool() == 8 and live._started
    found = run_jobs([lambda: (len(live._started), read_by_pool())] * 2, 2)
    assert found == [(0, 8)] * 2
    # here, a new one is started
    assert read_by_pool() == 8
    live.end_pool()


@pytest.fixture
def forking(monkeypatch):
    """Two processes are forked for any work, in batches of a few files."""
    monkeypatch.setattr(pool, "_WORTH_FORKS", range(1, 1 << 40))
    monkeypatch.setattr(forked, "count_cores", lambda: 2)
    monkeypatch.setattr("analysis.store.balance._SMALLEST_BATCH", 60_000)


def test_forked_processes_read_what_one_process_reads(forking):
    sources = {str(number): (TEXT * (number % 3)).encode() for number in range(15)}
    read = pool.read_batches(LOGS, [*sources.items()], [30_000] * len(sources))
    assert len(read) > 4
    assert_same(logs.join_tables([each.tables for each in read]), logs.read_logs(sources))


def test_a_file_that_ends_a_forked_process_is_told_and_the_others_are_read(forking):
    kind = dataclasses.replace(LOGS, read=read_or_die)
    sources = [(name, TEXT.encode()) for name in ("a", "b", "deadly", "c", "d")]
    read = pool.join(pool.read_batches(kind, sources, [30_000] * 5))
    assert read.tables["logs"]["log"].to_pylist() == [name for name, _ in sources]
    assert read.failed == {"deadly"}


def test_calls_share_the_cores_and_what_one_raises_is_raised_here(forking):
    here = os.getpid()
    who = call_all([os.getpid] * 3)
    assert len({*who, here}) == 4 and call_all([os.getpid]) == [here]
    # a job among two of two cores does all itself
    assert (
        call_all([lambda: (forked.count_forks(), call_all([lambda: 0, lambda: 1]))] * 2)
        == [(1, [0, 1])] * 2
    )

    def fail():
        raise ValueError(f"in {os.getpid()}")

    with pytest.raises(ValueError, match=f"in {here}"):
        call_all([lambda: 1, fail])

    def end():
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return "here"

    assert call_all([end, lambda: 1]) == ["here", 1]


def test_an_interrupt_ends_the_jobs(forking):
    def interrupt():
        os.kill(os.getppid(), signal.SIGINT)
        signal.pause()

    with pytest.raises(KeyboardInterrupt):
        run_jobs([signal.pause, interrupt], 2)
    assert multiprocessing.active_children() == []
