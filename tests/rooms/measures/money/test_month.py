"""A month of commits: the same as by hand, compared as one more scenario, unknown with a gap."""

import pandas as pd
import pytest
from measured import make_experiment, make_runs, pick, show_build, write_log
from repository import Repository

from analysis.errors import SettingError, UnknownName
from analysis.measures.money.month import (
    COLUMNS,
    can_tell,
    month,
    month_storage,
    read_mix,
)
from analysis.measures.money.usual import MIX, MIXES
from analysis.measures.storage import count_entries
from analysis.records import read_prices

PRICES = read_prices()
EVEN = {"cold": 0.25, "source": 0.75}
# weighed, docker's rounds are 58, 59 and 60 s, quick's 38, 39.5 and 40 s
SECONDS = {
    "docker": {"cold": [10.0, 11.0, 12.0], "source": [74.0, 75.0, 76.0]},
    "quick": {"cold": [11.0, 14.0, 16.0], "source": [47.0, 48.0, 48.0]},
}


def reckon(seconds, mix=EVEN, builds=600, compute="general1.small", **options):
    return month(make_runs(seconds), mix, builds, compute, PRICES, **options)


def test_a_mix_is_read_and_its_shares_add_up_to_one():
    assert read_mix("source 3, cold 1") == {"source": 0.75, "cold": 0.25}
    assert read_mix("source: 30 %,base=10%, cold 0") == {"source": 0.75, "base": 0.25}
    assert read_mix("usual") == read_mix(MIX)
    assert read_mix(MIX)["source"] == 0.7
    assert [sum(read_mix(mix).values()) for mix in MIXES.values()] == pytest.approx([1, 1, 1])


def test_a_misspelt_scenario_is_told_with_what_was_meant():
    with pytest.raises(UnknownName, match="scenario 'sorce': did you mean 'source'"):
        read_mix("sorce 70, base 30")


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "says ''"),
        ("source", "says 'source': write it like"),
        ("source 70 base 30", "says 'source 70 base 30'"),
        ("source -1", "says 'source -1'"),
        ("source nan", "says 'source nan'"),
        ("source 1, source 2", "names source twice"),
        ("source 0, base 0", "no share above 0"),
    ],
)
def test_a_mix_that_cannot_be_read_is_told_with_the_cure(text, said):
    with pytest.raises(SettingError, match=said):
        read_mix(text)


def test_minutes_bill_and_difference_are_those_by_hand():
    months = reckon(SECONDS)
    assert months["strategy"].tolist() == ["quick", "docker"]
    docker, quick = pick(months, strategy="docker"), pick(months, strategy="quick")
    assert docker["minutes"] == pytest.approx(600 * 59 / 60)
    assert quick["minutes"] == pytest.approx(600 * (38 + 39.5 + 40) / 3 / 60)
    # a cold build of docker is billed one minute, each of a changed source file two
    assert docker["billed_minutes"] == pytest.approx(600 * (0.25 + 0.75 * 2))
    assert quick["billed_minutes"] == 600
    assert (docker["cost"], quick["cost"]) == (pytest.approx(5.25), pytest.approx(3.0))
    assert quick["difference"] == pytest.approx(600 * (39.1666667 - 59) / 60)
    assert quick["low"] < quick["difference"] < quick["high"] < 0
    assert (quick["verdict"], quick["n"], quick["pairs"]) == ("faster", 3, 3)
    assert quick["cost_difference"] == pytest.approx(-2.25)
    assert docker[["difference", "low", "verdict", "cost_difference"]].isna().all()


def test_provisioning_on_codebuild_is_billed_and_the_start_of_a_host_in_the_lab_is_not():
    mix, seconds = {"cold": 1.0}, {"docker": {"cold": [50.0, 50.0, 50.0]}}
    provisioned = {"provisioning_seconds": 24.0}

    def bill(**columns):
        return reckon_runs(make_runs(seconds, **columns), mix)

    lab, cloud = bill(**provisioned), bill(place="codebuild", **provisioned)
    assert (lab["billed_minutes"], cloud["billed_minutes"]) == (600, 1200)
    assert lab["minutes"] == cloud["minutes"] == pytest.approx(500)
    assert cloud["cost"] == pytest.approx(2 * lab["cost"])
    assert bill(place="codebuild", provisioning_seconds=None)["billed_minutes"] == 600


def reckon_runs(runs, mix):
    return month(runs, mix, 600, "general1.small", PRICES).iloc[0]


def test_the_interval_is_students_of_the_rounds_paired_differences():
    quick = pick(reckon(SECONDS), strategy="quick")
    # differences of -20, -19.5 and -20 s: deviation 0.2887, t of 2 degrees 4.3027
    half = 4.3027 * 0.288675 / 3**0.5 * 10
    assert quick["high"] - quick["difference"] == pytest.approx(half, rel=1e-4)
    assert quick["difference"] - quick["low"] == pytest.approx(half, rel=1e-4)


def test_a_whole_minute_is_billed_as_such_and_the_shortest_build_as_one():
    months = reckon(
        {"docker": {"source": [60.0]}, "a": {"source": [60.1]}, "b": {"source": [0.0]}},
        {"source": 1},
    )
    billed = months.set_index("strategy")["billed_minutes"]
    assert billed.to_dict() == {"docker": 600, "a": 1200, "b": 600}


def test_free_minutes_are_not_paid_and_never_paid_back():
    months = reckon(SECONDS, free_minutes=100).set_index("strategy")
    assert months["cost"].to_dict() == pytest.approx({"docker": 4.75, "quick": 2.5})
    months = reckon(SECONDS, free_minutes=700).set_index("strategy")
    assert months["cost"].to_dict() == pytest.approx({"docker": 1.75, "quick": 0.0})
    assert months.loc["quick", "cost_difference"] == pytest.approx(-1.75)


def test_an_unknown_price_leaves_the_minutes():
    quick = pick(reckon(SECONDS, compute="docker-server"), strategy="quick")
    assert quick[["cost", "cost_difference", "cost_low", "cost_high"]].isna().all()
    assert quick["verdict"] == "faster"


def test_a_strategy_without_a_scenario_of_the_mix_is_unknown_and_says_what_it_lacks():
    months = reckon(SECONDS | {"local-layer-cache": {"source": [1.0, 1.0, 1.0]}})
    lacking = pick(months, strategy="local-layer-cache (emulated)")
    assert lacking["lacks"] == "cold"
    assert (lacking["n"], lacking["verdict"]) == (0, "not enough runs")
    assert lacking[["minutes", "billed_minutes", "cost", "difference"]].isna().all()
    assert months["lacks"].notna().sum() == 1


def test_rounds_that_lack_a_build_are_no_rounds_of_the_mix():
    part = SECONDS | {"quick": {"cold": [11.0, None, 16.0, 99.0], "source": [47.0, 48.0, 48.0]}}
    quick = pick(reckon(part), strategy="quick")
    assert (quick["n"], quick["pairs"], quick["verdict"]) == (2, 2, "not enough runs")
    assert quick["minutes"] == pytest.approx(600 * 39 / 60)
    apart = {"docker": SECONDS["docker"], "quick": {"cold": [1.0, None], "source": [None, 1.0]}}
    assert pick(reckon(apart), strategy="quick")["lacks"] == "a round with all of them"


def test_invalid_runs_and_expected_failures_do_not_count():
    runs = make_runs(SECONDS | {"refused": SECONDS["quick"]})
    runs.loc[runs["strategy"].eq("refused"), "expect"] = "failed"
    runs.loc[runs["run"].eq("quick.cold.01"), "valid"] = False
    months = month(runs, EVEN, 600, "general1.small", PRICES)
    assert set(months["strategy"]) == {"docker", "quick"}
    assert pick(months, strategy="quick")["n"] == 2


def test_what_slows_a_whole_round_down_cancels_out():
    drift = {
        name: {kind: [v + 30 * i for i, v in enumerate(values)] for kind, values in kinds.items()}
        for name, kinds in SECONDS.items()
    }
    steady, drifting = (pick(reckon(each), strategy="quick") for each in (SECONDS, drift))
    assert drifting[["difference", "low", "high"]].tolist() == pytest.approx(
        steady[["difference", "low", "high"]].tolist()
    )


def test_of_many_strategies_that_are_alike_the_mix_tells_none_apart():
    noise = [0.4, -0.3, 0.1, -0.2, 0.3, -0.1, 0.2, -0.4]
    seconds = {"docker": {"source": [20.0, 20.2, 19.9]}}
    for shift, _ in enumerate(noise):
        values = [20 + noise[(shift + 3 * i) % 8] for i in range(3)]
        seconds[f"s{shift}"] = {"source": values}
    verdicts = reckon(seconds, {"source": 1.0})["verdict"].dropna()
    assert set(verdicts) == {"the same"}


@pytest.mark.parametrize("rounds", [0, 1])
def test_too_few_rounds_tell_nothing(rounds):
    few = {name: {k: v[:rounds] for k, v in kinds.items()} for name, kinds in SECONDS.items()}
    months = reckon(few)
    assert months.dtypes.astype(str).to_dict() == COLUMNS
    assert len(months) == 2 * rounds
    assert not can_tell(months)


def test_without_the_usual_baseline_minutes_are_known_and_differences_are_not():
    months = reckon({"a" if name == "docker" else name: v for name, v in SECONDS.items()})
    assert months["minutes"].notna().all()
    assert months["difference"].isna().all()
    assert not can_tell(months)


def test_numbers_below_zero_and_unknown_compute_types_are_refused():
    with pytest.raises(SettingError, match="-1 builds"):
        reckon(SECONDS, builds=-1)
    with pytest.raises(UnknownName, match="general1.smal"):
        reckon(SECONDS, compute="general1.smal")


def test_storage_is_what_the_pushes_of_the_mix_add(tmp_path):
    runs = make_runs(SECONDS)
    log = write_log(("docker build .", 5.0, show_build()))
    texts = {name: {"cold": log, "source": log} for name in SECONDS}
    push = {"docker": Repository.image, "quick": None}
    recorded = make_experiment(tmp_path, runs, texts, push)
    entries = count_entries(runs, recorded.images)
    stored = month_storage(entries, EVEN, 600, PRICES)
    docker = entries[entries["strategy"].eq("docker") & entries["round"].eq(1)]
    first, second = docker["unique_bytes"]
    added = 0.25 * first + 0.75 * (second - first)
    row = pick(stored, strategy="docker")
    assert row["n"] == 3
    assert row["gigabytes"] == pytest.approx(600 * added / 1e9)
    assert row["cost"] == pytest.approx(row["gigabytes"] * 0.1)
    assert pick(stored, strategy="quick")["gigabytes"] == 0


def test_storage_of_an_unknown_size_is_unknown():
    runs = make_runs({"docker": SECONDS["docker"]})
    problems = pd.DataFrame({"path": runs["images"].iloc[:1], "reason": "cut off"})
    entries = count_entries(runs, make_images(), problems)
    row = month_storage(entries, EVEN, 600, PRICES).iloc[0]
    # round 1 has no size to begin from
    assert row["n"] == 2


def make_images():
    """A listing without entries."""
    return pd.DataFrame(columns=["run", "digest", "kind", "tags", "blobs", "blob_bytes"])
