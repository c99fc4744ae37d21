"""Hosts start and go between builds: the engine's own events say that none does during one."""

import time

import pytest
from conftest import SMALL_IMAGE

from analysis.experiment import Labs, Settings, run_experiment
from analysis.lab.engine import LABEL
from analysis.records import read_records

# what the outer engine says of hosts as it starts and removes them; exec_* is how a build is run
COMING_AND_GOING = {"create", "start", "die", "kill", "destroy", "unpause", "mount", "unmount"}


@pytest.fixture(scope="module")
def observed(client, tmp_path_factory):
    """(runs, times of events) of an experiment, those of its own lab's containers alone."""
    folder = tmp_path_factory.mktemp("observed")
    context = folder / "context"
    context.mkdir()
    (context / "app.py").write_text("print('hello')\n")
    (context / "Dockerfile").write_text(f"FROM {SMALL_IMAGE}\nRUN sleep 1\nCOPY app.py ./\n")
    begin = int(time.time())
    names = ["docker", "registry-cache-push", "local-layer-cache"]
    settings = Settings(rounds=1, context=context)
    with Labs() as labs:
        run_experiment(folder / "out", names, ["cold", "source"], settings, labs=labs)
        (lab,) = labs.list_ids()
    options = {"since": begin, "until": int(time.time()) + 1, "decode": True}
    events = client.api.events(filters={"label": f"{LABEL}={lab}"}, **options)
    kept = [(each["timeNano"] / 1e9, each["Action"], each["Type"]) for each in events]
    return read_records(folder / "out").runs.sort_values("started"), kept


def test_no_host_comes_or_goes_while_a_build_is_timed(observed):
    runs, events = observed
    assert len(runs) == 6
    spans = [
        (a.timestamp(), b.timestamp())
        for a, b in zip(runs["started"], runs["finished"], strict=True)
    ]
    found = [
        (action, kind)
        for at, action, kind in events
        for begin, end in spans
        if begin < at < end and action in COMING_AND_GOING
    ]
    assert found == []
    assert {"create", "start", "destroy"} <= {action for _, action, _ in events}
