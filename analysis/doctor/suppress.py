"""Comments that suppress findings: `# codebuild-cache: ignore=RULE reason`."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from analysis.doctor.findings import Finding
from analysis.doctor.rules import RULES

_MARK = re.compile(r"(?:#|//)\s*codebuild-cache:\s*ignore(?:\s*=\s*|\s+)([\w,-]+)")
_COMMENT = re.compile(r"\s*(?:#|//)")


def keep_unsuppressed(
    findings: list[Finding], texts: Mapping[Path, str]
) -> tuple[list[Finding], list[Finding]]:
    """(the findings that stand, those that a comment on their line or above it suppresses)."""
    lines = {path: text.splitlines() for path, text in texts.items()}
    kept: list[Finding] = []
    suppressed: list[Finding] = []
    for finding in findings:
        names = _list_names(lines.get(finding.file, []), finding.line)
        (suppressed if finding.rule in names or "all" in names else kept).append(finding)
    return kept, suppressed


def _list_names(lines: list[str], number: int) -> set[str]:
    """The rules that the comments on a line, and right above it, name."""
    index = number - 1
    near = lines[index : index + 1]
    while index > 0 and index <= len(lines) and _COMMENT.match(lines[index - 1]):
        index -= 1
        near.append(lines[index])
    return {name for line in near for mark in _MARK.findall(line) for name in mark.split(",")}


def find_unknown(texts: Mapping[Path, str]) -> Iterator[Finding]:
    """Comments that name rules which do not exist."""
    for path, text in texts.items():
        if "codebuild-cache:" not in text:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            for mark in _MARK.findall(line):
                unknown = [name for name in mark.split(",") if name and name not in RULES]
                unknown = [name for name in unknown if name != "all"]
                if unknown:
                    yield Finding(
                        "unknown-suppression",
                        path,
                        number,
                        f"There is no rule {' or '.join(unknown)}: this suppresses nothing.",
                        "# codebuild-cache: ignore=RULE reason",
                    )
