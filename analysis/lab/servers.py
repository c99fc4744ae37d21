"""The servers of a lab, each a container on its network: registries, an S3 store, a link."""

import socket
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import docker
from docker.models.containers import Container

from analysis.errors import LabError
from analysis.lab import forward
from analysis.lab.engine import LABEL
from analysis.lab.link import API_PORT, add_proxy
from analysis.lab.store import COMMAND, PORT, Store
from analysis.registry import OPENER
from analysis.workload import Link

_REGISTRY_PORT = 5000
_LAST_LINES = 30
# what answers at each as long as it works
REGISTRY_PATH, LINK_PATH, PROXY_PATH = "/v2/", "/version", "/"
# what the link listens on for each server behind it
_LINK_PORTS = {
    "private": _REGISTRY_PORT,
    "public": 5001,
    "through": 5002,
    "store": PORT,
    "proxy": forward.PORT,
    "ecr": 443,
}


@dataclass(frozen=True)
class Server:
    """A container, its address as build hosts see it (HOST:PORT) and its port on loopback."""

    container: Container
    address: str
    port: int

    def read_log(self) -> bytes:
        """The end of what it says itself; nothing of one that is gone."""
        try:
            return bytes(self.container.logs(tail=_LAST_LINES))
        except docker.errors.APIError:
            return b""


@dataclass(frozen=True)
class LabNetwork:
    """Where a lab's containers are started: the engine, their network, the lab's id."""

    client: docker.DockerClient
    network: str
    lab: str

    @property
    def labels(self) -> dict[str, str]:
        """What tells that a container is the lab's."""
        return {LABEL: self.lab}

    def start(
        self,
        image: str,
        port: int,
        command: list[str] | None = None,
        settings: dict[str, str] | None = None,
        files: bytes | None = None,
        sharing: Server | None = None,
    ) -> Server:
        """A container whose `port` is published on loopback.

        `files`: a tar that is unpacked in it; `sharing`: a server whose volumes it may read.
        """
        options: dict[str, Any] = {
            "network": self.network,
            "ports": {f"{port}/tcp": ("127.0.0.1", None)},
            "environment": settings or {},
            "labels": self.labels,
        }
        if sharing:
            options["volumes_from"] = [f"{sharing.container.id}:ro"]
        container = self.client.containers.create(image, command, **options)
        if files:
            container.put_archive("/", files)
        container.start()
        container.reload()
        found = container.attrs["NetworkSettings"]
        address = f"{found['Networks'][self.network]['IPAddress']}:{port}"
        return Server(container, address, int(found["Ports"][f"{port}/tcp"][0]["HostPort"]))


def start_registry(network: LabNetwork, image: str, through: str = "") -> Server:
    """A registry that answers; one that has what it is asked for from another (HOST:PORT),

    which it keeps, as a pull-through cache does.
    """
    settings = {"REGISTRY_PROXY_REMOTEURL": f"http://{through}"} if through else {}
    server = network.start(image, _REGISTRY_PORT, settings=settings)
    wait_for(server, REGISTRY_PATH, "registry", "REGISTRY_IMAGE")
    return server


def start_store(network: LabNetwork, image: str) -> tuple[Server, Store]:
    """An S3 store that answers, with its bucket."""
    keys = Store()
    server = network.start(image, PORT, COMMAND, keys.settings)
    store = replace(keys, url=f"http://127.0.0.1:{server.port}", address=server.address)
    store.make_bucket()
    return server, store


def start_proxy(network: LabNetwork, image: str) -> Server | None:
    """A forward proxy that answers, run by an image with Python; null where it has none."""
    command = ["python3", "-c", Path(forward.__file__).read_text(encoding="utf-8")]
    try:
        server = network.start(image, forward.PORT, command)
        wait_for(server, PROXY_PATH, "proxy", "BASE_IMAGE", while_running=True)
    except (docker.errors.APIError, LabError):
        return None
    return server


def start_link(
    network: LabNetwork, image: str, link: Link, servers: dict[str, Server]
) -> tuple[Server, dict[str, Server]]:
    """(the link's own server, `servers` by name as build hosts see them over a shaped link)."""
    gate = network.start(image, API_PORT)
    wait_for(gate, LINK_PATH, "link", "LINK_IMAGE")
    host = gate.address.partition(":")[0]
    for name, server in servers.items():
        api = f"http://127.0.0.1:{gate.port}"
        add_proxy(api, name, _LINK_PORTS[name], server.address, link)
    return gate, {
        name: replace(server, address=f"{host}:{_LINK_PORTS[name]}")
        for name, server in servers.items()
    }


def shake_hands(port: int) -> None:
    """Begin a connection over TLS on loopback; OSError where nobody does."""
    # it is known by the names of its certificate, which do not lead to loopback
    context = ssl._create_unverified_context()
    with (
        socket.create_connection(("127.0.0.1", port), timeout=5) as link,
        context.wrap_socket(link),
    ):
        pass


def wait_for(
    server: Server,
    path: str,
    what: str,
    setting: str,
    seconds: float = 120,
    while_running: bool = False,
    secure: bool = False,
) -> None:
    """Return once a server answers on its loopback port; LabError when it does not.

    `while_running`: it is given up as soon as its container has ended; `secure`: over TLS, where
    any answer will do.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if secure:
                shake_hands(server.port)
                return
            with OPENER.open(f"http://127.0.0.1:{server.port}{path}", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        if while_running:
            server.container.reload()
            if server.container.status != "running":
                break
    raise LabError(
        f"The lab's {what} does not answer on 127.0.0.1:{server.port} after {seconds:.0f} s: "
        f"check {setting}."
    )


def find_nameservers(client: docker.DockerClient, image: str, lab: str) -> list[str]:
    """The DNS servers that containers of this engine are given: nested ones can't find them.

    Docker's own resolver on a network of the lab's (127.0.0.11) is out of reach for the
    containers of a nested engine, so these are handed to it.
    """
    container = client.containers.create(
        image,
        ["/etc/resolv.conf"],
        entrypoint=["cat"],
        network_mode="bridge",
        labels={LABEL: lab},
    )
    try:
        container.start()
        container.wait()
        output = container.logs()
    finally:
        container.remove(v=True, force=True)
    words = [line.split() for line in output.decode().splitlines()]
    return [word[1] for word in words if word[:1] == ["nameserver"] and ":" not in word[1]]
