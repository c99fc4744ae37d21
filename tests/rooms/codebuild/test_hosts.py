"""Kept hosts, which all builds of a project share: one sequence has them at a time."""

import pytest

from analysis.aws import Aws, make_repository
from analysis.codebuild import hosts
from analysis.codebuild.hosts import give_back_hosts, has_hosts, take_hosts
from analysis.codebuild.ledger import CLOSED, OPEN, Holdings, Ledger
from analysis.errors import CloudError

pytest_plugins = ["aws.fixtures"]
NAME = "docker-cache/hosts-docker-cache-layer-cache"


@pytest.fixture
def client(world):
    return Aws(world["AWS_REGION"])


def open_ledger(folder, experiment, name="local-layer-cache-01"):
    ledger = Ledger.open(folder / experiment, name, experiment)
    if ledger.state == CLOSED:
        ledger.begin(Holdings(hosts=NAME))
    return ledger


def take(client, ledger):
    """Take hosts that are free; the pauses that took."""
    return len(list(take_hosts(client, ledger, print)))


def test_others_wait_until_they_are_given_back(aws, client, tmp_path):
    mine, other = (open_ledger(tmp_path, each) for each in ("a1", "b2"))
    assert take(client, mine) == 0 == take(client, mine)
    told = []
    waiting = take_hosts(client, other, told.append)
    assert [next(waiting), next(waiting)] == [30.0, 30.0]
    assert len(told) == 1
    assert "docker-cache-layer-cache are taken by the experiment a1" in told[0]
    give_back_hosts(client, other)
    assert has_hosts(client, mine) and not has_hosts(client, other)
    give_back_hosts(client, mine)
    assert next(waiting, "taken") == "taken"
    assert has_hosts(client, other)
    give_back_hosts(client, mine)
    assert has_hosts(client, other)


def test_a_sequence_of_the_same_experiment_that_broke_off_loses_them(aws, client, tmp_path):
    first, second = (open_ledger(tmp_path, "a1", f"local-layer-cache-0{n}") for n in (1, 2))
    take(client, first)
    assert take(client, second) == 0
    assert first.state == OPEN and not has_hosts(client, first)


def test_who_waits_for_too_long_is_told_what_to_do(aws, client, tmp_path, monkeypatch):
    monkeypatch.setattr(hosts, "_TRIES", 3)
    make_repository(client, NAME, "")
    with pytest.raises(CloudError, match=f"Eight hours.*experiment unknown.*repository {NAME}"):
        list(take_hosts(client, open_ledger(tmp_path, "b2"), print))


def test_fresh_hosts_are_nobody_s(aws, client, tmp_path):
    ledger = Ledger.open(tmp_path, "docker-01", "a1")
    ledger.begin(Holdings(["docker-cache/a1-docker-01"]))
    assert list(take_hosts(client, ledger, print)) == []
    give_back_hosts(client, ledger)
    assert has_hosts(client, ledger)
    assert aws.requests.total() == 0
