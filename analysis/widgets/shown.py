"""An answer as HTML, as notebooks show it."""

from analysis import charts, prose
from analysis.answers import Answer
from analysis.results import Experiment


def show_answer(experiment: Experiment, found: Answer) -> str:
    """An answer as HTML: the advice, and each strategy's seconds by kind of commit."""
    advice = charts.say(prose.say_advice(found))
    if found.calibrated or not found.commits:
        return advice.data
    return charts.stack(advice, charts.show(draw_matrix(experiment, found))).data


def draw_matrix(experiment: Experiment, found: Answer) -> charts.Chart:
    """Each strategy's seconds by kind of commit, in the order of the answer."""
    return charts.verdict_matrix(
        experiment.compare(found.baseline),
        baseline=found.baseline,
        order=found.strategies,
        seconds={
            each["scenario"]: each["seconds"]
            for each in found.commits
            if each["strategy"] == found.baseline
        },
    )


def show_moved(experiment: Experiment, found: Answer) -> str:
    """An answer as HTML with its grounds, and all strategies for the mix as a chart."""
    parts = [show_answer(experiment, found), charts.say(prose.say_grounds(found)).data]
    if any(each["difference"] is not None for each in found.strategies):
        chart = charts.draw_answer(found.strategies, baseline=found.baseline)
        parts.append(charts.show(chart).data)
    return "".join(parts)
