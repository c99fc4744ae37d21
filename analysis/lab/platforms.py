"""What an engine can build: its platforms, and the images that are within its reach."""

from collections.abc import Iterable
from pathlib import Path

import docker
from docker.errors import APIError, DockerException, ImageNotFound

from analysis.errors import SettingError
from analysis.lab.engine import connect
from analysis.lab.lab import Lab

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm"}
_EMULATED = {"amd64": "x86_64", "arm64": "aarch64"}
# where Linux keeps what runs programs of other machines, and engines that bring that along
_HANDLERS = Path("/proc/sys/fs/binfmt_misc")
_DESKTOP = "Docker Desktop"
# how long a registry may take to answer
_SECONDS = 20


def check_platform(lab: Lab, platform: str) -> None:
    """SettingError for a platform whose programs the engine's machine can't run."""
    if not platform:
        return
    info = lab.client.info()
    own = _ARCHITECTURES.get(info["Architecture"], info["Architecture"])
    system, _, rest = platform.partition("/")
    wanted = rest.partition("/")[0]
    handler = _HANDLERS / f"qemu-{_EMULATED.get(wanted, wanted)}"
    runs = wanted == own or handler.exists() or info.get("OperatingSystem") == _DESKTOP
    if system != "linux" or not runs:
        raise SettingError(
            f"PLATFORM is {platform!r}, and this engine runs linux/{own} alone: leave PLATFORM "
            "out, use an engine on such a machine, or install emulation (`docker run --privileged "
            f"--rm tonistiigi/binfmt --install {wanted}`), whose builds take several times as long."
        )


def find_missing_images(images: Iterable[str]) -> list[str]:
    """Those of some images that neither the engine nor their registry has; EngineError."""
    client = connect()
    client.api.timeout = _SECONDS
    try:
        return [image for image in images if not _is_there(client, image)]
    finally:
        client.close()


def _is_there(client: docker.DockerClient, image: str) -> bool:
    """Whether an engine has an image, or its registry does."""
    try:
        client.images.get(image)
    except ImageNotFound:
        try:
            client.images.get_registry_data(image)
        except (APIError, DockerException, OSError):
            return False
    return True
