"""A model of the seconds of builds: fitted to recorded ones, asked about other conditions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.errors import FrameError, UnknownName
from analysis.measures.model.cells import list_cells
from analysis.measures.model.conditions import (
    KINDS,
    Conditions,
    fill_in,
    predict_under,
    take_speeds,
)
from analysis.measures.model.fitting import (
    find_errors,
    fit_coefficients,
    group_cells,
    pool_deviation,
    spread_errors,
)
from analysis.measures.model.flips import find_flips
from analysis.measures.model.formula import split_seconds, to_arrays
from analysis.records import Experiment, Speeds
from analysis.workload import BASELINE

_COLUMNS = ("context", "link", "strategy", "scenario")
# a median of n values is off by this many times the deviation of one, by the square root of n
_OF_MEDIAN = 1.2533
# half of the 90 % interval of what is normal, in deviations
_HALF = 1.645
# seconds: less is no restart of an engine
_LEAST_RESTART = 0.5


@dataclass(frozen=True, eq=False)
class Model:
    """Seconds of an experiment's strategies in its scenarios, under conditions of your choice.

    values: the fitted coefficients; off: (low, high), factors between which 90 % of measured
    medians lie around predictions of what the coefficients were not fitted to; noise: relative
    deviation of a build; ranges: condition -> (lowest, highest) that was run, over all experiments
    fitted; recorded: the conditions of this experiment; standing: those that predictions take
    where nothing else is said.
    """

    found: pd.DataFrame
    lost: pd.DataFrame
    values: Mapping[str, float]
    off: tuple[float, float]
    noise: float
    ranges: Mapping[str, tuple[float, float]]
    recorded: Conditions
    standing: Conditions = field(default_factory=Conditions)

    def calibrate(self, speeds: Speeds | None) -> "Model":
        """This model at a host's speeds, where they are known."""
        return replace(self, standing=take_speeds(speeds))

    def predict(self, conditions: Conditions | None = None) -> pd.DataFrame:
        """strategy, scenario, seconds, low, high (90 % interval), n, of each cell recorded.

        What was measured, and what the conditions change of it by the formula: the noise of
        builds counts for the one, the formula's error where it was not fitted for the other.
        """
        seconds = self.list_seconds(conditions)
        measured = self.found["seconds"].to_numpy(dtype=float)
        change = np.abs(seconds - measured)
        noise = self._measure_noise() * seconds
        low, high = 1 - self.off[0], self.off[1] - 1
        table = self.found[["strategy", "scenario"]].assign(
            seconds=seconds,
            low=np.maximum(seconds - np.hypot(noise, low * change), 0.0),
            high=seconds + np.hypot(noise, high * change),
            n=self.found["n"],
        )
        return table.reset_index(drop=True)

    def sum_mix(
        self, mix: Mapping[str, float], conditions: Conditions | None = None
    ) -> dict[str, float]:
        """Strategy -> seconds of a build, scenarios weighed by `mix`, which need not add up to 1.

        Only strategies that were built in all its scenarios that any was built in.
        """
        seconds = self.list_seconds(conditions)
        weights = {
            str(name): self.weigh(mix, str(name)) for name in self.found["strategy"].unique()
        }
        return {name: float(each @ seconds) for name, each in weights.items() if each.any()}

    def weigh(self, mix: Mapping[str, float], strategy: str) -> np.ndarray:
        """The share of each cell in a mix of one strategy's builds; all 0 where it lacks one."""
        built = set(self.found["scenario"])
        shares = {name: share for name, share in mix.items() if share > 0 and name in built}
        rows = self.found["strategy"].eq(strategy)
        if not shares or not set(shares) <= set(self.found.loc[rows, "scenario"]):
            return np.zeros(len(self.found))
        weights = self.found["scenario"].map(shares).where(rows).astype("float64").fillna(0.0)
        return weights.to_numpy(dtype=float) / sum(shares.values())

    def flips(
        self, mix: Mapping[str, float], strategy: str, baseline: str = BASELINE
    ) -> pd.DataFrame:
        """One row a condition: where the verdict between two strategies turns, all else as it is.

        condition, unit, value (as recorded, or as calibrated; null: not run), low, high (what was
        run), turns_at (the nearest value at which both take equally long; null: none within what
        was run), turns_to (the strategy that is faster beyond it), matters (whether it changes the
        difference at all). A condition that only adds seconds holds from 0 to 60 s, hit_share from
        0 to 1; the others as far as they were run. UnknownName for a strategy that was not built in
        all scenarios of the mix.
        """
        for name in (strategy, baseline):
            if not self.weigh(mix, name).any():
                raise UnknownName("strategy in all scenarios of the mix", name, self.sum_mix(mix))
        weights = self.weigh(mix, strategy) - self.weigh(mix, baseline)

        def tell(condition: str, value: float) -> float:
            return float(weights @ self.list_seconds(Conditions(**{condition: value})))

        values = {name: self.get_value(name) for name in KINDS}
        return find_flips(tell, values, self.ranges, (strategy, baseline))

    def list_seconds(self, conditions: Conditions | None) -> np.ndarray:
        """Seconds of each cell: as measured, with what conditions change of it by the formula."""
        asked = self.standing if conditions is None else fill_in(conditions, self.standing)
        now = self.found["seconds"].to_numpy(dtype=float) + self._predict(asked)
        return np.maximum(now - self._as_recorded, 0.0)

    def list_parts(self) -> pd.DataFrame:
        """strategy, scenario, work, moved, compressed, sent, linked of each cell: split_seconds'.

        What other work and another link change of a build's seconds follows from these.
        """
        parts = split_seconds(to_arrays(self.found), self.values)
        return self.found[["strategy", "scenario"]].assign(**parts).reset_index(drop=True)

    def get_value(self, condition: str) -> float:
        """What a condition is now: as calibrated, else as recorded; NaN unknown."""
        found = getattr(fill_in(self.standing, self.recorded), condition)
        return np.nan if found is None else float(found)

    def _predict(self, conditions: Conditions) -> np.ndarray:
        return predict_under(*self._arrays, self.values, conditions, self.recorded)

    @cached_property
    def _arrays(self) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """The columns of `found` and of `lost` as arrays: they are asked for often."""
        return to_arrays(self.found), to_arrays(self.lost)

    @cached_property
    def _as_recorded(self) -> np.ndarray:
        """What the formula says of the cells as they were recorded."""
        return self._predict(Conditions())

    def _measure_noise(self) -> np.ndarray:
        """Half of the 90 % interval of each cell's median, relative."""
        return _HALF * _OF_MEDIAN * self.noise / np.sqrt(self.found["n"].to_numpy(dtype=float))


def fit_model(
    experiment: Experiment,
    others: Iterable[Experiment] = (),
    baseline: str = BASELINE,
    speeds: Speeds | None = None,
) -> Model:
    """The model of an experiment; `others` sharpen its coefficients and widen what was run.

    `speeds` take the place of what was recorded. FrameError without a valid cold build of the
    baseline, whose log and listing tell what is known of the context.
    """
    found = list_cells([experiment], baseline)
    if found.empty:
        raise FrameError(
            f"{experiment.folder}: no valid cold build of {baseline} with its image's listing, "
            "from which a model learns the context: build it, or name another baseline."
        )
    cells = pd.concat([found, list_cells(others, baseline)], ignore_index=True)
    values = fit_coefficients(cells)
    model = Model(
        found=found,
        lost=list_cells([experiment], baseline, found=False),
        values=values,
        off=spread_errors(find_errors(cells, values), group_cells(cells)),
        noise=pool_deviation(cells),
        ranges=_list_ranges(cells, found, values),
        recorded=_list_recorded(found, values, experiment),
    )
    return model.calibrate(speeds)


def _list_recorded(
    found: pd.DataFrame, values: Mapping[str, float], experiment: Experiment
) -> Conditions:
    """The conditions under which an experiment's builds ran."""
    first = found.iloc[0]
    steps = experiment.logs.steps
    boots = steps.loc[steps["kind"].eq("builder"), "seconds"].median()
    restarts = found.loc[found["restarts"].eq(1), "restart"].median()
    # a command that found nothing to restart took no time
    restarted = restarts >= _LEAST_RESTART
    return Conditions(
        link_mbit=float(first["download"]) * 8,
        round_trip_seconds=float(first["trip"]),
        unpack_mbps=_rate_unpacking(found, values)[0],
        boot_seconds=None if np.isnan(boots) else float(boots),
        restart_seconds=float(restarts) if restarted else None,
    )


def _rate_unpacking(cells: pd.DataFrame, values: Mapping[str, float]) -> list[float]:
    """MB/s of each experiment's hosts, least first: as their logs tell, else as fitted."""
    fitted = 1 / (cells["pull"] * max(values["lazy"], 0.1)).clip(lower=1e-3)
    return sorted(cells["unpack_mbps"].fillna(fitted).drop_duplicates())


def _list_ranges(
    cells: pd.DataFrame, found: pd.DataFrame, values: Mapping[str, float]
) -> dict[str, tuple[float, float]]:
    """Condition -> (lowest, highest) that was run, or for which it holds anyway."""
    unpack, own = _rate_unpacking(cells, values), float(found["total_work"].iloc[0])
    works = cells["total_work"] / own if own else pd.Series([1.0])
    run = {
        "unpack_mbps": (unpack[0], unpack[-1]),
        "link_mbit": (float(cells["download"].min()) * 8, float(cells["download"].max()) * 8),
        "work_factor": (float(works.min()), float(works.max())),
    }
    return {name: kind.always or run[name] for name, kind in KINDS.items()}
