"""The link between build hosts and registries, in words: a bandwidth, a round trip, or both."""

import re
from dataclasses import dataclass

from analysis.errors import SettingError

UNSHAPED = "unshaped"
_UNITS = {"kbit": 1 / 8, "mbit": 125, "gbit": 125_000, "kb/s": 1, "mb/s": 1000, "gb/s": 1_000_000}
_RATE = re.compile(rf"(\d+(?:\.\d+)?)\s*({'|'.join(_UNITS)})")
_DELAY = re.compile(r"(\d+)\s*ms")


@dataclass(frozen=True)
class Link:
    """Bandwidth in KB/s each way and round trip added in ms; null and 0: as fast as it goes."""

    bandwidth: int | None = None
    latency: int = 0

    @property
    def text(self) -> str:
        """How records name it: "unshaped", or as "200mbit,20ms"."""
        rate = None if self.bandwidth is None else f"{self.bandwidth * 8 / 1000:g}mbit"
        delay = f"{self.latency}ms" if self.latency else None
        return ",".join(part for part in (rate, delay) if part) or UNSHAPED

    @property
    def toxics(self) -> dict[str, dict[str, int]]:
        """Type of toxic -> its attributes."""
        rate = {} if self.bandwidth is None else {"bandwidth": {"rate": self.bandwidth}}
        return rate | ({"latency": {"latency": self.latency}} if self.latency else {})


def read_link(text: str) -> Link:
    """The link in words as "200mbit,20ms", "25MB/s", "20ms", "unshaped"; else SettingError."""
    bandwidth, latency = None, 0
    for part in text.lower().replace(",", " ").split():
        if rate := _RATE.fullmatch(part):
            bandwidth = round(float(rate[1]) * _UNITS[rate[2]])
        elif delay := _DELAY.fullmatch(part):
            latency = int(delay[1])
        elif part != UNSHAPED:
            bandwidth = 0
    if bandwidth == 0 or not text.strip():
        raise SettingError(
            f"LINK is {text!r}: give a bandwidth, a round trip or both, as in LINK=200mbit,20ms "
            f"(units: {', '.join(_UNITS)}, ms), or {UNSHAPED}."
        )
    return Link(bandwidth, latency)
