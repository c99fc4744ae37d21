"""An experiment in a line, and in a small table for notebooks."""

from html import escape

import pandas as pd

from analysis.languages import translate
from analysis.prose.template import tell
from analysis.records import Experiment
from analysis.words import count_words, list_words

_PLACES = {"lab": "the lab, a Docker engine on one machine", "codebuild": "AWS CodeBuild"}
_COUNTED = {"strategy": "Strategies", "scenario": "Scenarios", "round": "Rounds"}


def say_line(experiment: Experiment) -> str:
    """`data/lab: 540 runs of 18 strategies, 5 scenarios, 6 rounds; 530 valid`."""
    runs = experiment.runs
    folder = _escape_controls(str(experiment.folder))
    if runs.empty:
        return f"{folder}: no runs"
    counts = ", ".join(count_words(runs[name].nunique(), name) for name in _COUNTED)
    return (
        f"{folder}: {count_words(len(runs), 'run')} of {counts}; {int(runs['valid'].sum())} valid"
    )


def write_html(experiment: Experiment) -> str:
    """A table of what an experiment holds: runs, strategies, scenarios, rounds, when, problems."""
    rows = "".join(
        f"<tr><th scope='row' style='text-align: left'>{_escape(translate(label))}</th>"
        f"<td style='text-align: left'>{_escape(value)}</td></tr>"
        for label, value in _list_facts(experiment).items()
    )
    caption = _escape(tell("Experiment {folder}", folder=experiment.folder))
    return f"<table><caption>{caption}</caption><tbody>{rows}</tbody></table>"


def _list_facts(experiment: Experiment) -> dict[str, str]:
    """Label -> value of what an experiment holds; those of no runs are left out."""
    runs, problems = experiment.runs, experiment.problems["reason"]
    if runs.empty:
        facts = {"Runs": translate("none")}
    else:
        lists = {label: _list(runs[name]) for name, label in _COUNTED.items()}
        facts = {
            "Runs": tell(
                "{runs}, {valid} of them valid", runs=len(runs), valid=int(runs["valid"].sum())
            ),
            **lists,
            "Emulated": _list(runs.loc[runs["emulated"], "strategy"]),
            "When and where": tell(
                "{dates} in {places}", dates=say_dates(runs), places=list_places(runs)
            ),
        }
    return facts | {"Problems": " ".join(map(str, problems)) or translate("none")}


def describe_builds(runs: pd.DataFrame) -> str:
    """How many builds there are, of how many strategies, scenarios and rounds, how many valid."""
    parts = [count_words(runs[name].nunique(), name) for name in _COUNTED]
    valid = int(runs["valid"].sum())
    return tell(
        "{runs} of {kinds}; {valid} of them valid",
        runs=len(runs),
        kinds=list_words(parts),
        valid=valid,
    )


def say_dates(runs: pd.DataFrame) -> str:
    """The day or days on which the builds ran, in UTC."""
    first, last = (f"{day:%Y-%m-%d}" for day in (runs["started"].min(), runs["started"].max()))
    return (
        tell("on {first}", first=first)
        if first == last
        else tell("from {first} to {last}", first=first, last=last)
    )


def list_places(runs: pd.DataFrame) -> str:
    """The places in which the builds ran, in words."""
    return tell(" and ").join(
        translate(_PLACES.get(place, place)) for place in sorted(runs["place"].unique())
    )


def _list(values: pd.Series) -> str:
    """Each value once, in the order in which they first ran; `none` without any."""
    return list_words(values.dropna().astype(str).unique()) or translate("none")


def _escape(text: str) -> str:
    """Text as HTML; a lone surrogate, which JSON can name and UTF-8 can't, as a ?."""
    return escape(text.encode("utf-8", "replace").decode("utf-8"))


def _escape_controls(text: str) -> str:
    """Text in one line: what can't be printed as Python writes it in a string."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
