"""The place in a round as a covariate: what slows later builds down is no strategy's."""

import numpy as np
import pandas as pd
import pytest

from analysis.measures.compare import compare

SEED, STRATEGIES, SCENARIOS, ROUNDS = 2026112971, 8, ("cold", "source"), 6
BEGIN = pd.Timestamp("2026-11-01T08:00Z")


def build(rng, slope, noise=0.02, strategies=STRATEGIES, shuffled=True):
    """Runs of strategies that are alike, later ones of a round slower by up to `slope`."""
    names = ["docker", *(f"s{number}" for number in range(1, strategies))]
    rows = []
    for number in range(1, ROUNDS + 1):
        order = rng.permutation(strategies) if shuffled else range(strategies)
        for place, at in enumerate(order):
            for scenario in SCENARIOS:
                later = np.exp(slope * place / strategies)
                seconds = 20 * later * np.exp(noise * rng.normal())
                begun = BEGIN + pd.Timedelta(minutes=len(rows))
                rows.append((names[at], scenario, number, seconds, begun))
    runs = pd.DataFrame(rows, columns=["strategy", "scenario", "round", "seconds", "started"])
    return runs.astype({"strategy": "string", "scenario": "string"})


def spread(tables):
    """The standard deviation of differences that are none."""
    return float(np.std(np.concatenate([each["difference"].to_numpy() for each in tables])))


def test_an_effect_of_the_order_does_not_count_as_chance():
    print(f"seed {SEED}")
    rng = np.random.default_rng(SEED)
    reports = [build(rng, slope=0.3) for _ in range(8)]
    known = [compare(each) for each in reports]
    unknown = [compare(each.drop(columns="started")) for each in reports]
    quiet = [compare(build(rng, slope=0)) for _ in range(8)]
    assert spread(known) < 1.25 * spread(quiet) < 0.5 * spread(unknown)
    held = pd.concat(known)
    assert ((held["low"] < 0) & (held["high"] > 0)).mean() > 0.9


@pytest.mark.parametrize("case", ["few strategies", "one order", "no times"])
def test_an_order_that_can_not_be_told_changes_nothing(case):
    print(f"seed {SEED}")
    rng = np.random.default_rng(SEED)
    runs = build(
        rng,
        0.3,
        strategies=4 if case == "few strategies" else STRATEGIES,
        shuffled=case != "one order",
    )
    if case == "no times":
        runs["started"] = pd.Series(pd.NaT, runs.index, dtype="datetime64[ns, UTC]")
    plain = compare(runs.drop(columns="started"))
    pd.testing.assert_frame_equal(compare(runs), plain)


def test_a_missing_run_leaves_the_order_told():
    print(f"seed {SEED}")
    runs = build(np.random.default_rng(SEED), slope=0.5, noise=1e-6)
    holes = runs.drop(index=runs.index[5::11])
    plain = spread([compare(holes.drop(columns="started"))])
    assert spread([compare(holes)]) < 0.25 * plain
