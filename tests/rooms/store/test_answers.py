"""Frames that are kept with a folder, and columns of tuples that come back as they were."""

import os

import pandas as pd
import pyarrow as pa
import pytest

from analysis.store import find_answers, fold, recall, unfold
from analysis.store.nested import to_frame, to_table

FRAME = pd.DataFrame(
    {
        "name": pd.Series(["a", None, "ü"], dtype="string"),
        "count": pd.Series([1, None, 3], dtype="Int64"),
        "begun": pd.to_datetime(["2026-01-01T00:00:00.123456789Z", None, None], utc=True),
        "spans": [((0.5, 1.0), ("a", None)), (), None],
    },
    index=[3, 1, 2],
)


@pytest.fixture
def folder(tmp_path):
    """A folder in which nothing changed lately."""
    folder = tmp_path / "folder"
    (folder / "runs").mkdir(parents=True)
    (folder / "runs" / "a").write_text("a")
    return folder


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    monkeypatch.setattr("analysis.store.answers.SETTLED", -(1 << 62))


def test_a_frame_comes_back_as_it_was():
    found = to_frame(to_table(FRAME))
    pd.testing.assert_frame_equal(found, FRAME)
    assert found["spans"].tolist() == FRAME["spans"].tolist()
    assert FRAME["spans"].iloc[0] == ((0.5, 1.0), ("a", None))


@pytest.mark.parametrize("value", [[1, 2], {1: 2}, {1, 2}, object()])
def test_what_would_not_come_back_is_not_kept(value, folder, tmp_path):
    answers = find_answers(folder, tmp_path / "store")
    answers.keep("odd", pd.DataFrame({"odd": pd.Series([value], dtype="object")}))
    assert answers.load("odd") is None


def test_texts_of_tuples_keep_their_types():
    values = [(1, 1.0, True, "1", None), (), None, (1,), ((), ("a",))]
    # what stands between values when they are written may stand in one, too
    for more in ([], ["\0", ("a", "\0", "b")]):
        told = [*values, *more]
        assert list(map(repr, unfold(pa.chunked_array([fold(told)])))) == list(map(repr, told))
    assert unfold(pa.chunked_array([[]], pa.string())) == []


def test_a_part_is_as_large_as_its_whole(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("CODEBUILD_CACHE_STORE", str(tmp_path / "store"))
    assert find_answers(folder) is None and find_answers(folder, whole=tmp_path) is None
    with open(tmp_path / "other part", "wb") as file:
        file.truncate(20_000_000)
    assert find_answers(folder) is None
    kept = find_answers(folder, whole=tmp_path)
    assert kept.folder == find_answers(folder, tmp_path / "store").folder


def test_answers_are_computed_once_for_a_folder_as_it_is(folder, tmp_path):
    computed = []

    def ask(store=tmp_path / "store"):
        answers = find_answers(folder, store)
        return recall(answers, ["frame"], lambda: computed.append(1) or [FRAME])[0]

    for _ in range(2):
        pd.testing.assert_frame_equal(ask(), FRAME)
    assert len(computed) == 1
    # another file, another content of the same size, a name changed: it is another folder
    changes = [
        lambda: (folder / "b").write_text("b"),
        lambda: (folder / "runs" / "a").write_text("c"),
        lambda: (folder / "b").rename(folder / "c"),
        lambda: os.utime(folder / "c", (1, 1)),
    ]
    for number, change in enumerate(changes, start=2):
        change()
        ask(), ask()
        assert len(computed) == number
    ask("off")
    assert len(computed) == 6


def test_a_damaged_answer_is_computed_anew(folder, tmp_path):
    store = tmp_path / "store"
    recall(find_answers(folder, store), ["frame"], lambda: [FRAME])
    (path,) = store.rglob("*.parquet")
    for data in (b"", path.read_bytes()[:-9], bytes(300)):
        path.write_bytes(data)
        (found,) = recall(find_answers(folder, store), ["frame"], lambda: [FRAME])
        pd.testing.assert_frame_equal(found, FRAME)
        assert find_answers(folder, store).load("frame") is not None


def test_a_folder_that_changed_lately_has_no_answers(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.store.answers.SETTLED", 2_000_000_000)
    (folder / "new").write_text("new")
    assert find_answers(folder, tmp_path / "store") is None
