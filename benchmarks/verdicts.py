"""How far verdicts can be trusted: python benchmarks/verdicts.py --experiments 300

Makes experiments whose truth is known and lets `compare` judge them: 5 scenarios, a baseline of
20 s and 17 other strategies: eight are no different, five 30 % slower, four 30 % faster. Rounds
drift; runs vary by 4 % (normal, skewed, or with outliers), all alike or not. Writes how often the
95 % interval holds the truth, how often a difference is told where there is none, and how often the
true difference of 30 % is told, to data/simulation.csv.

The rows "kept hosts" are of two more strategies, which are judged by themselves: three of four of
their builds find a used host and are quick, the fourth is slow. One is no different from the
baseline in the mean, the other takes a third of its time. Where builds landed on one kind of host
too seldom there is no interval and no verdict; "told" counts that as not told.
"""

import argparse
import itertools
import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent.parent))

from analysis.measures.compare import compare
from analysis.records import KEPT_HOSTS, SIMULATION_COLUMNS
from analysis.workload import SCENARIOS

SAME, SLOWER, FASTER = 8, 5, 4
LEVELS = [20.0] * (1 + SAME) + [26.0] * SLOWER + [14.0] * FASTER
TRUTH = {f"strategy {number}" if number else "docker": s for number, s in enumerate(LEVELS)}
OUTPUT = Path(__file__).parent.parent / "data" / "simulation.csv"
NOISE, DRIFT, OUTLIERS, FAR = 0.04, 0.1, 0.05, 6.0
# the mean of a round's drift, which is lognormal
USUAL_DRIFT = np.exp(DRIFT**2 / 2)


def main() -> None:
    """Simulate each setting and print a row for it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    rows = []
    for rounds, kind, alike in itertools.product((3, 6, 10), KINDS, (True, False)):
        judged = pd.concat(
            [judge(rng, rounds, kind, alike) for _ in range(given.experiments)], ignore_index=True
        )
        rows.append([rounds, kind, "alike" if alike else "not alike", given.experiments])
        rows[-1] += [round(share, 4) for share in summarise(judged)]
        print(*rows[-1], sep="\t", flush=True)
    for rounds in LUCKY_ROUNDS:
        judged = pd.concat(
            [judge_lucky(rng, rounds) for _ in range(given.experiments)], ignore_index=True
        )
        rows.append([rounds, KEPT_HOSTS, "not alike", given.experiments])
        rows[-1] += [round(share, 4) for share in summarise(judged)]
        print(*rows[-1], sep="\t", flush=True)
    pd.DataFrame(rows, columns=list(SIMULATION_COLUMNS)).to_csv(given.output, index=False)
    print(f"seed {given.seed}, {len(TRUTH) - 1} x {len(SCENARIOS)} verdicts; {given.output}")


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Deviations of usual noise."""
    return rng.normal(size=shape)


def skewed(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Deviations with a long tail towards slow."""
    return rng.exponential(size=shape) - 1


def outlying(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Deviations of which one in twenty is far out towards slow."""
    far = (rng.random(shape) < OUTLIERS) * FAR * np.abs(rng.normal(size=shape))
    # less its mean, so that the truth stays what it is
    return rng.normal(size=shape) + far - OUTLIERS * FAR * np.sqrt(2 / np.pi)


# strategy -> seconds on a used host and on another
LUCKY = {"same by luck": (14.0, 38.0), "faster by luck": (2.0, 20.0)}
USED, LUCKY_ROUNDS = 0.75, (20, 40)


def judge_lucky(rng: np.random.Generator, rounds: int) -> pd.DataFrame:
    """compare's rows of strategies with a pool of kept hosts, with the true mean difference.

    Of every scenario but the first: a cold build is on an empty host, whichever that is.
    """
    shape = (len(SCENARIOS) - 1, 1 + len(LUCKY), rounds)
    drift = np.exp(rng.normal(0, DRIFT, (shape[0], 1, rounds)))
    used = rng.random(shape) < USED
    quick, slow = np.array([(20.0, 20.0), *LUCKY.values()]).T[:, None, :, None]
    seconds = np.where(used, quick, slow) * drift * (1 + NOISE * normal(rng, shape))
    runs = list_runs(seconds, ["docker", *LUCKY])
    runs["host"] = np.where(runs["strategy"].isin(list(LUCKY)), "kept", "fresh")
    runs["host_empty"] = ~used.ravel()
    means = {name: USED * q + (1 - USED) * s - 20.0 for name, (q, s) in LUCKY.items()}
    found = compare(runs)
    true = found["strategy"].map(means).astype(float) * USUAL_DRIFT
    return found.assign(true=true, usual=true)


KINDS = {"normal": normal, "skewed": skewed, "outliers": outlying}


def judge(rng: np.random.Generator, rounds: int, kind: str, alike: bool) -> pd.DataFrame:
    """compare's rows of one experiment, with the true difference: that of the rounds it has.

    `usual` is that of all rounds there could be, whose drift these are a sample of.
    """
    shape = (len(SCENARIOS), len(TRUTH), rounds)
    truth = np.array([*TRUTH.values()])[None, :, None]
    drift = np.exp(rng.normal(0, DRIFT, (shape[0], 1, rounds)))
    scale = NOISE * np.exp(0.0 if alike else 0.5 * rng.normal(size=(*shape[:2], 1)))
    seconds = truth * drift * (1 + scale * KINDS[kind](rng, shape))
    runs = list_runs(seconds, [*TRUTH])
    true = pd.DataFrame((truth - TRUTH["docker"]).repeat(shape[0], 0)[:, :, 0] * drift.mean(2))
    long = pd.DataFrame({"true": true.set_axis([*TRUTH], axis=1).set_axis(SCENARIOS).stack()})
    found = compare(runs).join(long, on=["scenario", "strategy"])
    usual = found["strategy"].map(TRUTH).astype(float) - TRUTH["docker"]
    return found.assign(usual=usual * USUAL_DRIFT)


def list_runs(seconds: np.ndarray, strategies: list[str]) -> pd.DataFrame:
    """The columns of a run that compare looks at, of seconds by scenario, strategy and round.

    The scenarios are the last of all, as many as there are seconds of.
    """
    names = [SCENARIOS[-len(seconds) :], strategies, range(1, seconds.shape[2] + 1)]
    index = pd.MultiIndex.from_product(names, names=["scenario", "strategy", "round"])
    runs = pd.DataFrame({"seconds": seconds.ravel()}, index=index).reset_index()
    started = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(runs.index, unit="min")
    typed = runs.astype({"scenario": "string", "strategy": "string"})
    return typed.assign(valid=True, expect="succeeded", emulated=False, started=started)


def summarise(judged: pd.DataFrame) -> tuple[float, float, float, float]:
    """Shares: intervals that hold the truth, and the usual one, wrong verdicts, true ones told.

    Wrong is a verdict that tells a difference where there is none, of all that there are without
    one; the wrong way counts as wrong, too.
    """
    given = judged.dropna(subset=["low", "high"])
    held, usual = (
        given[truth].between(given["low"], given["high"]).mean() for truth in ("true", "usual")
    )
    told = judged["verdict"].map({"faster": -1, "slower": 1}).fillna(0)
    way = np.sign(judged["true"].round(9))
    same = way.eq(0)
    wrong = (told.ne(0) & told.ne(way)).sum() / (same & judged["p"].notna()).sum()
    return held, usual, wrong, told[~same].eq(way[~same]).mean()


if __name__ == "__main__":
    main()
