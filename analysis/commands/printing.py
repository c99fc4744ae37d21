"""What a command line prints of an answer, and of a table."""

from collections.abc import Sequence
from unicodedata import east_asian_width

from analysis.redaction import redact
from analysis.visible import show_signs


def print_answer(sentences: Sequence[str]) -> None:
    """Sentences, the advice first, a line each: no secrets, nothing that steers a terminal."""
    advice, *lines = sentences
    text = "\n".join([advice, *(f"- {line}" for line in lines)])
    print(show_signs(redact(text)))


def align_rows(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as lines, columns under each other."""
    widths = [max(map(_measure, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(_pad, row, widths)).rstrip() for row in rows)


def _pad(cell: str, width: int) -> str:
    """A cell as wide as its column."""
    return cell + " " * (width - _measure(cell))


def _measure(text: str) -> int:
    """The columns of a terminal that a text takes: signs of Chinese and Japanese take two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
