"""From an experiment to its answer."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import measures, records
from analysis.answers.calibrated import (
    find_model,
    list_changes,
    shift_commits,
    shift_rows,
    weigh_changes,
)
from analysis.answers.commits import list_commits, list_exports
from analysis.answers.fields import VERSION, Answer, plain
from analysis.answers.flips import list_flips
from analysis.answers.gates import find_place, list_unknown, list_unrestarted
from analysis.answers.mixed import (
    Mix,
    Weights,
    choose,
    list_alike,
    list_strategies,
    pick_emulated,
    weigh,
)
from analysis.answers.price import price
from analysis.experiment import write_again
from analysis.measures.compare import EMULATED, MARGIN, is_replay
from analysis.measures.model import read_known
from analysis.prose.template import say
from analysis.records import Speeds, read_host, takes
from analysis.registry import frame_images
from analysis.results import Experiment, once, read_grid, to_experiment
from analysis.rows import list_records
from analysis.store import read_logs
from analysis.words import CLOSE, UNTOLD
from analysis.workload import BASELINE

# with fewer most differences are within what rounds, or commits, differ among themselves
_ENOUGH_ROUNDS = 5
# as many times the commits of a history, where nothing says how many would tell
_TWICE = 2
_ROW = ["strategy", "n", "seconds", "difference", "low", "high", "verdict"]
# what is not known of runs that a frame holds alone
_FACTS = ("place", "link", "log", "images", "storage_driver", "invalid_reason")


def answer(
    experiment: records.Experiment | pd.DataFrame | str | Path,
    mix: Mix = None,
    baseline: str = BASELINE,
    speeds: Speeds | str | Path | None = None,
    others: Sequence[records.Experiment] | str | Path = (),
) -> Answer:
    """What to use for a mix of commits, as one object: Answer says what is in it.

    `experiment`: one, its folder, or a frame of runs (strategy, scenario, round, seconds).
    `mix`: scenario -> share, or text as read_mix takes it; without it the usual one is assumed,
    as far as its kinds of commit were built. `speeds`: those of a host elsewhere, or the file that
    `codebuild-cache calibrate` wrote: the answer is then what the model makes of these runs there.
    `others`: experiments over other links and with other work, or the folder of a grid: they tell
    where such a condition turns the answer, which one experiment can't.
    RecordError without an experiment, UnknownName for a baseline that is not among the runs,
    SettingError for a mix that can't be read.

    >>> found = analysis.answer("data/control", "source 100")
    >>> found.baseline, found.place, found.mix, found.mix_origin
    ('docker', 'lab', {'source': 1.0}, 'given')
    """
    measured = take_experiment(experiment)
    host = read_host(speeds) if isinstance(speeds, str | Path) else speeds
    weights = weigh(mix, measured, baseline)
    grid = tuple(read_grid(others) if isinstance(others, str | Path) else others)
    if grid:
        return Answer(**plain(_find(measured, weights, baseline, host, grid)))
    return _answer(measured, weights, baseline, host)


@once
def _answer(
    experiment: Experiment, weights: Weights, baseline: str, speeds: Speeds | None
) -> Answer:
    """The answer, computed once for an experiment, a mix, a baseline and speeds."""
    return Answer(**plain(_find(experiment, weights, baseline, speeds)))


def take_experiment(given: records.Experiment | pd.DataFrame | str | Path) -> Experiment:
    """The experiment with its measures, of a frame of runs as well."""
    return _frame(given) if isinstance(given, pd.DataFrame) else to_experiment(given)


@takes(runs="run strategy scenario round seconds valid emulated expect started host host_empty")
def _frame(runs: pd.DataFrame) -> Experiment:
    """An experiment of runs alone: without logs, registry and folder."""
    unknown = {name: _no_text(runs) for name in _FACTS if name not in runs}
    problems = pd.DataFrame(columns=["path", "reason"], dtype="string")
    images = frame_images([]).assign(run=None, apart=False)
    return Experiment(Path(), {}, runs.assign(**unknown), problems, read_logs({}), images)


def _no_text(runs: pd.DataFrame) -> pd.Series:
    """A column of texts that are all unknown."""
    return pd.Series(pd.NA, runs.index, dtype="string")


def _find(
    experiment: Experiment,
    weights: Weights,
    baseline: str,
    speeds: Speeds | None,
    others: Sequence[records.Experiment] = (),
) -> dict[str, Any]:
    """The fields of an answer."""
    place, shares = find_place(experiment), dict(weights.shares)
    model = find_model(experiment, baseline, speeds, others)
    changes = None if model is None or speeds is None else list_changes(model)
    rows = _list_rows(experiment, shares, baseline, changes)
    commits = list_commits(experiment, baseline)
    chosen, verdict = choose(rows, baseline)
    emulated, told = pick_emulated(rows), _tell(rows, chosen, verdict, baseline)
    told |= _count_needed(experiment, chosen, verdict)
    restarted = changes is not None and speeds is not None and speeds.restart_seconds is not None
    skipped = [] if restarted else list_unrestarted(experiment)
    lacking, lost = _lack(experiment, rows), speeds is not None and changes is None
    return {
        "version": VERSION,
        "experiment": experiment.folder.name,
        "baseline": baseline,
        **told,
        "place": place,
        "project": None if model is None else _describe_project(experiment, baseline),
        "calibrated": changes is not None,
        "mix": shares,
        "mix_origin": weights.origin,
        **_add_facts(experiment, shares, rows, chosen, baseline, model, changes, skipped),
        "emulated": None if emulated is None else emulated[_ROW].to_dict(),
        "unknown": list_unknown(experiment, place, skipped, weights, lacking, lost),
        "runs": len(experiment.runs),
        "runs_left_out": int((~experiment.runs["valid"]).sum()),
        "margin": MARGIN,
        "strategies": list_records(rows),
        "commits": commits if changes is None else shift_commits(commits, changes, baseline),
        "exports": list_exports(experiment, shares, rows, baseline) if changes is None else [],
        "again": _write_again(experiment, told, baseline),
    }


def _describe_project(experiment: Experiment, baseline: str) -> dict[str, Any] | None:
    """name, work (s), image_mb (compressed) and link of what was built; null where unknown."""
    known = read_known(experiment, baseline)
    if known is None:
        return None
    size = known.base + known.final_mb
    return {"name": known.name, "work": known.work, "image_mb": size, "link": known.link}


def _list_rows(
    experiment: Experiment,
    shares: Mapping[str, float],
    baseline: str,
    changes: pd.DataFrame | None,
) -> pd.DataFrame:
    """list_strategies' rows, with what other speeds change of them."""
    rows = list_strategies(experiment, shares, baseline)
    if changes is None or rows.empty:
        return rows
    return shift_rows(rows, weigh_changes(changes, shares), baseline)


def _add_facts(
    experiment: Experiment,
    shares: Mapping[str, float],
    rows: pd.DataFrame,
    chosen: pd.Series | None,
    baseline: str,
    model: measures.Model | None,
    changes: pd.DataFrame | None,
    skipped: Sequence[str],
) -> dict[str, Any]:
    """price, flips and same_as of the strategy that is chosen; none without one."""
    if chosen is None:
        return {"price": {}, "flips": [], "same_as": []}
    others = _list_rows(experiment, shares, str(chosen["strategy"]), changes)
    return {
        "price": price(experiment, shares, chosen, baseline, changes is not None),
        "flips": list_flips(model, shares, rows, chosen, baseline, skipped),
        "same_as": list_alike(rows, others, chosen),
    }


def _lack(experiment: Experiment, rows: pd.DataFrame) -> list[str]:
    """The strategies of which no round holds the whole mix."""
    there = set(rows.loc[rows["n"].gt(0), "strategy"])
    names = experiment.comparable["strategy"].str.removesuffix(f" {EMULATED}").unique()
    return [name for name in names if name not in there]


def _tell(
    rows: pd.DataFrame, chosen: pd.Series | None, verdict: str, baseline: str
) -> dict[str, Any]:
    """The strategy with its seconds against the baseline's; nulls where nothing was compared."""
    base = rows.loc[rows["strategy"].eq(baseline), "seconds"]
    start = base.iloc[0] if len(base) else None
    told: dict[str, Any] = dict.fromkeys(["strategy", "seconds_to", "difference", "low", "high"])
    told |= {"seconds_from": start, "verdict": verdict, "n": 0}
    if chosen is None or start is None:
        return told
    told |= {"strategy": chosen["strategy"], "n": chosen["n"]}
    if chosen["strategy"] == baseline:
        return told | {"seconds_to": start} | dict.fromkeys(["difference", "low", "high"], 0.0)
    told |= {name: chosen[name] for name in ("difference", "low", "high")}
    return told | {"seconds_to": start + chosen["difference"]}


def _count_needed(experiment: Experiment, chosen: pd.Series | None, verdict: str) -> dict[str, Any]:
    """rounds_needed of a strategy or, of a history, commits_needed, and why not the other."""
    names = ["rounds_needed", "commits_needed"]
    rounds, commits = (None if chosen is None else plain(chosen[name]) for name in names)
    found: dict[str, Any] = {"rounds_needed": None, "rounds_needed_reason": None}
    if rounds is not None:
        found["rounds_needed"] = max(_ENOUGH_ROUNDS, int(rounds))
    if is_replay(experiment.runs) and verdict in (CLOSE, UNTOLD):
        found["rounds_needed_reason"] = say("answer.same_commits")
    if chosen is None or commits is None:
        return found | {"commits_needed": None}
    # some of those that are asked for are of other kinds, or can't be built
    asked = len(records.list_history(experiment.facts)) / chosen["n"]
    needed = max(_ENOUGH_ROUNDS, math.ceil(commits * max(asked, 1.0)))
    return found | {"commits_needed": needed}


def _write_again(experiment: Experiment, told: Mapping[str, Any], baseline: str) -> str:
    """The command that builds what would tell: more rounds, or more commits of a history.

    '' for a frame of runs, and where commits were given as a range.
    """
    facts, asked = experiment.facts, len(records.list_history(experiment.facts))
    commits = (told["commits_needed"] or _TWICE * asked) if is_replay(experiment.runs) else 0
    if experiment.folder == Path() or (commits and not str(facts.get("commits")).isdecimal()):
        return ""
    rounds = told["rounds_needed"] or _ENOUGH_ROUNDS
    return write_again(experiment.folder, facts, experiment.runs, rounds, baseline, commits)
