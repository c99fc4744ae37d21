"""Templates filled with facts: the words lie in templates/, a file a language."""

import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from analysis.words import (
    count_words,
    join_ends,
    join_words,
    say_difference,
    say_range,
    say_seconds,
    say_share,
)
from analysis.workload import say_commit

_FOLDER = Path(__file__).parent.parent / "templates"
# {value:KIND} or {value:KIND DETAIL} in a template -> text of (value, detail)
_KINDS: dict[str, Callable[[Any, str], str]] = {
    "and": lambda words, _: join_words(words),
    "commit": lambda scenario, _: say_commit(scenario),
    "count": lambda number, word: count_words(int(number), word),
    "difference": lambda numbers, _: say_difference(*numbers),
    "ends": lambda words, what: join_ends(list(words), what),
    "or": lambda words, _: join_words(words, "or"),
    "percent": lambda value, digits: f"{100 * value:.{digits}f} %",
    "range": lambda ends, _: say_range(*ends),
    "seconds": lambda value, _: say_seconds(value),
    "share": lambda value, _: say_share(value),
    "signed": lambda value, form: format(value, form).replace("-", "−"),
}


class _Template(Formatter):
    """str.format with the kinds of values that sentences have."""

    def format_field(self, value: Any, format_spec: str) -> str:
        kind, _, detail = format_spec.partition(" ")
        if kind in _KINDS:
            return _KINDS[kind](value, detail)
        return format(value, format_spec)


@cache
def _read_templates(language: str = "en") -> dict[str, dict[str, str]]:
    """Section -> name -> template of a language."""
    with (_FOLDER / f"{language}.toml").open("rb") as file:
        return tomllib.load(file)


def say(name: str, /, **facts: Any) -> str:
    """The template "section.name" with its {fact:kind} fields filled in."""
    section, _, key = name.partition(".")
    return _Template().vformat(_read_templates()[section][key], (), facts)


def list_texts(section: str) -> dict[str, str]:
    """Name -> template of a section, for what fills in plain {fact}s elsewhere, as a page does."""
    return dict(_read_templates()[section])
