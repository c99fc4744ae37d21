"""The advice by mix of commits: the best that is really told, and the baseline otherwise."""

from measured import make_runs

from analysis.measures.money.mixes import compare_mixes
from analysis.measures.money.usual import MIXES
from analysis.prose import say_mixes
from analysis.workload import SCENARIOS


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


def test_each_mix_has_its_own_best():
    runs = make(
        docker=(20, 20, 20, 20, 20),
        keeps=(30, 5, 19, 25, 25),
        restores=(25, 15, 12, 28, 28),
    )
    table = compare_mixes(runs)
    assert set(table["mix"]) == set(MIXES)
    said = say_mixes(table)
    source, same, deps = said.split("; ")[0], said.split("; ")[1:3], said.rpartition("often ")[2]
    assert "mostly changed source files" in source
    assert "restores, 4.5 s less per build" in source
    assert "keeps, 10.2 s less per build" in said
    assert same
    assert deps.endswith("docker, since no strategy was significantly faster.")


def test_the_seconds_are_those_of_the_mix():
    table = compare_mixes(make(docker=(20, 20, 20, 20, 20), a=(20, 10, 10, 10, 10)))
    assert table["difference"].round(6).tolist() == [-10.0] * 3
    assert table["seconds"].round(2).tolist() == [10.01] * 3
    assert "10.0 s less per build (50 %; 95 % interval" in say_mixes(table)


def test_emulated_strategies_and_too_few_rounds_give_no_advice():
    runs = make(docker=(20,) * 5, local=(20, 5, 5, 5, 5))
    emulated = runs.assign(emulated=runs["strategy"].eq("local"))
    assert say_mixes(compare_mixes(emulated)).count("local") == 0
    assert say_mixes(compare_mixes(runs[runs["round"] <= 2])) == ""
