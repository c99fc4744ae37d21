"""Finished runs that are to be built once more, by what RETRY asks for."""

from collections.abc import Iterable
from pathlib import Path

from analysis.experiment.failures import has_failed
from analysis.experiment.forms import FAILED
from analysis.records import ASIDE, flag_pressure, read_records

# a machine that is never quiet would be built on for ever
_MOST_REPEATS = 2


def list_anew(folder: Path, runs: Iterable[str], retry: str) -> set[str]:
    """Those of some finished runs that `retry` asks for: none, FAILED ones, or PRESSED ones.

    The latter were under pressure, and were not built anew _MOST_REPEATS times yet.
    """
    if not retry:
        return set()
    if retry == FAILED:
        return {run for run in runs if has_failed(folder, run)}
    return {
        run for run in _list_pressed(folder) & {*runs} if _count_aside(folder, run) < _MOST_REPEATS
    }


def _list_pressed(folder: Path) -> set[str]:
    """The finished runs that were under pressure."""
    if not (folder / "runs").is_dir():
        return set()
    runs = flag_pressure(read_records(folder).runs)
    return set(runs.loc[runs["under_pressure"].fillna(False), "run"])


def _count_aside(folder: Path, run: str) -> int:
    """How often a run was replaced."""
    return len(list((folder / ASIDE).glob(f"{run}.replaced*")))
