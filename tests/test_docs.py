"""The documents keep to the truth: length, links, commands, settings, rooms."""

import re
from pathlib import Path

import pytest

from analysis.commands import run_command_line
from analysis.experiment import list_settings
from analysis.lab import Images

ROOT = Path(__file__).parent.parent
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "data" / "README.md"]
}
README = PAGES["README.md"]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
# NAME=value that no recipe of make, but what it starts, reads from the environment
ELSEWHERE = {"CLOUD", "CONCURRENCY", "CONFIRM", "HOST_DATA"}
LONGEST_SENTENCE = 40
each_page = pytest.mark.parametrize("name", PAGES)


def list_commands(text):
    """The lines of a page's shell blocks, continued ones joined."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines() if line]


def list_calls(text):
    """What follows `make` in a page: in shell blocks, and in code within sentences."""
    inline = re.findall(r"`([^`\n]+)`", text)
    lines = [each.partition("#")[0] for each in [*list_commands(text), *inline]]
    return [call for line in lines for call in re.findall(r"(?:^|\s)make ([^#|;&]+)", line)]


def is_setting(name):
    """Whether make, or what it starts, takes NAME=value."""
    variables = {each.variable for each in list_settings()}
    return f"$({name})" in MAKEFILE or name in ELSEWHERE | variables


def list_options(text):
    """(sub-command, its options) of every call of codebuild-cache in a page's shell blocks."""
    for line in list_commands(text):
        for call in re.findall(r"(?:^|/)codebuild-cache ([^#|;&]+)", line):
            name, *rest = call.split()
            yield name, {each for each in rest if each.startswith("--")}


def name_anchors(text):
    """The anchors of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def list_prose(text):
    """A page's sentences: without code blocks, tables, headings and the marks of lists."""
    text = re.sub(r"^```.*?^```|<!--.*?-->", "", text, flags=re.M | re.S)
    lines = ["" if line.startswith(("|", "#", "!")) else line for line in text.splitlines()]
    blocks = re.split(r"\n\s*\n|\n(?=- |\d\. )", "\n".join(lines))
    return [each for block in blocks for each in re.split(r"(?<=[.:?!])\s+", block) if each.strip()]


def test_the_readme_is_short_and_begins_with_a_command():
    assert len(README.splitlines()) <= 150
    assert "make report" in "\n".join(README.splitlines()[:25])
    assert list_commands(README)[0].startswith("make report")


@each_page
def test_no_sentence_is_long(name):
    long = [each for each in list_prose(PAGES[name]) if len(each.split()) > LONGEST_SENTENCE]
    assert long == []


def test_a_long_sentence_would_be_noticed():
    words = " ".join(["word"] * 41)
    assert list_prose(f"# Title\n\nShort one. {words}.\n\n- a\n- b\n") == [
        "Short one.",
        f"{words}.",
        "- a",
        "- b",
    ]


@each_page
def test_every_link_leads_to_a_file_and_its_anchor(name):
    links = re.findall(r"\]\(([^)\s]+)\)", PAGES[name])
    for link in (each for each in links if "://" not in each):
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.exists(), link
        if anchor:
            assert anchor in name_anchors(target.read_text("utf-8")), link


def test_every_page_is_named_in_the_readme():
    linked = set(re.findall(r"\]\(([^)#\s]+)\)", README))
    assert set(PAGES) - {"README.md"} - linked == set()


@each_page
def test_every_target_and_setting_of_make_exists(name):
    for call in list_calls(PAGES[name]):
        target, *settings = call.split()
        assert target in TARGETS, call
        for setting in re.findall(r"\b([A-Z_]+)=", " ".join(settings)):
            assert is_setting(setting), call
    for setting in re.findall(r"`([A-Z_]+)=", PAGES[name]):
        assert is_setting(setting), setting


@pytest.fixture
def ask(capsys):
    """What the command says of itself, or of a sub-command."""

    def ask(*names):
        with pytest.raises(SystemExit) as ended:
            run_command_line([*names, "--help"])
        assert ended.value.code == 0
        return capsys.readouterr().out

    return ask


def test_every_sub_command_and_option_exists(ask):
    asked = {}
    for text in PAGES.values():
        for name, options in list_options(text):
            asked.setdefault(name, set()).update(options)
    assert {"experiment", "report", "history"} <= asked.keys()
    for name, options in asked.items():
        help = ask(name)
        assert help.startswith(f"usage: codebuild-cache {name} ")
        assert options <= set(re.findall(r"--[a-z-]+", help)), name


def test_every_sub_command_is_named_in_the_readme(ask):
    help = ask()
    names = re.findall(r"^    ([a-z]+)\b", help, re.M)
    assert len(names) >= 6
    assert [name for name in names if f"`{name}`" not in README] == []


def test_the_most_used_targets_are_named():
    named = {call.split()[0] for text in PAGES.values() for call in list_calls(text)}
    assert {"report", "test", "experiment", "history", "jupyter", "lab", "lab-down"} <= named


def test_settings_of_past_builds_are_those_of_make():
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", PAGES["docs/past-builds.md"], re.M))
    recipe = re.search(r"^history:.*?\n\n", MAKEFILE, re.M | re.S)[0]
    used = set(re.findall(r"\$\(([A-Z_]+)\)", recipe))
    assert listed == used - {"COMMAND", "VENV", "REPORTS", "SPEAK"}


def test_every_image_of_the_lab_is_named():
    images = vars(Images()).items()
    listed = dict(re.findall(r"^\| `(\w+)_IMAGE` \| `([^`]+)`", PAGES["docs/lab.md"], re.M))
    assert listed == {name.upper(): image for name, image in images}


def test_every_room_has_its_row():
    rooms = [path.parent for path in (ROOT / "analysis").rglob("__init__.py")]
    names = {".".join(path.relative_to(ROOT / "analysis").parts) for path in rooms} - {""}
    assert set(re.findall(r"^\| `([\w.]+)` \|", PAGES["docs/layout.md"], re.M)) == names
