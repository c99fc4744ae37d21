"""From how much work on a cache pays: the same as by hand."""

import pytest
from measured import BUILD, make_runs, pick, read_texts, show_build, write_log

from analysis.measures.seconds.breakeven import break_even

BASE = {"RUN install": 8.0, "COPY app": 2.0}


def measure(hits, seconds, base=(20.0, 20.0, 20.0)):
    """break_even of docker and a cached strategy of these seconds in three rounds."""
    runs = make_runs({"docker": {"source": base}, "registry-cache": {"source": seconds}})
    texts = [
        write_log((BUILD, 15.0, show_build(BASE, cached=hits if strategy != "docker" else ())))
        for strategy in runs["strategy"]
    ]
    runs, logs = read_texts(runs, texts)
    return break_even(runs, logs.steps)


def test_the_work_at_which_the_overhead_is_saved():
    # 4 s slower although it saves 80 % of 10 s: with W s of work, 4 + 8 - 0.8 * W = 0 at W = 15
    row = pick(measure(("RUN install",), [24.0, 24.5, 23.5]), strategy="registry-cache")
    assert (row["work"], row["saved"], row["n"]) == (10, pytest.approx(0.8), 3)
    assert row["pays_from"] == pytest.approx(15)
    assert row["pays_from_low"] < 15 < row["pays_from_high"]


def test_a_cache_that_already_pays_does_so_from_less_work_on():
    row = measure(("RUN install",), [16.0, 16.5, 15.5]).iloc[0]
    assert row["pays_from"] == pytest.approx(5)
    row = measure(("RUN install",), [2.0, 2.5, 1.5]).iloc[0]
    assert row["pays_from"] == 0


def test_without_hits_no_work_ever_makes_it_pay():
    assert measure((), [24.0, 24.5, 23.5]).empty


def test_with_too_few_rounds_the_ends_are_unknown():
    row = measure(("RUN install",), [24.0, None, 23.0]).iloc[0]
    assert row["pays_from"] == pytest.approx(10 + 3.5 / 0.8)
    assert row[["pays_from_low", "pays_from_high"]].isna().all()
