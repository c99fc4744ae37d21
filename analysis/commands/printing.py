"""What a command line prints of an answer."""

from collections.abc import Sequence

from analysis.redaction import redact
from analysis.visible import show_signs


def print_answer(sentences: Sequence[str]) -> None:
    """Sentences, the advice first, a line each: no secrets, nothing that steers a terminal."""
    advice, *lines = sentences
    text = "\n".join([advice, *(f"- {line}" for line in lines)])
    print(show_signs(redact(text)))
