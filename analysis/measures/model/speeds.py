"""Speeds of a build host, as a log or a user tells them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Speeds:
    """MB/s of compressed layers and seconds; null: not known.

    unpack_mbps, download_mbps, push_mbps · boot_seconds: until a new builder runs ·
    restart_seconds: of the engine · round_trip_seconds: to the registry.
    """

    unpack_mbps: float | None = None
    download_mbps: float | None = None
    push_mbps: float | None = None
    boot_seconds: float | None = None
    restart_seconds: float | None = None
    round_trip_seconds: float | None = None
