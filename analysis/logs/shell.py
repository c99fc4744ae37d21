"""Whether a command goes on in the next line: shell syntax, as far as that needs it."""

import re

_HEREDOC = r"(?<![<\w(])<<-?\s*(?:\\|['\"])?(?P<word>[A-Za-z_]\w*)['\"]?"
# what changes how the rest of a line is read, outside of quotes
_TOKEN = re.compile(rf"\\(?:.|$)|(?P<quote>['\"])|(?<!\S)#.*|{_HEREDOC}")
# what each of these holds
_SPECIAL = re.compile(r"[\\'\"#<]")
# one of a string that goes on in the next line: `"$(cat <<EOF`
_HELD = re.compile(_HEREDOC)
# what is inside of a quote, up to its end or that of the line
INSIDE = {"'": re.compile(r"[^']*+"), '"': re.compile(r"(?:\\.|[^\"\\])*+\\?")}
_BLOCK_BEGIN = re.compile(r"(?:^|[;&|({]|\b(?:then|do|else))\s*(?:if|case|for|while|until)\s")
_BLOCK_END = re.compile(r"(?:^|[;&])\s*(?:fi|esac|done)\b")
# one of these is in each of them
_BLOCK_WORDS = ("if", "case", "for", "while", "until", "fi", "esac", "done")
_CONTINUED = ("\\", "&&", "|")


class Script:
    """Follows a command line by line, each looked at once; `size` is its number of characters."""

    def __init__(self, line: str) -> None:
        self.size, self.depth = 0, 0
        self.quote, self.continued = "", ""
        self.heredocs: list[str] = []
        self.take(line)

    @property
    def is_open(self) -> bool:
        """Whether a shell would wait for more: a quote, block, heredoc or line that goes on."""
        return bool(self.heredocs or self.quote or self.continued or self.depth > 0)

    def take(self, line: str) -> None:
        """Follow the next line."""
        self.size += len(line) + 1
        if self.heredocs:
            self.continued = ""
            if line.lstrip() == self.heredocs[0]:
                del self.heredocs[0]
            return
        # the rest of a word begins no command
        begin = "-" if self.quote or self.continued == "\\" else ""
        bare = begin + self.leave_quotes(line) + "\n"
        if any(word in bare for word in _BLOCK_WORDS):
            self.depth += len(_BLOCK_BEGIN.findall(bare)) - len(_BLOCK_END.findall(bare))
        end = line.rstrip(" ")
        self.continued = next((sign for sign in _CONTINUED if end.endswith(sign)), "")

    def leave_quotes(self, line: str) -> str:
        """A line without what is quoted, and without comments; notes the heredocs it begins."""
        if not self.quote and not _SPECIAL.search(line):
            return line
        bare, at = [], 0
        while at < len(line):
            if self.quote:
                at = self.end_quote(line, at)
                continue
            found = _TOKEN.search(line, at)
            if found is None:
                bare.append(line[at:])
                break
            bare.append(line[at : found.start()])
            at = found.end()
            self.quote = found["quote"] or ""
            if found["word"]:
                self.heredocs.append(found["word"])
        return "".join(bare)

    def end_quote(self, line: str, at: int) -> int:
        """Where the quote ends that is open, or the line does."""
        found = INSIDE[self.quote].match(line, at)
        # both patterns match the empty string
        assert found is not None
        end = found.end()
        if end < len(line):
            self.quote = ""
        elif self.quote == '"':
            self.heredocs += [each["word"] for each in _HELD.finditer(line, at)]
        return end + 1
