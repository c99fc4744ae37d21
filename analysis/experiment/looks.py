"""ROUNDS=auto: rounds go on until every strategy is told, or the budget is spent."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from analysis.errors import SettingError
from analysis.experiment.forms import AUTO
from analysis.experiment.settings import Settings
from analysis.measures.compare import LOOKS, find_level, list_open
from analysis.measures.money import MIX, read_mix
from analysis.records import read_experiment
from analysis.words import count_words
from analysis.workload import BASELINE

_Settings = TypeVar("_Settings", bound=Settings)


def run_looks(
    build: Callable[[_Settings], Path],
    settings: _Settings,
    strategies: str | Sequence[str],
    report: Callable[[str], object],
) -> Path:
    """Build rounds up to each look until no strategy is left that can't be told; the folder.

    SettingError when the baseline is not among the strategies: then nothing would ever be told.
    """
    names = [strategies] if isinstance(strategies, str) else strategies
    if names and BASELINE not in names:
        raise SettingError(
            f"ROUNDS={AUTO} goes on until each strategy is told from {BASELINE}: name "
            f"{BASELINE} among the strategies, or give a number of rounds."
        )
    for rounds in LOOKS:
        folder = build(replace(settings, rounds=rounds, looks=LOOKS))
        level = find_level(rounds)
        left = list_open(read_experiment(folder).runs, read_mix(MIX), level)
        report(_say_look(rounds, level, left))
        if not left:
            break
    return folder


def _say_look(rounds: int, level: float, left: Sequence[str]) -> str:
    """What a look saw, and what follows."""
    seen = f"after {count_words(rounds, 'round')}, judged at {100 * level:.2f} %"
    if not left:
        return f"{seen}: every strategy is told for the usual mix of commits; no more rounds"
    more = [each for each in LOOKS if each > rounds]
    then = f"going on to {more[0]}" if more else "the budget is spent"
    return f"{seen}: {count_words(len(left), 'strategy')} can't be told yet; {then}"
