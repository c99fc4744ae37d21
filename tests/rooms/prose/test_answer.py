"""The answer in words: an advice that follows from the runs, and none where they don't tell."""

import dataclasses

import pandas as pd
import pytest
from measured import BUILD, CREATE, PUSH, make_experiment, make_runs, show_build, write_log
from repository import Repository

from analysis.answers import answer
from analysis.prose import (
    headline,
    say_answer,
    say_entries,
    say_exports,
    say_grounds,
    say_mixes,
)
from analysis.words import CLOSE, FASTER

LAYERS = ("RUN install", "COPY app")
EXPORT = [("exporting cache to registry", (), "DONE 30.0s")]
PLAIN = write_log(("docker build .", 15.0, show_build()), (PUSH, 2.0, ""))
MADE = write_log((CREATE, 0.5, ""), (BUILD, 25.0, show_build(boot=9.5)))
WARM = write_log((CREATE, 0.5, ""), (BUILD, 25.0, show_build(boot=9.5, cached=LAYERS, more=EXPORT)))
TEXTS = {"docker": PLAIN, "container-load": MADE, "registry-cache": WARM}
PUSHES = {"container-load": Repository.image, "container-push": Repository.build}


def about(value, spread=(0.0, 0.3, -0.2)):
    return [value + each for each in spread]


def make(folder, seconds, **columns):
    """The experiment of strategy -> seconds of a changed source file, or scenario -> seconds."""
    seconds = {k: v if isinstance(v, dict) else {"source": v} for k, v in seconds.items()}
    texts = {
        name: dict.fromkeys(("cold", "unchanged", "source"), TEXTS.get(name, PLAIN))
        for name in seconds
    }
    push = {name: PUSHES.get(name, Repository.image) for name in seconds}
    return make_experiment(folder, make_runs(seconds, **columns), texts, push)


def read(folder, seconds, **columns):
    return headline(make(folder, seconds, **columns))


def find(sentences, words):
    (found,) = [each for each in sentences if words in each]
    return found


def test_a_strategy_that_wins_is_advised_with_its_numbers_and_its_place(tmp_path):
    said = read(tmp_path, {"docker": about(20), "registry-cache": about(9), "x": about(30)})
    assert said[0] == (
        "Use registry-cache: in the lab, a build takes 9.0 s instead of 20.0 s with docker."
    )
    assert said[1] == (
        "That is 11.0 s or 55 % less (95 % interval 11.0 to 11.0 s, n = 3) for an assumed mix of "
        "commits (100 % source)."
    )


@pytest.mark.parametrize("seconds", [about(9), about(20), about(30), [10.0, 35.0, 15.0]])
def test_the_first_sentence_says_where_it_was_measured(tmp_path, seconds):
    runs = {"docker": about(20), "x": seconds}
    lab = read(tmp_path / "a", runs)[0]
    assert "in the lab" in lab and "CodeBuild" not in lab
    cloud = read(tmp_path / "b", runs, place="codebuild")[0]
    assert "on CodeBuild" in cloud and "lab" not in cloud


def test_a_strategy_that_wins_here_and_loses_there_says_so(tmp_path):
    seconds = {
        "docker": {"unchanged": about(20), "source": about(20)},
        "registry-cache": {"unchanged": about(30), "source": about(5)},
    }
    said = read(tmp_path, seconds)
    assert said[0].startswith("Use registry-cache: ")
    assert said[1].endswith("It is slower for a commit that changes nothing.")


def test_when_none_can_win_the_advice_is_to_stay(tmp_path):
    said = read(tmp_path, {"docker": about(20), "container-load": about(40)})
    assert said[0] == "Stay with docker: in the lab, no other strategy is faster by more than 5 %."
    assert said[1].startswith("container-load comes nearest, with +20.0 s [20.0 to 20.0 s, n = 3]")


def test_noisy_runs_do_not_say_to_stay(tmp_path):
    said = read(tmp_path, {"docker": [20.0, 25.0, 22.0], "x": [22.0, 22.0, 25.0]})
    assert said[0].startswith("Can't tell yet whether a strategy is faster than docker in the lab")
    assert not any("Stay" in each for each in said)
    assert "Record more with make experiment " in said[1]


# the first would take 4 rounds, of which the command makes 5
@pytest.mark.parametrize(
    "seconds",
    [([20.2, 20.4, 20.5], [19.9, 19.6, 19.9]), ([20.0, 21.0, 20.5], [19.5, 20.9, 18.9])],
)
def test_rounds_that_would_tell_are_those_that_the_command_builds(tmp_path, seconds):
    found = answer(make(tmp_path, dict(zip(("docker", "x"), seconds, strict=True))))
    assert found.verdict == CLOSE
    assert f"About {found.rounds_needed} rounds would tell." in say_grounds(found)
    assert found.again.endswith(f" ROUNDS={found.rounds_needed}")


def replay(folder, seconds, asked="3"):
    """The answer of a history of three commits, a build of each a strategy."""
    runs = make_runs({name: {"source": each} for name, each in seconds.items()})
    ids = runs["round"].astype("string") + "f"
    runs = runs.assign(commit=ids, kind="source", scenario=ids, round=1)
    made = make(folder, seconds)
    history = [{"commit": each, "kind": "source"} for each in ids.unique()]
    facts = made.facts | {"commits": asked, "history": history}
    return answer(dataclasses.replace(made, runs=runs.assign(log=made.runs["log"]), facts=facts))


@pytest.mark.parametrize(("asked", "ends"), [("3", " COMMITS={0}"), ("v1..v2", "")])
def test_commits_that_would_tell_are_those_that_the_command_builds(tmp_path, asked, ends):
    found = replay(tmp_path / "e", {"docker": [20.0, 21.0, 20.5], "x": [19.5, 20.9, 18.9]}, asked)
    assert (found.verdict, found.rounds_needed) == (CLOSE, None)
    assert "more commits" in found.rounds_needed_reason and found.commits_needed > 3
    told = f"About {found.commits_needed} commits would tell; more rounds build the same ones again"
    assert told in say_grounds(found)
    assert "ROUNDS" not in found.again and bool(found.again) == bool(ends)
    assert ends.format(found.commits_needed) in found.again
    if ends:
        assert f"/e-{found.commits_needed} " in found.again


def test_too_few_commits_tell_nothing_and_rounds_are_not_asked_for(tmp_path):
    found = replay(tmp_path, {"docker": about(20)[:2], "x": about(9)[:2]})
    first = "Nothing can be told yet: no strategy has 3 commits in common with docker."
    assert say_answer(found)[0] == first
    assert found.again.endswith(" COMMITS=5")


def test_a_strategy_that_is_told_needs_no_commits(tmp_path):
    found = replay(tmp_path, {"docker": about(20), "x": about(9)})
    assert found.verdict == FASTER
    assert (found.rounds_needed_reason, found.commits_needed) == (None, None)


@pytest.mark.parametrize("rounds", [1, 2])
def test_too_few_rounds_tell_nothing_and_what_to_do_is_said(tmp_path, rounds):
    said = read(tmp_path, {"docker": about(20)[:rounds], "x": about(9)[:rounds]})
    assert said[0] == "Nothing can be told yet: no strategy has 3 rounds in common with docker."
    names = "STRATEGIES=docker,x SCENARIOS=source"
    assert f"Record more with make experiment {names} EXPERIMENT=" in said[1]
    assert said[1].endswith(" ROUNDS=5.")
    assert not any("faster" in each for each in said)


def test_an_emulated_winner_is_no_advice_and_told_apart(tmp_path):
    said = read(tmp_path, {"docker": about(20), "local-layer-cache": about(2), "x": about(22)})
    assert said[0].startswith("Stay with docker")
    apart = find(said, "local-layer-cache")
    assert apart.startswith("local-layer-cache, which the lab only emulates, takes 18.0 s less")
    assert apart.endswith("no advice until it runs on AWS.")


def test_what_is_not_told_apart_from_the_fastest_is_named(tmp_path):
    noisy = [9.4, 8.7, 9.2]
    seconds = {"docker": about(20), "x": about(9), "y": noisy, "z": about(15)}
    assert "Not told apart from x: y." in read(tmp_path, seconds)


def test_a_cache_whose_export_takes_longer_than_the_build_is_judged_in_one_sentence(tmp_path):
    seconds = {"docker": about(20), "registry-cache": about(9)}
    found = answer(make(tmp_path, seconds))
    assert found.exports[0]["export_seconds"] == pytest.approx(30)
    assert found.exports[0]["saved_seconds"] == pytest.approx(10)
    assert say_exports(found) == (
        "With registry-cache, exporting the cache takes 30.0 s a build and saves 10.0 s of work; "
        "all in all a build takes 11.0 s less than with docker in the lab, so the cache pays."
    )
    assert say_exports(found, "docker") == ""
    slower = make(tmp_path / "b", {"docker": about(20), "registry-cache": about(31)})
    assert say_exports(answer(slower)).endswith(
        "takes 11.0 s more than with docker in the lab, so the cache does not pay."
    )


def test_what_a_push_leaves_is_said_against_what_it_left_before(tmp_path):
    seconds = {"docker": {"cold": about(20)}, "container-push": {"cold": about(9)}}
    found = answer(make(tmp_path, seconds))
    said = find(say_answer(found), "One push leaves")
    assert said.startswith("One push leaves 3 entries in the registry, instead of 1; a policy that")
    alone = said.replace("One push", "With container-push, one push")
    assert say_entries(found, named=True) == alone


def test_what_is_not_known_is_said_once(tmp_path):
    seconds = {"docker": about(20), "x": about(22)}
    assert "over a network" in find(read(tmp_path / "a", seconds), "Not known: ")
    said = read(tmp_path / "b", seconds, link="25 MB/s")
    assert not any("over a network" in each for each in said)
    cloud = read(tmp_path / "c", seconds, place="codebuild")
    assert not any("how long these builds take on CodeBuild" in each for each in cloud)


def test_runs_left_out_are_counted(tmp_path):
    runs = make_runs({"docker": {"source": about(20)}, "x": {"source": about(22)}})
    runs.loc[0, "valid"] = False
    texts = {name: {"source": PLAIN} for name in ("docker", "x")}
    said = headline(make_experiment(tmp_path, runs, texts))
    assert said[-1].startswith("1 run of 6 failed the checks and is left out")


def test_without_the_baseline_nothing_is_compared(tmp_path):
    said = read(tmp_path, {"x": about(20), "y": about(9)})
    assert said[0].startswith("Nothing can be told yet")


def test_an_empty_experiment_says_so(tmp_path):
    said = read(tmp_path, {})
    assert said[0] == "No build can be compared yet."
    assert said[1].startswith("Record more with make experiment ")


def test_every_sentence_begins_large_and_ends_once(tmp_path):
    for sentence in read(tmp_path, {"docker": about(20), "x": about(9)}):
        assert sentence[0].isupper() or sentence.startswith("x ")
        assert sentence.endswith(".")
        assert not sentence.endswith("..")
        assert not {"nan", "None"} & set(sentence.replace("(", " ").split())


def test_a_round_that_was_left_for_a_night_is_told(tmp_path):
    runs = make_runs({"docker": {"source": about(20)}, "x": {"source": about(22)}})
    texts = {name: {"source": PLAIN} for name in ("docker", "x")}
    said = headline(make_experiment(tmp_path / "a", runs, texts))
    assert not any("follow each other" in each for each in said)
    late = runs["run"] == "x.source.02"
    runs.loc[late, "started"] += pd.Timedelta(hours=9)
    said = headline(make_experiment(tmp_path / "b", runs, texts))
    assert "round 2 (9 hours), whose builds did not follow each other" in find(said, "Not known: ")


@pytest.fixture
def store(tmp_path):
    """An experiment in which an engine with the containerd image store wins by 5 s."""
    runs = make_runs({"docker": {"source": about(20)}, "containerd-store": {"source": about(15)}})
    runs.loc[runs["strategy"] == "containerd-store", "storage_driver"] = "overlayfs"
    texts = {name: {"source": PLAIN} for name in ("docker", "containerd-store")}
    return make_experiment(tmp_path, runs, texts)


def test_a_step_that_the_lab_skipped_is_in_the_advice(store):
    found = answer(store)
    (flip,) = found.flips
    assert (flip["condition"], flip["unit"], flip["turns_to"]) == ("restart", "s", "docker")
    assert flip["turns_at"] == pytest.approx(5.0)
    assert say_answer(found)[0] == (
        "Use containerd-store if CodeBuild restarts its engine in less than 5.0 s: in the lab, "
        "without that restart, a build takes 15.0 s instead of 20.0 s with docker."
    )
    assert "an older, slower lab" in find(say_answer(found), "Not known: ")


def test_a_lab_that_restarts_the_engine_needs_no_such_condition(store):
    found = answer(dataclasses.replace(store, facts={"lab": 2}))
    assert say_answer(found)[0].startswith("Use containerd-store: in the lab, a build takes 15.0 s")
    assert not any("older" in each for each in say_answer(found))
    cloud = dataclasses.replace(store, runs=store.runs.assign(place="codebuild"))
    assert say_answer(answer(cloud))[0].startswith("Use containerd-store: on CodeBuild, a build ")


def test_a_restart_that_builds_did_without_is_said_beside_the_mixes():
    mixes = pd.DataFrame({"mix": ["a", "b"], "restart_under": [None, 6.6]})
    assert say_mixes(mixes)[0].startswith("The advice holds if the engine restarts in fewer")
    assert say_mixes(mixes.assign(restart_under=None)) == say_mixes(mixes[["mix"]]) == []
