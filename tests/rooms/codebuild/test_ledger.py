"""What was asked of AWS is on disk before it is asked."""

import json

import pytest

from analysis.codebuild.ledger import (
    CLOSED,
    DIRTY,
    DONE,
    OPEN,
    STARTED,
    UNUSABLE,
    Holdings,
    Ledger,
    count_paid,
    list_ledgers,
    mend_ledgers,
)
from analysis.errors import RecordError

NOW = "2026-11-24T21:00:00+00:00"


def open_ledger(folder, name="docker-01"):
    return Ledger.open(folder, name, "experiment")


def test_nothing_is_there_before_an_attempt_begins(tmp_path):
    ledger = open_ledger(tmp_path)
    assert (ledger.state, ledger.attempt, ledger.builds) == (CLOSED, 0, [])
    assert not (tmp_path / "builds").exists()


def test_each_change_is_on_disk(tmp_path):
    ledger = open_ledger(tmp_path)
    ledger.begin(Holdings(["cache/docker-01"], ["bucket", "docker-01/"], "cache/hosts-x"))
    entry = ledger.ask("cold", "project", NOW)
    assert open_ledger(tmp_path).find_begun("cold").token == entry.token
    ledger.note(entry, id="project:1", state=STARTED)
    again = open_ledger(tmp_path)
    assert again == ledger
    assert again.find_begun().id == "project:1"
    assert again.holdings == Holdings(
        ["cache/docker-01"], ["bucket", "docker-01/"], "cache/hosts-x"
    )
    assert not again.is_done("cold")
    again.note(again.find_begun(), state=DONE, ended=NOW)
    assert open_ledger(tmp_path).is_done("cold")
    assert open_ledger(tmp_path).last_end() == NOW


def test_a_new_attempt_begins_its_scenarios_again(tmp_path):
    ledger = open_ledger(tmp_path)
    ledger.begin(Holdings())
    ledger.note(ledger.ask("cold", "project", NOW), state=DONE, id="p:1", ended=NOW, minutes=2)
    ledger.begin(Holdings())
    assert not ledger.is_done("cold")
    assert ledger.last_end() is None
    assert ledger.state == OPEN
    assert count_paid(tmp_path) == (1, 2)


def test_no_two_builds_have_the_same_token_also_after_a_ledger_was_lost(tmp_path):
    tokens = set()
    for _ in range(8):
        ledger = Ledger(tmp_path / "builds" / "docker-01.json", "a")
        ledger.begin(Holdings())
        tokens |= {ledger.ask(each, "p", NOW).token for each in ("cold", "cold", "source")}
    assert len(tokens) == 8 * 3
    assert all(len(token) == 64 for token in tokens)


def test_builds_of_no_use_are_counted_and_not_waited_for(tmp_path):
    ledger = open_ledger(tmp_path)
    ledger.begin(Holdings())
    for _ in range(2):
        ledger.note(ledger.ask("cold", "p", NOW), state=UNUSABLE)
    assert ledger.count_unusable("cold") == 2
    assert ledger.find_begun() is None
    ledger.forget(ledger.ask("cold", "p", NOW))
    assert len(open_ledger(tmp_path).builds) == 2


def test_an_attempt_goes_on_in_the_order_of_commits_only(tmp_path):
    order = ["cold", "unchanged", "source"]
    ledger = open_ledger(tmp_path)
    assert ledger.list_left(order) == order
    ledger.begin(Holdings())
    ledger.note(ledger.ask("cold", "p", NOW), state=DONE)
    assert ledger.list_left(order) == ["unchanged", "source"]
    begun = ledger.ask("source", "p", NOW)
    assert ledger.list_left(["cold", "source"]) == ["source"]
    assert ledger.list_left(order) == order
    ledger.note(begun, state=UNUSABLE)
    assert ledger.list_left(order) == ["unchanged", "source"]
    ledger.mark(DIRTY)
    assert ledger.list_left(order) == order


def test_a_damaged_ledger_is_named(tmp_path):
    path = tmp_path / "builds" / "docker-01.json"
    path.parent.mkdir()
    for text in ("{", "[]", '{"builds": [{"life": 1}]}', "{}"):
        path.write_text(text)
        with pytest.raises(RecordError, match="docker-01.json"):
            list(list_ledgers(tmp_path))


def test_the_file_is_for_people_too(tmp_path):
    ledger = open_ledger(tmp_path)
    ledger.begin(Holdings(["a/docker-01"]))
    ledger.ask("cold", "project", NOW)
    value = json.loads(ledger.path.read_text())
    assert value["state"] == "open"
    assert value["builds"][0]["scenario"] == "cold"
    assert not list(tmp_path.glob("**/*.part"))


def test_of_a_copy_that_became_another_experiment_nothing_on_aws_is_its_own(tmp_path):
    ledger = open_ledger(tmp_path)
    ledger.begin(Holdings(["a/docker-01"]))
    ledger.ask("cold", "p", NOW)
    copy = Ledger.open(tmp_path, "docker-01", "another")
    assert (copy.experiment, copy.state) == ("another", CLOSED)
    assert copy.find_begun() is None
    assert copy.list_left(["cold"]) == ["cold"]
    assert open_ledger(tmp_path) == ledger


def test_a_folder_of_an_older_version_goes_on_and_its_file_keeps_its_words(tmp_path):
    build = {"scenario": "cold", "life": 2, "token": "t", "project": "p", "asked": "a"}
    build |= {"state": "lost", "id": "p:1", "status": "FAULT", "started": None, "ended": None}
    build |= {"minutes": 1, "log_missing": False}
    value = {"experiment": "e", "state": "spoiled", "life": 2, "order": 3}
    value |= {"repositories": ["r"], "store": [], "hosts": "", "builds": [build]}
    path = tmp_path / "builds" / "docker-01.json"
    path.parent.mkdir()
    path.write_text(json.dumps(value))
    ledger = Ledger.open(tmp_path, "docker-01")
    assert (ledger.state, ledger.attempt, ledger.rank) == (DIRTY, 2, 3)
    assert ledger.count_unusable("cold") == 1
    ledger.save()
    assert json.loads(path.read_text()) == value


@pytest.mark.parametrize("data", [b"", b"{", b"\0" * 300, b"[]", b'{"builds": [{"life": 1}]}'])
def test_a_damaged_ledger_is_kept_aside_and_its_sequence_starts_anew(tmp_path, data):
    open_ledger(tmp_path, "docker-02").begin(Holdings(["a/docker-02"]))
    ledger = open_ledger(tmp_path)
    ledger.begin(Holdings(["a/docker-01"]))
    ledger.path.write_bytes(data)
    (line,) = mend_ledgers(tmp_path)
    assert "docker-01.json is damaged" in line and "are stopped" in line
    assert (tmp_path / "set-aside" / "docker-01.json.damaged").read_bytes() == data
    assert open_ledger(tmp_path).builds == []
    assert open_ledger(tmp_path, "docker-02").state == OPEN
    assert not list(mend_ledgers(tmp_path))
