"""From how much work on a cache pays: the same as by hand."""

import pandas as pd
import pytest
from measured import BUILD, make_runs, pick, read_texts, show_build, write_log

from analysis.measures.seconds.breakeven import break_even


def measure(hits, seconds, base=(20.0, 20.0, 20.0), works=(6.0, 8.0, 18.0)):
    """break_even of docker and a cached strategy of these seconds, and of work, in three rounds."""
    runs = make_runs({"docker": {"source": base}, "registry-cache": {"source": seconds}})
    texts = []
    for strategy, number in zip(runs["strategy"], runs["round"], strict=True):
        layers = {"RUN install": works[number - 1], "COPY app": 2.0}
        cached = hits if strategy != "docker" else ()
        texts.append(write_log((BUILD, 15.0, show_build(layers, cached=cached))))
    runs, logs = read_texts(runs, texts)
    return break_even(runs, logs.steps)


def test_the_work_at_which_the_overhead_is_saved():
    # of 8, 10 and 20 s all but 2 s is saved, 84 %: 4 s slower at 12.7 s, it pays from 17.4 s on
    row = pick(measure(("RUN install",), [24.0, 24.5, 23.5]), strategy="registry-cache")
    saved = 1 - 6 / 38
    assert (row["work"], row["saved"], row["n"]) == (pytest.approx(38 / 3), pytest.approx(saved), 3)
    assert (row["least"], row["most"]) == (8, 20)
    assert row["pays_from"] == pytest.approx(38 / 3 + 4 / saved, abs=0.05)
    assert row["pays_from_low"] < row["pays_from"] < row["pays_from_high"]
    assert pd.isna(row["reason"])


@pytest.mark.parametrize(
    ("seconds", "reason"),
    [
        ([2.0, 2.5, 1.5], "it pays already at the least work"),
        ([44.0, 44.5, 43.5], "it does not yet pay at the most work"),
    ],
)
def test_beyond_the_work_that_was_run_nothing_is_said(seconds, reason):
    row = measure(("RUN install",), seconds).iloc[0]
    assert row[["pays_from", "pays_from_low", "pays_from_high"]].isna().all()
    assert row["reason"] == f"not within what was run: {reason}"


def test_one_amount_of_work_tells_no_other():
    row = measure(("RUN install",), [24.0, 24.5, 23.5], works=(8.0, 8.0, 8.0)).iloc[0]
    assert row["least"] == row["most"] == row["work"] == 10
    assert pd.isna(row["pays_from"])


def test_without_hits_no_work_ever_makes_it_pay():
    assert measure((), [24.0, 24.5, 23.5]).empty


def test_with_too_few_rounds_the_ends_are_unknown():
    row = measure(("RUN install",), [24.0, None, 23.0], works=(6.0, 8.0, 16.0)).iloc[0]
    assert row["pays_from"] == pytest.approx(13 + 3.5 / (22 / 26), abs=0.05)
    assert row[["pays_from_low", "pays_from_high"]].isna().all()
