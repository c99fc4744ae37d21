"""One step of a docker build: what its name means, what its lines said, what became of it."""

import re
from functools import lru_cache
from typing import Any, NamedTuple

# what stands in the brackets before an instruction
_PLACE = re.compile(r"([^\]]{,200}?)\s{,9}(\d{1,6})/(\d{1,6})")
_PLATFORM = re.compile(r"[a-z0-9]+(?:\([\w.]+\))?/[a-z0-9_]+(?:/v\d+)?(?:->\S+)?$")
_BRACKET = re.compile(r"\[(?P<words>[^\]]*)\] ?(?P<rest>.*)", re.S)
# https://github.com/moby/buildkit: the names its solver, exporters and cache backends give
KINDS = (
    ("cache import", re.compile(r"importing cache manifest from ")),
    ("cache export", re.compile(r"exporting (?:content )?cache|exporting to GitHub Actions Cache")),
    ("cache export", re.compile(r"preparing layers for inline cache")),
    ("load", re.compile(r"importing to docker|loading image")),
    ("export", re.compile(r"exporting |pushing |merging manifest list |sending tarball")),
    ("internal", re.compile(r"resolve image config for |docker-image://|load |local://")),
    ("from", re.compile(r"FROM \S")),
)
# those that come last
LAST = ("export", "load", "cache export")
_BUILDER = re.compile(
    r"booting |waiting for \d+ pods|creating container|starting container|connected to "
)
# a service that gives builders calls its own steps by its name
_SERVICE = re.compile(r"(?:launching|connecting to|provisioning|starting) .*(?:machine|builder)")
_OWN_WORDS = ("internal", "auth", "depot")
_DURATION = re.compile(
    r"(?:(\d{1,6})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,9}(?:\.\d+)?)(s|ms|µs|us|ns))?"
)
_UNITS = {"ms": 1e3, "µs": 1e6, "us": 1e6, "ns": 1e9}
# what an exporter says of the configuration of an image, whose digest is the image's ID
_IMAGE = re.compile(rb"(?:writing image|exporting config) sha256:([0-9a-f]{64})")
# a word of a status line that is no reference, digest, short identity or size
_WORD = re.compile(r"(?![0-9a-f]{12}$)[A-Za-z-]+:?")


class Name(NamedTuple):
    """What a step's name says; `position` and `total` are k and n of its k/n."""

    name: str
    stage: str | None = None
    platform: str | None = None
    kind: str = "other"
    position: int | None = None
    total: int | None = None
    target: str | None = None


@lru_cache(1 << 16)
def read_name(text: bytes) -> Name:
    """The parts of a BuildKit step's name; kind "other" when it is not one of BuildKit's own."""
    full = text.decode("utf-8", "replace").rstrip()
    head, sign, rest = full.partition("] ")
    if sign and head[:1] == "[" and (place := _read_place(head[1:])):
        instruction = rest.lstrip(" ")
        kind = "from" if instruction.startswith("FROM ") or instruction == "FROM" else "layer"
        return place._replace(name=instruction, kind=kind)
    found = _BRACKET.match(full)
    words, rest = (found["words"], found["rest"]) if found else ("", full)
    kind = _find_kind(words.split(), rest)
    place = _split_words([word for word in words.split() if word not in _OWN_WORDS])
    target = place.target or place.stage
    return Name(rest if kind == "from" else full, None, place.platform, kind, target=target)


# the same few of all logs
@lru_cache(1 << 12)
def _read_place(text: str) -> Name | None:
    """A name of the place `linux/amd64 builder k/n` alone; None when it is no instruction's."""
    found = _PLACE.fullmatch(text)
    if found is None:
        return None
    return _split_words(found[1].split())._replace(position=int(found[2]), total=int(found[3]))


def _find_kind(words: list[str], rest: str) -> str:
    """The kind of a step that is no instruction, from its [words] and the rest of its name."""
    if words and words[-1] in ("internal", "auth"):
        return "builder" if _BUILDER.match(rest) else "internal"
    if words and _SERVICE.match(rest):
        return "builder"
    return next((kind for kind, pattern in KINDS if pattern.match(rest)), "other")


def _split_words(words: list[str]) -> Name:
    """A name of what words before k/n say: `linux/amd64 builder`, `app builder`.

    One word alone is a stage, or the target of a stage without name: the build's other steps tell.
    """
    platform = next((word for word in words if _PLATFORM.match(word)), None)
    rest = [word for word in words if not _PLATFORM.match(word)]
    target = rest[0] if len(rest) > 1 else None
    return Name("", rest[-1] if rest else None, platform, target=target)


@lru_cache(1 << 12)
def _leave_target(text: bytes) -> tuple[Name, bytes]:
    """What two names have in common that differ in the target alone."""
    name = read_name(text)
    if name.position is None:
        return Name("", None, name.platform, name.kind), text.partition(b"] ")[2] or text
    stage = name.stage if name.target else None
    return name._replace(target=None, stage=stage), b""


def read_part(text: bytes) -> tuple[str, float | None]:
    """(words, seconds) of a status line that ends in ` done`: references and digests left out."""
    words, _, last = text[:-5].rpartition(b" ")
    if (seconds := _read_seconds(last)) is None:
        # other signs may stand there for a blank, or no seconds
        *rest, last = text[:-5].rsplit(None, 1) or [b""]
        seconds = _read_seconds(last)
        words = text[:-5] if seconds is None else b"".join(rest)
    # without the digest, which is another each time
    return _name_part((b" " + words).partition(b" sha256:")[0]), seconds


# the same few of all logs
@lru_cache(1 << 12)
def _name_part(words: bytes) -> str:
    """The name of a part, from the words of its status line."""
    named = []
    for word in words.decode("utf-8", "replace").split():
        if not _WORD.fullmatch(word):
            break
        named.append(word.rstrip(":"))
    while len(named) > 1 and named[-1] in ("for", "to", "from"):
        named.pop()
    return " ".join(named) or "downloading"


@lru_cache(1 << 14)
def _read_seconds(text: bytes) -> float | None:
    """Seconds of `4.3s`, `6.7771ms`, `1m2s`; None when it is no duration."""
    found = _DURATION.fullmatch(text.decode("utf-8", "replace"))
    if not found or not text:
        return None
    hours, minutes, number, unit = found.groups()
    rest = float(number or 0) / _UNITS.get(unit, 1)
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + rest


@lru_cache(1 << 12)
def _read_end(text: bytes) -> tuple[str, float | None, str | None]:
    """(DONE, CACHED, CANCELED or ERROR, seconds, what the error says); no word for other lines."""
    text = text.rstrip()
    if text[:4] == b"DONE" and (len(text) == 4 or text[4:5] == b" "):
        return "DONE", _read_seconds(text[5:]), None
    if text in (b"CACHED", b"CANCELED"):
        return text.decode(), None, None
    if text[:7] == b"ERROR: " or text == b"ERROR":
        return "ERROR", None, text[7:].decode("utf-8", "replace")
    return "", None, None


class Step:
    """A step as far as the log has told: `name` None when its header is missing."""

    __slots__ = (
        "cached",
        "ended",
        "error",
        "images",
        "name",
        "number",
        "output",
        "parts",
        "seconds",
        "text",
    )

    def __init__(self, number: int, text: bytes | None) -> None:
        self.number, self.text = number, text
        self.name = Name("") if text is None else read_name(text)
        self.ended: str | None = None
        self.error: str | None = None
        self.seconds: float | None = None
        self.cached, self.output = False, 0
        self.parts: dict[str, float | None] = {}
        self.images: frozenset[str] = frozenset()

    def is_headed(self, line: bytes) -> bool:
        """Whether a header is the one seen before, perhaps cut shorter.

        Targets of bake and compose that share a step are named in turn.
        """
        text = self.text
        if text is None or line == text or text.startswith(line):
            return text is not None
        if line[:1] == text[:1] == b"[" and _leave_target(line) == _leave_target(text):
            return True
        short, long = sorted((line, text), key=len)
        return len(short) > 60 and long.startswith(short.removesuffix(b"..."))

    def is_other(self, line: bytes) -> bool:
        """Whether a line is the header of another instruction, which one build does not have."""
        if line[:1] != b"[" or self.text is None or self.is_headed(line):
            return False
        return read_name(line).position is not None

    def take_part(self, text: bytes) -> None:
        """Note a status line that ends in ` done`."""
        self.note_part(*read_part(text))
        self.note_image(text)

    def note_image(self, text: bytes) -> None:
        """Note the ID of an image that a status line says was exported."""
        if self.name.kind == "export" and (found := _IMAGE.match(text)):
            self.images |= {found[1].decode()}

    def note_part(self, part: str, seconds: float | None) -> None:
        """Note a part that is done; its longest time is kept."""
        known = self.parts.get(part)
        if known is None or (seconds is not None and seconds > known):
            self.parts[part] = seconds

    def end(self, text: bytes) -> bool:
        """Note DONE, CACHED, CANCELED or ERROR; False when the line is none of them.

        The last DONE holds the total. A step that was CACHED stays so when it is pulled later,
        and one that failed stays so when it is then canceled.
        """
        word, seconds, error = _read_end(text)
        if word == "DONE":
            self.seconds = self.seconds if seconds is None else seconds
            self.ended = "ran"
        elif word == "CACHED":
            self.ended, self.cached = "ran", True
        elif word == "CANCELED":
            self.ended = self.ended if self.ended == "failed" or self.cached else "canceled"
        elif error is not None:
            self.ended = "canceled" if error.endswith("context canceled") else "failed"
            self.error = error
        return bool(word)

    def take_verbose(self, line: bytes) -> None:
        """Note a line as Docker 18.09 wrote them; it gives each active interval's duration."""
        key, _, value = line.decode("utf-8", "replace").strip().partition(": ")
        if key == "name" and self.text is None:
            self.text = value.removeprefix('"').removesuffix('"').replace('\\"', '"').encode()
            self.name = read_name(self.text)
        elif key == "started":
            self.ended = None
        elif key == "completed":
            self.ended = "ran"
        elif key == "cached":
            self.cached = value == "true"
        elif key == "error":
            self.ended, self.error = "failed", value
        elif key == "duration" and (seconds := _read_seconds(value.encode())) is not None:
            self.seconds = round((self.seconds or 0) + seconds, 6)

    @property
    def status(self) -> str:
        """ran, cached, failed, canceled or unfinished."""
        if self.ended != "ran":
            return self.ended or "unfinished"
        return "cached" if self.cached or self.is_pulled() else "ran"

    def is_pulled(self) -> bool:
        """Whether the step is an instruction whose result was pulled from a remote cache.

        BuildKit often leaves CACHED out when it pulls a hit at once, since the pull begins
        before the hit is printed; but an instruction that runs pulls nothing itself: what it
        builds on is pulled under the name of the step that made it.
        """
        if self.name.kind != "layer" or self.output:
            return False
        return "downloading" in self.parts or "extracting" in self.parts

    def told(self) -> tuple[Any, ...]:
        """What the log said of it, its output left out."""
        return self.number, self.text, self.status, self.seconds, self.error

    def row(self, log: str, build: int, targets: frozenset[str]) -> tuple[Any, ...]:
        """A row of the steps frame; `targets` are those that the build's other steps name."""
        name, stage, platform, kind, position, _, target = self.name
        alone = stage if stage in targets else None
        return (
            log,
            build,
            self.number,
            name or None,
            stage,
            platform,
            kind,
            self.status,
            self.seconds,
            self.output,
            position,
            target or alone,
            " ".join(sorted(self.images)) if self.images else None,
        )
