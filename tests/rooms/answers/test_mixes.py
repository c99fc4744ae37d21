"""The advice by mix of commits: the best that is really told, and the baseline otherwise."""

import pytest
from measured import make_experiment, make_runs, show_build, write_log

from analysis.answers import answer_mixes
from analysis.measures.money import MIXES
from analysis.workload import SCENARIOS

LOG = write_log(("docker build .", 5.0, show_build()))


def make(**seconds):
    """Runs of strategies that take these seconds by scenario, in four rounds that vary a little."""
    return make_runs(
        {
            name.replace("_", "-"): {
                scenario: [value + wobble for wobble in (0.0, 0.1, -0.1, 0.05)]
                for scenario, value in zip(SCENARIOS, values, strict=False)
            }
            for name, values in seconds.items()
        }
    )


def answer_all(tmp_path, runs):
    """answer_mixes of runs, whose logs tell nothing."""
    texts = {name: dict.fromkeys(SCENARIOS, LOG) for name in runs["strategy"].unique()}
    return answer_mixes(make_experiment(tmp_path, runs, texts)).set_index("mix")


def test_each_mix_has_its_own_best(tmp_path):
    runs = make(
        docker=(20, 20, 20, 20, 20),
        keeps=(30, 5, 19, 25, 25),
        restores=(25, 15, 12, 28, 28),
    )
    table = answer_all(tmp_path, runs)
    assert set(table.index) == set(MIXES)
    assert table.loc["mostly changed source files", "use"] == "restores"
    assert table.loc["mostly changed source files", "difference"] == pytest.approx(-4.5)
    assert table.loc["mostly rebuilds of the same commit", "use"] == "keeps"
    stay = table.loc["often new dependencies or base images"]
    assert (stay["use"], stay["verdict"], stay["difference"]) == ("docker", "the same", 0)


def test_the_seconds_are_those_of_the_mix(tmp_path):
    table = answer_all(tmp_path, make(docker=(20, 20, 20, 20, 20), a=(20, 10, 10, 10, 10)))
    assert table["difference"].round(6).tolist() == [-10.0] * 3
    assert table["seconds_to"].round(2).tolist() == [10.01] * 3


def test_emulated_strategies_and_too_few_rounds_give_no_advice(tmp_path):
    runs = make(docker=(20,) * 5, local=(20, 5, 5, 5, 5))
    emulated = runs.assign(emulated=runs["strategy"].eq("local"))
    assert answer_all(tmp_path / "a", emulated)["use"].isna().all()
    assert answer_all(tmp_path / "b", runs[runs["round"] <= 2])["use"].isna().all()
