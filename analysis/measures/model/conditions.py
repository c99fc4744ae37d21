"""Under what a build runs: speeds of its host and link, its work, whether it finds its cache."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import NamedTuple

import numpy as np

from analysis.measures.model.contexts import FASTEST
from analysis.measures.model.formula import predict_boot, predict_seconds
from analysis.records import Speeds

_BITS = 8


class Kind(NamedTuple):
    """A condition: its unit, and the values for which it only adds seconds or shares builds.

    Those hold whatever was run; without any, what was run says how far a condition may go.
    """

    unit: str
    always: tuple[float, float] | None = None


# seconds that only add up hold as far as the engine's restart is waited for
KINDS = {
    "restart_seconds": Kind("s", (0.0, 60.0)),
    "boot_seconds": Kind("s", (0.0, 60.0)),
    "unpack_mbps": Kind("MB/s"),
    "link_mbit": Kind("Mbit/s"),
    "work_factor": Kind("times"),
    "hit_share": Kind("share", (0.0, 1.0)),
}


@dataclass(frozen=True)
class Conditions:
    """What a prediction is for; null: as it was recorded.

    link_mbit: of a connection, each way; push_mbps: MB/s that the registry takes, if less;
    round_trip_seconds; unpack_mbps: compressed MB/s; boot_seconds: of a new builder;
    restart_seconds: of the engine; work_factor: times the work recorded; hit_share: of the builds
    that find what those before them left, the others find nothing.
    """

    link_mbit: float | None = None
    push_mbps: float | None = None
    round_trip_seconds: float | None = None
    unpack_mbps: float | None = None
    boot_seconds: float | None = None
    restart_seconds: float | None = None
    work_factor: float = 1.0
    hit_share: float = 1.0


def take_speeds(speeds: Speeds | None) -> Conditions:
    """The conditions of a host of these speeds."""
    if speeds is None:
        return Conditions()
    known = asdict(speeds)
    link = known.pop("download_mbps")
    return Conditions(link_mbit=None if link is None else link * _BITS, **known)


def fill_in(conditions: Conditions, others: Conditions) -> Conditions:
    """`conditions` with those of `others` where it says nothing."""
    given = {name: value for name, value in asdict(conditions).items() if value is not None}
    return replace(others, **given)


def predict_under(
    found: Mapping[str, np.ndarray],
    lost: Mapping[str, np.ndarray],
    values: Mapping[str, float],
    conditions: Conditions,
    recorded: Conditions,
) -> np.ndarray:
    """Seconds of the cells under conditions: `found` with what builds before left, `lost` without,

    both as to_arrays gives them. `recorded`: what was measured of the conditions under which
    they were recorded.
    """
    shares = ((found, conditions.hit_share), (lost, 1 - conditions.hit_share))
    parts = [
        share * predict_seconds(_change(cells, values, conditions, recorded), values)
        for cells, share in shares
        if share
    ]
    return np.sum(parts, axis=0)


def _change(
    cells: Mapping[str, np.ndarray],
    values: Mapping[str, float],
    conditions: Conditions,
    recorded: Conditions,
) -> dict[str, np.ndarray]:
    """The columns of cells under other conditions."""
    changed = dict(cells, work=cells["work"] * conditions.work_factor)
    if conditions.boot_seconds is not None:
        # what was measured of the boot stands for what the formula says of it
        more = conditions.boot_seconds - (recorded.boot_seconds or conditions.boot_seconds)
        changed["boot_seconds"] = predict_boot(cells, values) + more
    if conditions.unpack_mbps and recorded.unpack_mbps:
        slower = recorded.unpack_mbps / conditions.unpack_mbps
        changed |= {name: cells[name] * slower for name in ("pull", "export")}
    if conditions.link_mbit:
        rate = min(conditions.link_mbit / _BITS, FASTEST)
        changed |= {name: np.full_like(cells[name], rate) for name in ("download", "upload")}
    if conditions.push_mbps:
        changed["upload"] = np.minimum(changed["upload"], conditions.push_mbps)
    for name, column in (("restart_seconds", "restart"), ("round_trip_seconds", "trip")):
        if (value := getattr(conditions, name)) is not None:
            changed[column] = np.full_like(cells[column], value)
    return changed
