"""Scenarios with a story: the commits that they build, of ours and of foreign contexts."""

from pathlib import Path

import pytest

from analysis.errors import ContextError, UnknownName
from analysis.workload.changes import Change
from analysis.workload.contexts import derivable_stories, make_commit
from analysis.workload.edits import change_instruction, choose_instruction
from analysis.workload.scenarios import (
    GROWTH,
    MAIN,
    SCENARIOS,
    STORIES,
    STORY_NAMES,
    Commit,
    count_pushes,
    find_story,
    needs_newer_base,
)
from analysis.workload.tree import BuildTree

DEPLOY = Path(__file__).parents[3] / "deploy"


def read(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def list_changes(commit, folder, source=DEPLOY, replacements=None):
    """The files that a commit has otherwise than a cold build's."""
    make_commit(source, Commit(), folder / "cold", {}, replacements)
    make_commit(source, commit, folder / "new", {}, replacements)
    old, new = read(folder / "cold"), read(folder / "new")
    return [name for name in sorted(new) if new[name] != old.get(name)]


CHANGED = {
    "dockerfile": {(MAIN, "Dockerfile")},
    "branch": {("feature", "app/prices.py")},
    "main-after-branch": {("feature", "requirements.txt")},
    "parallel": {("feature-a", "app/prices.py"), ("feature-b", "requirements.txt")},
    "growth": {(MAIN, "app/prices.py")},
}


@pytest.mark.parametrize("name", STORY_NAMES)
def test_a_story_begins_with_main_s_cold_build_and_its_commits_change_one_file(name, tmp_path):
    story = find_story(name)
    assert story.story[0] == (Commit(),)
    commits = {commit for moment in story.story for commit in moment if commit.of}
    few = sorted(commits, key=lambda commit: len(commit.of))[:2]
    found = {
        (each.branch, tuple(list_changes(each, tmp_path / str(n)))) for n, each in enumerate(few)
    }
    assert found == {(branch, (file,)) for branch, file in CHANGED[name]}


def test_the_last_moments_are_what_the_scenario_is_of():
    again = {each.name for each in STORIES if each.retold}
    assert again == {"main-after-branch", "parallel"}
    assert find_story("parallel").story[-1] == find_story("parallel").story[-2]
    assert find_story("main-after-branch").story[-1] == (Commit(),)
    assert {each.name: each.pushes for each in STORIES} == {
        "dockerfile": 2,
        "branch": 2,
        "main-after-branch": 3,
        "parallel": 5,
        "growth": 20,
    }
    assert [count_pushes(name) for name in ("cold", "growth")] == [1, 20]


def test_every_push_of_growth_is_of_another_context(tmp_path):
    commits = [commit for (commit,) in GROWTH.story]
    assert len(set(commits)) == 20
    for number in (0, 1, 19):
        make_commit(DEPLOY, commits[number], tmp_path / str(number), {})
    made = [(tmp_path / str(n) / "app/prices.py").read_bytes() for n in (0, 1, 19)]
    assert len(set(made)) == 3


def test_default_scenarios_stay_as_they_are_and_a_story_needs_no_newer_base():
    assert not set(STORY_NAMES) & set(SCENARIOS)
    assert not needs_newer_base(STORY_NAMES)
    with pytest.raises(UnknownName, match="did you mean 'parallel'"):
        find_story("paralel")


def write(folder, dockerfile, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {"Dockerfile": dockerfile, **files}.items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


def test_what_a_context_lacks_leaves_out_the_stories_that_need_it(tmp_path):
    folder = write(tmp_path / "a", "FROM a:1\nCOPY . .\n", main_py="")
    reasons = derivable_stories(folder)
    assert [name for name, reason in reasons.items() if reason is None] == ["branch", "growth"]
    assert "no RUN in shell form" in reasons["dockerfile"]
    assert "requirements*.txt" in reasons["parallel"]
    assert derivable_stories(DEPLOY) == dict.fromkeys(STORY_NAMES)
    write(tmp_path / "given" / "dependency", "FROM a:1\nCOPY . .\n", lock_txt="2")
    given = derivable_stories(folder, tmp_path / "given")
    assert given["parallel"] is None
    commit = find_story("parallel").story[1][1]
    assert list_changes(commit, tmp_path / "made", folder, tmp_path / "given") == ["lock.txt"]


EDITED = {
    "one": ("FROM a\nRUN make\n", "RUN make # changed"),
    "the middle one": ("FROM a\nRUN a\nRUN b\nRUN c\n", "RUN b # changed"),
    "of two the first": ("FROM a\nRUN a\nENV B=1\nRUN b\n", "RUN a # changed"),
    "over lines": ("FROM a\nRUN a && \\\n  # why\n  b\nUSER c\n", "  b # changed"),
    "no newline at the end": ("FROM a\nRUN make", "RUN make # changed"),
    "lists and heredocs left out": (
        'FROM a\nRUN ["a"]\nRUN --network=none ["b"]\nRUN <<E\nRUN d\nE\nRUN e\n',
        "RUN e # changed",
    ),
    "a mount": (
        "FROM a\nRUN --mount=type=cache,target=/c pip install\n",
        "RUN --mount=type=cache,target=/c pip install # changed",
    ),
    "small letters": ("from a\nrun make\n", "run make # changed"),
    "ends of lines of Windows": ("FROM a\r\nRUN make\r\nUSER b\r\n", "RUN make # changed"),
}


@pytest.mark.parametrize("name", EDITED)
def test_an_instruction_is_edited_where_a_shell_reads_a_comment(name, tmp_path):
    text, line = EDITED[name]
    (tmp_path / "Dockerfile").write_bytes(text.encode())
    change = choose_instruction(BuildTree(tmp_path))
    assert change.instruction == line.removesuffix(" # changed") or name == "over lines"
    change_instruction(tmp_path, change)
    made = (tmp_path / "Dockerfile").read_bytes().decode()
    assert [each for each in made.splitlines() if each not in text.splitlines()] == [line]
    assert made.replace(" # changed", "") == text


@pytest.mark.parametrize(
    "text",
    ["FROM a\n", 'FROM a\nRUN ["a"]\n', 'FROM a\nSHELL ["cmd", "/c"]\nRUN dir\n', "FROM a\nRUN\n"],
)
def test_a_dockerfile_without_such_an_instruction_says_so(text, tmp_path):
    (tmp_path / "Dockerfile").write_text(text)
    assert choose_instruction(BuildTree(tmp_path)) is None
    with pytest.raises(ContextError, match="has no RUN to edit: give it by REPLACEMENTS/docker"):
        change_instruction(tmp_path, Change("Dockerfile", (), ""))
