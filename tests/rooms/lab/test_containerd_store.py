"""What containerd-store does to an engine that has the classic store, as CodeBuild's has."""

import re
import time
from dataclasses import replace
from datetime import datetime

import pytest
from conftest import SMALL_IMAGE

from analysis.lab.boot import wait_for_engine
from analysis.lab.build import build_in_lab
from analysis.lab.engine import LABEL
from analysis.lab.images import Images
from analysis.lab.jobs import BuildJob
from analysis.lab.output import follow_output
from analysis.workload import find_strategy

# as CodeBuild's image starts its engine: in the background of what runs the commands
START = (
    "nohup dockerd --host=unix:///var/run/docker.sock --storage-driver=overlay2 "
    ">/var/log/docker.log 2>&1 & sleep infinity"
)
STORE = 'docker info --format "{{.Driver}} {{.DriverStatus}}"'


@pytest.fixture
def host(client):
    """Run a script in a container with such an engine: (exit code, what it says)."""
    container = client.containers.run(
        Images.from_environment().host,
        ["sh", "-c", START],
        privileged=True,
        detach=True,
        labels={LABEL: "none"},
        environment={"DOCKER_TLS_CERTDIR": ""},
    )

    def run(script):
        command = client.api.exec_create(container.id, ["sh", "-c", f"exec 2>&1\n{script}"])["Id"]
        output = b"".join(follow_output(client.api, command))
        return client.api.exec_inspect(command)["ExitCode"], output.decode()

    try:
        wait_for_engine(container, time.monotonic() + 300)
        yield run
    finally:
        container.remove(force=True, v=True)


@pytest.fixture
def install():
    """The commands of its phase install, as one script."""
    phases = find_strategy("containerd-store").buildspec.phases
    return "\n".join(next(phase.commands for phase in phases if phase.name == "install"))


def test_it_is_restarted_with_the_other_store_once(host, install):
    assert host(STORE)[1].startswith("overlay2")
    code, said = host(install)
    assert code == 0, said
    store = host(STORE)[1]
    assert store.startswith("overlayfs") and "io.containerd.snapshotter" in store
    built = "echo 'FROM scratch' >/tmp/Dockerfile; cd /tmp; docker build --label a=b -q ."
    assert host(built)[0] == 0
    # one that has the store is left alone
    before = host("cat /var/run/docker.pid")
    assert host(install) == (0, "")
    assert host("cat /var/run/docker.pid") == before


def test_one_that_does_not_start_again_fails_the_build_and_says_why(host, install):
    broken = install.replace('"containerd-snapshotter": true', '"containerd-snapshotter": "yes"')
    assert broken != install
    code, said = host(broken.replace("timeout 60", "timeout 5"))
    assert code == 1
    assert "/tmp/engine.json" in said


def test_a_build_of_it_begins_with_the_classic_store_and_its_restart_is_timed(lab, context):
    path = context / "Dockerfile"
    path.write_text(path.read_text().replace(SMALL_IMAGE, lab.serve(SMALL_IMAGE, "small", "1")))
    job = BuildJob(lab, find_strategy("containerd-store"), 1, 300, prefix="restart-")
    record, log, images, _ = build_in_lab(job, "cold", context, 0)
    assert record["status"] == "succeeded", log.decode()
    assert record["versions"]["storage_driver"] == "overlayfs"
    # the registries that the first engine knew are known to the second
    assert [image["imageTags"] for image in images["imageDetails"] if image.get("imageTags")]
    (took,) = re.findall(rb"(\S+) Phase complete: INSTALL State: SUCCEEDED", log)
    (began,) = re.findall(rb"(\S+) Entering phase INSTALL", log)
    assert "io.containerd.snapshotter" in log.decode()
    assert seconds_between(began, took) > 0.2, "an engine takes some time to stop and to start"
    assert 0 <= record["pressure"] <= 1 and 0 <= record["others_cpu"] <= 1


def test_a_strategy_that_names_a_store_without_a_restart_is_told(lab, context, monkeypatch):
    path = context / "Dockerfile"
    path.write_text(path.read_text().replace(SMALL_IMAGE, lab.serve(SMALL_IMAGE, "small", "1")))
    strategy = replace(find_strategy("docker"), store="containerd")
    job, said = BuildJob(lab, strategy, 1, 300, prefix="unrestarted-"), []
    monkeypatch.setattr(lab, "say", said.append)
    for scenario in ("cold", "unchanged"):
        record = build_in_lab(job, scenario, context, 0)[0]
        assert record["versions"]["storage_driver"] == "overlay2"
    (line,) = [each for each in said if "STRATEGY_IMAGE_STORE" in each]
    assert line.startswith("docker names the containerd image store")


def seconds_between(first, second):
    """Seconds from one time of a day to another."""
    values = [datetime.strptime(each.decode(), "%H:%M:%S.%f") for each in (first, second)]
    return (values[1] - values[0]).total_seconds() % 86400
