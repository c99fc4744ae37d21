"""An experiment and what follows from it, each computed when first asked for and then kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import measures, records
from analysis.measures.compare import FALSE_REPORTS, find_level
from analysis.measures.money import BUILDS, COMPUTE, MIX
from analysis.measures.storage import first_pushes
from analysis.results.kept import kept
from analysis.results.once import once
from analysis.results.summary import say_line, write_html
from analysis.store import recall
from analysis.workload import BASELINE, load_strategies


@dataclass(frozen=True, repr=False)
class Experiment(records.Experiment):
    """An experiment's frames (folder, manifest, runs, problems, logs, images) and its measures.

    Measures are of the runs that may be compared (`comparable`) unless they say otherwise.
    Change the frames with dataclasses.replace: the new experiment computes everything anew.
    """

    def __repr__(self) -> str:
        return f"<Experiment {say_line(self)}>"

    def _repr_html_(self) -> str:
        return write_html(self)

    @property
    def manifest(self) -> dict[str, Any]:
        """What experiment.json says: context, images, strategies, machine; {} without one."""
        return self.facts

    @property
    def region(self) -> str:
        """The AWS region whose prices count: the one it ran in, else us-east-1."""
        machine = self.facts.get("machine")
        region = machine.get("region") if isinstance(machine, dict) else None
        return region if isinstance(region, str) else records.REGION

    @property
    def level(self) -> float:
        """The share of reports that may tell a false difference.

        Less where rounds went on until all was told: that of the last look which they allow.
        """
        looks = self.facts.get("looks")
        if not isinstance(looks, list) or not all(isinstance(each, int) for each in looks or [""]):
            return FALSE_REPORTS
        # rounds as they were built: those that are compared may be parts of them, or commits
        rounds = self.runs.loc[self.runs["run"].isin(self.comparable["run"]), "round"].max()
        return find_level(0 if pd.isna(rounds) else int(rounds), looks)

    @property
    def recorded_mix(self) -> tuple[str, str]:
        """(the mix of the context's git history as read_mix takes it, where it is from).

        Both "" where none was recorded.
        """
        found = self.facts.get("mix")
        if not isinstance(found, dict):
            return "", ""
        return str(found.get("shares") or ""), str(found.get("origin") or "")

    @property
    @once
    def marked(self) -> pd.DataFrame:
        """All runs, with "(emulated)" behind the strategies that the lab only stands in for."""
        return measures.mark_emulated(self.runs)

    @property
    @once
    def comparable(self) -> pd.DataFrame:
        """The valid runs of strategies that are to succeed, marked, by scenario and strategy."""
        return measures.pick_comparable(self.runs)

    def left_out(self) -> pd.DataFrame:
        """strategy, reason, runs (number): what is not in `comparable`, and why."""
        return measures.left_out(self.runs)

    @once
    def buildspecs(self) -> pd.DataFrame:
        """Whether strategies are as shipped, a row each: records.compare_buildspecs' columns."""
        return records.compare_buildspecs(self.runs, self.facts, self.folder)

    @once
    @kept
    def compare(self, baseline: str = BASELINE, measure: str = "seconds") -> pd.DataFrame:
        """Each strategy against the baseline, a row a scenario: the columns of analysis.compare."""
        return measures.compare(self.runs, baseline, measure, level=self.level)

    @once
    @kept
    def break_even(self, baseline: str = BASELINE) -> pd.DataFrame:
        """From how many seconds of work on each strategy pays: measures.break_even's columns."""
        compared = self.compare(baseline)
        return measures.break_even(self.marked, self.logs.steps, baseline, compared)

    @once
    def model(self, baseline: str = BASELINE) -> "measures.Model":
        """The seconds of its builds as a model, fitted to them: measures.fit_model's."""
        return measures.fit_model(self, baseline=baseline)

    @once
    @kept
    def hits(self, comparable: bool = True) -> pd.DataFrame:
        """Layers from a cache, a row a run (all runs if not comparable): measures.hits_by_run's."""
        runs = self.comparable if comparable else self.marked
        return measures.hits_by_run(runs, self.logs.steps)

    @once
    @kept
    def misses(self) -> pd.DataFrame:
        """Why layers missed, a row a missed layer of any run: measures.misses_by_run's columns."""
        return measures.misses_by_run(self.runs, self.logs)

    @once
    @kept
    def first_misses(self) -> pd.DataFrame:
        """The layers at which runs began to miss, and why: measures.first_misses' columns."""
        return measures.first_misses(self.comparable, self.misses())

    @once
    def commits(self) -> pd.DataFrame:
        """The commits of a replayed history, a row each: measures.check_commits' columns."""
        return measures.check_commits(
            self.runs, self.misses(), records.list_history(self.facts), self.facts
        )

    @once
    def cache_mounts(self) -> pd.DataFrame:
        """Who keeps cache mounts, and what their steps cost without: measures.cache_mounts'."""
        known = load_strategies().values()
        keeping = [each.name for each in known if each.keeps_mounts]
        return measures.cache_mounts(self.comparable, self.logs.steps, keeping)

    @once
    def overheads(self) -> pd.DataFrame:
        """Mean seconds by strategy, scenario and activity; they add up to the elapsed time."""
        return measures.mean_by_activity(self.overhead_map())

    @once
    @kept
    def overhead_map(self) -> pd.DataFrame:
        """Seconds by run and activity: the columns of analysis.overhead_map."""
        return measures.overhead_map(self.comparable, self.logs)

    @once
    @kept
    def busy_map(self) -> pd.DataFrame:
        """Busy seconds inside docker builds, by run and activity: measures.busy_map's columns."""
        return measures.busy_map(self.comparable, self.logs)

    @once
    @kept
    def builder_costs(self) -> pd.DataFrame:
        """Seconds to create and boot a builder, a row a run: measures.builder_costs' columns."""
        return measures.builder_costs(self.comparable, self.logs)

    @once
    def timelines(self) -> pd.DataFrame:
        """When each step began and ended: `run`, then the columns of analysis.read_timeline."""
        return self._read_timelines()[0]

    def unread_timelines(self) -> pd.DataFrame:
        """path, reason of each record of a build that could not be read."""
        return self._read_timelines()[1]

    @once
    def _read_timelines(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        reading = vars(self).get("reading", {})
        table, unread = recall(
            vars(self).get("answers"),
            ("timelines", "unread_timelines"),
            lambda: records.read_timelines(self.comparable, self.logs.steps, **reading),
        )
        return table, unread

    @once
    @kept
    def path_map(self) -> pd.DataFrame:
        """Seconds on the critical path of docker builds, by run and activity: as busy_map's."""
        return measures.path_map(self.comparable, self.logs, self.timelines())

    @once
    @kept
    def entries(self) -> pd.DataFrame:
        """What the registry held after each run, of all runs: analysis.count_entries' columns."""
        return measures.count_entries(self.marked, self.images, self.problems)

    @once
    def media(self) -> pd.DataFrame:
        """What first pushes left, an entry a row: columns of records.read_media, and strategy."""
        pushes = first_pushes(self.entries(), self.comparable)
        runs = self.comparable[self.comparable["run"].isin(pushes["run"])]
        return records.read_media(runs).merge(runs[["run", "strategy"]], on="run")

    @once
    @kept
    def mixes(self, baseline: str = BASELINE) -> pd.DataFrame:
        """Each strategy against the baseline for three mixes of commits: seconds of one build."""
        return measures.compare_mixes(self.comparable, baseline, self.level)

    def month(
        self,
        mix: str | Mapping[str, float] | None = None,
        builds: int = BUILDS,
        compute: str = COMPUTE,
        prices: pd.DataFrame | None = None,
        baseline: str = BASELINE,
        free_minutes: float = 0,
    ) -> pd.DataFrame:
        """Minutes and USD of a month of builds, a row a strategy: analysis.month's columns.

        `mix`: text such as "source 70, base 30", or scenario -> share; without it that of the
        context's git history, where it is recorded, else the usual one. `prices`: those of
        data/prices.csv for the experiment's region unless given.
        """
        mix = mix or self.recorded_mix[0] or MIX
        shares = measures.read_mix(mix) if isinstance(mix, str) else mix
        if prices is None:
            return self._month(tuple(shares.items()), builds, compute, baseline, free_minutes)
        return measures.month(
            self.comparable, shares, builds, compute, prices, baseline, free_minutes, self.level
        )

    @once
    def _month(
        self,
        shares: tuple[tuple[str, float], ...],
        builds: int,
        compute: str,
        baseline: str,
        free_minutes: float,
    ) -> pd.DataFrame:
        prices = records.read_prices(region=self.region)
        return measures.month(
            self.comparable,
            dict(shares),
            builds,
            compute,
            prices,
            baseline,
            free_minutes,
            self.level,
        )
