"""Words and commands of a shell script, and the programs that only start others."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)\+?=")
# programs that start the one behind them -> their options with a value of its own
_WRAPPERS = {
    "sudo": ("-u", "-g", "--user"),
    "nohup": (),
    "exec": (),
    "command": (),
    "env": ("-u",),
    "timeout": ("-k", "-s"),
    "nice": ("-n",),
    "winpty": (),
}


class Word(NamedTuple):
    """A word without its quotes, variables as they are written, and its place in the script."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Command:
    """A command: its words without assignments and redirections, and its place in the script.

    piped: it reads what another prints; looped: it stands in a loop; background: nobody waits.
    """

    words: tuple[Word, ...]
    start: int
    end: int
    assignments: dict[str, str] = field(default_factory=dict)
    piped: bool = False
    looped: bool = False
    background: bool = False

    @property
    def texts(self) -> list[str]:
        """The words' texts: program and arguments."""
        return [word.text for word in self.words]


def unwrap(words: list[Word], assigned: dict[str, str]) -> list[Word]:
    """The words without sudo, timeout and their like in front; env's assignments are added."""
    while len(words) > 1 and words[0].text in _WRAPPERS:
        program, words = words[0].text, words[1:]
        while len(words) > 1 and (
            words[0].text.startswith("-") or _is_set(program, words[0], assigned)
        ):
            words = words[2 if words[0].text in _WRAPPERS[program] else 1 :]
        if program == "timeout" and len(words) > 1:
            words = words[1:]
    return words


def _is_set(program: str, word: Word, assigned: dict[str, str]) -> bool:
    """Whether a word before a program sets a variable for it, which is noted."""
    named = ASSIGNMENT.match(word.text) if program in ("env", "sudo") else None
    if named:
        assigned[named[1]] = word.text[named.end() :]
    return bool(named)
