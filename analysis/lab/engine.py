"""The Docker engine that runs the lab: found, asked for images, swept of what a lab left."""

import contextlib
import hashlib
import os
import shutil
import socket
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

import docker
from docker.errors import APIError, DockerException, ImageNotFound
from docker.models.containers import Container
from docker.utils import parse_repository_tag

from analysis.errors import EngineError, ImageError, SettingError

LABEL = "codebuild-cache-lab"
_OWNER = f"{LABEL}.owner"
FREE_GB = 4
# a host's data take about 1 GB for a small image, and several hosts are up at a time
_MEMORY_GB = 12
# what an error says of a full disk, and what to do then
FULL = "no space left on device"
CURE_FULL = (
    "`docker system df` shows what takes it, `docker system prune` frees some, "
    "`codebuild-cache cleanup` removes what labs left"
)


def connect() -> docker.DockerClient:
    """A client of the user's engine (DOCKER_HOST or the usual socket); EngineError if it fails."""
    address = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    try:
        client = docker.from_env(timeout=120)
        client.ping()
    except (DockerException, OSError) as error:
        raise EngineError(explain_connection(address, error)) from error
    return client


def explain_connection(address: str, error: Exception) -> str:
    """One sentence on why an engine at `address` can't be used, with the cure."""
    text = str(error)
    if "Permission denied" in text or "PermissionError" in text:
        return (
            f"No permission to use the Docker engine at {address}: add yourself to the group "
            "'docker' and log in again, or run as root."
        )
    return (
        f"No Docker engine answers at {address}: start Docker, or set DOCKER_HOST to an engine "
        "that runs (deploy/lab/provide.sh makes one on a bare Debian machine)."
    )


def check_space(client: docker.DockerClient) -> None:
    """EngineError when the engine's data folder, if it is on this machine, is nearly full."""
    folder, free = find_space(client)
    if free is not None and free < FREE_GB:
        raise EngineError(
            f"Only {free:.1f} GB are free at {folder}, and the lab needs {FREE_GB}: free some "
            f"({CURE_FULL})."
        )


def name_machine(client: docker.DockerClient) -> str:
    """A name for the engine's machine that tells it from others, and nothing of it."""
    with engine_errors("asking what machine the lab is on"):
        return hashlib.sha256(str(client.info()["ID"]).encode()).hexdigest()[:12]


def host_memory(client: docker.DockerClient) -> int | None:
    """The most bytes of memory for one build host's data, null for the disk; SettingError.

    HOST_DATA, a setting of the environment, says memory (a third of what the machine has), disk,
    or auto: memory from _MEMORY_GB on.
    """
    chosen, memory = os.environ.get("HOST_DATA") or "auto", int(client.info()["MemTotal"])
    if chosen not in ("auto", "memory", "disk"):
        raise SettingError(f"HOST_DATA is {chosen!r}: give memory, disk or auto.")
    if chosen == "auto":
        chosen = "memory" if memory >= _MEMORY_GB * 1e9 else "disk"
    return memory // 3 if chosen == "memory" else None


def find_space(client: docker.DockerClient) -> tuple[str, float | None]:
    """(the engine's data folder, GB free there; null when it is not on this machine).

    An engine elsewhere, or in a VM, may name a folder that this machine has, too.
    """
    known = client.info()
    folder, here = known.get("DockerRootDir", ""), known.get("Name") == socket.gethostname()
    return folder, shutil.disk_usage(folder).free / 1e9 if here and os.path.isdir(folder) else None


def ensure_image(
    client: docker.DockerClient,
    image: str,
    setting: str,
    say: Callable[[str], object] = str,
    cure: str = "",
) -> None:
    """Pull `image` unless the engine has it, and say so; ImageError names what chose it.

    EngineError where its disk is full.
    `cure`: what else would help, to be said when it can't be pulled.
    """
    try:
        found = client.images.get(image)
        if not found.tags and not found.attrs.get("RepoDigests"):
            # the lab names images and takes its name away again, which removes a nameless one
            raise ImageError(
                f"The image {image} ({setting}) has no name: give it one (docker tag)."
            )
    except ImageNotFound:
        say(f"pulling {image} ({setting})")
        try:
            _pull(client, image)
        except (APIError, DockerException) as error:
            if FULL in str(error).lower():
                raise EngineError(
                    f"The image {image} ({setting}) can't be pulled, since the disk of the Docker "
                    f"engine is full: free some ({CURE_FULL})."
                ) from error
            raise ImageError(
                f"The image {image} ({setting}) can't be pulled: {_first_line(error)}. Check the "
                f"name and the network, or set {setting} to an image that this engine has.{cure}"
            ) from error


def _pull(client: docker.DockerClient, image: str) -> None:
    """Pull an image; DockerException. The client's own pull forgets what the engine says of it."""
    repository, tag = parse_repository_tag(image)
    for line in client.api.pull(repository, tag=tag or "latest", stream=True, decode=True):
        if "error" in line:
            raise DockerException(line["error"])


def _first_line(error: Exception) -> str:
    """The first line of an engine's error, without its HTTP wrapping."""
    text = getattr(error, "explanation", None) or str(error)
    return str(text).strip().splitlines()[0].rstrip(".") if str(text).strip() else repr(error)


@contextlib.contextmanager
def engine_errors(doing: str) -> Iterator[None]:
    """Turn the client's errors into an EngineError that says what was being done."""
    try:
        yield
    except (DockerException, OSError) as error:
        text = _first_line(error)
        cure = (
            f"free some space on the engine's disk ({CURE_FULL})"
            if FULL in text.lower()
            else "see the engine's log"
        )
        raise EngineError(f"The Docker engine failed while {doing}: {text}; {cure}.") from error


def describe_owner(lab: str) -> dict[str, str]:
    """The labels of a lab's network: they tell others whose it is."""
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return {
        LABEL: lab,
        _OWNER: f"process {os.getpid()} on {socket.gethostname()} since {since}",
    }


def list_labs(client: docker.DockerClient) -> dict[str, str]:
    """Lab -> whose it is, in words, of those whose network is on the engine."""
    found = [each.attrs["Labels"] for each in client.networks.list(filters={"label": LABEL})]
    return {each[LABEL]: each.get(_OWNER, "unknown whose") for each in found}


def clean_up(client: docker.DockerClient, lab: str | None = None) -> int:
    """Remove containers (with volumes), networks, volumes and images of one lab or of all.

    The user's images lose only names that the lab gave them. Returns how many things went.
    """
    chosen: dict[str, str | list[str] | bool] = {
        "label": LABEL if lab is None else f"{LABEL}={lab}"
    }
    containers = client.containers.list(all=True, filters=chosen, ignore_removed=True)
    names = _registry_names(containers)
    removed = sum(_try_removal(each.remove, force=True, v=True) for each in containers)
    for kind in (client.networks, client.volumes):
        removed += sum(_try_removal(each.remove) for each in kind.list(filters=chosen))
    # listed without asking for each by itself: one may be removed by others in between
    tags = [tag for image in client.api.images() for tag in image["RepoTags"] or []]
    images = [tag for tag in tags if tag.startswith(names)]
    images += [image["Id"] for image in client.api.images(filters=chosen)]
    return removed + sum(_try_removal(client.images.remove, name, noprune=True) for name in images)


def _try_removal(remove: Callable[..., object], *arguments: object, **options: object) -> bool:
    """Whether a removal was made; one that the engine refuses must not keep the rest."""
    try:
        remove(*arguments, **options)
    except APIError:
        return False
    return True


def _registry_names(containers: Iterable[Container]) -> tuple[str, ...]:
    """What names of images in these containers' registries begin with, as this engine sees them."""
    bindings = [each for container in containers for each in container.ports.values() if each]
    return tuple(f"127.0.0.1:{port['HostPort']}/" for each in bindings for port in each)
