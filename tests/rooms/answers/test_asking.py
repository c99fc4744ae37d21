"""The answer as data: what it holds, for which mix, and what it never says."""

import dataclasses
import json
import math

import pandas as pd
import pytest
from measured import make_runs

from analysis import measures, read_experiment
from analysis.answers import VERSION, Answer, answer
from analysis.errors import RecordError, SettingError, UnknownName
from analysis.measures.model import read_known
from analysis.prose import say_answer, say_measured
from analysis.records import Speeds
from analysis.words import CLOSE, FASTER, SAME, UNTOLD

LAB, CONTROL = "data/lab", "data/control"


@pytest.fixture(scope="module")
def lab():
    return read_experiment(LAB)


def scale(lab, factor, *strategies):
    """The recorded experiment, as if these had taken so much of their seconds."""
    own = lab.runs["strategy"].isin(strategies)
    seconds = lab.runs["seconds"].mask(own, factor * lab.runs["seconds"])
    return dataclasses.replace(lab, runs=lab.runs.assign(seconds=seconds))


@pytest.fixture(scope="module")
def told(lab):
    """The recorded experiment, in which a strategy is told to be faster."""
    return scale(lab, 0.4, "containerd-store")


def about(value, spread=(0.0, 0.3, -0.2, 0.1)):
    return [value + each for each in spread]


def ask(seconds, mix=None, **columns):
    """The answer of a frame of strategy -> seconds of a changed source file by round."""
    runs = make_runs({name: {"source": each} for name, each in seconds.items()}, **columns)
    return answer(runs, mix)


def list_values(value):
    """Every value in what JSON holds."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(each for part in inside for each in list_values(part))]


@pytest.mark.parametrize("source", [LAB, CONTROL])
def test_json_has_the_same_keys_and_no_number_that_is_none(source):
    found = answer(source)
    written = json.loads(found.to_json())
    assert written == found.to_dict()
    assert list(written) == list(Answer.__dataclass_fields__) and written["version"] == VERSION
    kinds = (str, bool, int, float, list, dict, type(None))
    for value in list_values(found.to_dict()):
        assert type(value) in kinds
        assert not isinstance(value, float) or math.isfinite(value)


def test_changing_what_was_written_changes_no_answer(lab):
    found = answer(lab)
    found.to_dict()["mix"]["source"] = 9
    found.to_dict()["strategies"][0]["n"] = 0
    assert answer(lab).mix["source"] == 0.7
    assert answer(lab).strategies[0]["n"] > 0


def test_numbers_of_an_answer_agree(told):
    found = answer(told)
    assert found.verdict == FASTER and found.place == "lab"
    assert found.seconds_to - found.seconds_from == pytest.approx(found.difference)
    assert found.low < found.difference < found.high < 0
    rows = {each["strategy"]: each for each in found.strategies}
    assert rows[found.strategy]["difference"] == found.difference
    assert not rows[found.strategy]["emulated"] and rows[found.emulated["strategy"]]["emulated"]
    kinds = {
        each["scenario"]: each["seconds"]
        for each in found.commits
        if each["strategy"] == found.baseline
    }
    weighed = sum(share * kinds[scenario] for scenario, share in found.mix.items())
    assert weighed == pytest.approx(found.seconds_from)


def test_an_answer_says_of_what_build_it_is(lab):
    found, known = answer(lab), read_known(lab)
    size = known.base + known.final_mb
    facts = {"name": "deploy", "work": known.work, "image_mb": size, "link": known.link}
    assert found.project == pytest.approx(facts)
    said = f"{known.work:.1f} s of work in the Dockerfile, and an image of {size:.0f} MB"
    assert any(said in each for each in say_answer(found))
    assert f"{known.work:.1f} s of work, an image of {size:.0f} MB" in say_measured(found)
    # a frame of runs tells nothing of that
    alone = answer(lab.comparable[["strategy", "scenario", "round", "seconds", "started"]])
    assert alone.project is None and "MB" not in say_measured(alone)


def test_each_strategy_measured_has_a_row(lab):
    named = set(lab.comparable["strategy"].str.removesuffix(" (emulated)"))
    assert {each["strategy"] for each in answer(lab).strategies} == named


@pytest.mark.parametrize(
    ("mix", "expected"),
    [
        ("source 70, base 30", {"source": 0.7, "base": 0.3}),
        ({"source": 7, "base": 3}, {"source": 0.7, "base": 0.3}),
        ({"source": 1, "cold": 0}, {"source": 1.0}),
        (
            "mostly rebuilds of the same commit",
            {"unchanged": 0.7, "source": 0.2, "dependency": 0.05, "base": 0.05},
        ),
    ],
)
def test_a_mix_is_taken_in_each_form(lab, mix, expected):
    found = answer(lab, mix)
    assert found.mix == pytest.approx(expected) and found.mix_origin == "given"


@pytest.mark.parametrize("text", ["source 70\nbase 30\n", '{"source": 0.7, "base": 0.3}'])
def test_a_mix_is_taken_from_a_file(lab, tmp_path, text):
    (tmp_path / "mix").write_text(text)
    assert answer(lab, tmp_path / "mix").mix == pytest.approx({"source": 0.7, "base": 0.3})


@pytest.mark.parametrize(
    "mix",
    [{}, {"source": 0}, {"source": -1, "base": 2}, {"source": math.nan}, {"source": "7"}, "x y z"],
)
def test_a_mix_that_cannot_be_read_is_told(lab, mix):
    with pytest.raises(SettingError):
        answer(lab, mix)


def test_a_file_without_a_mix_and_an_unknown_commit_are_told(lab, tmp_path):
    (tmp_path / "mix").write_text("{")
    for path in (tmp_path / "mix", tmp_path / "none"):
        with pytest.raises(SettingError, match="holds no mix"):
            answer(lab, path)
    for mix in ({"sauce": 1}, "sauce 100"):
        with pytest.raises(UnknownName, match="sauce"):
            answer(lab, mix)


def test_an_assumed_mix_is_narrowed_to_what_was_built_and_that_is_said():
    found = answer(CONTROL)
    assert (found.mix, found.mix_origin) == ({"source": 1.0}, "assumed")
    assert any("dependency" in each for each in found.unknown)
    assert answer(CONTROL, "usual").mix_origin == "assumed"


def make_history():
    """Runs of two strategies on commits of a history, four of one kind and two of another."""
    counts = {"source": 4, "dependency": 2}
    seconds = {"docker": 30.0, "registry-cache": 20.0}
    runs = make_runs(
        {n: {kind: about(s)[:count] for kind, count in counts.items()} for n, s in seconds.items()}
    )
    commits = runs["scenario"] + "-" + runs["round"].astype("string")
    return runs.assign(kind=runs["scenario"], commit=commits, scenario=commits, round=1)


def test_a_kind_of_which_too_few_commits_are_common_is_left_out_and_that_is_said():
    runs = make_history()
    assert set(answer(runs).mix) == {"source", "dependency"}
    lacking = runs["strategy"].eq("registry-cache") & runs["commit"].eq("dependency-2")
    found = answer(runs[~lacking])
    assert (found.mix, found.strategy) == ({"source": 1.0}, "registry-cache")
    assert any("dependency, of which no strategy has two" in each for each in found.unknown)


def test_a_kind_that_another_baseline_has_in_common_stays_in_the_mix():
    runs = make_history()
    cached = runs[runs["strategy"].eq("registry-cache")]
    third = cached.assign(strategy="inline-cache", run="third." + cached["run"])
    third["strategy"] = third["strategy"].astype("string")
    lacking = runs["strategy"].eq("docker") & runs["commit"].eq("dependency-2")
    known = pd.concat([runs[~lacking], third], ignore_index=True)
    assert set(answer(known).mix) == {"source"}
    assert set(answer(known, baseline="registry-cache").mix) == {"source", "dependency"}


def test_where_every_kind_is_rare_none_is_said_to_be_left_out():
    runs = make_history()
    found = answer(runs[runs["commit"].isin(["source-1", "dependency-1"])])
    assert (found.strategy, set(found.mix)) == (None, {"source", "dependency"})
    assert not any("no strategy has two" in each for each in found.unknown)


def test_a_given_mix_that_was_not_built_tells_nothing():
    found = answer(CONTROL, "source 50, base 50")
    assert (found.strategy, found.verdict, found.difference) == (None, UNTOLD, None)
    assert any("base" in each for each in found.unknown)


def test_builds_over_several_links_are_told():
    runs = make_runs({name: {"source": about(20)} for name in ("docker", "x")})
    assert not any("over one link" in each for each in answer(runs).unknown)
    runs["link"] = runs["round"].map(lambda round_: "unshaped" if round_ < 3 else "codebuild")
    found = answer(runs.astype({"link": "string"}))
    told = "seconds over one link, as builds over unshaped and codebuild are taken together"
    assert told in found.unknown


def test_an_answer_of_a_frame_is_that_of_its_experiment(lab):
    frame = lab.comparable[["strategy", "scenario", "round", "seconds", "started"]]
    found, whole = answer(frame), answer(lab)
    assert found.strategies[0]["seconds"] == whole.strategies[0]["seconds"]
    assert (found.place, found.again, found.price.get("entries_a_push")) == (None, "", None)
    assert any("where these builds ran" in each for each in found.unknown)


def test_what_nobody_took_for_runs_is_told(tmp_path):
    with pytest.raises(TypeError, match="Give an experiment"):
        answer(7)
    with pytest.raises(RecordError, match="holds no experiment"):
        answer(tmp_path)
    with pytest.raises(UnknownName, match="dokcer"):
        answer(CONTROL, baseline="dokcer")


def test_staying_needs_to_be_shown():
    shown = ask({"docker": about(20), "x": about(30)})
    assert (shown.strategy, shown.verdict) == ("docker", SAME)
    assert (shown.difference, shown.low, shown.high) == (0, 0, 0)
    noisy = ask({"docker": [20.0, 26.0, 17.0, 22.0], "x": [24.0, 19.0, 25.0, 20.0]})
    assert (noisy.strategy, noisy.verdict) == ("x", CLOSE)
    assert noisy.low < 0 < noisy.high
    few = ask({"docker": about(20)[:2], "x": about(30)[:2]})
    assert (few.verdict, few.low) == (UNTOLD, None)


def test_a_slower_strategy_beside_an_unsettled_one_does_not_say_to_stay():
    seconds = {"docker": [20.0, 26.0, 17.0, 22.0], "x": [24.0, 19.0, 25.0, 20.0], "y": about(60)}
    assert ask(seconds).verdict == CLOSE


def test_an_emulated_strategy_is_never_what_to_use():
    seconds = {"docker": about(20), "local-layer-cache": about(2), "x": about(30)}
    found = ask(seconds)
    assert found.strategy == "docker" and "local-layer-cache" not in found.same_as
    assert found.emulated["strategy"] == "local-layer-cache"
    alone = ask({"docker": about(20), "local-layer-cache": about(2)})
    assert (alone.strategy, alone.verdict) == (None, UNTOLD)
    assert alone.emulated["difference"] == pytest.approx(-18)


def test_builds_of_two_places_have_none(lab):
    runs = make_runs({name: {"source": about(20)} for name in ("docker", "x")})
    runs["place"] = pd.Series(["lab", "codebuild"] * 4, dtype="string")
    assert answer(runs).place is None


@pytest.mark.parametrize("seconds", [{}, {"docker": about(20)}, {"x": about(20)}])
def test_nothing_to_compare_is_an_answer_too(seconds):
    found = ask(seconds)
    assert (found.strategy, found.verdict, found.n) == (None, UNTOLD, 0)
    json.loads(found.to_json())


def test_an_answer_is_shown_in_a_line_and_a_table(told):
    found = answer(told)
    saved = f"{found.difference:+.1f} s".replace("-", "−")
    assert repr(found).startswith(f"<Answer: {found.strategy} instead of docker, {saved} [−")
    assert len(repr(found)) < 120
    html = found._repr_html_()
    assert "measured in the lab" in html and f"{found.seconds_to:.1f} s" in html
    evil = "<img src=x>"
    hostile = ask({"docker": about(20), evil: about(9)})
    assert "<img" not in hostile._repr_html_() and "&lt;img" in hostile._repr_html_()


# faster than the lab's
SPEEDS = Speeds(unpack_mbps=99, download_mbps=48, boot_seconds=3.0)


def test_what_would_turn_it_round_is_listed_with_its_values(told):
    # an older lab had no need to restart the engine, so all that is saved may go into it
    facts = {name: value for name, value in told.facts.items() if name != "lab"}
    runs = told.runs[told.runs["strategy"].isin(["docker", "containerd-store"])]
    found = answer(dataclasses.replace(told, facts=facts, runs=runs))
    flips = {each["condition"]: each for each in found.flips}
    assert list(flips) == ["restart", "boot", "unpacking speed", "link", "work", "hit share"]
    assert flips["restart"]["turns_at"] == pytest.approx(-found.difference)
    assert (flips["restart"]["value"], flips["restart"]["turns_to"]) == (0, "docker")
    assert all(each["turns_at"] is None or each["turns_to"] for each in found.flips)


def test_what_would_end_staying_is_listed_too(lab):
    slower = scale(lab, 2, "registry-cache", "container-load")
    keep = slower.runs["strategy"].isin(["docker", "registry-cache", "container-load"])
    found = answer(dataclasses.replace(slower, runs=slower.runs[keep]))
    assert (found.strategy, found.verdict) == ("docker", SAME)
    assert {each["turns_to"] for each in found.flips} <= {None, "docker", "registry-cache"}
    assert len(found.flips) == 6


def test_others_tell_of_conditions_that_one_experiment_had_one_value_of(told):
    alone, found = answer(told), answer(told, others="data/sweep")
    unknown = {each["condition"] for each in alone.flips if each["reason"]}
    assert unknown == {"unpacking speed", "link", "work"}
    assert all(each["turns_at"] is None for each in alone.flips if each["reason"])
    told = {each["condition"]: each for each in found.flips}
    for name in ("link", "work"):
        assert told[name]["reason"] is None and told[name]["low"] < told[name]["high"]
    # what was measured stays as it was
    assert (found.difference, found.strategies) == (alone.difference, alone.strategies)


def test_at_other_speeds_the_answer_is_the_model_s_and_says_so(lab, tmp_path):
    measured, found = answer(lab), answer(lab, speeds=SPEEDS)
    assert found.calibrated and not measured.calibrated
    assert found.seconds_from < measured.seconds_from and found.place == "lab"
    assert found.seconds_to - found.seconds_from == pytest.approx(found.difference)
    # the model's error is added to the runs' own
    before, after = (
        {each["strategy"]: each["high"] - each["low"] for each in about.strategies if each["high"]}
        for about in (measured, found)
    )
    assert before and all(after[name] > width for name, width in before.items())
    assert (tmp_path / "host.json").write_text(SPEEDS.to_json())
    assert answer(lab, speeds=tmp_path / "host.json") == found
    rows = [each["seconds"] for each in found.strategies]
    assert rows == sorted(rows)
    assert found.price["usd_a_month"] is None
    json.loads(found.to_json())


def test_at_the_speeds_that_were_recorded_the_numbers_are_the_measured_ones(lab):
    measured, found = answer(lab), answer(lab, speeds=Speeds())
    names = ("strategy", "seconds_from", "seconds_to", "difference", "low", "high", "verdict")
    for name in names:
        value = getattr(measured, name)
        known = value if isinstance(value, str) else pytest.approx(value)
        assert getattr(found, name) == known, name
    kinds = {(each["scenario"], each["strategy"]): each for each in found.commits}
    for each in measured.commits:
        other = kinds[each["scenario"], each["strategy"]]
        assert other["seconds"] == pytest.approx(each["seconds"])


def test_a_restart_whose_length_is_known_is_in_the_seconds(lab):
    skipped = answer(lab, speeds=SPEEDS)
    known = answer(lab, speeds=dataclasses.replace(SPEEDS, restart_seconds=5.0))

    def pick(found):
        (row,) = [each for each in found.strategies if each["strategy"] == "containerd-store"]
        return row

    recorded = measures.fit_model(lab).recorded.restart_seconds
    more = pick(known)["seconds"] - pick(skipped)["seconds"]
    assert more == pytest.approx(5 - recorded, abs=0.3)
    assert not any("restart" in each for each in known.unknown)


def test_runs_without_logs_have_no_model_and_stay_as_measured():
    runs = make_runs({name: {"source": about(20)} for name in ("docker", "x")})
    found = answer(runs, speeds=SPEEDS)
    assert (found.calibrated, found.flips) == (False, [])
    assert any("speeds" in each for each in found.unknown)
