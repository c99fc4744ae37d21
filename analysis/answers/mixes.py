"""The answers for projects of several kinds: each with its own mix of commits."""

from pathlib import Path
from typing import Any

import pandas as pd

from analysis import records
from analysis.answers.asking import answer
from analysis.answers.fields import Answer
from analysis.measures.money import MIXES
from analysis.words import FASTER
from analysis.workload import BASELINE

_FIELDS = ("strategy", "seconds_from", "seconds_to", "difference", "low", "high", "n", "verdict")


def answer_mixes(
    experiment: records.Experiment | str | Path, baseline: str = BASELINE
) -> pd.DataFrame:
    """A row a mix of MIXES: mix, shares (text), use (the advice; null: it can't be told yet).

    Then strategy, seconds_from, seconds_to, difference, low, high, n, verdict: the answer's; and
    restart_under: seconds within which CodeBuild has to restart its engine for that to hold, where
    the lab did not run the restart; else null.
    """
    rows: list[dict[str, Any]] = []
    for name, shares in MIXES.items():
        found = answer(experiment, name, baseline)
        told = found.verdict == FASTER or found.strategy == baseline
        row: dict[str, Any] = {
            "mix": name,
            "shares": shares,
            "use": found.strategy if told else None,
        }
        row |= {each: getattr(found, each) for each in _FIELDS}
        rows.append(row | {"restart_under": _find_restart(found)})
    return pd.DataFrame(rows)


def _find_restart(found: Answer) -> float | None:
    """At how many seconds a restart that was not run turns an answer; null without one."""
    restarts = [each for each in found.flips if each["condition"] == "restart"]
    return next((each["turns_at"] for each in restarts if each["value"] == 0), None)
