"""The link between build hosts and registries, in words: a bandwidth, a round trip, or both.

Or the name of a profile, whose numbers LINK_SOURCES tells the origin of.
"""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from analysis.errors import SettingError

UNSHAPED, CODEBUILD = "unshaped", "codebuild"
_UNITS = {"kbit": 1 / 8, "mbit": 125, "gbit": 125_000, "kb/s": 1, "mb/s": 1000, "gb/s": 1_000_000}
_RATE = rf"(\d+(?:\.\d+)?)\s*({'|'.join(_UNITS)})"
_RATES = re.compile(rf"{_RATE}(?:/{_RATE})?")
_DELAY = re.compile(r"(\d+)\s*ms")


@dataclass(frozen=True)
class Link:
    """Bandwidth of a connection in KB/s and round trip added in ms; null and 0: as fast as it goes.

    `upload`: the bandwidth towards registries where it is not the same. `name`: a profile's.
    """

    bandwidth: int | None = None
    latency: int = 0
    upload: int | None = None
    name: str = field(default="", kw_only=True)

    @property
    def text(self) -> str:
        """How records name it: "unshaped", "codebuild", or as "200mbit,20ms"."""
        rates = [_say_rate(rate) for rate in (self.bandwidth, self.upload) if rate is not None]
        delay = f"{self.latency}ms" if self.latency else ""
        return self.name or ",".join(filter(None, ("/".join(rates), delay))) or UNSHAPED

    @property
    def numbers(self) -> dict[str, float | None]:
        """download_mbit and upload_mbit of a connection, null for no bound, and round_trip_ms."""
        down, up = self.bandwidth, self.bandwidth if self.upload is None else self.upload
        return {
            "download_mbit": None if down is None else down * 8 / 1000,
            "upload_mbit": None if up is None else up * 8 / 1000,
            "round_trip_ms": self.latency,
        }

    @property
    def toxics(self) -> list[dict[str, Any]]:
        """What shapes each connection, as Toxiproxy takes it; nothing where nothing does."""
        down, up = self.bandwidth, self.bandwidth if self.upload is None else self.upload
        shaped = [
            ("bandwidth", "downstream", "rate", down),
            ("bandwidth", "upstream", "rate", up),
            ("latency", "downstream", "latency", self.latency),
        ]
        return [
            {"type": kind, "stream": stream, "attributes": {name: value}}
            for kind, stream, name, value in shaped
            if value
        ]


class Origin(NamedTuple):
    """Where a number of a profile comes from: measured, derived or assumed, and by what."""

    what: str
    value: str
    how: str
    source: str


# name -> what it stands for; every number's origin is in LINK_SOURCES
PROFILES = {CODEBUILD: Link(25_000, 50, name=CODEBUILD)}
LINK_SOURCES = (
    Origin(
        "download, a connection",
        "200 Mbit/s (25 MB/s)",
        "derived",
        "a base image's layer of 40.0 MB in 1.6 s in the one public CodeBuild log that shows it "
        "(2025-07, ap-south-1, Docker Hub); in the last 0.7 s of it 39 MB/s",
    ),
    Origin(
        "upload, a connection",
        "200 Mbit/s (25 MB/s)",
        "assumed",
        "taken as the download's: the same log's `docker push` took 10.5 s, and does not say of "
        "how many bytes",
    ),
    Origin(
        "round trip, a request",
        "50 ms",
        "derived",
        "a `docker push` of two small layers beside eight that ECR had took 1.05 s on CodeBuild "
        "(public log of 2026-09, legacy builder); in the lab the same push takes 1.1 s at 50 ms "
        "and 0.3 s unshaped (medians, n = 3)",
    ),
    Origin(
        "what RUN steps fetch",
        "as above",
        "assumed",
        "no public log tells the speed of package registries from CodeBuild",
    ),
)


def _say_rate(rate: int) -> str:
    return f"{rate * 8 / 1000:g}mbit"


def read_link(text: str) -> Link:
    """The link in words: "codebuild", "200mbit,20ms", "200mbit/50mbit" (download, upload),

    "25MB/s", "20ms", "unshaped"; else SettingError.
    """
    words = text.lower().replace(",", " ").split()
    if len(words) == 1 and words[0] in PROFILES:
        return PROFILES[words[0]]
    rates: list[int] = []
    latency, known = 0, bool(words)
    for word in words:
        if found := _RATES.fullmatch(word):
            pairs = zip(found.groups()[::2], found.groups()[1::2], strict=True)
            rates = [round(float(rate) * _UNITS[unit]) for rate, unit in pairs if rate]
        elif delay := _DELAY.fullmatch(word):
            latency = int(delay[1])
        elif word != UNSHAPED:
            known = False
    if not known or 0 in rates:
        raise SettingError(
            f"LINK is {text!r}: give a bandwidth, a round trip or both, as in LINK=200mbit,20ms "
            f"(units: {', '.join(_UNITS)}, ms), {' or '.join(PROFILES)}, or {UNSHAPED}."
        )
    down, up = [*rates, None, None][:2]
    return Link(down, latency, None if up == down else up)
