"""Cache mounts: folders that steps keep from one build to the next beside the layers.

No exported cache carries them (https://docs.docker.com/build/cache/optimize/#use-cache-mounts):
they stay in the builder, so what keeps the builder keeps them.
"""

import re
from typing import NamedTuple

from analysis.workload.layers import Layer
from analysis.workload.sources import read_mounts, split_flags
from analysis.workload.strategies import Strategy

_RUN = re.compile(r"\s*RUN\s+", re.IGNORECASE)


class _CacheMount(NamedTuple):
    """A folder that a step keeps: where it is mounted, and by which name builds share it."""

    target: str
    id: str


def list_cache_mounts(instruction: str) -> list[_CacheMount]:
    """The cache mounts of an instruction, as a Dockerfile or a log has it; [] without any."""
    found = _RUN.match(instruction)
    if not found:
        return []
    mounts = read_mounts(split_flags(instruction[found.end() :]))
    kept = [mount for mount in mounts if mount.get("type") == "cache"]
    targets = [
        mount.get("target") or mount.get("dst") or mount.get("destination", "") for mount in kept
    ]
    return [
        _CacheMount(target, mount.get("id") or target)
        for mount, target in zip(kept, targets, strict=True)
    ]


def find_mounting(layers: list[Layer]) -> list[Layer]:
    """The layers whose steps keep a folder."""
    return [layer for layer in layers if list_cache_mounts(layer.text)]


def carries_mounts(strategy: Strategy) -> bool:
    """Whether a strategy's builds find the cache mounts of earlier ones: its builder is kept,

    or its buildspec keeps them itself, which its variable STRATEGY_CACHE_MOUNTS says.
    """
    return strategy.host != "fresh" or strategy.keeps_mounts
