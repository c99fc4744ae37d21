"""Templates filled with facts: the words lie in templates/, a file a language."""

from collections.abc import Callable
from string import Formatter
from typing import Any

from analysis.languages import get_language, read_sentences, translate, translate_value
from analysis.words import (
    count_words,
    join_ends,
    join_few,
    join_words,
    say_difference,
    say_percent,
    say_range,
    say_seconds,
    say_share,
)
from analysis.workload import say_commit

# {value:KIND} or {value:KIND DETAIL} in a template -> text of (value, detail)
_KINDS: dict[str, Callable[[Any, str], str]] = {
    "and": lambda words, _: join_words(words),
    "commit": lambda scenario, _: say_commit(scenario),
    "count": lambda number, word: count_words(int(number), word),
    "difference": lambda numbers, _: say_difference(*numbers),
    "ends": lambda words, what: join_ends(list(words), what),
    "few": lambda words, _: join_few(list(words)),
    "or": lambda words, _: join_words(words, "or"),
    "percent": lambda value, digits: say_percent(100 * value, int(digits)),
    "range": lambda ends, _: say_range(*ends),
    "seconds": lambda value, _: say_seconds(value),
    "share": lambda value, _: say_share(value),
    "signed": lambda value, form: format(value, form).replace("-", "−"),
}


class _Template(Formatter):
    """str.format with the kinds of values that sentences have."""

    def format_field(self, value: Any, format_spec: str) -> str:
        kind, _, detail = format_spec.partition(" ")
        value = _translate_words(value)
        if kind in _KINDS:
            return _KINDS[kind](value, detail)
        return format(value, format_spec)


def _translate_words(value: Any) -> Any:
    """A text, or a list of them, as the language of the page has it."""
    if isinstance(value, str):
        return translate_value(value)
    if isinstance(value, list | tuple) and value and isinstance(value[0], str):
        return [translate_value(each) for each in value]
    return value


def say(name: str, /, **facts: Any) -> str:
    """The template "section.name" with its {fact:kind} fields filled in."""
    section, _, key = name.partition(".")
    return _fill(read_sentences(get_language())[section][key], facts)


def tell(text: str, /, **facts: Any) -> str:
    """A template that is given in English, in the language of the page, its fields filled in."""
    return _fill(translate(text), facts)


def _fill(template: str, facts: dict[str, Any]) -> str:
    """A template with its fields filled in."""
    return _Template().vformat(template, (), facts)


def list_texts(section: str) -> dict[str, str]:
    """Name -> template of a section, for what fills in plain {fact}s elsewhere, as a page does."""
    return dict(read_sentences(get_language())[section])
