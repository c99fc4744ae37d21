"""How far verdicts can be trusted: python benchmarks/verdicts.py --experiments 300

Makes experiments whose truth is known and lets `compare` judge them: 5 scenarios, a baseline of
20 s and 7 other strategies: three are no different, two 30 % slower, one 30 % and one 50 % faster.
Rounds drift; runs vary by 4 % (normal, skewed, or with outliers), all alike or not. Prints how
often the 95 % interval holds the truth, how often a verdict is wrong (told where there is no
difference, or the wrong way), and how often a true difference is told.
"""

import argparse
import itertools
import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent.parent))

from analysis.measures import compare

SCENARIOS = ["cold", "unchanged", "source", "dependency", "base"]
TRUTH = {
    "docker": 20.0,
    "a": 20.0,
    "b": 20.0,
    "c": 20.0,
    "d": 26.0,
    "e": 26.0,
    "f": 14.0,
    "g": 10.0,
}
NOISE, DRIFT, OUTLIERS, FAR = 0.04, 0.1, 0.05, 6.0


def main() -> None:
    """Simulate each setting and print a row for it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    print(
        f"seed {given.seed}, {given.experiments} experiments a row, {len(TRUTH) - 1} x 5 verdicts"
    )
    print(f"{'rounds':>6} {'noise':9} {'alike':5} {'interval':>8} {'wrong':>6} {'told':>6}")
    for rounds, kind, alike in itertools.product((3, 6, 10), KINDS, (True, False)):
        judged = pd.concat(
            [judge(rng, rounds, kind, alike) for _ in range(given.experiments)], ignore_index=True
        )
        held, wrong, told = summarise(judged)
        print(
            f"{rounds:6} {kind:9} {'yes' if alike else 'no':5} {held:8.1%} {wrong:6.1%} {told:6.1%}"
        )


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


KINDS = {"normal": normal, "skewed": skewed, "outliers": outlying}


def judge(rng: np.random.Generator, rounds: int, kind: str, alike: bool) -> pd.DataFrame:
    """compare's rows of one experiment, with the true difference."""
    shape = (len(SCENARIOS), len(TRUTH), rounds)
    truth = np.array([*TRUTH.values()])[None, :, None]
    drift = np.exp(rng.normal(0, DRIFT, (shape[0], 1, rounds)))
    scale = NOISE * np.exp(0.0 if alike else 0.5 * rng.normal(size=(*shape[:2], 1)))
    seconds = truth * drift * (1 + scale * KINDS[kind](rng, shape))
    runs = list_runs(seconds)
    true = pd.DataFrame((truth - TRUTH["docker"]).repeat(shape[0], 0)[:, :, 0] * drift.mean(2))
    true = true.set_axis([*TRUTH], axis=1).set_axis(SCENARIOS).stack().rename("true")
    return compare(runs).join(true, on=["scenario", "strategy"])


def list_runs(seconds: np.ndarray) -> pd.DataFrame:
    """The columns of a run that compare looks at, of seconds by scenario, strategy and round."""
    names = [SCENARIOS, [*TRUTH], range(1, seconds.shape[2] + 1)]
    index = pd.MultiIndex.from_product(names, names=["scenario", "strategy", "round"])
    runs = pd.DataFrame({"seconds": seconds.ravel()}, index=index).reset_index()
    started = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(runs.index, unit="min")
    facts = {"valid": True, "expect": "succeeded", "emulated": False, "started": started}
    return runs.astype({"scenario": "string", "strategy": "string"}).assign(**facts)


def summarise(judged: pd.DataFrame) -> tuple[float, float, float]:
    """(share of intervals that hold the truth, of wrong verdicts, of true differences told)."""
    held = judged["true"].between(judged["low"], judged["high"]).mean()
    told = judged["verdict"].map({"faster": -1, "slower": 1}).fillna(0)
    way = np.sign(judged["true"].round(9))
    return held, (told.ne(0) & told.ne(way)).mean(), told[way.ne(0)].eq(way[way.ne(0)]).mean()


if __name__ == "__main__":
    main()
