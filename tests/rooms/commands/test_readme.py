"""What documents say between marks is what the recorded experiment and the code say."""

import re
from pathlib import Path

import pytest
from made_answers import make_answer

from analysis.commands.answer_block import write_answer
from analysis.commands.readme import (
    PAGES,
    draw_answer,
    find_block,
    put_block,
    write_blocks,
    write_table,
)
from analysis.errors import ReportError
from analysis.results import read_experiment

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def recorded():
    return read_experiment("data/lab")


@pytest.fixture(scope="module")
def blocks(recorded):
    return write_blocks(recorded)


@pytest.mark.parametrize("name", PAGES)
def test_a_block_is_what_experiment_and_code_say(name, blocks):
    text = PAGES[name].read_text(encoding="utf-8")
    assert find_block(text, name) == blocks[name], "make readme brings it up to date"


def test_a_block_has_its_page(blocks):
    assert blocks.keys() == PAGES.keys()


def test_the_picture_can_be_drawn_and_lies_where_it_is_shown(recorded, tmp_path):
    draw_answer(recorded, tmp_path / "answer.png")
    assert (tmp_path / "answer.png").read_bytes().startswith(b"\x89PNG")
    shown = re.search(r"!\[[^\]]{20,}\]\(([^)]+)\)", README)[1]
    assert (ROOT / shown).read_bytes().startswith(b"\x89PNG")


def test_content_is_put_between_the_marks_alone():
    text = "a\n<!-- answer -->\nold\n<!-- /answer -->\nold\nb\n"
    changed = put_block(text, "answer", "\\1 new\n")
    assert changed == "a\n<!-- answer -->\n\\1 new\n<!-- /answer -->\nold\nb\n"
    with pytest.raises(ReportError, match=r"README\.md lacks the lines <!-- answer -->"):
        put_block("nothing here", "answer", "new")


@pytest.mark.parametrize(("strategies", "kinds"), [(30, 11), (30, 20)])
def test_an_answer_of_many_strategies_and_kinds_is_as_short(strategies, kinds):
    found = make_answer(strategies, kinds, same_as=[f"cache-{n}" for n in range(strategies)])
    lines = write_answer(found).splitlines()
    assert len(lines) <= 25 and max(line.count("|") for line in lines) <= 12
    said = [line for line in lines if line and not line.startswith("|")]
    assert max(len(each.split()) for line in said for each in re.split(r"[.:] ", line)) <= 40


def test_a_table_is_markdown():
    assert write_table(("a", "b"), [("1", "2")]) == "| a | b |\n|---|---|\n| 1 | 2 |\n"


def test_the_answer_is_short_and_claims_no_place_but_its_own(blocks):
    lines = blocks["answer"].splitlines()
    assert len(lines) <= 25 and len(README.splitlines()) <= 150
    assert sum(line.startswith("|---") for line in lines) == 1
    assert "in the lab" in lines[0]
    titles = re.findall(r"^#+ (.*)", README, re.M)
    assert not any("CodeBuild" in title for title in titles)
