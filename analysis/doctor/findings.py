"""Findings: what a rule has found where, before costs are known."""

from pathlib import Path
from typing import NamedTuple

# the worst first
SEVERITIES = ("error", "warning", "note")


class Finding(NamedTuple):
    """A rule's find: file and line, what is wrong there, and the line to write instead.

    severity: "" for the rule's own. words: the command or instruction that costs, as logs show it.
    seconds: what it costs by itself, where the file says so.
    """

    rule: str
    file: Path
    line: int
    message: str
    instead: str = ""
    severity: str = ""
    words: str = ""
    seconds: float | None = None
