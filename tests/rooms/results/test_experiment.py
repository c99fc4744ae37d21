"""What follows from an experiment is computed once, and shown in a line and a table."""

import dataclasses
import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from analysis import claims, headline, measures, read_history, read_prices, read_runs, records
from analysis.claims import gather_evidence
from analysis.errors import RecordError, SourceError
from analysis.measures import compare, count_entries, hits_by_run, month, overhead_map
from analysis.measures.compare import LOOKS, find_level
from analysis.results import Experiment, read_experiment, read_grid, to_experiment
from analysis.results.once import once

ROOT = Path(__file__).parent.parent.parent.parent
LAB, CONTROL = ROOT / "data" / "lab", ROOT / "data" / "control"


@pytest.fixture(scope="module")
def control():
    return read_experiment(CONTROL)


def count_calls(monkeypatch, *names):
    """A Counter of the calls of measures, by name and the arguments that can be told apart."""
    calls = Counter()

    def wrap(name, function):
        def counted(*args, **kwargs):
            calls[name, *(each for each in args if isinstance(each, str | int))] += 1
            return function(*args, **kwargs)

        return counted

    for name in names:
        monkeypatch.setattr(measures, name, wrap(name, getattr(measures, name)), raising=False)
    return calls


def test_a_headline_compares_once_with_each_baseline(monkeypatch):
    calls = count_calls(monkeypatch, "compare", "compare_mixes", "break_even", "month")
    experiment = read_experiment(LAB, store="off")
    first = headline(experiment)
    assert calls["compare", "docker", "seconds"] == 1
    assert set(calls.values()) == {1}, "nothing is compared twice"
    # what the overview and the verdict's cells ask of the same experiment
    assert headline(experiment) == first
    claims(experiment)
    experiment.compare()
    experiment.month()
    assert set(calls.values()) == {1}


def test_methods_give_what_measures_give(control):
    runs = measures.pick_comparable(control.runs)
    pd.testing.assert_frame_equal(control.compare(), compare(control.runs))
    pd.testing.assert_frame_equal(control.hits(), hits_by_run(runs, control.logs.steps))
    pd.testing.assert_frame_equal(
        control.overheads(), measures.mean_by_activity(overhead_map(runs, control.logs))
    )
    marked = measures.mark_emulated(control.runs)
    pd.testing.assert_frame_equal(
        control.entries(), count_entries(marked, control.images, control.problems)
    )
    shares, prices = measures.read_mix("source 70, base 30"), read_prices()
    pd.testing.assert_frame_equal(
        control.month("source 70, base 30", 100, free_minutes=5),
        month(control.runs, shares, 100, "general1.small", prices, free_minutes=5),
    )
    pd.testing.assert_frame_equal(control.month(), control.month(prices=prices))


def test_the_prices_are_those_of_the_region_an_experiment_ran_in(control):
    mix = "cold 1, source 1"
    virginia = control.month(mix)
    assert control.region == "us-east-1" and virginia["cost"].notna().all()
    tokyo = dataclasses.replace(control, facts={"machine": {"region": "ap-northeast-1"}})
    assert tokyo.region == "ap-northeast-1"
    assert tokyo.month(mix)["cost"].isna().all(), "not billed as Virginia"
    assert tokyo.month(mix)["minutes"].tolist() == virginia["minutes"].tolist()
    damaged = dataclasses.replace(control, facts={"machine": "a word"})
    assert damaged.region == "us-east-1"


def test_more_methods_give_what_measures_give(control):
    runs = measures.pick_comparable(control.runs)
    pd.testing.assert_frame_equal(
        control.break_even(), measures.break_even(runs, control.logs.steps)
    )
    timelines, unread = records.read_timelines(runs, control.logs.steps)
    pd.testing.assert_frame_equal(control.timelines(), timelines)
    pd.testing.assert_frame_equal(control.unread_timelines(), unread)
    pd.testing.assert_frame_equal(
        control.path_map(), measures.path_map(runs, control.logs, timelines)
    )
    pd.testing.assert_frame_equal(
        control.misses(), measures.misses_by_run(control.runs, control.logs)
    )


def test_a_frame_that_is_changed_is_not_the_one_kept(control):
    table = control.compare()
    table["n"] = 0
    table.insert(0, "mine", 1)
    assert control.compare()["n"].gt(0).all()
    assert "mine" not in control.compare()


def test_an_experiment_with_other_frames_computes_anew(control):
    assert len(control.compare()) > 0
    one = control.runs["strategy"].eq("docker")
    other = dataclasses.replace(control, runs=control.runs[one])
    assert isinstance(other, Experiment)
    assert other.compare().empty
    assert set(other.comparable["strategy"]) == {"docker"}


def test_arguments_are_told_apart_whichever_way_they_are_given():
    class Sums:
        calls = 0

        @once
        def add(self, one, two=2):
            self.calls += 1
            return one + two

    sums = Sums()
    assert [sums.add(1), sums.add(1, 2), sums.add(one=1, two=2)] == [3, 3, 3]
    assert sums.calls == 1
    assert (sums.add(2), sums.calls, Sums().add(1)) == (4, 2, 3)


def test_an_experiment_a_record_and_a_path_are_taken_alike(control):
    assert to_experiment(control) is control
    frames = records.read_experiment(CONTROL)
    assert not isinstance(frames, Experiment)
    said = headline(control)
    assert headline(frames) == headline(str(CONTROL)) == headline(CONTROL) == said
    assert claims(CONTROL).equals(claims(control))
    assert gather_evidence(frames).experiment.manifest == control.facts
    with pytest.raises(TypeError, match=r"Give an experiment .* not DataFrame\."):
        headline(control.runs)


def test_a_wrong_folder_is_said_with_the_fact_and_the_cure(tmp_path):
    cases = {
        tmp_path / "none": "it does not exist",
        tmp_path: "there is no folder 'runs' in it",
        "no/such/folder": "it does not exist",
        tmp_path / "file": "it is a file",
    }
    (tmp_path / "file").write_text("")
    for folder, fact in cases.items():
        for read in (read_experiment, read_runs, headline, claims):
            said = f"{folder} holds no experiment: {fact}. Give the folder of one"
            with pytest.raises(RecordError, match=re.escape(said)):
                read(folder)
    with pytest.raises(SourceError, match=r"none' names no file"):
        read_history(tmp_path / "none")
    with pytest.raises(RecordError, match="holds no folder with an experiment"):
        read_grid(tmp_path)


def test_a_grid_is_of_experiments():
    points = read_grid("data/sweep")
    assert len(points) > 1
    assert all(isinstance(point, Experiment) for point in points)


def test_a_line_says_what_there_is(control):
    assert repr(control) == (
        f"<Experiment {CONTROL}: {len(control.runs)} runs of 4 strategies, 2 scenarios, "
        f"6 rounds; {len(control.runs)} valid>"
    )


def test_a_table_shows_what_there_is_and_no_markup_of_records(control):
    html = control._repr_html_()
    for word in ("Strategies", "docker, ", "Scenarios", "Rounds", "valid", "2026-", "Problems"):
        assert word in html
    evil = "<img src=x onerror=alert(1)>"
    runs = control.runs.assign(strategy=evil)
    problems = pd.DataFrame({"path": ["a"], "reason": [evil]})
    shown = {"runs": runs, "problems": problems, "folder": Path("<b>\udcff")}
    html = dataclasses.replace(control, **shown)._repr_html_()
    assert not {"<img", "<b"} & set(re.findall(r"<\w+", html))
    assert html.count("&lt;img src=x onerror=alert(1)&gt;") == 2
    assert "&lt;b&gt;?" in html
    html.encode("utf-8")


def test_an_experiment_without_runs_is_shown(control):
    empty = dataclasses.replace(control, runs=control.runs.iloc[:0], folder=Path("a\n\x1b[31m"))
    assert repr(empty) == "<Experiment a\\n\\x1b[31m: no runs>"
    assert ">none<" in empty._repr_html_()


def test_the_level_is_that_of_the_rounds_built_whatever_their_blocks_are(control):
    runs = control.runs
    numbers = runs.groupby(["strategy", "scenario"]).cumcount()
    each = (runs["scenario"] + "-" + numbers.astype("string")).astype("string")
    replay = runs.assign(commit=each, kind=runs["scenario"], scenario=each, round=3)
    looks = list(LOOKS)
    found = dataclasses.replace(control, runs=replay, facts=control.facts | {"looks": looks})
    # six commits of a kind, built in three rounds
    assert found.comparable["round"].max() == 6
    assert found.level == find_level(3, looks)
