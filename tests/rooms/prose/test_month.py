"""Sentences of a month: who saves what, what can't be told, and at which price."""

import pandas as pd
from measured import make_experiment, make_runs, show_build, write_log

from analysis.measures.money import BUILDS, COMPUTE, month, read_mix
from analysis.prose.answer import headline
from analysis.prose.month import say_months
from analysis.records import read_prices

PRICES, EVEN = read_prices(), {"cold": 0.25, "source": 0.75}


def about(value):
    return [value, value + 0.3, value - 0.2]


def say(compute=COMPUTE, **seconds):
    """say_months of strategy (_ for -) -> seconds of a changed source file."""
    cold = {"cold": about(20.0)}
    runs = make_runs({k.replace("_", "-"): cold | {"source": v} for k, v in seconds.items()})
    months = month(runs, EVEN, BUILDS, compute, PRICES)
    return say_months(months, EVEN, BUILDS, compute, PRICES)


def test_who_saves_is_told_with_interval_and_n():
    said = say(docker=about(70), x=about(50), y=about(90))
    assert said[0] == (
        "For a month of 600 builds (25 % cold and 75 % source), billed as general1.small, x saves "
        "150 minutes over docker (95 % interval 150 to 150, n = 3) and 2.25 USD (2.25 to 2.25)."
    )
    assert said[1].startswith("The price of a minute of general1.small is 0.005 USD (us-east-1")
    assert len(said) == 2


def test_minutes_saved_that_are_not_billed_are_said_to_be_so():
    (said, _) = say(docker=about(40), x=about(20))
    assert "x saves 150 minutes" in said
    assert said.endswith("and nothing on the bill, where each build counts in whole minutes.")


def test_an_emulated_strategy_is_no_answer_but_is_told():
    (said, _) = say(docker=about(40), local_layer_cache=about(2))
    assert "only emulated strategies save a significant amount of time over docker" in said
    assert ": local-layer-cache (emulated) saves 285 minutes" in said


def test_when_none_saves_that_is_said():
    (said, _) = say(docker=about(40), x=about(60))
    assert said.endswith(
        "billed as general1.small, no strategy saves a significant amount of time over docker."
    )


def test_an_unknown_price_is_said():
    said = say("docker-server", docker=about(70), x=about(50))
    assert said[0].endswith("n = 3); the price is unknown.")
    assert "docker-server is unknown" in said[1]


def test_too_few_rounds_and_what_is_lacking_are_said():
    runs = make_runs({"docker": {"source": [20.0]}, "x": {"source": [9.0], "cold": [9.0]}})
    mix = read_mix("cold 1, source 1")
    said = say_months(month(runs, mix, 1, COMPUTE, PRICES), mix, 1, COMPUTE, PRICES)
    assert said[0].startswith("For a month of 1 build (50 % cold and 50 % source)")
    assert "not enough runs to tell" in said[0]
    assert said[1] == "Not measured, for want of valid builds: docker (cold)."


def read_headline(folder, **seconds):
    """The headline of strategy -> seconds, the same in every scenario of the usual mix."""
    early = make_runs({name: {"unchanged": v, "source": v} for name, v in seconds.items()})
    late = make_runs({name: {"unchanged": v, "source": v} for name, v in seconds.items()})
    names = {"unchanged": "dependency", "source": "base"}
    late = late.assign(scenario=late["scenario"].map(names).astype("string"))
    late["run"] = late["strategy"] + "." + late["scenario"] + "." + late["round"].astype("string")
    late["log"] = late["run"] + ".gz"
    runs = pd.concat([early, late], ignore_index=True)
    log = write_log(("docker build .", 5.0, show_build()))
    texts = dict.fromkeys(seconds, dict.fromkeys(runs["scenario"].unique(), log))
    return headline(make_experiment(folder, runs, texts))


def test_the_headline_tells_of_the_usual_month(tmp_path):
    said = read_headline(tmp_path, docker=about(70), x=about(50))
    (sentence,) = [each for each in said if "month" in each]
    assert sentence == (
        "In the lab, 600 builds a month take 200 minutes less, and the bill of general1.small is "
        "3.00 USD lower (without provisioning, which CodeBuild bills and the lab does not have)."
    )


def test_the_headline_tells_of_no_month_that_cannot_be_told(tmp_path):
    assert not any("month" in each for each in read_headline(tmp_path, docker=[70.0], x=[50.0]))
