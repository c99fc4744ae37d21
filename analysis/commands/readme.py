"""The README's answer: what the recorded experiment says, and a picture of it.

`python -m analysis.commands.readme` is what `make readme` calls once an experiment was recorded
anew.
"""

import re
from pathlib import Path

from analysis import charts
from analysis.errors import ReportError
from analysis.measures.compare import compare, pick_comparable
from analysis.prose import headline
from analysis.records import Experiment, read_experiment
from analysis.shipped import ROOT

README, PICTURE, RECORDED = ROOT / "README.md", ROOT / "data" / "answer.png", "data/lab"
ANSWER = re.compile(r"(?<=<!-- answer -->\n).*?(?=<!-- /answer -->)", re.DOTALL)


def say_answer(experiment: Experiment) -> str:
    """The advice alone, a headline's first sentence, in Markdown: the reports have the rest."""
    return f"**{headline(experiment)[0].partition('. ')[0].rstrip('.')}.**\n"


def put_answer(text: str, answer: str) -> str:
    """A README's text with this answer between its marks; ReportError when it has none."""
    if not ANSWER.search(text):
        raise ReportError(f"{README} lacks the lines <!-- answer --> and <!-- /answer -->.")
    return ANSWER.sub(lambda _: answer, text)


def draw_answer(experiment: Experiment, path: Path) -> None:
    """Write the picture of the answer: who is faster for which kind of commit."""
    axes = charts.verdict_matrix(compare(pick_comparable(experiment.runs)), baseline="docker")
    axes.figure.savefig(path, dpi=110, facecolor="white")


def main() -> None:
    """Bring the README and its picture up to date."""
    experiment = read_experiment(RECORDED)
    text = README.read_text(encoding="utf-8")
    README.write_text(put_answer(text, say_answer(experiment)), encoding="utf-8")
    draw_answer(experiment, PICTURE)


if __name__ == "__main__":
    main()
