"""From what a log is stored as to its clean text: gzip, encodings, CSV, JSON, CRLF, prefixes."""

import csv
import io
import json
import re
import zlib
from pathlib import Path
from typing import NamedTuple

from analysis.errors import LogError

_SAMPLE = 1 << 14
_ISO = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)"
_CLOCK = rb"\d\d:\d\d:\d\d(?:[.,]\d+)?"
_DATE = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d (?:GMT|UTC|[+-]\d{4})"
# who writes it, what it puts before every line
_PREFIXES = (
    ("github", re.compile(rb"[^\t\n]+\t[^\t\n]+\t(?:\xef\xbb\xbf)?" + _ISO + rb"(?: |$)")),
    ("gitlab", re.compile(_ISO + rb" \d\d[OE](?:\+| |$)")),
    ("kubernetes", re.compile(_ISO + rb" std(?:out|err) [FP](?: |$)")),
    (
        "cloudwatch",
        re.compile(_ISO + rb" (?:[\w.-]+/)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?: |$)"),
    ),
    ("github", re.compile(_ISO + rb"(?: |$)")),
    ("jenkins", re.compile(rb"\[" + _ISO + rb"\](?: |$)")),
    ("jenkins", re.compile(_CLOCK + rb"(?:  |$)")),
    ("unknown", re.compile(rb"\[?" + _CLOCK + rb"\]?:?(?: |$)")),
    ("unknown", re.compile(_DATE + rb"(?: |$)")),
    ("cloudwatch", re.compile(rb"\d{13}(?:[ \t]|$)")),
    ("buildkite", re.compile(rb"\x1b_bk;t=\d+\x07")),
    ("drone", re.compile(rb" *\d+ \|(?: |$)")),
    ("compose", re.compile(rb"[\w.-]+?[_-]\d+ +\| ?(?:\x1b\[0m)?")),
)
_ANY_PREFIX = re.compile(b"|".join(pattern.pattern for _, pattern in _PREFIXES))
_MESSAGE = re.compile(r'"(?:message|@message|log)"\s*:\s*("(?:[^"\\]|\\.)*")')
_ESCAPE = re.compile(r'(\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))|\\')
JSON = re.compile(r'\s*(?:\{|\[\s*[\{\["])')
CSV = re.compile(r'"?@?timestamp"?,"?@?message"?(?:,[^\n]*)?\r?\n', re.I)
_TRAILING = re.compile(rb"(?<![ \t])[ \t]+(?=\n|\Z)")
_WRAPPED = b"FullyQualifiedErrorId"
_SOURCES = (
    ("github", re.compile(rb"/home/runner/|^##\[|^Run docker/", re.M)),
    ("jenkins", re.compile(rb"^\[Pipeline\]|/var/jenkins_home/workspace|^Started by ", re.M)),
)


class Text(NamedTuple):
    """A log's clean text (UTF-8, line feeds, no prefixes) and how it came.

    `container` is csv or json; `writer` is who writes prefixes like those before its lines.
    """

    text: bytes
    container: str | None
    encoding: str
    writer: str | None


def load(source: str | Path | bytes | bytearray | memoryview) -> bytes:
    """The bytes of a log as they are stored; LogError says why a file can't be read."""
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    try:
        return Path(source).read_bytes()
    except FileNotFoundError:
        raise LogError(f"{source} does not exist: give the path of a log.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LogError(f"{source} can't be read ({reason}): check its permissions.") from None


def read_bytes(source: str | Path) -> bytes:
    """The bytes of a log, decompressed when they are gzip; LogError when they can't be had."""
    return unpack(load(source), str(source))


def is_gzip(data: bytes) -> bool:
    """Whether data begins as gzip does."""
    return data[:2] == b"\x1f\x8b"


def unpack(data: bytes, name: str) -> bytes:
    """The data, decompressed when it is gzip; LogError when that is damaged."""
    if not is_gzip(data):
        return data
    try:
        size = int.from_bytes(data[-4:], "little")
        text = zlib.decompress(data, 31, min(max(size, 1), 1 << 30))
        return text if len(text) & 0xFFFFFFFF == size else _unpack_members(data)
    except (zlib.error, EOFError) as error:
        reason = str(error).rpartition(": ")[2] or "it ends early"
        raise LogError(f"{name} is a damaged gzip file ({reason}): copy it again.") from None


def _unpack_members(data: bytes) -> bytes:
    """Decompress gzip members that follow each other; what is no gzip after them is left out."""
    parts = []
    while is_gzip(data):
        member = zlib.decompressobj(31)
        parts.append(member.decompress(data) + member.flush())
        if not member.eof:
            raise EOFError
        data = member.unused_data
    return b"".join(parts)


def clean(data: bytes) -> Text:
    """The clean text of a log's (decompressed) bytes."""
    encoding, data = _to_utf8(data)
    container, data = _open_container(data)
    ends = data[:_SAMPLE] + data[-_SAMPLE:]
    if b"\r\n" in ends:
        data = data.replace(b"\r\n", b"\n").removesuffix(b"\r")
    if _WRAPPED in data[:_SAMPLE]:
        data = _unwrap(data)
    writer, data = _strip_prefixes(data)
    lines = _sample_lines(data)
    if 2 * sum(line.endswith((b" ", b"\t")) for line in lines) > len(lines):
        data = _TRAILING.sub(b"", data)
    return Text(data, container, encoding, writer)


def _to_utf8(data: bytes) -> tuple[str, bytes]:
    """(encoding, the data in UTF-8 without BOM); bytes that are not UTF-8 stay as they are."""
    if data[:3] == b"\xef\xbb\xbf":
        return "utf-8", data[3:]
    head = data[:512]
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif len(head) > 3 and head[1::2].count(0) > 0.8 * len(head[1::2]):
        encoding = "utf-16-le"
    elif len(head) > 3 and head[::2].count(0) > 0.8 * len(head[::2]):
        encoding = "utf-16-be"
    else:
        return "utf-8", data
    whole = data[: len(data) & ~1]
    return "utf-16", whole.decode(encoding, "replace").encode("utf-8", "replace")


def _open_container(data: bytes) -> tuple[str | None, bytes]:
    """("csv" or "json", the log inside), or (None, data) when it is not in one."""
    head = data[:256].decode("utf-8", "replace")
    if CSV.match(head):
        return "csv", encode("".join(read_csv(decode(data))))
    if JSON.match(head) and (messages := read_json(decode(data))):
        return "json", encode("".join(map(_end_line, messages)))
    return None, data


def decode(data: bytes) -> str:
    """Text in which bytes that are not UTF-8 are kept for `encode`."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The bytes of `decode`; a lone surrogate, which JSON can hold, becomes a question mark."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def read_csv(text: str) -> list[str]:
    """The messages of a CloudWatch export, oldest first."""
    usual = csv.field_size_limit(len(text) + 1)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if len(row) > 1][1:]
    finally:
        csv.field_size_limit(usual)
    if rows and rows[0][0] > rows[-1][0]:
        rows.reverse()
    return [_end_line(row[1]) for row in rows]


def read_json(text: str) -> list[str]:
    """The messages of CloudWatch events, or of a list of texts; of a cut-off file, those whole."""
    try:
        value = json.loads(text)
        if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
            return value
    except (ValueError, RecursionError):
        pass
    return [_unquote(each) for each in _MESSAGE.findall(text)]


def _unquote(quoted: str) -> str:
    """The text of a JSON string; a backslash that begins none of JSON's escapes is kept."""
    try:
        return json.loads(quoted, strict=False)
    except ValueError:
        return json.loads(_ESCAPE.sub(lambda found: found[1] or r"\\", quoted), strict=False)


def _end_line(message: str) -> str:
    """A message with a line feed at its end."""
    return message if message.endswith("\n") else message + "\n"


def _unwrap(data: bytes) -> bytes:
    """Join lines that PowerShell broke at the width of its window, and drop what it added."""
    data = re.sub(rb"\A[\w.-]+ : (?=#0 )", b"", data)
    whole: list[bytes] = []
    joins = False
    for line in data.split(b"\n"):
        starts = line[:1] == b"#" or line.startswith((b"------", b"[")) or not line.strip()
        if joins and not starts:
            whole[-1] += line
        else:
            whole.append(line)
            joins = re.match(rb"#\d+ ", line) is not None
    return b"\n".join(whole)


def _strip_prefixes(data: bytes) -> tuple[str | None, bytes]:
    """(who wrote the prefixes, the data without): those that most lines bear, up to three deep."""
    writer = None
    for _ in range(3):
        found = _find_prefix(data)
        if found is None:
            break
        writer = writer if writer not in (None, "unknown") else found[0]
        data = re.sub(rb"(?m)^" + found[1].pattern, b"", data)
    return writer, data


def _find_prefix(data: bytes) -> tuple[str, re.Pattern[bytes]] | None:
    """The first of _PREFIXES that most lines bear, judged by the first of them."""
    lines = _sample_lines(data)
    if share(_ANY_PREFIX, lines) <= 0.5:
        return None
    return next((each for each in _PREFIXES if share(each[1], lines) > 0.5), None)


def _sample_lines(data: bytes) -> list[bytes]:
    """The first whole lines of a log that are not blank, at most 50."""
    lines = data[:8192].split(b"\n", 50)
    whole = lines if len(data) <= 8192 and len(lines) <= 50 else lines[:-1]
    return [line for line in whole if line.strip()]


def share(pattern: re.Pattern[bytes], lines: list[bytes]) -> float:
    """The share of lines that begin with a pattern."""
    return sum(pattern.match(line) is not None for line in lines) / max(len(lines), 1)


def guess_writer(data: bytes) -> str:
    """Who wrote a log without prefixes, as far as its first lines tell; "unknown" if they don't."""
    head = data[:8192]
    return next((who for who, pattern in _SOURCES if pattern.search(head)), "unknown")
