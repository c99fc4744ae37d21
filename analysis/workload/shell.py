"""Shell scripts as commands: each with its words, and where in the script they stand.

Grammar: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html, as far as
commands are found by it. What a script does is not followed: each branch and loop is read once.
"""

import re

from analysis.workload.shell_words import ASSIGNMENT, Command, Word, unwrap

_PLAIN = re.compile(r"[^\s;&|()<>\\'\"`$]+")
_IN_DOUBLE = re.compile(r"[^\"\\`$]+")
_REDIRECTION = re.compile(r"<<<|<<-?|[<>]\(|&>>?|[<>]&|>>|>\||<>|[<>]")
_CONTINUED = re.compile(r"\\\r?\n")
_NEXT_WORD = re.compile(r"(?:[ \t]|\\\r?\n)*")
_LOOPS = {"while", "until", "for", "select"}
# words that begin or end a part of a script, where a command could begin
_RESERVED = {"if", "then", "elif", "else", "fi", "do", "done", "{", "}", "!", "time"}
_RESERVED |= {"while", "until", "esac", "function"}
_SHELLS = {"sh", "bash", "ash", "dash", "/bin/sh", "/bin/bash", "eval"}
# how deep commands lie in commands
_DEEPEST = 20


def list_commands(script: str) -> list[Command]:
    """The commands of a script in their order; those in $(…), `…` and sh -c before their own."""
    reader = _Reader(script, 0, len(script))
    reader.read()
    return reader.found


class _Reader:
    """Reads a part of a script, to its end or to the parenthesis that closes it."""

    def __init__(self, text: str, at: int, end: int, depth: int = 0) -> None:
        self.text, self.at, self.end, self.depth = text, at, end, depth
        self.found: list[Command] = []
        self.words: list[Word] = []
        self.assigned: dict[str, str] = {}
        self.begin = at
        self.heredocs: list[tuple[str, bool]] = []
        self.loops = self.cases = self.groups = 0
        self.piped = self.in_pattern = False

    def read(self, nested: bool = False) -> None:
        """Read on; where it is nested, past the parenthesis that closes it."""
        while self.at < self.end:
            sign = self.text[self.at]
            if sign in " \t\r":
                self.at += 1
            elif continued := _CONTINUED.match(self.text, self.at):
                self.at = continued.end()
            elif sign == "\n":
                self._finish()
                self.at += 1
                self._skip_heredocs()
            elif sign == "#":
                self.at = self._find("\n")
            elif sign in "<>" or self.text.startswith("&>", self.at):
                self._redirect()
            elif sign in ";&|":
                self._separate(sign)
            elif sign in "()":
                if self._group(sign) and nested:
                    return
            else:
                self._take_word()
        self._finish()

    def _find(self, sign: str, start: int | None = None) -> int:
        """Where a sign is next, the end where it is nowhere."""
        found = self.text.find(sign, self.at if start is None else start, self.end)
        return self.end if found < 0 else found

    def _separate(self, sign: str) -> None:
        """End a command at ; & or |."""
        double = self.text.startswith(sign * 2, self.at)
        self._finish(background=sign == "&" and not double)
        self.at += 2 if double or self.text.startswith("|&", self.at) else 1
        self.piped = sign == "|" and not double
        if sign == ";" and double and self.cases:
            self.in_pattern = True

    def _group(self, sign: str) -> bool:
        """Begin or end a group; whether what is read ends with it."""
        if sign == "(":
            if self.text.startswith("((", self.at) and not self.words:
                self.at = min(self._find("))") + 2, self.end)
                return False
            if self.words and self.text.startswith("()", self.at):
                # the name of a function
                self.words.clear()
                self.at += 2
                return False
            if not self.in_pattern:
                self._finish()
                self.groups += 1
            self.at += 1
            return False
        self.at += 1
        if self.in_pattern:
            self.words.clear()
            self.in_pattern = False
            return False
        self._finish()
        self.groups -= 1
        return self.groups < 0

    def _finish(self, background: bool = False) -> None:
        """End the command that is being read."""
        words, assigned, piped = self.words, self.assigned, self.piped
        self.words, self.assigned, self.piped = [], {}, False
        if self.in_pattern or not (words or assigned):
            return
        place = (self.begin, words[-1].end if words else self.at)
        words = unwrap(words, assigned)
        if len(words) > 1 and words[0].text in _SHELLS and self.depth < _DEEPEST:
            self._read_argument(words)
        looped = self.loops > 0
        self.found.append(Command(tuple(words), *place, assigned, piped, looped, background))

    def _read_argument(self, words: list[Word]) -> None:
        """Read the commands that a shell is given as an argument."""
        flags = [word for word in words[1:] if word.text.startswith("-")]
        given = [word for word in words[1:] if not word.text.startswith("-")]
        if given and (words[0].text == "eval" or any("c" in flag.text for flag in flags)):
            quoted = self.text[given[0].start] in "'\""
            start, end = given[0].start + quoted, given[0].end - quoted
            self._read_part(start, end)

    def _read_part(self, start: int, end: int) -> None:
        """Add the commands between two places of the script."""
        part = _Reader(self.text, start, end, self.depth + 1)
        part.loops = self.loops
        part.read()
        self.found += part.found

    def _redirect(self) -> None:
        """Pass a redirection over; note the heredoc that it begins."""
        sign = _REDIRECTION.match(self.text, self.at)
        assert sign is not None
        self.at = sign.end()
        if sign[0].endswith("("):
            self._nest(self.at)
            return
        space = _NEXT_WORD.match(self.text, self.at)
        self.at = space.end() if space else self.at
        target = self._read_word()
        if sign[0] in ("<<", "<<-") and target.text:
            self.heredocs.append((target.text, sign[0] == "<<-"))

    def _skip_heredocs(self) -> None:
        """Pass over the heredocs that the last line began."""
        for word, tabs in self.heredocs:
            while self.at < self.end:
                line_end = self._find("\n")
                line = self.text[self.at : line_end].rstrip("\r")
                self.at = min(line_end + 1, self.end)
                if (line.lstrip("\t") if tabs else line) == word:
                    break
        self.heredocs.clear()

    def _nest(self, start: int) -> None:
        """Read the commands in parentheses that begin before `start`."""
        inner = _Reader(self.text, start, self.end, self.depth + 1)
        if self.depth >= _DEEPEST:
            self.at = min(self._find(")", start) + 1, self.end)
            return
        inner.loops = self.loops
        inner.read(nested=True)
        self.found += inner.found
        self.at = inner.at

    def _take_word(self) -> None:
        """Read a word of a command, or one that begins or ends a part of the script."""
        first = not self.words and not self.assigned
        word = self._read_word()
        if word.start == word.end:
            self.at += 1
            return
        bare = self.text[word.start : word.end] == word.text
        if first:
            self.begin = word.start
        if bare and first and self._is_structure(word):
            return
        if self.words and self.words[0].text == "case" and bare and word.text == "in":
            self.words.clear()
            self.cases += 1
            self.in_pattern = True
            return
        named = ASSIGNMENT.match(self.text[word.start : word.end])
        if named and not self.words:
            self.assigned[named[1]] = word.text[len(named[0]) :]
        elif not (word.text.isdigit() and self.text[self.at : self.at + 1] in ("<", ">")):
            self.words.append(word)

    def _is_structure(self, word: Word) -> bool:
        """Whether a word that could begin a command is one of the shell's own; follow it."""
        if word.text in _LOOPS:
            self.loops += 1
        if word.text == "done":
            self.loops = max(self.loops - 1, 0)
        if word.text == "esac" and self.cases:
            self.cases -= 1
            self.in_pattern = False
        if word.text == "[[":
            self.at = min(self._find("]]") + 2, self.end)
        return word.text in _RESERVED

    def _read_word(self) -> Word:
        """The word that begins here; an empty one where none does."""
        start, parts = self.at, list[str]()
        while self.at < self.end and self.text[self.at] not in " \t\r\n;&|()<>":
            sign = self.text[self.at]
            if plain := _PLAIN.match(self.text, self.at, self.end):
                parts.append(plain[0])
                self.at = plain.end()
            elif sign == "'":
                end = self._find("'", self.at + 1)
                parts.append(self.text[self.at + 1 : end])
                self.at = min(end + 1, self.end)
            elif sign == '"':
                self._read_double(parts)
            else:
                self._read_special(parts)
        return Word("".join(parts), start, self.at)

    def _read_double(self, parts: list[str]) -> None:
        """Read a string in double quotes."""
        self.at += 1
        while self.at < self.end and self.text[self.at] != '"':
            if plain := _IN_DOUBLE.match(self.text, self.at, self.end):
                parts.append(plain[0])
                self.at = plain.end()
            else:
                self._read_special(parts)
        self.at = min(self.at + 1, self.end)

    def _read_special(self, parts: list[str]) -> None:
        r"""Read what \, ` or $ begins."""
        start, sign = self.at, self.text[self.at]
        if sign == "\\":
            escaped = self.text[start + 1 : start + 2]
            parts.append("" if escaped == "\n" else escaped)
            self.at = min(start + 2, self.end)
            return
        if sign == "`":
            end = self._find("`", start + 1)
            if self.depth < _DEEPEST:
                self._read_part(start + 1, end)
            self.at = min(end + 1, self.end)
        elif self.text.startswith("$((", start):
            self.at = min(self._find("))", start) + 2, self.end)
        elif self.text.startswith("$(", start):
            self._nest(start + 2)
        elif self.text.startswith("${", start):
            self.at = _close_brace(self.text, start + 2, self.end)
        else:
            self.at = start + 1
        parts.append(self.text[start : self.at])


def _close_brace(text: str, at: int, end: int) -> int:
    """The place after the brace that closes the one before `at`."""
    depth = 1
    while at < end and depth:
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at
