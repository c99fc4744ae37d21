"""Whose fault a failed build is: the lab's servers, link, engine and disk are asked, and the log.

What failed for them is no run of its strategy: it is not recorded, and built again by the next
call.
"""

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import docker

from analysis.errors import CloudError, EngineError, LabError
from analysis.lab import engine
from analysis.lab.ecr import AWS, ECR, ECR_LINK
from analysis.lab.host import BuildHost
from analysis.lab.lab import LINK, PROXY, STORE, Lab
from analysis.lab.servers import LINK_PATH, PROXY_PATH, REGISTRY_PATH, Server, shake_hands
from analysis.registry import OPENER

_SECONDS, _LAST_LINES = 5, 30
# what a network says that does not work for a while, and that no Dockerfile can do anything about
_NETWORK = re.compile(
    rb"temporary failure in name resolution|temporary failure resolving|EAI_AGAIN"
    rb"|could(?: not|n't) resolve host|server misbehaving|network is unreachable|no route to host"
    rb"|i/o timeout|TLS handshake timeout|connection timed out|connect timed out|read timed out"
    rb"|ETIMEDOUT|ECONNRESET|connection reset by peer|toomanyrequests|429 Too Many Requests"
    rb"|\b5\d\d (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)"
    rb"|\b(?:502|503|504)\b[^\n]{0,20}(?:Bad Gateway|Service Unavailable|Gateway Time-?out)",
    re.IGNORECASE,
)
# what docker push and BuildKit say before they push once more
_RETRY = re.compile(rb"retrying in \d", re.IGNORECASE)
_NAMES = {
    "private": "private registry",
    "public": "public registry",
    STORE: "S3 store",
    ECR: "registry of ECR's names",
    AWS: "AWS",
    ECR_LINK: "link before ECR's names",
}
_Servers = Mapping[str, Server]
_NONE: _Servers = MappingProxyType({})


def check_failure(
    lab: Lab, run: str, log: bytes, expected: bool, host: BuildHost, own: _Servers = _NONE
) -> None:
    """EngineError or LabError when a build failed for the lab or the network, not by itself.

    `expected`: whether it is to fail; then its log is not asked for the network. `host`: where it
    was built; `own`: the servers that its sequence alone has.
    """
    servers = {**lab.servers, **own}
    _check_engine(lab, run, log, servers, host)
    for name, server in servers.items():
        fault = _probe(lab, name, server)
        if fault:
            raise EngineError(
                f"{run} failed, and the lab's {_NAMES.get(name, name)} {fault}.{_AGAIN}"
            )
    found = None if expected else _NETWORK.search(read_end(log))
    if found:
        raise LabError(
            f"{run} failed for the network: its log says {found[0].decode()!r} at its end.{_AGAIN}"
        )


def check_retries(lab: Lab, run: str, log: bytes, own: _Servers = _NONE) -> None:
    """EngineError when a build that succeeded had to push again, as a server's disk was full."""
    full = _find_full({**lab.servers, **own}) if _RETRY.search(log) else []
    if full:
        raise EngineError(
            f"{run} had to push again, since the disk of the lab's {full[0]} was full: free some "
            f"({engine.CURE_FULL}).{_AGAIN}"
        )


_PATHS = {LINK: LINK_PATH, ECR_LINK: LINK_PATH, PROXY: PROXY_PATH}
_AGAIN = " It is not recorded; the same call builds it again."


def _check_engine(lab: Lab, run: str, log: bytes, known: _Servers, host: BuildHost) -> None:
    """EngineError when the engine does not answer, or its disk is full."""
    with engine.engine_errors(f"it was asked why {run} failed"):
        folder, free = engine.find_space(lab.client)
    # wherever the engine is, its hosts see its disk; one that was stopped says nothing
    seen = host.read_free()
    free = free if seen is None else seen
    servers = _find_full(known)
    said = _says_full(read_end(log)) or bool(servers)
    if (said and (free is None or free < engine.FREE_GB)) or (free is not None and free < 0.1):
        left = "" if free is None else f" ({free:.1f} GB free at {folder})"
        raise EngineError(
            f"{run} failed, and the disk of the Docker engine is full{left}: free some "
            f"({engine.CURE_FULL}).{_AGAIN}"
        )
    if servers:
        raise EngineError(
            f"{run} failed, and the disk of the lab's {servers[0]} is full: "
            "free some where the Docker engine keeps volumes (`docker system df -v` shows what "
            f"takes it).{_AGAIN}"
        )
    if said and engine.host_memory(lab.client) is not None:
        raise EngineError(
            f"{run} failed, and the memory that holds the data of build hosts is full: "
            f"HOST_DATA=disk keeps them on the disk.{_AGAIN}"
        )


def _find_full(servers: _Servers) -> list[str]:
    """The servers, as they are called, whose own logs tell of a full disk."""
    return [_NAMES.get(n, n) for n, each in servers.items() if _says_full(each.read_log())]


def _says_full(text: bytes) -> bool:
    """Whether a text tells of a full disk, as programs in Go or those in C do."""
    return engine.FULL.encode() in text.lower()


def read_end(log: bytes) -> bytes:
    """The last lines that a failed build printed, without the agent's."""
    lines = [line for line in log.splitlines() if line.strip() and b"[Container] " not in line]
    return b"\n".join(lines[-_LAST_LINES:])


def _probe(lab: Lab, name: str, server: Server) -> str | None:
    """What is wrong with one of the lab's servers, as in "the registry …"; null for nothing."""
    try:
        server.container.reload()
    except docker.errors.NotFound:
        return "is gone"
    except (docker.errors.DockerException, OSError) as error:
        return f"can't be asked for ({error})"
    if server.container.status != "running":
        return f"does not run ({server.container.status})"
    try:
        if name == STORE and lab.store:
            lab.store.list_objects("none/")
        elif name in (ECR, AWS):
            shake_hands(server.port)
        else:
            _get(server, _PATHS.get(name, REGISTRY_PATH))
        return _probe_link(server, lab) if name == LINK else None
    except (LabError, CloudError, OSError, ValueError) as error:
        return f"does not answer ({getattr(error, 'reason', error)})"


def _get(server: Server, path: str) -> Any:
    """What a server answers, read as JSON where it is; OSError."""
    with OPENER.open(f"http://127.0.0.1:{server.port}{path}", timeout=_SECONDS) as answer:
        data = answer.read()
    return json.loads(data) if data.startswith((b"{", b"[")) else None


def _probe_link(gate: Server, lab: Lab) -> str | None:
    """What of the servers behind the link it does not lead to."""
    proxies = _get(gate, "/proxies") or {}
    names = [name for name in lab.servers if name != LINK]
    shut = [name for name in names if not proxies.get(name, {}).get("enabled")]
    return f"does not lead to: {', '.join(shut)}" if shut else None
