"""The Docker engine that runs the lab: found, asked for images, swept of what a lab left."""

import contextlib
import os
import shutil
from collections.abc import Iterator

import docker
from docker.errors import APIError, DockerException, ImageNotFound, NotFound

from analysis.errors import EngineError, ImageError

LABEL = "codebuild-cache-lab"
FREE_GB = 4


def connect() -> docker.DockerClient:
    """A client of the user's engine (DOCKER_HOST or the usual socket); EngineError if it fails."""
    address = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    try:
        client = docker.from_env(timeout=120)
        client.ping()
    except (DockerException, OSError) as error:
        raise EngineError(explain_connection(address, error)) from error
    check_space(client)
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
    folder = client.info().get("DockerRootDir", "")
    if not os.path.isdir(folder):
        return
    free = shutil.disk_usage(folder).free / 1e9
    if free < FREE_GB:
        raise EngineError(
            f"Only {free:.1f} GB are free at {folder}, and the lab needs {FREE_GB}: free some "
            "(`docker system df` shows what takes it)."
        )


def ensure_image(client: docker.DockerClient, image: str, setting: str) -> None:
    """Pull `image` unless the engine has it; ImageError names the setting that chose it."""
    try:
        client.images.get(image)
    except ImageNotFound:
        try:
            client.images.pull(image)
        except (APIError, DockerException) as error:
            raise ImageError(
                f"The image {image} ({setting}) can't be pulled: {first_line(error)}. Check the "
                f"name and the network, or set {setting} to an image that this engine has."
            ) from error


def first_line(error: Exception) -> str:
    """The first line of an engine's error, without its HTTP wrapping."""
    text = getattr(error, "explanation", None) or str(error)
    return str(text).strip().splitlines()[0].rstrip(".") if str(text).strip() else repr(error)


@contextlib.contextmanager
def engine_errors(doing: str) -> Iterator[None]:
    """Turn the client's errors into an EngineError that says what was being done."""
    try:
        yield
    except (DockerException, OSError) as error:
        text = first_line(error)
        cure = (
            "free some space on the engine's disk"
            if "no space left" in text
            else "see the engine's log"
        )
        raise EngineError(f"The Docker engine failed while {doing}: {text}; {cure}.") from error


def sweep(client: docker.DockerClient, lab: str | None = None) -> int:
    """Remove containers (with volumes), networks and volumes of one lab or of all; how many."""
    chosen = {"label": LABEL if lab is None else f"{LABEL}={lab}"}
    removed = 0
    for container in client.containers.list(all=True, filters=chosen, ignore_removed=True):
        with contextlib.suppress(NotFound):
            container.remove(force=True, v=True)
            removed += 1
    for kind in (client.networks, client.volumes):
        for thing in kind.list(filters=chosen):
            with contextlib.suppress(NotFound):
                thing.remove()
                removed += 1
    return removed
