"""Dockerfiles: the images they build on and the files they take from a context.

Lines are joined as BuildKit joins them: one that ends with a backslash goes on in the next,
comments between them are dropped, and the body of a heredoc holds no instructions.
"""

import re
from collections.abc import Iterator, Mapping

COMMENT_OR_BLANK = re.compile(r"\s*(?:#|$)")
CONTINUED = re.compile(r"(?<!\\)\\[ \t]*\r?\n?$")
TAKES_HEREDOC = re.compile(r"\s*(?:ONBUILD\s+)?(?:RUN|COPY|ADD)\s", re.IGNORECASE)
# a heredoc is a word of its own: what is quoted or escaped before it is passed over
HEREDOC = re.compile(
    r"""\\.|"(?:\\.|[^"\\])*"|'[^']*'|(?<!\S)\d*<<(?P<tabs>-?)(?P<quote>["']?)"""
    r"""(?P<end>[^\s<"']+)(?P=quote)(?!\S)"""
)
FROM = re.compile(r"\s*FROM\s+(?:--platform=\S+\s+)?(\S+)(.*)", re.IGNORECASE)
ALIAS = re.compile(r"\bAS\s+(\S+)", re.IGNORECASE)
ARG = re.compile(r"\s*ARG\s+(.+)", re.IGNORECASE)
ARG_OR_ENV = re.compile(r"\s*(?:ARG|ENV)\s+(.+)", re.IGNORECASE)
DEFAULT = re.compile(r"""(\w+)=("[^"]*"|'[^']*'|\S+)""")
COPY = re.compile(r"\s*(?:COPY|ADD)\s+(?!.*--from=)(.+)", re.IGNORECASE)
VARIABLE = re.compile(r"\$(?:\{(?P<braced>\w+)(?::?-(?P<default>[^}]*))?\}|(?P<plain>\w+))")


def list_instructions(text: str) -> Iterator[tuple[int, str]]:
    """(offset, line) of each instruction; its characters stand where they do in `text`."""
    offset = number = 0
    lines = re.findall(r".*\n|.+", " " + text[1:] if text.startswith("\ufeff") else text)
    while number < len(lines):
        line, end = join_lines(lines, number)
        if line.strip():
            yield offset, line
        number = skip_heredocs(line, lines, end)
        offset += len(line) + sum(map(len, lines[end:number]))


def join_lines(lines: list[str], number: int) -> tuple[str, int]:
    """The instruction that begins at a line, as long as its lines, and the line after it."""
    joined = ""
    while number < len(lines):
        line = lines[number]
        number += 1
        sign = CONTINUED.search(line)
        if COMMENT_OR_BLANK.match(line):
            joined += " " * len(line)
        elif sign:
            joined += line[: sign.start()] + " " * len(sign[0])
        else:
            return joined + line, number
    return joined, number


def skip_heredocs(instruction: str, lines: list[str], number: int) -> int:
    """The line after the heredocs that an instruction opens, which begin at line `number`."""
    if TAKES_HEREDOC.match(instruction):
        for opened in HEREDOC.finditer(instruction):
            if opened["end"]:
                number = find_end(opened["end"], bool(opened["tabs"]), lines, number)
    return number


def find_end(word: str, tabs: bool, lines: list[str], number: int) -> int:
    """The line after that of `word` alone, the same line when there is none."""
    for place in range(number, len(lines)):
        line = lines[place].rstrip("\r\n")
        if (line.lstrip("\t") if tabs else line) == word:
            return place + 1
    return number


def list_froms(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, image) of each FROM that names an image, defaults of ARG filled in.

    Stages and scratch are left out, and names that need an argument without a default.
    """
    stages, defaults = {"scratch"}, {}
    for offset, line in list_instructions(text):
        keep_defaults(ARG, line, defaults)
        if match := FROM.match(line):
            image = fill_in(match[1], defaults)
            if image.lower() not in stages and "$" not in image:
                yield offset + match.start(1), offset + match.end(1), image
            if alias := ALIAS.search(match[2]):
                stages.add(alias[1].lower())


def keep_defaults(form: re.Pattern[str], line: str, defaults: dict[str, str]) -> None:
    """Add the values that an instruction of this form gives; the first of a name stays."""
    if match := form.match(line):
        for name, value in DEFAULT.findall(match[1]):
            defaults.setdefault(name, fill_in(value.strip("\"'"), defaults))


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """`text` with $NAME and ${NAME:-default} replaced where a value is known."""

    def value(match: re.Match[str]) -> str:
        name = match["braced"] or match["plain"]
        return values.get(name, match["default"] or match[0])

    return VARIABLE.sub(value, text)


def replace_froms(text: str, images: Mapping[str, str]) -> str:
    """`text` with other images in its FROMs; all else stays as it is."""
    parts, done = [], 0
    for start, end, image in list_froms(text):
        parts += [text[done:start], images.get(image, text[start:end])]
        done = end
    return "".join([*parts, text[done:]])


def copy_sources(text: str) -> list[str]:
    """The sources named by COPY and ADD instructions, without ./, flags and heredocs."""
    sources, defaults = [], {}
    for _, line in list_instructions(text):
        keep_defaults(ARG_OR_ENV, line, defaults)
        if match := COPY.match(line):
            words = re.sub(r'[\[\]",]', " ", fill_in(match[1], defaults)).split()
            words = [word for word in words if not word.startswith(("--", "<<"))]
            sources += [word.removeprefix("./").strip("/") or "." for word in words[:-1]]
    return sources
