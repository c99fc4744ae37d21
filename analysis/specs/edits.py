"""Changes of a buildspec's text by position: all that is not changed stays as it is written."""

import difflib
import re
from collections.abc import Iterable
from typing import NamedTuple

from analysis.specs.finding import Place
from analysis.workload import SpecText

# what a command is replaced by where something has to stand
_NOTHING = "true"
# what needs no quotes in a shell
_BARE = re.compile(r"[\w$%+,./:=@{}*#-]+")
# what a line ends with that goes on in the next one, or needs a command there
_OPEN = re.compile(r"(?:\b(?:then|do|else)|[{(|&\\)]|;;)$")


class Edit(NamedTuple):
    """A part of a text, and what takes its place."""

    start: int
    end: int
    text: str


class RewriteError(Exception):
    """A command that can't be changed where it stands, in words."""


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """A text with some parts of it replaced; of edits of one part, and inside it, the first."""
    parts, at = list[str](), 0
    for edit in sorted(set(edits), key=lambda each: (each.start, -each.end)):
        if edit.start < at and edit.end <= at:
            continue
        parts += [text[at : edit.start], edit.text]
        at = max(at, edit.end)
    return "".join([*parts, text[at:]])


def quote(text: str) -> str:
    """A word for a shell, variables as they are."""
    return text if _BARE.fullmatch(text) else '"' + text.replace('"', '\\"') + '"'


def say_diff(before: str, after: str, name: str) -> str:
    """A unified diff of a file's text, '' where nothing differs."""
    old, new = (_split_lines(text) for text in (before, after))
    return "".join(difflib.unified_diff(old, new, f"a/{name}", f"b/{name}"))


def _split_lines(text: str) -> list[str]:
    """The lines of a text, each with an end, for a diff."""
    return [f"{line}\n" for line in text.replace("\r\n", "\n").removesuffix("\n").split("\n")]


def replace(item: SpecText, start: int, end: int, text: str) -> Edit:
    """Replace a part of a command; RewriteError where it can't be told where that stands."""
    first, last, written = item.locate(start), item.locate(end), item.write(text)
    if first is None or last is None or written is None:
        raise RewriteError(f"the command at line {item.line} is written in a way that hides places")
    return Edit(first, last, written)


def insert_step(item: SpecText, step: str) -> Edit:
    """Put a step before an item of a list of commands, as an item of its own or joined by &&."""
    text, newline = item.source, "\r\n" if "\r\n" in item.source else "\n"
    begin = text.rfind("\n", 0, item.start) + 1
    lead = text[begin : item.start]
    if lead.strip() != "-":
        if "\n" in step:
            raise RewriteError(
                f"a step of several lines has to stand before the command at line {item.line}: "
                "write the commands as a list, one a line"
            )
        if _is_in_flow(text, item):
            return Edit(item.start, item.start, f"{_quote(step)}, ")
        return replace(item, 0, 0, f"{step} && ")
    indent = lead[: lead.index("-")]
    if "\n" not in step:
        return Edit(begin, begin, f"{lead}{_quote(step)}{newline}")
    body = newline.join(f"{indent}  {line}".rstrip() for line in step.split("\n"))
    return Edit(begin, begin, f"{indent}- |{newline}{body}{newline}")


def _is_in_flow(text: str, item: SpecText) -> bool:
    """Whether an item stands in a list in brackets."""
    before = text[: item.start].rstrip()
    return before.endswith(("[", ","))


def quote_flow(items: Iterable[SpecText]) -> list[Edit]:
    """Put quotes around those items of lists in brackets that have none: a comma would end them."""
    return [
        Edit(item.start, item.end, "'" + item.replace("'", "''") + "'")
        for item in items
        if item.style is None and _is_in_flow(item.source, item)
    ]


def _quote(step: str) -> str:
    """A step as a scalar of YAML."""
    plain = ": " not in step and " #" not in step and step[0] not in "\"'[]{}&*!|>%@`-?:,#"
    if plain and not any(sign in step for sign in ",[]{}"):
        return step
    return "'" + step.replace("'", "''") + "'"


def remove(places: Iterable[Place], everything: Iterable[Place]) -> list[Edit]:
    """Take commands out: the whole item where nothing else is in it, else each by itself."""
    gone = list(places)
    edits: list[Edit] = []
    for item in {id(place.item): place.item for place in gone}.values():
        own = [place for place in everything if place.item is item]
        left = [place for place in own if place not in gone and not _is_nothing(place)]
        if not left:
            edits.append(_cut_item(item) or Edit(item.start, item.end, f'"{_NOTHING}"'))
            continue
        edits += [_cut_line(place) or _blank(place) for place in gone if place.item is item]
    return edits


def _is_nothing(place: Place) -> bool:
    """Whether a command does nothing."""
    return place.command.texts[:1] in (["true"], [":"])


def _blank(place: Place) -> Edit:
    """Let a command do nothing where it stands."""
    return replace(place.item, place.command.start, place.command.end, _NOTHING)


def _cut_line(place: Place) -> Edit | None:
    """Take the lines out that hold a command alone; null where something has to stay."""
    item, start, end = place.item, place.command.start, place.command.end
    if item.style != "|":
        return None
    begin = item.rfind("\n", 0, start) + 1
    after = item.find("\n", end)
    before = item[:begin].rstrip()
    alone = not item[begin:start].strip() and after >= 0 and not item[end:after].strip()
    first, last = item.locate(begin), item.locate(after + 1) if after >= 0 else None
    if not alone or first is None or last is None or _OPEN.search(before):
        return None
    text = item.source
    line = text.rfind("\n", 0, first) + 1
    following = text.rfind("\n", 0, last) + 1
    return Edit(line, following, "") if begin or item[after + 1 :].strip() else None


def _cut_item(item: SpecText) -> Edit | None:
    """Take an item with its line out of a list of several; null where it is the only one."""
    text = item.source
    begin = text.rfind("\n", 0, item.start) + 1
    lead = text[begin : item.start]
    end = text.find("\n", max(item.end - 1, item.start))
    end = len(text) if end < 0 else end + 1
    if item.style in ("|", ">"):
        end = item.end
    indent = lead[: len(lead) - len(lead.lstrip())]
    after, before = text[end:], text[:begin]
    others = after.startswith(f"{indent}-") or _last_line(before).startswith(f"{indent}-")
    return Edit(begin, end, "") if lead.strip() == "-" and others else None


def _last_line(text: str) -> str:
    """The last line of a text that has more than blanks and comments."""
    lines = [
        line for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")
    ]
    return lines[-1] if lines else ""
