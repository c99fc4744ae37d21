"""The headline: an advice that follows from the runs, and none where they don't tell."""

import pandas as pd
import pytest
from measured import BUILD, CREATE, PUSH, make_experiment, make_runs, show_build, write_log
from repository import Repository

from analysis.prose.headline import headline

LAYERS = ("RUN install", "COPY app")
PLAIN = write_log(("docker build .", 15.0, show_build()), (PUSH, 2.0, ""))
MADE = write_log((CREATE, 0.5, ""), (BUILD, 25.0, show_build(boot=9.5)))
WARM = write_log((CREATE, 0.5, ""), (BUILD, 25.0, show_build(boot=9.5, cached=LAYERS)))
TEXTS = {"docker": PLAIN, "container-load": MADE, "registry-cache": WARM}
PUSHES = {"container-load": Repository.image, "container-push": Repository.build}


def about(value, spread=(0.0, 0.3, -0.2)):
    return [value + each for each in spread]


def read(folder, seconds, **columns):
    """The headline of strategy -> seconds of a changed source file, or of scenario -> seconds."""
    seconds = {k: v if isinstance(v, dict) else {"source": v} for k, v in seconds.items()}
    texts = {
        name: dict.fromkeys(("cold", "unchanged", "source"), TEXTS.get(name, PLAIN))
        for name in seconds
    }
    push = {name: PUSHES.get(name, Repository.image) for name in seconds}
    return headline(make_experiment(folder, make_runs(seconds, **columns), texts, push))


def find(sentences, words):
    (found,) = [each for each in sentences if words in each]
    return found


def test_a_strategy_that_wins_is_advised_with_its_numbers(tmp_path):
    said = read(tmp_path, {"docker": about(20), "registry-cache": about(9), "x": about(30)})
    assert said[0] == (
        "Use registry-cache instead of docker: it saves 11.0 s per build in the usual mix of "
        "commits. It is faster for a changed source file, and significantly slower for none."
    )
    winner = find(said, "is fastest")
    assert "For a changed source file, registry-cache is fastest: 11.0 s less than docker" in winner
    assert "(95 % interval 11.0 to 11.0 s, n = 3), 9.0 s in the median" in winner
    assert "With docker it takes 20.0 s (median; lowest to highest 19.8 to 20.3 s, n = 3)" in winner
    assert "Slower: x by 10.0 s." in winner


def test_a_strategy_that_wins_here_and_loses_there_is_advised_for_the_first(tmp_path):
    seconds = {
        "docker": {"cold": about(20), "source": about(20)},
        "registry-cache": {"cold": about(30), "source": about(5)},
    }
    said = read(tmp_path, seconds)
    assert said[0] == (
        "Use registry-cache where most commits are of the kinds that it speeds up: it saves 15.0 s "
        "per build in the usual mix of commits. It is faster for a changed source file, but slower "
        "for the first build, with nothing to reuse."
    )


def test_when_none_wins_the_advice_is_to_stay(tmp_path):
    said = read(tmp_path, {"docker": about(20), "container-load": about(40)})
    assert said[0] == (
        "Stay with docker: no other strategy was significantly faster. "
        "Slower: container-load (1 scenario)."
    )
    find(said, "no strategy was significantly faster than docker")


def test_when_nothing_is_told_apart_that_is_said(tmp_path):
    said = read(tmp_path, {"docker": [20.0, 25.0, 22.0], "x": [22.0, 22.0, 25.0]})
    assert said[0] == (
        "Stay with docker: no other strategy was significantly faster. None was significantly "
        "slower."
    )
    assert "Too close to call: x." in find(said, "For a changed source file")


@pytest.mark.parametrize("rounds", [1, 2])
def test_too_few_rounds_tell_nothing_and_what_to_do_is_said(tmp_path, rounds):
    said = read(tmp_path, {"docker": about(20)[:rounds], "x": about(9)[:rounds]})
    assert said[0].startswith("Nothing can be told yet: no strategy has 3 rounds in common")
    names = "STRATEGIES=docker,x SCENARIOS=source"
    assert f"Record more with make experiment {names} EXPERIMENT=" in said[0]
    assert said[0].count(" ROUNDS=5.") == 1
    sentence = find(said, "For a changed source file")
    assert "not enough runs to compare. Lowest so far: x with 9" in sentence
    assert not any("fastest" in each for each in said)


def test_an_emulated_winner_says_so_and_is_no_advice(tmp_path):
    said = read(tmp_path, {"docker": about(20), "local-layer-cache": about(2), "x": about(22)})
    assert said[0].startswith("Stay with docker")
    winner = find(said, "fastest")
    assert "only emulated strategies were significantly faster than docker" in winner
    assert "Among emulated strategies, local-layer-cache (emulated) is fastest: 18.0 s" in winner


def test_what_is_not_told_apart_from_the_fastest_is_named_beside_it(tmp_path):
    noisy = [9.4, 8.7, 9.2]
    seconds = {"docker": about(20), "x": about(9), "y": noisy, "z": about(15)}
    said = find(read(tmp_path, seconds | {"local-layer-cache": about(3)}), "x is fastest")
    assert "Too close to it to call: y by 10.9 s. Also faster than docker: z by 5.0 s." in said
    assert "local-layer-cache (emulated) is fastest: 17.0 s" in said


def test_the_advice_is_what_saves_most_in_the_usual_mix(tmp_path):
    seconds = {
        "docker": {"unchanged": about(20), "source": about(20)},
        # 10 and 70 % of the usual mix
        "x": {"unchanged": about(2), "source": about(19)},
        "y": {"unchanged": about(12), "source": about(12)},
    }
    assert read(tmp_path, seconds)[0].startswith("Use y instead of docker")


def test_many_names_are_a_number_and_the_ends(tmp_path):
    slower = {f"s{number}": about(20 + number) for number in range(2, 8)}
    said = find(read(tmp_path, {"docker": about(20)} | slower), "Slower: 6")
    assert "Slower: 6 strategies, from s2 by 2.0 s to s7 by 7.0 s" in said


def test_builder_work_and_registry_have_their_sentences(tmp_path):
    seconds = {"docker": about(20), "registry-cache": about(30), "container-push": about(31)}
    said = read(tmp_path, seconds)
    builder = find(said, "builder costs")
    assert builder.startswith("A new builder costs 10.0 s (median, 10.0 to 10.0 s, n = 3)")
    pays = find(said, "pays for")
    assert pays.startswith("From about 20.0 s of work in the Dockerfile on, registry-cache")
    assert "95 % interval " in pays
    assert "Here it is 10.0 s" in pays
    registry = find(said, "One push leaves")
    assert "1 entry (image) with docker and registry-cache" in registry
    assert "3 entries (image, index, attestation) with container-push" in registry


def test_what_is_left_out_and_where_it_ran_is_said(tmp_path):
    seconds = {"docker": about(20), "x": about(22)}
    assert "over a network" in read(tmp_path / "a", seconds)[-1]
    said = read(tmp_path / "b", seconds, link="25 MB/s")
    assert not any("over a network" in each for each in said)


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
    (said,) = read(tmp_path, {})
    assert said.startswith("No build can be compared yet: record some with make experiment ")


def test_every_sentence_begins_large_and_ends_once(tmp_path):
    for sentence in read(tmp_path, {"docker": about(20), "registry-cache": about(9)}):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert not sentence.endswith("..")
        assert "nan" not in sentence.lower().split()


def test_a_round_that_was_left_for_a_night_is_told(tmp_path):
    runs = make_runs({"docker": {"source": about(20)}, "x": {"source": about(22)}})
    texts = {name: {"source": PLAIN} for name in ("docker", "x")}
    assert "follow each other" not in headline(make_experiment(tmp_path / "a", runs, texts))[-1]
    late = runs["run"] == "x.source.02"
    runs.loc[late, "started"] += pd.Timedelta(hours=9)
    said = headline(make_experiment(tmp_path / "b", runs, texts))[-1]
    assert "Those of round 2 (9 hours) did not" in said


def test_what_the_lab_s_hosts_have_from_the_start_is_told(tmp_path):
    runs = make_runs({"docker": {"source": about(20)}, "containerd-store": {"source": about(15)}})
    runs.loc[runs["strategy"] == "containerd-store", "storage_driver"] = "overlayfs"
    texts = {name: {"source": PLAIN} for name in ("docker", "containerd-store")}
    said = headline(make_experiment(tmp_path, runs, texts))[-1]
    assert "The engine of containerd-store had the containerd image store from the start" in said
    assert "took 0.50 s here" in said
