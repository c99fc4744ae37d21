"""Reads lifecycle policies of ECR and checks them as ECR does before it takes one.

Format: https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from reprlib import repr
from typing import Any

from analysis.errors import PolicyError
from analysis.registry.answers import parse_text, read_text

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
_MAX_RULES, _MAX_WILDCARDS, _MIN_ARCHIVED_DAYS, _MAX_LENGTH = 50, 4, 90, 30_720
# numbers of its API have 32 bits
_MAX_NUMBER = 2**31 - 1
# as deep as a text is wrapped in texts
_LAYERS = 4
_WRAPPER = "lifecyclepolicytext"
_WRITE = 'write {"rules": [...]} there'
_RULE_KEYS = ("rulePriority", "description", "selection", "action")
_SELECTION_KEYS = (
    "tagStatus",
    "tagPatternList",
    "tagPrefixList",
    "storageClass",
    "countType",
    "countUnit",
    "countNumber",
)
_OPTIONAL = {
    "description",
    "tagPatternList",
    "tagPrefixList",
    "storageClass",
    "countUnit",
    "targetStorageClass",
}
_ACTION_KEYS = ("type", "targetStorageClass")
_TAG_STATUS = ("tagged", "untagged", "any")
COUNT = "imageCountMoreThan"
_COUNT_TYPES = (COUNT, "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned")
_ACTIONS = ("expire", "transition")


@dataclass(frozen=True)
class Rule:
    """One rule: which entries it selects and what it does to those beyond its number.

    `patterns` has one for each item of tagPrefixList or tagPatternList: an entry needs a tag for
    each of them.
    """

    priority: int
    tag_status: str
    patterns: tuple[re.Pattern[str], ...]
    storage_class: str
    count_type: str
    number: int
    action: str

    def selects(self, tags: tuple[str, ...], storage_class: str) -> bool:
        """Whether an entry with these tags in this storage class is one of the rule's."""
        if storage_class != self.storage_class:
            return False
        if self.tag_status != "any" and bool(tags) != (self.tag_status == "tagged"):
            return False
        return all(any(pattern.fullmatch(tag) for tag in tags) for pattern in self.patterns)


def read_policy(policy: Mapping[str, Any] | str | Path) -> list[Rule]:
    """The rules of a policy, first priority first; PolicyError where ECR would not take it.

    `policy`: an object, its JSON text or a file, the policy alone or as get-lifecycle-policy and
    its preview print it.
    """
    value, source = load_policy(policy)
    _check(isinstance(value, Mapping), source, 'is not {"rules": [...]}: write its rules so')
    _check_keys(value, ("rules",), source)
    rules = value.get("rules")
    _check(
        isinstance(rules, list) and rules, source, "has no rules: give it a list with one at least"
    )
    _check(len(rules) <= _MAX_RULES, source, f"has {len(rules)} rules: ECR takes {_MAX_RULES}")
    found = [_read_rule(rule, f"{source}, rule {n}") for n, rule in enumerate(rules, start=1)]
    _check_together(rules, found, source)
    return sorted(found, key=lambda rule: rule.priority)


def load_policy(policy: Mapping[str, Any] | str | Path) -> tuple[Any, str]:
    """(the policy as an object, what to call it in errors); PolicyError.

    What get-lifecycle-policy and its preview print holds the policy as a text.
    """
    value, source, text = policy, "The lifecycle policy", None
    if isinstance(policy, str | bytes | Path):
        text, name = read_text(policy, PolicyError, _WRITE)
        source = name or source
        value = parse_text(text, source, PolicyError, _WRITE)
    for _ in range(_LAYERS):
        if isinstance(value, Mapping) and (key := _find_wrapper(value)):
            value, text = value[key], None
        if isinstance(value, str):
            text, value = value, parse_text(value, source, PolicyError, _WRITE)
    size = len(_write(value, source) if text is None else text)
    _check(size <= _MAX_LENGTH, source, f"has {size} characters: ECR takes {_MAX_LENGTH}")
    return value, source


def _find_wrapper(value: Mapping[str, Any]) -> str | None:
    """The key under which an answer, or a CloudFormation template, holds a policy's text."""
    return next((key for key in value if str(key).lower() == _WRAPPER), None)


def _write(value: Any, source: str) -> str:
    """A policy as JSON; PolicyError where it can't be."""
    try:
        return json.dumps(value)
    except (TypeError, ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise PolicyError(f"{source} can't be JSON ({reason}): {_WRITE}.") from error


def _read_rule(value: Any, where: str) -> Rule:
    """One rule; PolicyError names the key that is wrong."""
    _check(
        isinstance(value, Mapping), where, "is no object: give it rulePriority, selection, action"
    )
    _check_keys(value, _RULE_KEYS, where)
    text = isinstance(value.get("description", ""), str)
    _check(text, where, "has a description that is no text: leave it out")
    selection, action = value.get("selection"), value.get("action")
    _check(isinstance(selection, Mapping), where, "has no selection: say which images it is about")
    _check(isinstance(action, Mapping), where, 'has no action: write {"type": "expire"}')
    _check_keys(selection, _SELECTION_KEYS, where)
    _check_keys(action, _ACTION_KEYS, where)
    status = _one_of(selection, "tagStatus", _TAG_STATUS, where)
    kind = _one_of(selection, "countType", _COUNT_TYPES, where)
    rule = Rule(
        priority=_positive(value, "rulePriority", where),
        tag_status=status,
        patterns=_read_patterns(selection, status, where),
        storage_class=_read_storage_class(selection, kind, where),
        count_type=kind,
        number=_positive(selection, "countNumber", where),
        action=_read_action(action, kind, where),
    )
    _check_unit(selection, kind, rule.number, where)
    return rule


def _read_patterns(
    selection: Mapping[str, Any], status: str, where: str
) -> tuple[re.Pattern[str], ...]:
    """What tags must match; PolicyError unless a tagged rule has just one of the two lists."""
    given = [key for key in ("tagPatternList", "tagPrefixList") if key in selection]
    if status != "tagged":
        _check(not given, where, f"has {' and '.join(given)} with tagStatus {status}: leave it out")
        return ()
    _check(
        len(given) == 1,
        where,
        f"has {' and '.join(given) or 'no list of tags'} with tagStatus tagged: give it either "
        "tagPatternList or tagPrefixList",
    )
    items = selection[given[0]]
    text = isinstance(items, list) and items and all(isinstance(i, str) and i for i in items)
    _check(text, where, f"has something other than a list of texts in {given[0]}: list tags there")
    if given[0] == "tagPrefixList":
        return tuple(re.compile(re.escape(item) + ".*") for item in items)
    for item in items:
        _check(
            item.count("*") <= _MAX_WILDCARDS,
            where,
            f"has {item.count('*')} * in {repr(item)}: ECR takes {_MAX_WILDCARDS} a pattern",
        )
    return tuple(map(_compile_pattern, items))


def _compile_pattern(pattern: str) -> re.Pattern[str]:
    """What a tag must match: `*` is any text. What a part found first is not looked for again."""
    first, *middle = map(re.escape, pattern.split("*"))
    if not middle:
        return re.compile(first)
    *parts, last = middle
    return re.compile(first + "".join(f"(?>.*?{part})" for part in parts) + f".*{last}")


def _read_storage_class(selection: Mapping[str, Any], count_type: str, where: str) -> str:
    """standard or archive; PolicyError when the count type can't be had there."""
    given = selection.get("storageClass")
    wanted = "archive" if count_type == "sinceImageTransitioned" else "standard"
    fits = given == wanted or (given is None and wanted == "standard")
    _check(fits, where, f"has storageClass {repr(given)}: {count_type} needs {wanted!r}")
    return wanted


def _read_action(action: Mapping[str, Any], count_type: str, where: str) -> str:
    """expire or transition; PolicyError when the count type can't have it."""
    kind, target = _one_of(action, "type", _ACTIONS, where), action.get("targetStorageClass")
    if kind == "transition":
        _check(target == "archive", where, 'needs targetStorageClass "archive" to transition')
    else:
        _check(target is None, where, "has a targetStorageClass but expires: leave it out")
    only = {"sinceImagePulled": "transition", "sinceImageTransitioned": "expire"}
    wanted = only.get(count_type, kind)
    _check(kind == wanted, where, f"has action {kind}: {count_type} can only {wanted}")
    return kind


def _check_unit(selection: Mapping[str, Any], count_type: str, number: int, where: str) -> None:
    """PolicyError unless ages, and nothing else, are counted in days."""
    unit = selection.get("countUnit")
    if count_type == COUNT:
        _check(unit is None, where, f"has a countUnit: {COUNT} has none, leave it out")
    else:
        _check(unit == "days", where, f'has countUnit {repr(unit)}: {count_type} needs "days"')
    if count_type == "sinceImageTransitioned":
        _check(
            number >= _MIN_ARCHIVED_DAYS,
            where,
            f"has countNumber {number}: images stay archived {_MIN_ARCHIVED_DAYS} days at least",
        )


def _check_together(values: list[Any], rules: list[Rule], source: str) -> None:
    """PolicyError when rules contradict one another."""
    priorities = [rule.priority for rule in rules]
    _check(
        len(set(priorities)) == len(rules),
        source,
        f"uses a rulePriority twice ({priorities}): give each rule its own",
    )
    for storage in ("standard", "archive"):
        these = [rule for rule in rules if rule.storage_class == storage]
        for status in ("untagged", "any"):
            found = [rule for rule in these if rule.tag_status == status]
            _check(len(found) < 2, source, f"has {len(found)} rules for {status} images: keep one")
        last = max(these, key=lambda rule: rule.priority, default=None)
        for rule in these:
            _check(
                rule.tag_status != "any" or rule is last,
                source,
                f"has tagStatus any at priority {rule.priority}: it must have the highest number",
            )
        lists = [frozenset(rule.patterns) for rule in these if rule.patterns]
        _check(
            len(set(lists)) == len(lists),
            source,
            "lists the same tags in two rules: only the first would act, keep one",
        )


def _one_of(value: Mapping[str, Any], key: str, choices: tuple[str, ...], where: str) -> str:
    """The value of a key; PolicyError when it is not one of the choices."""
    given = value.get(key)
    _check(given in choices, where, f"has {key} {repr(given)}: use {', '.join(choices)}")
    return str(given)


def _positive(value: Mapping[str, Any], key: str, where: str) -> int:
    """The value of a key; PolicyError when it is no whole number from 1."""
    given = value.get(key)
    fits = isinstance(given, int) and not isinstance(given, bool) and 0 < given <= _MAX_NUMBER
    _check(fits, where, f"has {key} {repr(given)}: use a whole number from 1 to {_MAX_NUMBER}")
    return int(given or 0)


def _check_keys(value: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    """PolicyError names the first key that ECR does not know."""
    for key in value:
        null = value[key] is None and key in _OPTIONAL
        _check(not null, where, f"has null for {key}: leave it out")
        close = get_close_matches(str(key), known, n=1)
        cure = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"
        _check(key in known, where, f"has the unknown key {repr(key)}: {cure}")


def _check(fits: object, where: str, problem: str) -> None:
    """PolicyError with the place and the problem unless it fits."""
    if not fits:
        raise PolicyError(f"{where} {problem.rstrip('?')}{'?' if problem.endswith('?') else '.'}")
