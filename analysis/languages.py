"""The language of pages and answers, and what is said in it in place of English words.

A language is two files beside English's (prose/templates/): LANGUAGE.toml has the sentences of
en.toml, LANGUAGE.words.toml says what stands in place of English texts that are written elsewhere.
"""

import os
import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from analysis.errors import UnknownName

# of the process, and of the notebooks that it starts
VARIABLE = "PAGE_LANGUAGE"
ENGLISH = "en"
# the parts of a language's words that stand for texts of the code
_WORDS = ("texts", "counts", "heads", "values")
# between several reasons of one thing
_REASONS = "; "
_FOLDER = Path(__file__).parent / "prose" / "templates"


@cache
def list_languages() -> tuple[str, ...]:
    """The languages that there are sentences in, as <html lang> names them."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml") if "." not in path.stem))


def get_language() -> str:
    """The language of this process: PAGE_LANGUAGE, English without it; UnknownName."""
    return _check(os.environ.get(VARIABLE) or ENGLISH)


def _check(language: str) -> str:
    """A language that there are sentences in; UnknownName."""
    if language not in list_languages():
        raise UnknownName("language", language, list_languages())
    return language


def speak(language: str) -> None:
    """Have this process, and the notebooks that it starts, speak a language; '': as it does.

    UnknownName where there are no sentences in it.

    >>> analysis.speak("en")
    """
    if language:
        os.environ[VARIABLE] = _check(language)
    get_language()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """speak for the time of a block."""
    before = os.environ.get(VARIABLE, "")
    speak(language)
    try:
        yield
    finally:
        os.environ[VARIABLE] = before


@cache
def read_sentences(language: str) -> dict[str, dict[str, str]]:
    """Section -> name -> template of a language."""
    return _read(f"{language}.toml")


def translate(text: str) -> str:
    """What stands in place of an English text, or of a template of one; the text where nothing is
    said of it."""
    language = get_language()
    return text if language == ENGLISH else _read_words(language).get(squeeze(text), text)


@cache
def _read_words(language: str) -> dict[str, str]:
    """English text -> what stands in its place, of all parts of a language's words."""
    given: dict[str, Any] = _read(f"{language}.words.toml")
    notes = {squeeze(each["en"]): each["text"].strip() for each in given["notebooks"]}
    return notes | {text: said for name in _WORDS for text, said in given[name].items()}


def translate_value(text: str) -> str:
    """What stands in place of an English text that a table of data holds.

    Names of others', as of stages and projects, may be words that have a meaning elsewhere: only
    what a language lists as values, their patterns and parts is translated.
    """
    language = get_language()
    return text if language == ENGLISH else _translate_value(text, language)


@lru_cache(1 << 12)
def _translate_value(text: str, language: str) -> str:
    """translate_value in a language: a page says each more than once."""
    given = _read(f"{language}.words.toml")
    if text in given["values"]:
        return str(given["values"][text])
    if (reasons := _translate_reasons(text, language)) is not None:
        return reasons
    for part, said in given["parts"].items():
        text = text.replace(part, said)
    for pattern, template in _read_patterns(language):
        if found := pattern.fullmatch(text):
            words = {
                name: _translate_value(each, language) for name, each in found.groupdict().items()
            }
            return template.format(**words)
    return text


def _translate_reasons(text: str, language: str) -> str | None:
    """Reasons that stand in one text, null where it holds anything else, as a command may."""
    parts = text.split(_REASONS)
    said = [_translate_value(each, language) for each in parts] if len(parts) > 1 else parts
    if any(one == other for one, other in zip(parts, said, strict=True)):
        return None
    return _read_words(language).get(_REASONS, _REASONS).join(said)


@cache
def _read_patterns(language: str) -> list[tuple[re.Pattern[str], str]]:
    """(what an English text follows, what stands in its place) of a language."""
    given = _read(f"{language}.words.toml")["patterns"]
    return [(_make_pattern(text), template) for text, template in given.items()]


def _make_pattern(text: str) -> re.Pattern[str]:
    """A template as a pattern of the texts that follow it; {name:d} is a number."""
    escaped = re.sub(r"\\{(\w+):d\\}", r"(?P<\1>\\d+)", re.escape(text))
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", escaped), re.DOTALL)


def squeeze(text: str) -> str:
    """A text whatever lines it is broken into."""
    return " ".join(text.split()) if "\n" in text else text


@cache
def _read(name: str) -> dict[str, Any]:
    """A file of a language."""
    with (_FOLDER / name).open("rb") as file:
        return tomllib.load(file)
