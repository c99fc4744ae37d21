"""What the claims are judged by: an experiment's measures, computed once, and words for them."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import records
from analysis.languages import translate_value
from analysis.measures.storage import first_pushes as pick_first_pushes
from analysis.prose import say_kinds
from analysis.prose.template import tell
from analysis.results import Experiment, to_experiment
from analysis.words import count_words, join_words
from analysis.workload import BASELINE

HOLDS, FAILS, UNCLEAR, ONLY_IF = "holds", "does not hold", "can't tell", "holds only if"
UNMEASURED = "not measured here"


@dataclass(frozen=True)
class Finding:
    """What was found on a claim: verdict, numbers (text) and the runs that they are of."""

    verdict: str
    numbers: str
    runs: pd.DataFrame | None = None


@dataclass(frozen=True)
class Evidence:
    """An experiment against a baseline: what claims are judged by."""

    experiment: Experiment
    baseline: str = BASELINE

    @property
    def runs(self) -> pd.DataFrame:
        """All runs; emulated strategies say so in their names."""
        return self.experiment.marked

    @property
    def comparable(self) -> pd.DataFrame:
        """The runs that may be compared."""
        return self.experiment.comparable

    @property
    def comparison(self) -> pd.DataFrame:
        """compare's rows against the baseline."""
        return self.experiment.compare(self.baseline)

    @property
    def entries(self) -> pd.DataFrame:
        """count_entries' rows of all runs."""
        return self.experiment.entries()

    @property
    def hits(self) -> pd.DataFrame:
        """hits_by_run's rows of all runs."""
        return self.experiment.hits(comparable=False)

    @cached_property
    def text(self) -> dict[str, str]:
        """Strategy -> all commands of its builds that may be compared."""
        return self.text_of(self.comparable)

    def text_of(self, runs: pd.DataFrame) -> dict[str, str]:
        """Strategy -> all commands of these runs."""
        commands = self.experiment.logs.commands
        commands = commands.merge(runs[["log", "strategy"]], on="log")
        return {
            str(strategy): "\n".join(each.astype(str))
            for strategy, each in commands.groupby("strategy")["command"]
        }

    def strategies_with(self, *words: str) -> list[str]:
        """The strategies whose commands hold all these words."""
        return [name for name, text in self.text.items() if all(word in text for word in words)]

    def strategies_like(self, pattern: str) -> list[str]:
        """The strategies in whose commands a regular expression is found."""
        return [name for name, text in self.text.items() if re.search(pattern, text)]

    def runs_of(self, strategies: Iterable[str], scenario: str | None = None) -> pd.DataFrame:
        """The comparable runs of these strategies, and of a scenario if one is given."""
        runs = self.comparable[self.comparable["strategy"].isin(list(strategies))]
        return runs if scenario is None else runs[runs["scenario"] == scenario]


def gather_evidence(
    experiment: records.Experiment | str | Path, baseline: str = BASELINE
) -> Evidence:
    """What claims are judged by, of an experiment, its frames or its folder."""
    return Evidence(to_experiment(experiment), baseline)


def first_pushes(evidence: Evidence) -> pd.DataFrame:
    """strategy, entries, KINDS of each valid run whose repository holds one push, as known."""
    return pick_first_pushes(evidence.entries, evidence.comparable)


def say_footprint(pushes: pd.DataFrame) -> str:
    """`3 entries (…) with a (n = 3), b (n = 3); 1 entry (image) with c (n = 2)`."""
    left = pd.Series([say_kinds(row) for _, row in pushes.iterrows()], pushes.index, dtype="string")
    numbers = pushes.groupby([left, "strategy"], sort=False).size()
    parts: dict[str, list[str]] = {kinds: [] for kinds in left.unique()}
    for (kinds, strategy), n in zip(numbers.index, numbers, strict=True):
        parts[kinds].append(tell("{name} (n = {n})", name=strategy, n=n))
    return tell("; ").join(
        tell("{kinds} with {names}", kinds=kinds, names=join_words(names))
        for kinds, names in parts.items()
    )


def say_where(runs: pd.DataFrame | None) -> str:
    """Where something was measured: place, strategies, scenarios, number of runs."""
    if runs is None or runs.empty:
        return tell("not measured")
    rounds = count_words(runs["round"].nunique(), "round")
    places = [translate_value(name) for name in runs["place"].unique()]
    names = (places, runs["strategy"].unique(), runs["scenario"].unique())
    return tell(
        "{said}; {runs} of {rounds}",
        said=tell("; ").join(join_words(each) for each in names),
        runs=count_words(len(runs), "run"),
        rounds=rounds,
    )


def say_runs(runs: pd.DataFrame | None) -> str:
    """The folders of runs in an experiment's folder, as patterns that a shell expands.

    `runs/{docker,buildx-push}.{cold,source}.{01,02}`; strategies with the same scenarios and
    rounds share a pattern, and together these name all the runs and no other.
    """
    if runs is None or runs.empty:
        return "none"
    names = runs["run"].astype(str)
    # names of strategies may hold dots, those of scenarios and rounds don't
    parts = names.str.rsplit(".", n=2, expand=True).set_axis(["who", "what", "round"], axis=1)
    rounds = _gather(parts, ["who", "what"], "round", sorted)
    alike = _gather(rounds, ["who", "round"], "what", list)
    shared = _gather(alike, ["what", "round"], "who", sorted)
    return " ".join(
        f"runs/{_brace(who)}.{_brace(what)}.{_brace(number)}"
        for what, number, who in shared.itertuples(index=False, name=None)
    )


def _gather(
    frame: pd.DataFrame, by: list[str], column: str, order: Callable[[pd.Series], list[Any]]
) -> pd.DataFrame:
    """`by` and the values that a column has with each, as a tuple in an order."""
    groups = frame.groupby(by, sort=False)[column]
    # the stubs know no cells that hold tuples
    gathered = groups.agg(lambda values: tuple(order(values)))  # type: ignore[type-var]
    return gathered.reset_index()


def _brace(words: Sequence[str]) -> str:
    """One word as it is, several as a shell takes them for each in turn."""
    return words[0] if len(words) == 1 else f"{{{','.join(words)}}}"
