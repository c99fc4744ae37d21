"""What a command line prints of an answer, and of a table."""

from collections.abc import Sequence

from analysis.redaction import redact
from analysis.visible import show_signs


def print_answer(sentences: Sequence[str]) -> None:
    """Sentences, the advice first, a line each: no secrets, nothing that steers a terminal."""
    advice, *lines = sentences
    text = "\n".join([advice, *(f"- {line}" for line in lines)])
    print(show_signs(redact(text)))


def align_rows(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as lines, columns under each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines)
