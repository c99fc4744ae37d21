"""The README's answer and picture are those of the recorded experiment."""

import re
from pathlib import Path

import pytest

from analysis.commands.readme import ANSWER, draw_answer, put_answer, say_answer
from analysis.errors import ReportError
from analysis.records import read_experiment

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def recorded():
    return read_experiment("data/lab")


def test_the_answer_is_what_the_recorded_experiment_says(recorded):
    assert ANSWER.search(TEXT)[0] == say_answer(recorded), "make readme brings it up to date"


def test_the_picture_can_be_drawn_and_lies_where_it_is_shown(recorded, tmp_path):
    draw_answer(recorded, tmp_path / "answer.png")
    assert (tmp_path / "answer.png").read_bytes().startswith(b"\x89PNG")
    shown = re.search(r"!\[[^\]]{20,}\]\(([^)]+)\)", TEXT)[1]
    assert (ROOT / shown).read_bytes().startswith(b"\x89PNG")


def test_an_answer_is_put_between_the_marks_alone():
    text = "a\n<!-- answer -->\nold\n<!-- /answer -->\nb\n"
    assert put_answer(text, "\\1 new\n") == "a\n<!-- answer -->\n\\1 new\n<!-- /answer -->\nb\n"
    with pytest.raises(ReportError, match="lacks the lines"):
        put_answer("nothing here", "new")
