"""Predicts what a lifecycle policy of ECR does to a repository, in one evaluation.

Rules: https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
Where an account is at hand, ECR's own preview (start_lifecycle_policy_preview) is the authority.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis.registry.images import ACTIVATING, ARCHIVED
from analysis.registry.policy import COUNT, Rule, read_policy
from analysis.rows import name_missing

COLUMNS = {"digest": "string", "action": "string", "rule": "Int64", "reason": "string"}
# count type -> (column of the time that counts, its words)
_AGES = {
    "sinceImagePushed": ("pushed", "pushed"),
    "sinceImagePulled": ("last_used", "last pulled or restored, or pushed if never,"),
    "sinceImageTransitioned": ("archived", "archived"),
}


class _Verdict(NamedTuple):
    """What is done to an entry, the priority of the rule it belongs to, and why."""

    action: str
    rule: int | None
    reason: str


def preview_lifecycle(
    images: pd.DataFrame,
    policy: Mapping[str, Any] | str | Path,
    now: datetime | None = None,
    count_children: bool = False,
) -> pd.DataFrame:
    """One row an entry of a repository: digest, action (keep, expire, transition), rule, reason.

    `images` is one listing as read_images gives it; `policy` an object, its JSON text or a file,
    the policy alone or what get-lifecycle-policy prints: PolicyError when ECR would not take it.
    `now` is the time of the evaluation (default: the present). An entry belongs to the first rule
    by priority that selects it; `rule` is that one's priority, null when there is none. Children
    of an index here stay as long as it is here; a referrer does as its subject does. Whether both
    count towards imageCountMoreThan is not documented: by default they don't, as in the one known
    preview by ECR; other reports counted them, as `count_children` does.

    >>> images = analysis.read_experiment("data/control").images
    >>> selection = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}
    >>> rule = {"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}
    >>> kept = analysis.preview_lifecycle(
    ...     images[images["run"] == "docker.source.01"], {"rules": [rule]}
    ... )
    >>> sorted(kept["action"])
    ['expire', 'keep']
    """
    rules = read_policy(policy)
    now = pd.Timestamp(now or datetime.now(UTC))
    now = now.tz_localize("UTC") if now.tz is None else now
    told, images = images["digest"], images.assign(digest=name_missing(images["digest"]))
    listed, leads = _find_listed(images), _find_leads(images)
    counted = images if count_children else images[~images["digest"].isin([*listed, *leads])]
    used = counted.reindex(columns=["pulled", "activated"]).max(axis="columns")
    counted = counted.assign(last_used=used.fillna(counted["pushed"]))
    verdicts: dict[str, _Verdict] = {}
    for rule in rules:
        for digest, verdict in _evaluate(rule, counted, now):
            verdicts.setdefault(digest, verdict)
    judged = (judge(digest, verdicts, listed, leads) for digest in images["digest"])
    rows = [(digest, *verdict) for digest, verdict in zip(told, judged, strict=True)]
    return pd.DataFrame(rows, columns=list(COLUMNS), index=images.index).astype(COLUMNS)


def _find_listed(images: pd.DataFrame) -> dict[str, str]:
    """child -> an index here that lists it."""
    pairs = zip(images["digest"], images["parents"], strict=True)
    return {digest: parents[0] for digest, parents in pairs if len(parents)}


def _find_leads(images: pd.DataFrame) -> dict[str, str]:
    """referrer -> the entry here that decides: its subject, or that one's subject, and so on."""
    here = set(images["digest"].dropna())
    pairs = zip(images["digest"], images["subject"], strict=True)
    subjects = {d: s for d, s in pairs if not pd.isna(s) and s in here and s != d}
    leads = {}
    for digest in subjects:
        lead, seen = digest, set()
        while lead in subjects and lead not in seen:
            seen.add(lead)
            lead = subjects[lead]
        if lead not in seen:
            leads[digest] = lead
    return leads


def _evaluate(
    rule: Rule, images: pd.DataFrame, now: pd.Timestamp
) -> Iterator[tuple[str, _Verdict]]:
    """(digest, verdict) of every entry that a rule selects, as if it were the only rule."""
    pairs = zip(images["tags"], _find_storage(images), strict=True)
    chosen = [rule.selects(tags, storage) for tags, storage in pairs]
    selected = images[pd.Series(chosen, index=images.index, dtype="bool")]
    if rule.count_type == COUNT:
        yield from _evaluate_count(rule, selected)
    else:
        yield from _evaluate_age(rule, selected, now)


def _find_storage(images: pd.DataFrame) -> pd.Series:
    """The storage class of each entry; of one that is being restored none that a rule selects."""
    status = images["status"] if "status" in images else pd.Series(pd.NA, images.index)
    archived = images["archived"].notna() | status.eq(ARCHIVED).fillna(False)
    storage = pd.Series("standard", images.index).mask(archived, "archive")
    return storage.mask(status.eq(ACTIVATING).fillna(False), ACTIVATING)


def _evaluate_count(rule: Rule, selected: pd.DataFrame) -> Iterator[tuple[str, _Verdict]]:
    """Verdicts of a rule that keeps the newest; of those pushed at once the first by digest."""
    order = selected.sort_values(["pushed", "digest"], ascending=[False, True])
    times = zip(order["digest"], order["pushed"], strict=True)
    for number, (digest, pushed) in enumerate(times, start=1):
        if pd.isna(pushed):
            yield digest, _Verdict("keep", rule.priority, "when it was pushed is not known")
            continue
        action = rule.action if number > rule.number else "keep"
        reason = f"number {number} of {len(order)}, newest first; {rule.number} are kept"
        yield digest, _Verdict(action, rule.priority, reason)


def _evaluate_age(
    rule: Rule, selected: pd.DataFrame, now: pd.Timestamp
) -> Iterator[tuple[str, _Verdict]]:
    """Verdicts of a rule that keeps what is young enough."""
    column, words = _AGES[rule.count_type]
    days = (now - selected[column]).dt.total_seconds() / 86400
    for digest, age in zip(selected["digest"], days, strict=True):
        if pd.isna(age):
            yield digest, _Verdict("keep", rule.priority, f"when it was {words} is not known")
            continue
        action = rule.action if age > rule.number else "keep"
        reason = f"{words} {age:.1f} days ago; the limit is {rule.number} days"
        yield digest, _Verdict(action, rule.priority, reason)


def judge(
    digest: str,
    verdicts: Mapping[str, _Verdict],
    listed: Mapping[str, str],
    leads: Mapping[str, str],
) -> _Verdict:
    """What becomes of an entry, given what the rules alone would do."""
    if digest in listed:
        return _Verdict("keep", None, f"{listed[digest]} lists it and must go first")
    if digest in leads:
        lead = judge(leads[digest], verdicts, listed, {})
        return _Verdict(lead.action, lead.rule, f"refers to {leads[digest]}, does as that does")
    return verdicts.get(digest) or _Verdict("keep", None, "no rule selects it")
