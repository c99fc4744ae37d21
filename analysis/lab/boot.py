"""Starts a build host, and waits until its engine answers."""

import json
import time
from collections.abc import Sequence

import docker
from docker.models.containers import Container

from analysis.errors import HostError
from analysis.lab.engine import LABEL, engine_errors
from analysis.lab.host import DATA, SOURCE, BuildHost, HostKind

# in the home of the container's user, as on CodeBuild
HOME = "/root"
_BUILDX_SETTINGS = f"{HOME}/.docker/buildx/buildkitd.default.toml"
BOOT_SECONDS = 60


def start_host(
    client: docker.DockerClient,
    image: str,
    network: str,
    lab: str,
    registries: Sequence[str],
    nameservers: Sequence[str],
    kind: HostKind = HostKind.PLAIN,
    memory: int | None = None,
) -> BuildHost:
    """A fresh build host whose engine answers; HostError when it does not in BOOT_SECONDS.

    The last of `registries` is also the mirror of Docker Hub. `memory`: its engine's data lie in
    memory, at most so many bytes; null: on the disk of the engine that runs it.
    """
    begin = time.monotonic()
    command = _engine_command(registries, nameservers, kind)
    with engine_errors("starting a build host"):
        container = client.containers.create(
            image,
            command,
            privileged=True,
            network=network,
            labels={LABEL: lab},
            environment={"DOCKER_TLS_CERTDIR": ""},
            tmpfs={DATA: f"exec,size={memory}"} if memory else None,
        )
    host = BuildHost(container, 0.0, in_memory=memory is not None)
    try:
        settings = toml(registries, nameservers)
        host.put_files({_BUILDX_SETTINGS: settings, f"{SOURCE}/.keep": ""})
        with engine_errors("starting a build host"):
            container.start()
        wait_for_engine(container, begin + BOOT_SECONDS)
    except BaseException:
        host.remove()
        raise
    host.seconds = time.monotonic() - begin
    return host


def _engine_command(
    registries: Sequence[str], nameservers: Sequence[str], kind: HostKind
) -> list[str]:
    """What starts a host's engine."""
    return [
        "dockerd",
        "--host=unix:///var/run/docker.sock",
        *kind.value,
        *(f"--insecure-registry={registry}" for registry in registries),
        f"--registry-mirror=http://{registries[-1]}",
        *(f"--dns={server}" for server in nameservers),
    ]


def toml(registries: Sequence[str], nameservers: Sequence[str]) -> str:
    """Settings that buildx gives to every builder it creates: plain HTTP registries and DNS."""
    servers = ", ".join(json.dumps(server) for server in nameservers)
    dns = f"[dns]\n  nameservers = [{servers}]\n" if servers else ""
    return dns + "".join(f'[registry."{name}"]\n  http = true\n' for name in registries)


def answers(container: Container) -> bool:
    """Whether the engine inside answers; not in a container that ended in between either."""
    try:
        return container.exec_run(["docker", "version"]).exit_code == 0
    except docker.errors.APIError as error:
        if error.status_code == 409:
            return False
        raise


def wait_for_engine(container: Container, deadline: float) -> None:
    """Return once the engine inside answers; HostError with its last words otherwise."""
    while time.monotonic() < deadline:
        with engine_errors("waiting for a build host"):
            container.reload()
            if container.status == "exited":
                break
            if answers(container):
                return
        time.sleep(0.02)
    words = container.logs(tail=3).decode("utf-8", "replace").strip()
    raise HostError(
        f"The build host ({container.attrs['Config']['Image']}) did not start: {words}. "
        "It needs privileged containers; check HOST_IMAGE."
    )
