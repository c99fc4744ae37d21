"""Random values of one seed, and a case made of them."""

import random
import string
from pathlib import Path
from typing import NamedTuple

LETTERS, DIGITS = string.ascii_letters, string.digits
ALNUM = LETTERS + DIGITS
HEX = "0123456789abcdef"
B64 = ALNUM + "+/"
SAFE = ALNUM + "-_"


def read_lines(name: str) -> list[str]:
    """The lines of a file beside this one."""
    return Path(__file__).with_name(name).read_text("utf-8").splitlines()


class Case(NamedTuple):
    """A text, the parts of it that must be gone, and what must be left."""

    kind: str
    text: str
    secrets: tuple[str, ...]
    stays: str = ""


class Maker:
    """Random values of one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def of(self, letters: str, length: int) -> str:
        """`length` of these letters, a digit and a letter among them."""
        text = "".join(self.random.choices(letters, k=length))
        if letters in (ALNUM, SAFE, B64, HEX) and length > 3:
            at = self.random.randrange(1, length - 2)
            text = text[:at] + "7" + "b" + text[at + 2 :]
        return self._end_in_dashes(text) if letters == SAFE and length > 8 else text

    def _end_in_dashes(self, text: str) -> str:
        """A text of base64 in URLs as any may be: up to three dashes at its begin and its end."""
        first, last = ("".join(self.random.choices("-_", k=self.between(0, 3))) for _ in range(2))
        return first + text[len(first) : len(text) - len(last)] + last

    def between(self, low: int, high: int) -> int:
        """A whole number."""
        return self.random.randint(low, high)
