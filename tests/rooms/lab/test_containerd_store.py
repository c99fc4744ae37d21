"""What containerd-store does to an engine that has the classic store, as CodeBuild's has."""

import time

import pytest

from analysis.lab.boot import wait_for_engine
from analysis.lab.engine import LABEL
from analysis.lab.images import Images
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
        code, output = container.exec_run(["sh", "-c", f"exec 2>&1\n{script}"])
        return code, output.decode()

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
