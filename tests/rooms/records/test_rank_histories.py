"""Ranks of made-up experiments: cut off, continued, removed by hand, built anew, and edited.

Each history gives its ranks by the experiment's own rule. None of them is to be called invalid,
and an edit of a sequence's rank is to be found wherever all strategies are there.
"""

import json
import random
import shutil
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from analysis.experiment import find_rank
from analysis.records import run_name, set_aside
from analysis.records.ranks import find_stray_ranks, mark_rebuilt, read_planned
from analysis.workload import shuffle_names

NAMES = ["a", "b-2", "c", "d", "e"]
SEED = 1


class History:
    """An experiment of runs of 30 s, 3 s apart, whose records have what ranks are judged by."""

    def __init__(self, folder, rng, scenarios):
        self.folder, self.rng, self.scenarios = folder, rng, scenarios
        self.now, self.names = datetime(2026, 11, 24, tzinfo=UTC), set()
        (folder / "runs").mkdir(parents=True)

    def list_runs(self):
        return sorted(path.name for path in (self.folder / "runs").iterdir())

    def call(self, names, rounds=2, cut=0.0, broken=0.0, anew=()):
        """One call; `cut`: the chance that it ends with a build, `broken`: that a sequence does."""
        self.now += timedelta(seconds=self.rng.choice([20, 3000]))
        self.names |= {*names}
        anew = {*anew}
        for number in range(1, rounds + 1):
            for name in shuffle_names(names, SEED, number):
                for ended in self.build(name, number, anew):
                    if ended and self.rng.random() < broken:
                        break
                    if self.rng.random() < cut:
                        return

    def build(self, name, number, anew):
        """Build a sequence up to its last missing run; whether a run was recorded, one by one."""
        runs = {each: run_name(name, each, number) for each in self.scenarios}
        lacking = [e for e, run in runs.items() if run in anew or run not in self.list_runs()]
        wanted = self.scenarios[: self.scenarios.index(lacking[-1]) + 1] if lacking else []
        for at, scenario in enumerate(wanted):
            yield True
            if scenario in lacking:
                self.record(runs[scenario], name, scenario, number, anew, None if not at else 3.0)
            self.now += timedelta(seconds=33)
            yield False

    def record(self, run, name, scenario, number, anew, gap):
        rank, folder = find_rank(self.folder, name, number, anew), self.folder / "runs" / run
        if folder.exists():
            set_aside(self.folder, folder, "replaced")
        folder.mkdir()
        anew.discard(run)
        record = {"run": run, "strategy": name, "scenario": scenario, "round": number}
        record |= {"order": rank, "idle_gap": gap, "started": self.now.isoformat()}
        (folder / "record.json").write_text(json.dumps(record))

    def remove(self, chosen):
        for run in chosen:
            shutil.rmtree(self.folder / "runs" / run)

    def read(self):
        records = [
            json.loads((self.folder / "runs" / run / "record.json").read_text())
            for run in self.list_runs()
        ]
        frame = pd.DataFrame(records).assign(place="lab", seconds=30.0)
        frame["started"] = pd.to_datetime(frame["started"], utc=True)
        frame["finished"] = frame["started"] + pd.Timedelta(seconds=30)
        frame["idle_gap"] = frame["idle_gap"].astype("float64")
        return frame.assign(log_begun=frame["started"], rebuilt=mark_rebuilt(self.folder, frame))

    def judge(self, frame):
        facts = {"seed": SEED, "buildspecs": dict.fromkeys(self.names, "")}
        return find_stray_ranks(frame, read_planned(self.folder, facts))


def live(history, rng):
    """A few calls and what people do between them."""
    names = rng.sample(NAMES, rng.randint(2, 5))
    for _ in range(rng.randint(1, 5)):
        some = names if rng.random() < 0.7 else rng.sample(names, rng.randint(1, len(names)))
        runs = history.list_runs()
        anew = rng.sample(runs, min(len(runs), rng.choice([0, 0, 1, 3])))
        history.call(some, cut=rng.choice([0, 0.05]), broken=rng.choice([0, 0.1]), anew=anew)
        runs = history.list_runs()
        what = rng.random()
        if what < 0.3:
            history.remove(rng.sample(runs, min(len(runs), 3)))
        elif what < 0.5:
            history.remove([run for run in runs if run.startswith(f"{rng.choice(names)}.")])
    history.call(names)


@pytest.mark.parametrize("scenarios", [["cold"], ["cold", "source", "base"]])
def test_whatever_happened_to_an_experiment_its_ranks_are_believed(tmp_path, scenarios):
    seed = 20261129
    print("seed", seed)
    rng = random.Random(seed)
    for number in range(40):
        history = History(tmp_path / str(number), rng, scenarios)
        live(history, rng)
        frame = history.read()
        told = history.judge(frame)
        assert told == {}, (number, frame.loc[list(told)].to_string(), told)


def test_strategies_that_are_removed_in_turn_and_built_again_are_believed(tmp_path):
    rng = random.Random(1)
    history = History(tmp_path, rng, ["cold", "source"])
    for name in ["", *NAMES[:3] * 4]:
        history.remove([run for run in history.list_runs() if name and run.startswith(f"{name}.")])
        if name:
            assert history.judge(history.read()) == {}
        history.call(NAMES[:3])
        assert history.judge(history.read()) == {}
    assert history.read()["order"].min() > 2 * len(NAMES[:3])


@pytest.mark.parametrize("scenarios", [["cold"], ["cold", "source", "base"]])
@pytest.mark.parametrize("count", [2, 4])
def test_a_whole_sequence_of_another_rank_is_found_and_costs_it_alone(tmp_path, scenarios, count):
    history = History(tmp_path, random.Random(1), scenarios)
    history.call(NAMES[:count])
    frame = history.read()
    for (number, name), own in frame.groupby(["round", "strategy"]):
        for rank in {*range(-1, count + 2), 40} - {*own["order"]}:
            edited = frame.assign(order=frame["order"].mask(frame.index.isin(own.index), rank))
            assert {*history.judge(edited)} == {*own.index}, (number, name, rank)


def test_two_sequences_that_swap_their_ranks_are_found(tmp_path):
    history = History(tmp_path, random.Random(1), ["cold", "source"])
    history.call(NAMES)
    frame = history.read()
    ranks = frame.set_index(["round", "strategy"])["order"].groupby(level=[0, 1]).first()
    for first in NAMES:
        for second in NAMES[NAMES.index(first) + 1 :]:
            new = {first: ranks[1, second], second: ranks[1, first]}
            swapped = frame["strategy"].map(new).where(frame["round"].eq(1))
            found = history.judge(frame.assign(order=swapped.fillna(frame["order"]).astype(int)))
            assert found and {*frame["strategy"][list(found)]} <= {first, second}
