"""Charts of seconds: every run, differences to the baseline, and what the time is spent on."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.charts.axis import span
from analysis.charts.matrix import Cell, Matrix, group_rows
from analysis.charts.picture import Drawn, finish
from analysis.charts.rows import Dot, Row, Rows
from analysis.charts.stacks import describe_stack, draw_stack
from analysis.charts.style import VERDICTS
from analysis.charts.verdicts import (
    describe_scenarios,
    draw_difference,
    drop_mark,
    is_emulated,
    list_verdicts,
    order_strategies,
    say_row,
    say_value,
)
from analysis.languages import translate
from analysis.prose.template import tell
from analysis.rows import list_rows
from analysis.words import join_sentences, list_words, say_n, say_seconds, say_unit
from analysis.workload import BASELINE, pick_scenario, say_commit


def verdict_matrix(
    comparison: pd.DataFrame,
    *,
    baseline: str = BASELINE,
    order: Sequence[str | Mapping[str, Any]] = (),
    seconds: Mapping[str, float | None] | None = None,
    ax: Any = None,
) -> Drawn:
    """compare's rows as a table: strategies down, the fastest first, kinds of commit across.

    `order`: strategies in the order of their rows, by name or as an answer has them; `seconds`: the
    baseline's own mean by scenario, for a row of its own.
    """
    scenarios = comparison["scenario"].unique().tolist()
    cells = {(row.strategy, row.scenario): row for row in list_rows(comparison)}
    largest = comparison["difference"].abs().max()
    own = () if seconds is None else (_list_seconds(seconds, baseline, scenarios),)
    rows = group_rows(
        (name, tuple(_make_cell(cells.get((name, each)), largest) for each in scenarios))
        for name in _order(comparison, order)
    )
    table = Matrix(tuple(scenarios), (*own, *rows))
    signs = list_words(f"{sign} {translate(verdict)}" for verdict, (*_, sign) in VERDICTS.items())
    return finish(
        table,
        tell("Which strategy is faster than {baseline}, and when?", baseline=baseline),
        tell(
            "seconds against {baseline}, mean of {n} rounds; {signs}",
            baseline=baseline,
            n=say_n(comparison["n"]),
            signs=signs,
        ),
        tell(
            "Table of seconds against {baseline}. {scenarios}",
            baseline=baseline,
            scenarios=describe_scenarios(comparison),
        ),
        ax,
        table.write(),
    )


def _order(comparison: pd.DataFrame, order: Sequence[str | Mapping[str, Any]] = ()) -> list[str]:
    """The strategies in an order that is given, else by their mean difference."""
    names = order_strategies(comparison.groupby("strategy")["difference"].mean())
    given = [each if isinstance(each, str) else each["strategy"] for each in order]
    place = {name: number for number, name in enumerate(given)}
    if not place:
        return names
    return sorted(
        names, key=lambda name: (is_emulated(name), place.get(drop_mark(name), len(place)))
    )


def _list_seconds(
    own: Mapping[str, float | None], baseline: str, scenarios: list[str]
) -> tuple[str, tuple[Cell, ...]]:
    """The row of the baseline's own seconds."""
    known = {name: value for name, value in own.items() if value is not None and pd.notna(value)}
    return tell("{baseline}: seconds", baseline=baseline), tuple(
        Cell(say_unit(f"{known[each]:.1f}", "s") if each in known else "–") for each in scenarios
    )


def _make_cell(row: Any, largest: float) -> Cell:
    """A cell of verdict_matrix; a dash where nothing was compared."""
    if row is None or pd.isna(row.difference):
        return Cell("–", "close")
    size = abs(row.difference) / largest if largest else 0.0
    title = tell("{name}, {said}", name=row.scenario, said=say_row(row))
    return Cell(say_value(row), VERDICTS[row.verdict][0], size, title)


def differences(
    comparison: pd.DataFrame,
    *,
    baseline: str = BASELINE,
    order: Sequence[str | Mapping[str, Any]] = (),
    ax: Any = None,
) -> Drawn:
    """A panel a kind of commit: each strategy's difference to the baseline with its interval.

    All panels share their axis and the order of strategies, the fastest first; `order`: as of
    verdict_matrix.
    """
    scenarios = tuple(comparison["scenario"].unique())
    found = {(row.strategy, row.scenario): row for row in list_rows(comparison)}
    rows = [
        _draw_cells(name, [found.get((name, each)) for each in scenarios])
        for name in _order(comparison, order)
    ]
    low, high = span(comparison[["difference", "low", "high"]].to_numpy(dtype="float64").ravel())
    keys = list_verdicts(comparison["verdict"])
    return finish(
        Rows(tuple(rows), low, high, scenarios or ("",), "s", 0.0, keys=keys),
        tell("How sure is the difference to {baseline}?", baseline=baseline),
        tell(
            "seconds more (+) or less (−) than {baseline} (dashed line); bar: 95 % interval"
            " of each by itself, {n}; verdicts: all comparisons taken together",
            baseline=baseline,
            n=say_n(comparison["n"]),
        ),
        tell(
            "Differences to {baseline} with intervals. {scenarios}",
            baseline=baseline,
            scenarios=describe_scenarios(comparison),
        ),
        ax,
        more=("full",) if len(scenarios) > 1 else (),
    )


def _draw_cells(name: str, found: Sequence[Any]) -> Row:
    """A strategy's row with a panel for each kind of commit."""
    return Row(
        name,
        tuple(() if row is None else draw_difference(row, size=4.0) for row in found),
        titles=tuple(
            "" if row is None else tell("{name}, {said}", name=row.scenario, said=say_row(row))
            for row in found
        ),
    )


def run_seconds(
    runs: pd.DataFrame,
    spreads: pd.DataFrame,
    *,
    order: Sequence[str | Mapping[str, Any]] = (),
    ax: Any = None,
) -> Drawn:
    """A panel a kind of commit: each run a dot, the median a stroke, the quickest strategy first.

    `spreads` as of spread(runs, "seconds"); `order`: as of verdict_matrix.
    """
    scenarios = tuple(spreads["scenario"].unique())
    medians = {(row.strategy, row.scenario): row for row in list_rows(spreads)}
    seconds = {
        (str(strategy), str(scenario)): dict(zip(rows["run"], rows["seconds"], strict=True))
        for (strategy, scenario), rows in runs.groupby(["strategy", "scenario"])
    }
    names = _order(spreads.assign(difference=spreads["median"]), order)
    rows = [
        _draw_runs(name, [(medians.get(key), seconds.get(key, {})) for key in keys])
        for name in names
        for keys in [[(name, each) for each in scenarios]]
    ]
    low, high = span(runs["seconds"].to_numpy(dtype="float64"))
    return finish(
        Rows(tuple(rows), low, high, scenarios or ("",), "s"),
        tell("How long does each build take?"),
        tell(
            "elapsed seconds, without queueing and provisioning; dot: a run, stroke: the "
            "median of {n}",
            n=say_n(spreads["n"]),
        ),
        tell(
            "Seconds of every run by kind of commit and strategy. {medians}",
            medians=_describe_medians(spreads),
        ),
        ax,
        more=("full",) if len(scenarios) > 1 else (),
    )


def _draw_runs(name: str, found: Sequence[tuple[Any, dict[str, float]]]) -> Row:
    """A strategy's row: its runs, of which each sign tells, and their median for each commit."""
    panels, titles = [], []
    for row, seconds in found:
        named = {run: each for run, each in seconds.items() if pd.notna(each)}
        dots = [
            Dot(each, "dot", size=3.5, title=f"{run}: {say_seconds(each)}")
            for run, each in named.items()
        ]
        middle = [] if row is None or pd.isna(row.median) else [Dot(row.median, "mark", "|")]
        panels.append((*dots, *middle))
        said = list_words(f"{each:.1f}" for each in sorted(named.values()))
        median = (
            ""
            if row is None
            else tell(
                "{scenario}, {name}: median {median}",
                scenario=row.scenario,
                name=name,
                median=say_seconds(row.median),
            )
        )
        whole = tell("{median}, n = {n}: {said} s", median=median, n=len(named), said=said)
        titles.append(whole if named else median)
    return Row(name, tuple(panels), titles=tuple(titles))


def _describe_medians(spreads: pd.DataFrame) -> str:
    """The strategies with the lowest and the highest median of each scenario."""
    return join_sentences(
        tell(
            "{scenario}: from {least} to {most}.",
            scenario=scenario,
            least=_say_median(rows.nsmallest(1, "median").iloc[0]),
            most=_say_median(rows.nlargest(1, "median").iloc[0]),
        )
        for scenario, rows in spreads.dropna(subset=["median"]).groupby("scenario", sort=False)
    )


def _say_median(row: pd.Series) -> str:
    """`docker with 21.7 s (n = 3)`."""
    return tell(
        "{strategy} with {median} (n = {n})",
        strategy=row["strategy"],
        median=say_seconds(row["median"]),
        n=row["n"],
    )


def spent(
    activities: pd.DataFrame,
    *,
    scenario: str,
    elapsed: pd.DataFrame | None = None,
    ax: Any = None,
) -> Drawn:
    """Bars of mean seconds by activity in a scenario, of mean_by_activity's rows.

    With `elapsed` (strategy, seconds) the activities are busy times, which overlap, and a stroke
    marks the time that they took together.
    """
    rows, commit = pick_scenario(activities, scenario), say_commit(scenario)
    if elapsed is None:
        title = tell("What takes the time for {commit}?", commit=commit)
        note, took = tell("seconds"), {}
    else:
        title = tell("What keeps docker build busy for {commit}?", commit=commit)
        note = tell("busy seconds, which overlap; stroke: what the command took")
        took = dict(zip(elapsed["strategy"], elapsed["seconds"], strict=True))
    return finish(
        draw_stack(rows, "activity", "seconds", "s", marks=took),
        title,
        tell("{note}; mean of {n} runs", note=note, n=say_n(rows["n"])),
        tell(
            "Stacked bars, {note}, {commit}. {stack}",
            note=note,
            commit=commit,
            stack=describe_stack(rows, "activity", "seconds"),
        ),
        ax,
    )
