"""What a host says of the programs that it builds with."""

import json

from analysis.errors import LabError
from analysis.lab.host import BuildHost


def read_versions(host: BuildHost) -> dict[str, str | None]:
    """Versions of engine, buildx and BuildKit, and the engine's storage driver; null unknown."""
    commands = ("docker info --format '{{json .}}'", "docker buildx version")
    try:
        told, version, builders = host.read_all([*commands, "docker buildx ls --format json"])
        if told is None or version is None or builders is None:
            return {}
        info, buildx = json.loads(told), version.split()
        nodes = [
            json.loads(line)["Nodes"][0]
            for line in builders.splitlines()
            if json.loads(line)["Current"]
        ]
    except (LabError, ValueError, KeyError, IndexError):
        return {}
    return {
        "engine": info.get("ServerVersion"),
        "buildx": buildx[1] if len(buildx) > 1 else None,
        "buildkit": nodes[0].get("Version") if nodes else None,
        "storage_driver": info.get("Driver"),
    }
