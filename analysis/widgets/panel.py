"""Controls of an answer: sliders for the mix and the link, a list for the baseline."""

from collections.abc import Sequence
from math import log10
from typing import Any

from ipywidgets import HTML, Dropdown, FloatLogSlider, FloatSlider, Output, VBox

from analysis.answers import Answer, answer, list_numbers
from analysis.charts import say as write
from analysis.charts import write_dress
from analysis.errors import AnalysisError
from analysis.prose.template import say
from analysis.records import Speeds
from analysis.results import Experiment
from analysis.widgets.shown import show_moved
from analysis.workload import say_commit

_BITS = 8
_STYLE = {"description_width": "20rem"}
_LAYOUT = {"width": "44rem", "max_width": "100%"}


class Panel(VBox):
    """Controls that begin where an answer stands, above the answer for what they say.

    mix (scenario -> slider, in percent), baseline, link (null where one link was run), shown.
    """

    def __init__(
        self, experiment: Experiment, found: Answer, others: Sequence[Experiment] = ()
    ) -> None:
        self.experiment, self.found, self.others = experiment, found, others
        numbers = list_numbers(experiment, found, others)
        self.mix = {name: _make_share(name, found.mix) for name in numbers["scenarios"]}
        self.baseline = _make_list(found)
        self.link = _make_link(numbers["ranges"]["link"])
        self.start = None if self.link is None else self.link.value
        self.shown = HTML()
        note = [] if self.link is not None else [HTML(_say_fixed(numbers["ranges"]["link"]))]
        controls = [*self.mix.values(), self.baseline, *([self.link] if self.link else [])]
        super().__init__([*controls, *note, self.shown, _make_dress()])
        self.first = self._read()
        for each in controls:
            each.observe(self.update, "value")
        self.update()

    def update(self, _: Any = None) -> None:
        """Show the answer for what the controls say, or the sentence why there is none."""
        said = self._read()
        try:
            found = (
                self.found if said == self.first else answer(self.experiment, *said, self.others)
            )
            html = show_moved(self.experiment, found)
        except AnalysisError as error:
            html = write(str(error)).data
        self.shown.value = html

    def _read(self) -> tuple[dict[str, float], str, Speeds | None]:
        """mix, baseline and speeds; null for the link that was recorded."""
        mix = {name: each.value for name, each in self.mix.items() if each.value}
        link = None if self.link is None else self.link.value
        speeds = None if link in (None, self.start) else Speeds(download_mbps=link / _BITS)
        return mix, str(self.baseline.value), speeds


def _make_dress() -> Output:
    """What makes the tables of `shown` sort: JupyterLab runs scripts of outputs, not of HTML."""
    data = {"text/html": write_dress()}
    shown = {"output_type": "display_data", "data": data, "metadata": {}}
    return Output(outputs=(shown,), layout={"height": "0", "margin": "0", "overflow": "hidden"})


def _make_share(scenario: str, mix: Any) -> FloatSlider:
    """A slider for the share of a kind of commit, in percent."""
    return FloatSlider(
        value=100 * mix.get(scenario, 0.0),
        min=0,
        max=100,
        step=1,
        description=say("widgets.share", scenario=say_commit(scenario)),
        continuous_update=False,
        readout_format=".0f",
        style=_STYLE,
        layout=_LAYOUT,
    )


def _make_list(found: Answer) -> Dropdown:
    """The strategies that may be compared with: those that are not emulated."""
    real = {str(each["strategy"]) for each in found.strategies if not each["emulated"]}
    return Dropdown(
        options=sorted({found.baseline, *real}),
        value=found.baseline,
        description=say("widgets.baseline"),
        style=_STYLE,
        layout=_LAYOUT,
    )


def _make_link(ends: dict[str, float] | None) -> FloatLogSlider | None:
    """A slider for the link within what was run; null where that is one link, or unknown."""
    if ends is None or not 0 < ends["low"] < ends["high"]:
        return None
    low, high = (log10(ends[name]) for name in ("low", "high"))
    return FloatLogSlider(
        value=ends["value"],
        min=low,
        max=high,
        step=(high - low) / 100,
        description=say("widgets.link"),
        continuous_update=False,
        readout_format=".0f",
        style=_STYLE,
        layout=_LAYOUT,
    )


def _say_fixed(ends: dict[str, float] | None) -> str:
    """Why there is no slider for the link."""
    if ends is None:
        return write(say("widgets.no_model")).data
    return write(say("widgets.one_link", value=ends["value"])).data
