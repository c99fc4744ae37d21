"""The history that a replay is recorded of: always the same, and one of every kind of commit."""

import subprocess

import pytest

import analysis
from benchmarks.believable_history import CONTEXT, EDITS, list_states, make_history


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("history") / "app"
    assert make_history(folder) == len({edit.message for edit in EDITS})
    return folder


def test_it_ends_in_the_context_as_it_is(made):
    texts = list_states()[-1][1]
    own = {path: (made / path).read_text() for path in texts}
    assert own == texts
    built = [path for path in texts if path != "README.md"]
    assert all((CONTEXT / path).read_text() == texts[path] for path in built)
    sources = {path.relative_to(CONTEXT).as_posix() for path in CONTEXT.glob("[at]*/*.py")}
    assert sources < set(built)


def test_its_commits_are_the_same_each_time(made, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody else")
    make_history(tmp_path / "again")
    heads = [
        subprocess.run(
            ["git", "-C", str(each), "rev-parse", "HEAD"], check=True, capture_output=True
        ).stdout
        for each in (made, tmp_path / "again")
    ]
    assert heads[0] == heads[1]


def test_each_kind_has_commits_enough_to_be_compared(made):
    commits = analysis.classify_commits(made, len(list_states()) - 1)
    counts = commits["kind"].value_counts()
    assert len(commits) >= 20 and commits["problem"].isna().all()
    assert set(counts.index) == {"source", "unchanged", "dependency", "dockerfile"}
    assert counts.min() >= 3 and counts["source"] == counts.max()
