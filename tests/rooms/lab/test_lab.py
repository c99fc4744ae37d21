"""The lab on a real engine: it comes up, builds, and goes down leaving nothing behind."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.errors import EngineError, HostError, ImageError, SettingError
from analysis.lab import engine
from analysis.lab.engine import LABEL, explain_connection, host_memory
from analysis.lab.folder import make_lab_folder, remove_lab_folders
from analysis.lab.images import Images
from analysis.lab.lab import Lab, repository_of
from analysis.records import lock_folder
from analysis.workload import read_link


def traces(client, lab):
    """Names of everything that bears a lab's label."""
    chosen = {"label": f"{LABEL}={lab}"}
    found = client.networks.list(filters=chosen) + client.volumes.list(filters=chosen)
    listed = client.api.containers(all=True, filters=chosen) + client.api.images(filters=chosen)
    return [thing.name for thing in found] + [each["Id"] for each in listed]


def of_others(client):
    """Ids and names of all containers, networks and images of an engine that no lab made."""
    things = client.containers.list(all=True, ignore_removed=True) + client.networks.list()
    found = {each.id for each in things if LABEL not in str(each.attrs)}
    images = client.api.images(all=True)
    tags = {tag for each in images for tag in each["RepoTags"] or []}
    return found | {each["Id"] for each in images} | tags


def volumes(containers):
    """Names of the volumes that containers hold."""
    mounts = [mount for each in containers for mount in each.attrs["Mounts"]]
    return {mount["Name"] for mount in mounts if mount["Type"] == "volume"}


@pytest.mark.parametrize(("data", "filesystem"), [("memory", "tmpfs"), ("disk", None)])
def test_a_lab_leaves_nothing_behind(client, monkeypatch, data, filesystem):
    monkeypatch.setenv("HOST_DATA", data)
    before = of_others(client)
    with Lab() as lab:
        base = lab.serve_base(lab.images.base, "1")
        newer = lab.serve_newer(lab.images.base, "2")
        names = (f"127.0.0.1:{lab.public.port}/", f"127.0.0.1:{lab.private.port}/")
        host = lab.start_host()
        assert host.is_empty()
        assert "done" in host.read(f"docker pull -q {base} && docker pull -q {newer} && echo done")
        assert not host.is_empty()
        assert len(traces(client, lab.id)) >= 4
        held = volumes(client.containers.list(filters={"label": f"{LABEL}={lab.id}"}))
        assert host.in_memory == (data == "memory")
        seen = host.read("stat -f -c %T /var/lib/docker").strip()
        assert seen == filesystem if filesystem else seen != "tmpfs"
        assert len(held) == 2 + (data == "disk"), "two registries, and a host's on the disk"
    after = of_others(client)
    assert before <= after
    assert traces(client, lab.id) == []
    assert not held & {each.name for each in client.volumes.list()}
    assert not [name for name in after if name.startswith(names)]


def test_a_lab_that_is_killed_is_swept(client):
    script = (
        "import sys, time\nfrom analysis.lab import Lab\n"
        "with Lab() as lab:\n lab.start_host()\n (lab.folder / 'context').mkdir()\n"
        " print(lab.id, lab.folder, flush=True)\n time.sleep(600)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    lab, folder = process.stdout.readline().split()
    assert len(traces(client, lab)) >= 4
    assert Path(folder, "context").is_dir()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert wait_until(lambda: not traces(client, lab))
    assert not Path(folder).exists()


def test_labs_on_one_engine_are_told_of_each_other(lab):
    script = (
        "import sys\nfrom analysis.lab import Lab\n"
        "with Lab(say=lambda line: print(line, flush=True)):\n"
        " print('up', flush=True)\n sys.stdin.read()\n"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", script], text=True, **pipes) as process:
        lines = list(iter(process.stdout.readline, "up\n"))
        said, say = [], lab.say
        lab.say = said.append
        # one of this process builds when this one does not
        lab._told.clear()
        lab.tell_others()
        lab.tell_others()
        lab.say = say
        process.stdin.close()
    named = "another lab is on this engine (process {} on "
    assert any(line.startswith(named.format(os.getpid())) for line in lines)
    assert len([line for line in said if line.startswith(named.format(process.pid))]) == 1
    assert not any(line.startswith(named.format(os.getpid())) for line in said)


def test_a_cleanup_removes_the_folders_of_labs_that_are_gone(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    gone, held = make_lab_folder("gone"), make_lab_folder("held")
    with lock_folder(held):
        assert remove_lab_folders() == 1
        assert held.exists() and not gone.exists()


def test_a_lab_that_is_killed_while_a_build_is_timed_is_swept_of_frozen_hosts(client):
    script = (
        "import time\nfrom analysis.lab import Lab\n"
        "with Lab() as lab:\n lab.discard(lab.start_host())\n"
        " with lab.quiet():\n  print(lab.id, flush=True)\n  time.sleep(600)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    lab = process.stdout.readline().strip()
    chosen = {"label": f"{LABEL}={lab}", "status": "paused"}
    assert len(client.api.containers(filters=chosen)) == 1
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert wait_until(lambda: not traces(client, lab))


def wait_until(holds, seconds=300):
    """Whether `holds` came true within a time that only bounds a failure."""
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.2)
    return holds()


def test_a_host_is_fresh_and_reaches_both_registries(lab):
    host = lab.start_host()
    try:
        assert host.read("docker info --format '{{.Driver}}'").strip() == "overlay2"
        base = lab.serve_base(lab.images.base, "1")
        target = f"{lab.private.address}/reached:latest"
        host.read(f"docker pull -q {base} && docker tag {base} {target} && docker push -q {target}")
        listing = lab.list_images("reached")
        assert [item["imageTags"] for item in listing["imageDetails"]] == [["latest"]]
        assert set(listing["manifests"]) == {listing["imageDetails"][0]["imageDigest"]}
    finally:
        host.remove()


def test_what_fails_in_a_host_is_said(lab):
    host = lab.start_host()
    try:
        assert host.execute("exit 7", {}, lambda chunk: None) == 7
        with pytest.raises(HostError, match="nowhere"):
            host.read("cat /nowhere")
        with pytest.raises(TimeoutError, match="time limit of 1 s"):
            host.execute("sleep 600", {}, lambda chunk: None, timeout=1)
    finally:
        host.remove()


def test_a_host_that_died_breaks_off_its_history_alone(lab):
    host = lab.start_host()
    assert host.is_running()
    host.container.kill()
    with pytest.raises(HostError, match="died"):
        host.execute("true", {}, lambda chunk: None)
    assert not host.is_running()
    host.remove()
    with pytest.raises(HostError, match="died"):
        host.read("true")


def test_an_answer_that_takes_too_long_is_a_host_error(lab, monkeypatch):
    monkeypatch.setattr("analysis.lab.host.READ_SECONDS", 1)
    host = lab.start_host()
    with pytest.raises(HostError, match="did not answer in 1 s to: sleep 600"):
        host.read("sleep 600")
    host.remove()


def test_no_engine_is_one_sentence_with_the_cure(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    with pytest.raises(EngineError, match="No Docker engine answers at .*start Docker"):
        engine.connect()


def test_no_permission_is_told_from_no_engine(client):
    pid = os.fork()
    if pid == 0:
        signal.alarm(60)
        code = 2
        try:
            os.setgroups([])
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
            engine.connect()
        except EngineError as error:
            code = 0 if "No permission" in str(error) else 1
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_too_little_space_is_said(client, monkeypatch):
    monkeypatch.setattr(engine, "FREE_GB", 10**9)
    with pytest.raises(EngineError, match="GB are free at .* the lab needs"):
        Lab().__enter__()
    # what a full disk needs most
    assert engine.clean_up(engine.connect(), "no such lab") == 0


def test_an_image_that_cannot_be_pulled_names_its_setting(client):
    images = Images(host="localhost:1/no/such:image")
    with pytest.raises(ImageError, match=r"localhost:1/no/such:image \(HOST_IMAGE\) can't be"):
        Lab(images).__enter__()


def test_a_host_image_that_is_none_says_its_last_words(client):
    images = Images.from_environment()
    with Lab(images) as lab:
        lab.images = Images(host=images.registry)
        with pytest.raises((HostError, EngineError), match="HOST_IMAGE|starting a build host"):
            lab.start_host()
        assert len(traces(client, lab.id)) == 3


def test_images_are_settings(monkeypatch):
    monkeypatch.setenv("BUILDKIT_IMAGE", "moby/buildkit:v9")
    monkeypatch.delenv("HOST_IMAGE", raising=False)
    assert Images.from_environment().buildkit == "moby/buildkit:v9"
    assert Images.from_environment().host == "docker:28.5.2-dind"


@pytest.mark.parametrize(
    ("image", "repository"),
    [
        ("python", "python"),
        ("python:3.13-slim", "python"),
        ("docker/library/python:3.13", "docker/library/python"),
        ("public.ecr.aws/docker/library/python:3.13-slim", "docker/library/python"),
        ("localhost:5000/app@sha256:00", "app"),
        ("localhost/app", "app"),
    ],
)
def test_repository_of_an_image(image, repository):
    assert repository_of(image) == repository


def test_the_cure_for_no_permission():
    text = explain_connection("unix:///s", PermissionError(13, "Permission denied"))
    assert "group 'docker'" in text


def test_where_hosts_keep_their_data_is_memory_or_disk(client, monkeypatch):
    monkeypatch.setenv("HOST_DATA", "tape")
    with pytest.raises(SettingError, match="HOST_DATA is 'tape': give memory, disk or auto"):
        host_memory(client)
    monkeypatch.setenv("HOST_DATA", "memory")
    assert 0 < 3 * host_memory(client) <= client.info()["MemTotal"]
    monkeypatch.setenv("HOST_DATA", "disk")
    assert host_memory(client) is None


def test_a_link_whose_image_is_missing_says_what_needs_none(client):
    images = replace(Images.from_environment(), link="localhost:1/no/link:1")
    with pytest.raises(ImageError, match=r"LINK_IMAGE.*make lab WITH=link. With LINK=unshaped it"):
        Lab(images, read_link("codebuild")).__enter__()
