"""The answer as a result of a notebook: with controls in JupyterLab, elsewhere as it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis import charts
from analysis.answers import Answer, answer
from analysis.results import Experiment, read_grid, to_experiment
from analysis.widgets.shown import show_answer
from analysis.workload import BASELINE

_Mix = str | Mapping[str, float] | None


@dataclass(frozen=True)
class Explorer:
    """The answer of an experiment for a mix and a baseline.

    A page, papermill and editors without widgets show it as text and chart; JupyterLab shows
    controls for the mix, the baseline and the link above it. `others`: experiments that widen how
    far a link may be moved.
    """

    experiment: Experiment
    mix: _Mix = None
    baseline: str = BASELINE
    others: Sequence[Experiment] | str | Path = ()

    @property
    def found(self) -> Answer:
        """The answer before any control is moved."""
        return answer(self.experiment, self.mix, self.baseline)

    def _repr_html_(self) -> str:
        return show_answer(self.experiment, self.found)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle = {"text/plain": repr(self.found), "text/html": self._repr_html_()}
        if not charts.is_live():
            return bundle
        # pages are made without ever loading the widgets
        from analysis.widgets.panel import Panel

        grid = self.others
        grid = read_grid(grid) if isinstance(grid, str | Path) else grid
        panel = Panel(self.experiment, self.found, grid)
        return (panel._repr_mimebundle_() or {}) | bundle


def explore(
    experiment: Experiment | str | Path,
    mix: _Mix = None,
    baseline: str = BASELINE,
    others: Sequence[Experiment] | str | Path = (),
) -> Explorer:
    """The answer with controls, as the last line of a notebook's cell.

    `mix`, `baseline`: as analysis.answer takes them, where the controls begin. `others`, such as
    those of analysis.read_grid, or its folder: a link may be moved as far as any of them was run.

    >>> explore("data/control", "source 100").found.mix
    {'source': 1.0}
    """
    return Explorer(to_experiment(experiment), mix, baseline, others)
