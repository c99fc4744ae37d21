"""A batch of logs to the tables of the frames: one log after the other, in this process."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from typing import TypeVar

from analysis.errors import LogError
from analysis.logs.agent import LAB
from analysis.logs.containers import may_hold_lines
from analysis.logs.markers import count_certain
from analysis.logs.paths import show_path
from analysis.logs.reader import Reader
from analysis.logs.stored import Source, open_pieces, unpack_pieces
from analysis.logs.tables import COLUMNS, Row, Rows, Tables
from analysis.logs.transport import Text, clean_lines, cut_windows, to_utf8
from analysis.logs.writers import guess_writer
from analysis.outputs import say_output

# of a docker build, from which on a log without one is a problem
_SIGNS = 3
# bytes
_TAIL = 1 << 16
# bytes at whose begin a form of the command line shows itself
_HEAD = 4096
_DISPLAYS = ("plain", "tty", "rawjson", "legacy")
_Reader = TypeVar("_Reader", bound=Reader)


def read_batch(sources: Iterable[tuple[str, Source]]) -> Tables:
    """The tables of the frames of Logs for logs by name: a path, or the bytes as they are stored.

    One for each frame, with its columns and Arrow types even when it is empty. A log that can't
    be read has its row in `logs`, with format "none" and a problem.
    """
    return read_noted(sources, Reader, lambda name, reader, reason: None)


def read_noted(
    sources: Iterable[tuple[str, Source]],
    begin: Callable[[], _Reader],
    note: Callable[[str, _Reader, str | None], None],
) -> Tables:
    """The same, each log by a reader of its own that `note` is given at the log's end.

    Also of a log that can't be read, with the reason.
    """
    rows = {frame: Rows(frame) for frame in COLUMNS}
    with without_collection():
        for name, source in sources:
            reader = begin()
            found, reason = _read_one(name, source, reader)
            for frame, own in found.items():
                rows[frame].extend(own)
            note(name, reader, reason)
    return {frame: each.to_table() for frame, each in rows.items()}


@contextmanager
def without_collection() -> Iterator[None]:
    """No search for garbage in circles: reading leaves none, and rows are many to look through."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read_one(name: str, source: Source, reader: Reader) -> tuple[dict[str, list[Row]], str | None]:
    """(the rows of one log for each frame, why it can't be read)."""
    size = 0
    try:
        size, pieces = open_pieces(source)
        text, signs = _read_windows(unpack_pieces(pieces, name), reader)
    except LogError as error:
        reason = show_path(str(error))
        row = (name, "none", None, size, 0, 0, "unknown", reason, None, None)
        return {"logs": [row]}, reason
    form = _find_format(text, reader)
    problem = _explain(name, form, text.text, signs, reader)
    source = _find_writer(text, reader)
    began, ended = _find_times(text, reader)
    log = (name, form, text.encoding, size, reader.lines, reader.unread, source, problem)
    return {"logs": [(*log, began, ended)], **_list_rows(name, reader)}, None


def _read_windows(pieces: Iterator[bytes], reader: Reader) -> tuple[Text, int]:
    """Have the pieces of a log read, window by window; what is held in CSV or JSON is whole.

    The text of the first, and how many signs of a docker build stand in
    windows before a build was found.
    """
    encoding, pieces = to_utf8(pieces)
    head = next(pieces, b"")
    # a container may have no line's end at all
    whole = b"".join(chain([head], pieces)) if may_hold_lines(head) else None
    windows = cut_windows(chain([head], pieces) if whole is None else iter(()))
    first = next(windows, b"") if whole is None else whole
    if _ends_in_returns(first):
        first, windows = _feed_lines(first), map(_feed_lines, windows)
    text = clean_lines(first, encoding)
    if text.ways is None and (more := b"".join(windows)):
        text = clean_lines(first + more, encoding)
    last = b""
    reader.take(text.text)
    signs = 0 if reader.builds else count_certain(text.text)
    for last in windows:
        if not (reader.builds or text.prefixes):
            text = text.learn_more(last)
        window = text.clean_more(last)
        reader.take(window)
        signs += 0 if reader.builds else count_certain(window)
    ends = text.read_times(last[-_TAIL:])
    reader.finish()
    return text._replace(times=[*text.times, *ends]), signs


def _find_times(text: Text, reader: Reader) -> tuple[datetime | None, datetime | None]:
    """The first and the last time of a log: the agent's, else those that came with its lines."""
    agent = reader.agent
    if agent.began is not None or not text.times:
        return agent.began, agent.ended
    return min(text.times), max(text.times)


def _ends_in_returns(data: bytes) -> bool:
    """Whether nothing but carriage returns ends the lines of a text."""
    return data.find(b"\n", 0, len(data) - 1) < 0 and b"\r" in data and b"\0" not in data


def _feed_lines(data: bytes) -> bytes:
    """The data with line feeds for carriage returns."""
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _list_rows(name: str, reader: Reader) -> dict[str, list[Row]]:
    """The rows of what a log says, for each frame but logs."""
    builds: list[Row] = []
    steps: list[Row] = []
    parts: list[Row] = []
    commands = reader.agent.commands
    for number, build in enumerate(reader.builds):
        code = None if build.command is None else commands[build.command].exit_code
        builds.append(build.row(name, number, code))
        found = build.steps
        targets = frozenset(step.name.target for step in found if step.name.target)
        for step in found:
            steps.append(step.row(name, number, targets))
            parts.extend((name, number, step.number, *part) for part in step.parts.items())
    return {
        "phases": [(name, *row) for row in reader.agent.phases],
        "commands": [(name, number, *each.row()) for number, each in enumerate(commands)],
        "builds": builds,
        "steps": steps,
        "parts": parts,
    }


def _find_format(text: Text, reader: Reader) -> str:
    """One of _DISPLAYS by what shows the builds, csv or json by what holds the log, or none."""
    displays = {build.display for build in reader.builds}
    if not displays and not reader.agent.lines:
        return "none"
    shown = next((each for each in _DISPLAYS if each in displays), "plain")
    return text.container or shown


def _find_writer(text: Text, reader: Reader) -> str:
    """Who wrote the log: the agent's own lines tell, then what is before each line."""
    if reader.agent.lines:
        return "lab" if reader.agent.first == LAB else "codebuild"
    return text.writer or guess_writer(text.text)


def _is_mixed(reader: Reader) -> bool:
    """Whether a step has headers of two, or a later build begins with another step than #1."""
    if reader.mixed:
        return True
    plain = (
        each for each in reader.builds[1:] if each.builder == "buildkit" and each.display == "plain"
    )
    return any(min((step.number for step in each.steps), default=0) > 1 for each in plain)


def _explain(name: str, form: str, text: bytes, signs: int, reader: Reader) -> str | None:
    """Why nothing, or nothing that is sure, was read, and what to do; None when all is well."""
    if said := say_output(text[:_HEAD].decode("utf-8", "replace")):
        return f"{name} {said}."
    if _is_mixed(reader):
        return (
            f"{name} mixes the lines of builds that ran at once, or lacks lines: what is read of "
            "its builds is not sure. Give each build a log of its own."
        )
    if signs >= _SIGNS and not reader.builds:
        return (
            f"{name} shows {signs} lines of a docker build, but what stands before or between them "
            "hides it: give the log as the builder printed it."
        )
    if form != "none":
        return None
    if not text.strip():
        return f"{name} is empty: give a log with text in it."
    if b"\0" in text:
        return f"{name} is not text: give the log itself, plain or as gzip."
    return (
        f"{name} holds neither CodeBuild's lines nor a docker build: give a build log, "
        "best one made with --progress=plain."
    )
