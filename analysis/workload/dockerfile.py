"""Dockerfiles: the images they build on and the files they take from a context.

Lines are joined as BuildKit joins them: one that ends with the escape character goes on in the
next, comments between them are dropped, and the body of a heredoc holds no instructions.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_COMMENT_OR_BLANK = re.compile(r"\s*(?:#|$)")
_CONTINUED = {
    "\\": re.compile(r"(?<!\\)\\[ \t]*\r?\n?$"),
    "`": re.compile(r"(?<!`)`[ \t]*\r?\n?$"),
}
# directives stand in a file's first lines, before any other comment
_DIRECTIVES = r"\ufeff?(?:#[ \t]*\w+[ \t]*=.*\n)*?#[ \t]*"
_ESCAPE = re.compile(_DIRECTIVES + r"escape[ \t]*=[ \t]*([\\`])[ \t]*\r?$", re.I | re.MULTILINE)
_SYNTAX = re.compile(_DIRECTIVES + r"syntax[ \t]*=[ \t]*(\S+)", re.IGNORECASE)
_KEYWORD = re.compile(r"\s*([A-Za-z]+)\s*")
_TAKES_HEREDOC = re.compile(r"\s*(?:ONBUILD\s+)?(?:RUN|COPY|ADD)\s", re.IGNORECASE)
# what reads a heredoc as a script
_SHELLS = ("", "sh", "bash", "/bin/sh", "/bin/bash")
# a heredoc is a word of its own: what is quoted or escaped before it is passed over
_HEREDOC = re.compile(
    r"""\\.|"(?:\\.|[^"\\])*"|'[^']*'|(?<!\S)\d*<<(?P<tabs>-?)(?P<quote>["']?)"""
    r"""(?P<end>[^\s<"']+)(?P=quote)(?!\S)"""
)
FROM = re.compile(r"\s*FROM\s+(?:--platform=\S+\s+)?(\S+)(.*)", re.IGNORECASE)
ALIAS = re.compile(r"\bAS\s+(\S+)", re.IGNORECASE)
_FLAGS = re.compile(r"\s*(?:COPY|ADD|RUN)\s+((?:--\S+\s+)+)", re.IGNORECASE)
_TAKEN = re.compile(r"--from=(\S+)|--mount=(?:[^\s,]+,)*?from=([^\s,]+)", re.IGNORECASE)
ARG = re.compile(r"\s*ARG\s+(.+)", re.IGNORECASE)
_DEFAULT = re.compile(r"""(\w+)=("[^"]*"|'[^']*'|\S+)""")
_VARIABLE = re.compile(
    r"\$(?:\{(?P<braced>\w+)(?:(?P<filled>:?)(?P<sign>[-+])(?P<other>[^}]*))?\}|(?P<plain>\w+))"
)


def list_instructions(text: str) -> Iterator[tuple[int, str]]:
    """(offset, line) of each instruction; its characters stand where they do in `text`."""
    offset = number = 0
    directive = _ESCAPE.match(text)
    continued = _CONTINUED[directive[1] if directive else "\\"]
    lines = re.findall(r".*\n|.+", " " + text[1:] if text.startswith("\ufeff") else text)
    while number < len(lines):
        line, end = _join_lines(lines, number, continued)
        if line.strip():
            yield offset, line
        number = _skip_heredocs(line, lines, end)
        offset += len(line) + sum(map(len, lines[end:number]))


class Instruction(NamedTuple):
    """An instruction: its keyword, what stands behind it, its line and its heredocs' text.

    `number` is that of its first line, from 1; `offset` where its text begins.
    """

    keyword: str
    rest: str
    line: str
    body: str
    number: int
    offset: int


def list_whole(text: str) -> list[Instruction]:
    """The instructions of a Dockerfile with their heredocs, in their order."""
    found, lines = list(list_instructions(text)), []
    ends = [*(offset for offset, _ in found), len(text)][1:]
    for (offset, line), end in zip(found, ends, strict=True):
        word = _KEYWORD.match(line)
        begin = len(line) - len(line.lstrip())
        lines.append(
            Instruction(
                keyword=word[1].upper() if word else "",
                rest=line[word.end() :].strip() if word else line.strip(),
                line=line.strip(),
                body=text[offset + len(line) : end] if "<<" in line else "",
                number=text.count("\n", 0, offset + begin) + 1,
                offset=offset + begin,
            )
        )
    return lines


def read_trigger(one: Instruction) -> Instruction:
    """The instruction that an ONBUILD holds, which runs where a stage begins from its own."""
    word = _KEYWORD.match(one.rest)
    return one._replace(
        keyword=word[1].upper() if word else "",
        rest=one.rest[word.end() :] if word else "",
        line=one.rest,
        offset=one.offset + len(one.line) - len(one.rest),
    )


def join_exactly(text: str, one: Instruction) -> str:
    """An instruction as BuildKit joins it: no blanks where a comment or a line's end was."""
    directive = _ESCAPE.match(text)
    continued = _CONTINUED[directive[1] if directive else "\\"]
    lines = text[one.offset : one.offset + len(one.line)].splitlines(keepends=True)
    told = (line for line in lines if not _COMMENT_OR_BLANK.match(line))
    return "".join(continued.sub("", line) for line in told).strip()


def read_script(command: str, body: str) -> str:
    """What a RUN gives its shell: its command, or its heredocs where these are the script."""
    rest = _HEREDOC.sub(lambda found: "" if found["end"] else found[0], command).strip()
    if not body or rest.partition(" ")[0] not in _SHELLS:
        return command + body
    ends = {found["end"] for found in _HEREDOC.finditer(command)}
    return "\n".join(line for line in body.splitlines() if line.strip() not in ends)


def _join_lines(lines: list[str], number: int, continued: re.Pattern[str]) -> tuple[str, int]:
    """The instruction that begins at a line, as long as its lines, and the line after it."""
    joined = ""
    while number < len(lines):
        line = lines[number]
        number += 1
        sign = continued.search(line)
        if _COMMENT_OR_BLANK.match(line):
            joined += " " * len(line)
        elif sign:
            joined += line[: sign.start()] + " " * len(sign[0])
        else:
            return joined + line, number
    return joined, number


def _skip_heredocs(instruction: str, lines: list[str], number: int) -> int:
    """The line after the heredocs that an instruction opens, which begin at line `number`."""
    if _TAKES_HEREDOC.match(instruction):
        for opened in _HEREDOC.finditer(instruction):
            if opened["end"]:
                number = _find_end(opened["end"], bool(opened["tabs"]), lines, number)
    return number


def _find_end(word: str, tabs: bool, lines: list[str], number: int) -> int:
    """The line after that of `word` alone, the same line when there is none."""
    for place in range(number, len(lines)):
        line = lines[place].rstrip("\r\n")
        if (line.lstrip("\t") if tabs else line) == word:
            return place + 1
    return number


class Named(NamedTuple):
    """An image's place in a Dockerfile, its name, and whether a stage begins from it."""

    start: int
    end: int
    image: str
    base: bool


def list_images(text: str, arguments: Mapping[str, str] | None = None) -> Iterator[Named]:
    """Each image that a build takes, its `arguments` and the defaults of others filled in.

    They are named by FROM, by `from=` of a COPY or of a RUN's mount, and by `# syntax=`. Stages
    and scratch are left out, and names that need an argument without a default.
    """
    stages = {"scratch"}
    defaults = dict(arguments or {})
    if directive := _SYNTAX.match(text):
        yield Named(*directive.span(1), directive[1], base=False)
    for offset, line in list_instructions(text):
        _keep_defaults(ARG, line, defaults)
        stage = FROM.match(line)
        for start, end in [stage.span(1)] if stage else _find_taken(line):
            image = fill_in(line[start:end], defaults)
            if image.lower() not in stages and "$" not in image and not image.isdigit():
                yield Named(offset + start, offset + end, image, base=bool(stage))
        if stage and (alias := ALIAS.search(stage[2])):
            stages.add(alias[1].lower())


def _find_taken(line: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each image or stage that a COPY or a RUN's mount takes files from."""
    if flags := _FLAGS.match(line):
        for taken in _TAKEN.finditer(line, *flags.span(1)):
            yield taken.span(1 if taken[1] else 2)


def _keep_defaults(form: re.Pattern[str], line: str, defaults: dict[str, str]) -> None:
    """Add the values that an instruction of this form gives; the first of a name stays."""
    if match := form.match(line):
        for name, value in _DEFAULT.findall(match[1]):
            defaults.setdefault(name, fill_in(value.strip("\"'"), defaults))


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """`text` with $NAME, ${NAME:-default} and ${NAME:+other} replaced where a value is known."""

    def value(match: re.Match[str]) -> str:
        known = values.get(match["braced"] or match["plain"])
        told = bool(known) if match["filled"] else known is not None
        if match["sign"] and told == (match["sign"] == "+"):
            return fill_in(match["other"], values)
        return "" if match["sign"] == "+" else match[0] if known is None else known

    return _VARIABLE.sub(value, text)


def find_syntax(text: str) -> str | None:
    """The image of a frontend that `# syntax=` names; null without one."""
    found = _SYNTAX.match(text)
    return found[1] if found else None


def drop_syntax(text: str) -> str:
    """`text` without the line that names a frontend: then BuildKit's own reads it."""
    found = _SYNTAX.match(text)
    if not found:
        return text
    start = text.rfind("\n", 0, found.start(1)) + 1
    start += len("\ufeff") if text.startswith("\ufeff") and not start else 0
    end = text.find("\n", found.end(1))
    return text[:start] + (text[end + 1 :] if end >= 0 else "")


def replace_images(
    text: str, images: Mapping[str, str], arguments: Mapping[str, str] | None = None
) -> str:
    """`text` with other images in the places of its own; all else stays as it is."""
    parts, done = [], 0
    for start, end, image, _ in list_images(text, arguments):
        parts += [text[done:start], images.get(image, text[start:end])]
        done = end
    return "".join([*parts, text[done:]])


def list_defaults(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, name) of each value that an ARG gives as its default."""
    for offset, line in list_instructions(text):
        if match := ARG.match(line):
            for found in _DEFAULT.finditer(match[1]):
                begin = offset + match.start(1)
                yield begin + found.start(2), begin + found.end(2), found[1]


def replace_defaults(text: str, values: Mapping[str, str]) -> str:
    """`text` with other defaults for its ARGs; all else stays as it is."""
    parts, done = [], 0
    for start, end, name in list_defaults(text):
        if name in values:
            parts += [text[done:start], f'"{values[name]}"']
            done = end
    return "".join([*parts, text[done:]])
