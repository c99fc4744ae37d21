"""An answer as HTML, as notebooks show it."""

from analysis import charts, prose
from analysis.answers import Answer
from analysis.results import Experiment


def show_answer(experiment: Experiment, found: Answer) -> str:
    """An answer as HTML: the advice, and each strategy's seconds by kind of commit."""
    advice = charts.say(prose.say_advice(found)).data
    if found.calibrated or not found.commits:
        return advice
    comparison = experiment.compare(found.baseline)
    return advice + charts.show(charts.verdict_matrix(comparison, baseline=found.baseline)).data


def show_moved(experiment: Experiment, found: Answer) -> str:
    """An answer as HTML with its grounds: by how much, how surely, for which mix."""
    return show_answer(experiment, found) + charts.say(prose.say_grounds(found)).data
