"""Foreign text in charts: shown as it is written, without secrets, and no longer than fits."""

import re
from functools import lru_cache

from analysis.languages import translate_value
from analysis.redaction import redact
from analysis.visible import shorten, show_line, show_signs

# characters of a label, of one word, and of any text in a picture
LABEL, _WORD, _TEXT = 64, 48, 600
_LONG_WORD = re.compile(rf"\S{{{_WORD + 1},}}")


def make_label(name: object, length: int = LABEL) -> str:
    """A name as a label on one line: of a longer one the begin and the end."""
    return shorten(say_name(name), length)


def say_name(name: object) -> str:
    """A name on one line, whole."""
    return _say_text(translate_value(str(name)))


@lru_cache(1 << 12)
def _say_text(text: str) -> str:
    """A text on one line, without secrets and hidden signs; a chart says each more than once."""
    return show_line(redact(text))


def clean(text: str) -> str:
    """What a chart may say of a text: its lines, no word and no text too long."""
    shown = _LONG_WORD.sub(lambda word: shorten(word[0], _WORD), show_signs(redact(text)))
    return shorten(shown.replace("\t", " "), _TEXT)
