"""Who wrote a log, as far as what stands before its lines or in them tells."""

import re

_ISO = rb"(?:\xef\xbb\xbf)?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)"
_CLOCK = rb"\d\d:\d\d:\d\d(?:[.,]\d+)?"
_UUID = rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# who writes it, the whole of what it puts before a line
_PREFIXES = (
    ("github", rb"[^\t]+\t[^\t]+\t" + _ISO + rb" ?"),
    ("gitlab", _ISO + rb" \d\d[OE][+ ]?"),
    ("kubernetes", _ISO + rb" std(?:out|err) [FP] ?"),
    ("cloudwatch", _ISO + rb" (?:[\w./-]+/)?" + _UUID + rb" ?"),
    ("github", _ISO + rb" ?"),
    ("jenkins", rb"\[" + _ISO + rb"\] ?"),
    ("jenkins", _CLOCK + rb"  "),
    ("cloudwatch", rb"\d{13}[ \t]?"),
    ("buildkite", rb"\x1b_bk;t=\d+\x07"),
    ("drone", rb" *\d+ \| ?"),
    ("compose", rb"[\w.-]+?[_-]\d+ +\| ?"),
)
_FOUND = [(who, re.compile(pattern)) for who, pattern in _PREFIXES]
_SOURCES = (
    ("github", re.compile(rb"/home/runner/|^##\[|^Run docker/", re.M)),
    ("jenkins", re.compile(rb"^\[Pipeline\]|/var/jenkins_home/workspace|^Started by ", re.M)),
)


def name_writer(prefix: bytes) -> str:
    """Who puts such a prefix before a line; "unknown" when nobody that is known does."""
    return next((who for who, pattern in _FOUND if pattern.fullmatch(prefix)), "unknown")


def guess_writer(data: bytes) -> str:
    """Who wrote a log without prefixes, as far as its first lines tell; "unknown" if they don't."""
    head = data[:8192]
    return next((who for who, pattern in _SOURCES if pattern.search(head)), "unknown")
