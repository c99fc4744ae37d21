"""How far verdicts can be trusted: python benchmarks/simulate_verdicts.py --experiments 2000

Makes experiments whose truth is known and lets `compare` and `compare_mix` judge them: 5 scenarios,
18 strategies of 20 s. Settings: 3, 6 and 10 rounds; 4 and 7 % noise; plain, skewed, or with rare
tenfold outliers; rounds that drift, a place in the round that slows builds down; in one scenario
the baseline twice or three times as noisy, or one strategy three times. Half of the strategies
differ: by 5, 10 and 20 %. Writes shares and their Monte Carlo errors to data/simulation.csv:

coverage: 95 % intervals that hold the truth; there: of those in the noisy scenario, or with the
noisy strategy; false: reports with any false difference; false alone: the same where no strategy
differs, for kinds of commit or their mix; told, told slower: of strategies 20 % faster and slower;
same: verdicts of "the same" where nothing differs; agree: pairs that get the same verdict both
ways around; fastest 0 to 20: intervals of whichever strategy a mix of commits names fastest, where
all are that much faster. `--settings auto` simulates ROUNDS=auto instead, which stops at the first
look at which all is told.
"""

import argparse
import itertools
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent.parent))

from analysis.measures import compare, compare_mix, read_mix
from analysis.measures.compare import LOOKS, find_level
from analysis.records import SIMULATION_COLUMNS
from analysis.words import CLOSE, FASTER, SAME, SLOWER
from analysis.workload import SCENARIOS

OUTPUT = Path(__file__).parent.parent / "data" / "simulation.csv"
STRATEGIES = ["docker", *(f"strategy {number:02d}" for number in range(1, 18))]
# by how much each differs from the baseline, in percent; the second is the noisy one
EFFECTS = np.array([0] * 9 + [-5, -5, 5, -10, -10, 10, -20, -20, 20])
USUAL, MIX = 20.0, read_mix("usual")
ROUNDS, NOISES, FASTEST = (3, 6, 10), (0.07, 0.04), (0, 5, 10, 20)
DRIFT, SLOPE, RARE, FAR = 0.1, 0.1, 0.01, 10
BATCH = 100
# the setting in which rounds go on until all is told: ROUNDS=auto
AUTO = "auto"
Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]


def plain(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Chance that is normal."""
    return rng.normal(size=shape)


def skewed(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Chance with a long tail towards slow, of variance 1."""
    return (rng.gamma(2, 1, size=shape) - 2) / np.sqrt(2)


def outlying(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Chance of which one in a hundred is tenfold."""
    return rng.normal(size=shape) * np.where(rng.random(shape) < RARE, FAR, 1)


# setting -> chance, and how much noisier in the last scenario: the baseline, the first strategy
SETTINGS: dict[str, tuple[Draw, tuple[int, int]]] = {
    "plain": (plain, (1, 1)),
    "skewed": (skewed, (1, 1)),
    "outliers": (outlying, (1, 1)),
    "drift": (plain, (1, 1)),
    "order": (plain, (1, 1)),
    "baseline x2": (plain, (2, 1)),
    "baseline x3": (plain, (3, 1)),
    "strategy x3": (plain, (1, 3)),
}


def main() -> None:
    """Simulate each setting and write a row for it as soon as it is done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--settings", default=",".join(SETTINGS))
    parser.add_argument("--rounds", default=",".join(map(str, ROUNDS)))
    parser.add_argument("--noises", default=",".join(map(str, NOISES)))
    given = parser.parse_args()
    names, rounds = given.settings.split(","), map(int, given.rounds.split(","))
    noises = map(float, given.noises.split(","))
    print(f"seed {given.seed}, {given.experiments} experiments a setting", flush=True)
    rows = []
    if given.settings == AUTO:
        for noise in noises:
            found = simulate_looks(np.random.default_rng(given.seed), noise, given.experiments)
            rows.append({"setting": AUTO, "noise": noise} | found)
            write(rows, given.output)
            print(f"{noise} {AUTO}", say(found), f"rounds {found['rounds']:.1f}", flush=True)
        return
    for noise, number, name in itertools.product(noises, rounds, names):
        began = time.process_time()
        rng = np.random.default_rng(
            [given.seed, int(1000 * noise), number, [*SETTINGS].index(name)]
        )
        found = simulate(rng, name, number, noise, given.experiments)
        rows.append({"rounds": number, "noise": noise, "setting": name} | found)
        write(rows, given.output)
        print(f"{noise} {number:2d} {name:12s}", say(found), f"{time.process_time() - began:.0f} s")
        sys.stdout.flush()


def write(rows: list[dict[str, object]], path: Path) -> None:
    """The rows as a table of SIMULATION_COLUMNS."""
    pd.DataFrame(rows).reindex(columns=SIMULATION_COLUMNS).round(5).to_csv(path, index=False)


def say(found: dict[str, float]) -> str:
    """Shares with their Monte Carlo errors in percent."""
    return "  ".join(
        f"{name} {100 * value:.1f}±{100 * found[f'{name} error']:.1f}"
        for name, value in found.items()
        if f"{name} error" in found
    )


def simulate(
    rng: np.random.Generator, setting: str, rounds: int, noise: float, experiments: int
) -> dict[str, float]:
    """The shares of one setting with their Monte Carlo errors, by name."""
    judged: dict[str, list[np.ndarray]] = {}
    for _ in range(0, experiments, BATCH):
        for name, values in judge_batch(rng, setting, rounds, noise):
            judged.setdefault(name, []).append(values)
    return average(judged, experiments)


def average(judged: dict[str, list[np.ndarray]], experiments: int) -> dict[str, float]:
    """Means of values, an experiment each, with their Monte Carlo errors."""
    found: dict[str, float] = {"experiments": -(-experiments // BATCH) * BATCH}
    for name, parts in judged.items():
        each = np.concatenate(parts)
        each = each[~np.isnan(each)]
        found[name] = float(each.mean())
        found[f"{name} error"] = float(each.std(ddof=1) / np.sqrt(len(each)))
    return found


def judge_batch(
    rng: np.random.Generator, setting: str, rounds: int, noise: float
) -> Iterator[tuple[str, np.ndarray]]:
    """(measure, a value an experiment) of BATCH experiments."""
    runs = make_runs(rng, setting, rounds, noise, EFFECTS)
    yield from judge_report(compare(runs, by="experiment"), setting)
    pair = runs[runs["strategy"].isin(["docker", STRATEGIES[-1]])]
    one, other = (
        compare(pair, name, by="experiment")["verdict"].to_numpy(dtype=object)
        for name in ("docker", STRATEGIES[-1])
    )
    mirrored = pd.Series(other).replace({FASTER: SLOWER, SLOWER: FASTER}).to_numpy()
    yield "agree", (one == mirrored).reshape(BATCH, -1).mean(1)
    for percent in FASTEST:
        runs = make_runs(
            rng, setting, rounds, noise, np.append(0, [-percent] * len(STRATEGIES[1:]))
        )
        mixes = compare_mix(runs, MIX, by="experiment")
        yield f"fastest {percent}", judge_fastest(mixes, percent)
        if percent == 0:
            told = [_tell_any(each) for each in (compare(runs, by="experiment"), mixes)]
            yield "false alone", np.maximum(*told)


def simulate_looks(rng: np.random.Generator, noise: float, experiments: int) -> dict[str, float]:
    """The shares of ROUNDS=auto: false, told and same when it stops, and the mean rounds."""
    judged: dict[str, list[np.ndarray]] = {}
    for _ in range(0, experiments, BATCH):
        for name, effects in (("", EFFECTS), (" alone", EFFECTS * 0)):
            rounds, table = stop(make_runs(rng, "plain", LOOKS[-1], noise, effects))
            found = dict(judge_report(table, "plain", effects)) | {"rounds": rounds}
            wanted = ("false",) if name else ("false", "told", "told slower", "same", "rounds")
            for measure in wanted:
                judged.setdefault(measure + name, []).append(found[measure])
    return average(judged, experiments)


def stop(runs: pd.DataFrame) -> tuple[np.ndarray, pd.DataFrame]:
    """(rounds, compare's rows) of each experiment at the first look that leaves none open."""
    rounds, tables = np.zeros(BATCH), []
    for look in LOOKS:
        seen = runs[runs["round"] <= look]
        if seen.empty:
            break
        level = find_level(look)
        mixes = compare_mix(seen, MIX, by="experiment", level=level)
        left = mixes["verdict"].eq(CLOSE).groupby(mixes["experiment"]).any()
        done = left.index[~left] if look < LOOKS[-1] else left.index
        rounds[done.to_numpy()] = look
        own = seen[seen["experiment"].isin(done)]
        if len(own):
            tables.append(compare(own, by="experiment", level=level))
        runs = runs[~runs["experiment"].isin(done)]
    return rounds, pd.concat(tables).sort_values("experiment", kind="stable", ignore_index=True)


def _tell_any(table: pd.DataFrame) -> np.ndarray:
    """Of each experiment whether any row tells a difference."""
    told = table["verdict"].isin([FASTER, SLOWER]).to_numpy(dtype=bool)
    return told.reshape(BATCH, -1).any(1).astype(float)


def make_runs(
    rng: np.random.Generator,
    setting: str,
    rounds: int,
    noise: float,
    effects: np.ndarray,
) -> pd.DataFrame:
    """experiment, scenario, strategy, round, seconds of BATCH experiments; effects in percent."""
    draw, (base, other) = SETTINGS[setting]
    shape = (BATCH, len(SCENARIOS), len(STRATEGIES), rounds)
    scale = np.full(shape[1:3], noise)
    scale[-1, :2] *= base, other
    seconds = USUAL * (1 + effects[:, None] / 100) * np.exp(scale[..., None] * draw(rng, shape))
    places = shuffle(rng, shape)
    seconds = seconds * slow_down(rng, setting, shape, places)
    names = [range(BATCH), SCENARIOS, STRATEGIES, range(1, rounds + 1)]
    index = pd.MultiIndex.from_product(names, names=["experiment", "scenario", "strategy", "round"])
    runs = pd.DataFrame({"seconds": seconds.ravel()}, index=index).reset_index()
    runs["started"] = start(places, shape)
    return runs.astype({"scenario": "string", "strategy": "string"})


def shuffle(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """The place of each strategy [experiment, 1, strategy, round] in a round's shuffled order."""
    order = np.broadcast_to(np.arange(shape[2]), (shape[0], shape[3], shape[2]))
    return rng.permuted(order, axis=2).transpose(0, 2, 1)[:, None]


def start(places: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """When each run starts, strategies one after the other in the order of their places."""
    minutes = places * shape[1] + np.arange(shape[1])[:, None, None]
    minutes = minutes + np.arange(shape[3]) * shape[1] * shape[2]
    return np.datetime64("2026-01-01", "ns") + minutes.ravel() * np.timedelta64(1, "m")


def slow_down(
    rng: np.random.Generator, setting: str, shape: tuple[int, ...], places: np.ndarray
) -> np.ndarray:
    """What slows builds down besides chance: their round, or their place in its shuffled order."""
    if setting == "drift":
        return np.exp(rng.normal(0, DRIFT, (*shape[:2], 1, shape[3])))
    if setting == "order":
        return 1 + SLOPE * places / shape[2]
    return np.ones(1)


def judge_report(
    table: pd.DataFrame, setting: str, effects: np.ndarray = EFFECTS
) -> Iterator[tuple[str, np.ndarray]]:
    """(measure, a value an experiment) of compare's rows of the experiments."""
    effect = (
        table["strategy"].map(dict(zip(STRATEGIES, effects, strict=True))).to_numpy(dtype=float)
    )
    true = USUAL * effect / 100
    held = ((table["low"] <= true) & (table["high"] >= true)).to_numpy()
    verdict = table["verdict"].to_numpy(dtype=object)
    told = np.select([verdict == FASTER, verdict == SLOWER], [-1, 1], 0)
    place = table["scenario"].eq(SCENARIOS[-1]).to_numpy()
    if setting.startswith("strategy"):
        place &= table["strategy"].eq(STRATEGIES[1]).to_numpy()
    yield "coverage", share(held, held >= 0)
    yield "there", share(held, place)
    yield "false", share((told != 0) & (told != np.sign(effect)), effect > -99, any_=True)
    yield "told", share(told == -1, effect == -20)
    yield "told slower", share(told == 1, effect == 20)
    yield "same", share(verdict == SAME, effect == 0)


def share(values: np.ndarray, which: np.ndarray, any_: bool = False) -> np.ndarray:
    """The share of each experiment's rows that count, or whether there is any."""
    rows, counted = values.reshape(BATCH, -1), which.reshape(BATCH, -1)
    hits = (rows & counted).sum(1)
    with np.errstate(invalid="ignore"):
        return (hits > 0).astype(float) if any_ else hits / counted.sum(1)


def judge_fastest(table: pd.DataFrame, percent: int) -> np.ndarray:
    """Whether the interval of the fastest strategy holds the truth, an experiment each."""
    best = table.loc[table.groupby("experiment")["difference"].idxmin()]
    true = -USUAL * percent / 100
    return ((best["low"] <= true) & (best["high"] >= true)).to_numpy(dtype=float)


if __name__ == "__main__":
    main()
