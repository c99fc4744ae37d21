"""What read_logs takes, read in batches and given as frames."""

import reprlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from analysis.errors import LogError
from analysis.logs.batch import read_batch
from analysis.logs.frames import Logs, join_tables
from analysis.logs.paths import find_logs, show_path
from analysis.logs.stored import Remote, Source

_SOURCES = (str, Path, bytes, bytearray, memoryview, Remote)
Sources = Source | Iterable[Source] | Mapping[str, Source]
# logs
_BATCH = 64


def read_logs(sources: Sources) -> Logs:
    """The frames of Logs for logs, read here one after the other: analysis.read_logs says which.

    TypeError for what names no logs, LogError for one path or pattern that names no file.
    """
    named = list_sources(sources)
    batches = (named[begin : begin + _BATCH] for begin in range(0, len(named), _BATCH))
    return join_tables(map(read_batch, batches))


def list_sources(sources: Sources) -> list[tuple[str, Source]]:
    """(name, path or bytes) of every log that `sources` names, as read_logs takes them.

    Names are those given, else paths as given, or log-0, log-1, … Errors as of read_logs.
    """
    return [*_list_named(sources)]


def _list_named(sources: Sources) -> Iterator[tuple[str, Source]]:
    """(name, path or bytes) of every log."""
    if isinstance(sources, Mapping):
        yield from (
            (show_path(str(name)), _check_source(source)) for name, source in sources.items()
        )
        return
    if isinstance(sources, str | Path):
        yield from _name_paths(find_logs(sources), set())
        return
    if isinstance(sources, _SOURCES) or not isinstance(sources, Iterable):
        sources = [sources]
    seen: set[str] = set()
    for number, source in enumerate(map(_check_source, sources)):
        if isinstance(source, str | Path):
            yield from _name_paths(_list_files(source), seen)
        else:
            yield f"log-{number}", source


def _name_paths(paths: Iterable[str | Path], seen: set[str]) -> Iterator[tuple[str, Source]]:
    """(name, path) of each path that was not seen yet; it is then."""
    for path in paths:
        if str(path) not in seen:
            yield show_path(path), path
        seen.add(str(path))


def _check_source(source: Any) -> Source:
    """`source`, or TypeError when it can't be where a log is."""
    if not isinstance(source, _SOURCES):
        raise TypeError(
            "read_logs takes a path, a folder, the bytes of a log, an iterable of those or a "
            f"mapping of names to them, not {reprlib.repr(source)}."
        )
    return source


def _list_files(source: str | Path) -> list[str | Path]:
    """The files that one of several sources names; the source itself, to be told, for none."""
    try:
        return find_logs(source)
    except LogError:
        return [source]
