"""A diagnosis as text, as JSON, and as SARIF 2.1.0 for code scanning.

SARIF: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import hashlib
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from analysis.doctor.diagnosis import Diagnosis
from analysis.doctor.findings import SEVERITIES
from analysis.doctor.rules import RULES
from analysis.doctor.walk import find_git
from analysis.rows import list_records
from analysis.visible import show_line
from analysis.words import count_words, join_words, say_seconds

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def to_text(found: Diagnosis) -> str:
    """The findings, those of a file together, and how many there are."""
    parts: list[str] = []
    file = ""
    for row in list_records(found.findings):
        if file and row["file"] != file:
            parts.append("")
        file = row["file"]
        name = show_line(file)
        parts.append(f"{name}:{row['line']}: {row['severity']}: {row['message']} [{row['rule']}]")
        parts.append(f"    why: {row['why']}")
        if not pd.isna(row["cost"]):
            parts.append(f"    costs: {say_seconds(row['cost'])} a build ({row['cost_origin']})")
        if row["instead"]:
            lines = row["instead"].splitlines()
            parts.append(f"    instead: {lines[0]}")
            parts += [f"             {line}" for line in lines[1:]]
        parts.append(f"    see: {row['link']}")
    return "\n".join([*parts, *([""] if parts else []), _say_count(found)])


def _say_count(found: Diagnosis) -> str:
    """How much was read and found."""
    counts = Counter(found.findings["severity"])
    said = join_words(count_words(counts[each], each) for each in SEVERITIES if counts[each])
    hidden = f", {found.suppressed} more suppressed by comments" if found.suppressed else ""
    said = said if counts else "nothing found"
    return f"{count_words(found.files, 'file')} read: {said}{hidden}."


def to_json(found: Diagnosis) -> str:
    """The findings as JSON: files, suppressed, and findings with the columns of diagnose."""
    rows = [
        {name: None if pd.isna(value) else value for name, value in row.items()}
        for row in list_records(found.findings)
    ]
    whole = {"files": found.files, "suppressed": found.suppressed, "findings": rows}
    return json.dumps(whole, indent=2, ensure_ascii=False)


def to_sarif(found: Diagnosis) -> str:
    """The findings as SARIF 2.1.0, files as they lie in their repository."""
    names = list(RULES)
    seen: Counter[str] = Counter()
    results = []
    for row, line in zip(list_records(found.findings), found.lines, strict=True):
        uri = _name_uri(Path(row["file"]), found.paths)
        digest = hashlib.sha256(f"{row['rule']}\0{uri}\0{line.strip()}".encode(errors="replace"))
        mark = digest.hexdigest()[:16]
        seen[mark] += 1
        results.append(
            {
                "ruleId": row["rule"],
                "ruleIndex": names.index(row["rule"]),
                "level": row["severity"],
                "message": {"text": _say_result(row)},
                "locations": [
                    {
                        "physicalLocation": {
                            "artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"},
                            "region": {"startLine": row["line"]},
                        }
                    }
                ],
                "partialFingerprints": {"primaryLocationLineHash": f"{mark}:{seen[mark]}"},
            }
        )
    driver = {"name": "codebuild-cache doctor", "rules": [_describe(name) for name in names]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    whole = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(whole, indent=2, ensure_ascii=False)


def _say_result(row: dict[str, Any]) -> str:
    """What a result says: the message, its cost, and the line to write instead."""
    cost = ""
    if not pd.isna(row["cost"]):
        cost = f" It costs {say_seconds(row['cost'])} a build ({row['cost_origin']})."
    instead = f"\nInstead: {row['instead']}" if row["instead"] else ""
    return f"{row['message']}{cost}{instead}"


def _describe(name: str) -> dict[str, Any]:
    """A rule, as SARIF describes it."""
    rule = RULES[name]
    return {
        "id": name,
        "shortDescription": {"text": rule.says},
        "fullDescription": {"text": f"{rule.says} {rule.why}"},
        "help": {"text": f"{rule.why} See {rule.link}."},
        "defaultConfiguration": {"level": rule.severity},
    }


def _name_uri(file: Path, paths: tuple[Path, ...]) -> str:
    """A file as seen from its repository, else from here, else from the path that was given."""
    whole = Path(os.path.abspath(file))
    given = [Path(os.path.abspath(path)) for path in paths]
    folders = [path if os.path.isdir(path) else path.parent for path in given]
    for base in [find_git(whole.parent), Path.cwd(), *folders]:
        if base and whole.is_relative_to(base):
            return quote(whole.relative_to(base).as_posix())
    return quote(whole.name)
