"""Starts a build host, and waits until its engine answers."""

import json
import os
import shlex
import time
from collections.abc import Sequence

import docker
from docker.models.containers import Container

from analysis.errors import EngineError, HostError
from analysis.lab.ecr import AUTHORITY, Ecr
from analysis.lab.engine import CURE_FULL, FULL, LABEL, engine_errors
from analysis.lab.host import DATA, SOURCE, BuildHost, HostKind

# in the home of the container's user, as on CodeBuild
HOME = "/root"
BUILDER_SETTINGS = f"{HOME}/.docker/buildx/buildkitd.default.toml"
_CLIENT_SETTINGS = f"{HOME}/.docker/config.json"
BOOT_SECONDS = 60
# A build may stop the engine and start another, so it is not the host's first process; one that
# fails ends the host. What is the lab's own in its options comes by a command that stands before
# the engine's, so that an engine which a build starts has it too.
_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
_START = (
    f'[ ! -e {AUTHORITY} ] || cat {AUTHORITY} >>{_BUNDLE}; "$@" & wait $! && exec sleep infinity'
)
_BIN = "/opt/lab/bin"
_ENGINE = f"""\
#!/bin/sh
PATH=$(printf %s "$PATH" | sed 's#{_BIN}:##')
exec dockerd {{options}} "$@"
"""


def start_host(
    client: docker.DockerClient,
    image: str,
    network: str,
    lab: str,
    registries: Sequence[str],
    nameservers: Sequence[str],
    kind: HostKind = HostKind.PLAIN,
    memory: int | None = None,
    proxy: str | None = None,
    aws: Ecr | None = None,
) -> BuildHost:
    """A fresh build host whose engine answers; HostError when it does not in BOOT_SECONDS.

    The last of `registries` is also the mirror of Docker Hub. `memory`: its engine's data lie in
    memory, at most so many bytes; null: on the disk of the engine that runs it. `proxy`: what the
    steps of builds fetch through (HOST:PORT); null: they fetch directly. `aws`: the AWS that its
    builds ask, and that all names are looked up by.
    """
    begin = time.monotonic()
    nameservers = [aws.nameserver] if aws else nameservers
    with engine_errors("starting a build host"):
        container = _create(client, image, network, lab, kind, memory, aws)
    host = BuildHost(container, 0.0, in_memory=memory is not None)
    try:
        host.put_files(_list_files(registries, nameservers, proxy, aws))
        programs = {f"{_BIN}/dockerd": _wrap_engine(registries, nameservers)}
        programs |= {f"{_BIN}/aws": aws.command} if aws else {}
        host.put_files(programs, mode=0o755)
        with engine_errors("starting a build host"):
            container.start()
        wait_for_engine(container, begin + BOOT_SECONDS)
    except BaseException:
        host.remove()
        raise
    host.seconds = time.monotonic() - begin
    return host


def _create(
    client: docker.DockerClient,
    image: str,
    network: str,
    lab: str,
    kind: HostKind,
    memory: int | None,
    aws: Ecr | None,
) -> Container:
    """The container of a host, which was not started yet."""
    first, path = _find_entry(client, image)
    return client.containers.create(
        image,
        [*first, "dockerd", "--host=unix:///var/run/docker.sock", *kind.value],
        entrypoint=["sh", "-c", _START, "sh"],
        init=True,
        privileged=True,
        network=network,
        labels={LABEL: lab},
        environment={"DOCKER_TLS_CERTDIR": "", "PATH": f"{_BIN}:{path}"},
        tmpfs={DATA: f"exec,size={memory}"} if memory else None,
        dns=[aws.nameserver] if aws else None,
    )


def _find_entry(client: docker.DockerClient, image: str) -> tuple[list[str], str]:
    """(the command that an image starts everything with, where it looks for programs)."""
    config = client.images.get(image).attrs["Config"]
    variables = dict(each.partition("=")[::2] for each in config["Env"] or [])
    return config["Entrypoint"] or [], variables.get("PATH", os.defpath)


def _list_files(
    registries: Sequence[str],
    nameservers: Sequence[str],
    proxy: str | None,
    aws: Ecr | None = None,
) -> dict[str, str]:
    """Path -> text of what a host has before its engine starts."""
    known = toml(registries, nameservers) + (aws.toml if aws else "")
    files = {BUILDER_SETTINGS: known, f"{SOURCE}/.keep": ""}
    files |= {AUTHORITY: aws.authority} if aws else {}
    if proxy is None:
        return files
    direct = ["localhost", "127.0.0.1", *(name.partition(":")[0] for name in registries)]
    direct += aws.names.hosts if aws else ()
    address = f"http://{proxy}"
    proxies = {"httpProxy": address, "httpsProxy": address, "noProxy": ",".join(direct)}
    return files | {_CLIENT_SETTINGS: json.dumps({"proxies": {"default": proxies}})}


def _wrap_engine(registries: Sequence[str], nameservers: Sequence[str]) -> str:
    """A command that starts an engine with the lab's registries and name servers."""
    options = [
        *(f"--insecure-registry={registry}" for registry in registries),
        f"--registry-mirror=http://{registries[-1]}",
        *(f"--dns={server}" for server in nameservers),
    ]
    return _ENGINE.format(options=shlex.join(options))


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
    """Return once the engine inside answers; HostError with its last words otherwise.

    EngineError where these tell of a full disk.
    """
    while time.monotonic() < deadline:
        with engine_errors("waiting for a build host"):
            container.reload()
            if container.status == "exited":
                break
            if answers(container):
                return
        time.sleep(0.02)
    with engine_errors("asking why a build host did not start"):
        words = container.logs(tail=3).decode("utf-8", "replace").strip()
    if FULL in words.lower():
        raise EngineError(
            f"A build host did not start, since the disk of the Docker engine is full: free some "
            f"({CURE_FULL})."
        )
    raise HostError(
        f"The build host ({container.attrs['Config']['Image']}) did not start: {words}. "
        "It needs privileged containers; check HOST_IMAGE."
    )
