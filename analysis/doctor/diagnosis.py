"""The diagnosis: every rule on what was read, with costs, without what comments suppress."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.doctor.case import Case
from analysis.doctor.check_builders import check_docker_server, check_hub, check_loads, check_pins
from analysis.doctor.check_caches import (
    check_cache_from,
    check_index_caches,
    check_modes,
    check_no_cache,
    check_pulls,
)
from analysis.doctor.check_contexts import check_contexts
from analysis.doctor.check_dockerfiles import check_arguments, check_mounts, check_order
from analysis.doctor.check_fetches import check_clones, check_updates
from analysis.doctor.check_locks import check_locks
from analysis.doctor.check_projects import check_idle, check_layer_cache
from analysis.doctor.check_registry import (
    check_attestations,
    check_branches,
    check_buckets,
    check_count_rules,
    check_immutable,
)
from analysis.doctor.costs import find_cost
from analysis.doctor.findings import SEVERITIES, Finding
from analysis.doctor.reading import read_case
from analysis.doctor.rules import RULES
from analysis.doctor.suppress import find_unknown, keep_unsuppressed
from analysis.logs import Logs
from analysis.redaction import redact
from analysis.rows import list_rows
from analysis.shipped import BASES
from analysis.store import read_logs
from analysis.visible import show_signs

_Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
COLUMNS = {
    "rule": "str",
    "file": "str",
    "line": "int64",
    "severity": "str",
    "message": "str",
    "instead": "str",
    "why": "str",
    "cost": "float64",
    "cost_origin": "str",
    "link": "str",
}
_CHECKS: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    check_cache_from,
    check_no_cache,
    check_pulls,
    check_modes,
    check_index_caches,
    check_docker_server,
    check_pins,
    check_hub,
    check_loads,
    check_order,
    check_arguments,
    check_locks,
    check_updates,
    check_clones,
    check_contexts,
    check_mounts,
    check_layer_cache,
    check_idle,
    check_count_rules,
    check_immutable,
    check_attestations,
    check_buckets,
    check_branches,
)


@dataclass(frozen=True)
class Diagnosis:
    """What was found: `findings` as diagnose gives them, how many files were read, and lines.

    lines: for each finding, the text of its line; suppressed: findings that comments suppress.
    """

    findings: pd.DataFrame
    files: int
    suppressed: int
    lines: tuple[str, ...]
    paths: tuple[Path, ...]

    def count(self, severity: str) -> int:
        """How many findings are of this severity or a worse one."""
        worse = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return int(self.findings["severity"].isin(worse).sum())


def diagnose(paths: _Paths) -> pd.DataFrame:
    """What can't hit, or costs more than it gives, in the files that `paths` mean; a row a finding.

    `paths`: files or folders, looked for here and then beside the package, with buildspecs,
    Dockerfiles, .dockerignore, compose and bake files, projects and repositories as the AWS CLI or
    Terraform have them, and logs. Columns: rule, file, line (from 1), severity (error, warning or
    note), message, instead (the line to write), why, cost (seconds of a build; null where nothing
    tells), cost_origin (the logs given, else recorded runs), link. A file that can't be read is a
    finding of the rule unreadable.

    >>> found = analysis.diagnose("deploy/buildspecs/registry-cache.yml")
    >>> found[["rule", "line", "severity"]].tail(2)
                         rule  line severity
    2        load-before-push    23  warning
    3  shared-cache-reference    23     note
    """
    return examine(paths).findings


def examine(paths: _Paths) -> Diagnosis:
    """What diagnose finds, with what a printed diagnosis tells beside it."""
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    named = tuple(_find_path(Path(path)) for path in given)
    case = read_case(named)
    logs = read_logs(case.logs, store="off") if case.logs else None
    case.problems += _list_unread(logs)
    kept, suppressed = judge(case)
    lines = {path: text.splitlines() for path, text in case.texts.items()}
    return Diagnosis(
        findings=_frame(kept, logs),
        files=case.files,
        suppressed=len(suppressed),
        lines=tuple(_line(lines.get(each.file, []), each.line) for each in kept),
        paths=named,
    )


def _find_path(path: Path) -> Path:
    """A path as it lies here, or else beside the package."""
    return next((base / path for base in BASES if os.path.exists(base / path)), path)


def judge(case: Case) -> tuple[list[Finding], list[Finding]]:
    """(the findings of all rules by file and line, those that comments suppress)."""
    found = [finding for check in _CHECKS for finding in check(case)]
    found += case.problems + list(find_unknown(case.texts))
    kept, suppressed = keep_unsuppressed(list(dict.fromkeys(found)), case.texts)
    kept.sort(key=lambda each: (each.file.as_posix(), each.line, SEVERITIES.index(_rate(each))))
    return kept, suppressed


def _list_unread(logs: Logs | None) -> list[Finding]:
    """A finding for each log that can't be read."""
    if logs is None:
        return []
    rows = list_rows(logs.logs.dropna(subset="problem"))
    return [
        Finding("unreadable", Path(row.log), 1, row.problem, severity="warning") for row in rows
    ]


def _line(lines: list[str], number: int) -> str:
    """The text of a line, "" where there is none."""
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _rate(finding: Finding) -> str:
    """How bad a finding is."""
    return finding.severity or RULES[finding.rule].severity


def _frame(findings: list[Finding], logs: Logs | None) -> pd.DataFrame:
    """The findings as a frame."""
    rows = []
    for finding in findings:
        rule, cost = RULES[finding.rule], find_cost(finding, logs)
        rows.append(
            (
                finding.rule,
                finding.file.as_posix(),
                max(finding.line, 1),
                _rate(finding),
                show_signs(redact(finding.message)),
                show_signs(redact(finding.instead)),
                rule.why,
                cost.seconds,
                cost.origin,
                rule.link,
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
