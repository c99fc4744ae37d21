"""Stands in for a build image with programs of its own: a host gets them before its build."""

from functools import lru_cache

import docker

from analysis.lab.boot import BUILDER_SETTINGS
from analysis.lab.engine import LABEL, engine_errors
from analysis.lab.host import BuildHost

_FOLDER, _PROGRAMS = "/usr/bin", ("buildkitd", "buildctl", "buildkit-runc")
# buildx refuses to give settings of its own to a builder that it has not made
_SETTINGS = f"mkdir -p /etc/buildkit && mv {BUILDER_SETTINGS} /etc/buildkit/buildkitd.toml"


def bake_buildkitd(client: docker.DockerClient, image: str, lab: str, host: BuildHost) -> None:
    """Put BuildKit's programs of an image into a host, with the settings that builders get."""
    for tar in _read_programs(client, image, lab):
        with engine_errors("putting BuildKit into a build host"):
            host.container.put_archive(_FOLDER, tar)
    host.read(_SETTINGS)


@lru_cache(1)
def _read_programs(client: docker.DockerClient, image: str, lab: str) -> tuple[bytes, ...]:
    """BuildKit's programs in an image, each as a tar."""
    with engine_errors(f"reading the programs of {image}"):
        container = client.containers.create(image, labels={LABEL: lab})
        try:
            paths = (f"{_FOLDER}/{name}" for name in _PROGRAMS)
            return tuple(b"".join(container.get_archive(path)[0]) for path in paths)
        finally:
            container.remove(v=True)
