"""Whether letters and digits were drawn one by one, as a generator does, or make words."""

import re
from string import ascii_lowercase

# words of camelCase, SNAKE_CASE and kebab-case
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# what seldom follows an a, a b, … in names of packages and in logs: 4 % of all pairs of letters
# there, 44 % of those that are drawn
_AFTER = (
    "jq fghjknqvwxz bgjnqvwxz hjnqvwxz j bcdghjkmnpqvwxz bdfjkqtvwxyz bcdfghjklnpqvwxz "
    "hijqwy bcdfghjklmnpqrtvwxyz bcdfghjkmnpqvwxyz hjnqrwxz fghjknqrvwxz hjqwxz hqz "
    "bfjnqvwxz abcdefghijkmnopqrstvwxyz hjqwxz jxz jqvxz fhjkoquvwxyz bcdfghjklmnpqrstuvwxyz "
    "bcdfgjklmpqtuvwxyz bdfghjklmnoqrsuvwxyz hjkqvwxyz bcdfghjklmnpqrstuvwxyz"
)
_SELDOM = {
    first + second
    for first, rest in zip(ascii_lowercase, _AFTER.split(), strict=True)
    for second in rest
}
_UNBROKEN = re.compile(r"[A-Za-z0-9]{12,}")
# letters of one word; shorter ones in capitals are acronyms
_LETTERS = re.compile(r"[A-Z]?[a-z]+|[A-Z]{5,}")


def is_mixed(text: str) -> bool:
    """Whether a text has small and capital letters, and digits."""
    return all(re.search(kind, text) for kind in ("[a-z]", "[A-Z]", r"\d"))


def changes_often(run: str, longest: float) -> bool:
    """Whether a run of letters and digits changes its kind, on average, after so many signs."""
    return longest * len(WORD.findall(run)) >= len(run)


def reads_as_nothing(run: str) -> bool:
    """Whether a mixed part of a run, without other signs, has pairs that no word has."""
    return any(is_mixed(part) and _has_seldom(part) for part in _UNBROKEN.findall(run))


def _has_seldom(part: str) -> bool:
    """Whether three pairs of letters, and one in ten, are seldom."""
    pairs = [
        word[at : at + 2].lower() for word in _LETTERS.findall(part) for at in range(len(word) - 1)
    ]
    seldom = sum(pair in _SELDOM for pair in pairs)
    return seldom >= 3 and 10 * seldom >= len(pairs)
