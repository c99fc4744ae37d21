"""What the memo says of what making a builder costs."""

import pandas as pd

from analysis.claims.caches import judge_slower, say_verdicts
from analysis.claims.evidence import FAILS, HOLDS, UNCLEAR, Evidence, Finding
from analysis.claims.pushes import CREATED
from analysis.languages import translate
from analysis.measures.compare import mean_of_rounds
from analysis.prose import say_mean
from analysis.prose.template import tell
from analysis.rows import list_rows
from analysis.words import (
    count_words,
    join_words,
    say_difference,
    say_range,
    say_seconds,
    say_share,
)

# from this share of a build on, what creating a builder takes is not negligible
_NOTABLE = 0.05


def builder_costly(evidence: Evidence) -> Finding:
    """Whether creating and booting a builder is a notable share of the build."""
    costs = evidence.experiment.builder_costs().dropna(subset=["share"])
    if costs.empty:
        return Finding(UNCLEAR, tell("no build that creates a builder was measured"))
    seconds = costs["seconds"]
    share, low, high, rounds = mean_of_rounds(costs, "share")
    bounds = (
        tell("{low} to {high}", low=f"{100 * low:.0f}", high=say_share(high))
        if rounds > 1
        else translate("unknown")
    )
    numbers = tell(
        "{mean}, {ends} in {build}; that is {share} of the build (95 % interval "
        "{bounds}), of which {median} (median) pull BuildKit's image",
        mean=say_mean(*mean_of_rounds(costs, "seconds")),
        ends=say_range(seconds.min(), seconds.max()),
        build=count_words(len(costs), "build"),
        share=say_share(share),
        bounds=bounds,
        median=say_seconds(costs["pull_seconds"].median()),
    )
    verdict = HOLDS if low >= _NOTABLE else FAILS if high < _NOTABLE else UNCLEAR
    return Finding(verdict, numbers, evidence.runs[evidence.runs["run"].isin(costs["run"])])


def default_better(evidence: Evidence) -> Finding:
    """Whether a new builder without an external cache is slower than the default one."""
    made = evidence.strategies_like(CREATED)
    names = [name for name in made if "--cache-to" not in evidence.text[name]]
    rows = evidence.comparison[evidence.comparison["strategy"].isin(names)]
    if rows.empty:
        return Finding(UNCLEAR, tell("no build with a new builder and no cache was measured"))
    said = (_say_extremes(str(name), group) for name, group in rows.groupby("strategy", sort=False))
    numbers = tell(
        "against {baseline}, mean [95 % interval]: {said}",
        baseline=evidence.baseline,
        said=tell("; ").join(said),
    )
    return Finding(judge_slower(rows), numbers, evidence.runs_of(names))


def _say_extremes(name: str, rows: pd.DataFrame) -> str:
    """`a slower in 5 of 5 scenarios, from +5.6 s […] (cold) to +9.2 s […] (dependency)`."""
    known = rows.dropna(subset=["difference"]).sort_values("difference")
    if known.empty:
        return tell("{name} {verdicts}", name=name, verdicts=say_verdicts(rows))
    ends = known.iloc[[0, -1]] if len(known) > 1 else known
    numbers = (
        tell(
            "{number} ({scenario})",
            number=say_difference(row.difference, row.low, row.high, row.n),
            scenario=row.scenario,
        )
        for row in list_rows(ends)
    )
    return tell(
        "{name} {verdicts}, from {names}",
        name=name,
        verdicts=say_verdicts(rows),
        names=join_words(numbers, "to"),
    )
