"""Work beside other work: all of it is over when a build begins, and none begins while it runs."""

import threading

import pytest

from analysis.lab.background import Background


def test_a_quiet_block_begins_when_all_work_is_done():
    background, gate, done = Background(), threading.Event(), []
    futures = [background.start(lambda n=n: gate.wait() and done.append(n)) for n in range(3)]
    threading.Timer(0.05, gate.set).start()
    with background.quiet():
        assert sorted(done) == [0, 1, 2]
        assert all(future.done() for future in futures)
    background.close()


def test_nothing_begins_in_a_quiet_block():
    background = Background()
    with background.quiet(), pytest.raises(RuntimeError, match="while a build is timed"):
        background.start(print)
    assert background.start(lambda: 7).result() == 7
    background.close()


def test_an_error_comes_to_who_asks_for_the_result():
    background = Background()
    future = background.start(lambda: 1 / 0)
    with background.quiet():
        pass
    with pytest.raises(ZeroDivisionError):
        future.result()
    background.close()
