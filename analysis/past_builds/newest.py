"""Which builds of many files are the newest, by what is known before their logs are read whole."""

import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.compute as pc

from analysis.logs import Remote, is_gzip, read_batch
from analysis.past_builds.frames import Found

# bytes that are looked at for the agent's first line, and for any other first time
_FIRST, _HEAD = 4096, 16384
_AGENT = re.compile(rb"\[Container\] (\d{4})/(\d\d)/(\d\d) (\d\d):(\d\d):(\d\d)")


def list_newest(
    found: Sequence[Found], since: datetime | None, limit: int
) -> Iterator[list[Found]]:
    """More and more of the builds, until it is all of them: those that are to be the newest first.

    A build is as old as its origin says, else as the first time in its log. Some more than
    `limit` are given, for files that turn out to be no builds and for begins within a minute; and
    of each project the build before, from whose end the gap to the next one counts.
    """
    taken = limit + max(20, limit // 10)
    if taken >= len(found):
        yield [*found]
        return
    timed = [(_find_begin(each), each.id, each) for each in found]
    young = [row for row in timed if row[0] is None or since is None or row[0] >= since]
    oldest = datetime.min.replace(tzinfo=UTC)
    young.sort(key=lambda row: (row[0] or oldest, row[1]), reverse=True)
    order = [each for _, _, each in young]
    while taken < len(order):
        yield [*order[:taken], *_list_before(order, taken)]
        taken *= 2
    yield order


def _list_before(order: Sequence[Found], taken: int) -> list[Found]:
    """The next older build of each project of which builds are taken."""
    wanted = {each.known.get("project") for each in order[:taken]}
    before = []
    for each in order[taken:]:
        if not wanted:
            break
        if (project := each.known.get("project")) in wanted:
            wanted.remove(project)
            before.append(each)
    return before


def _find_begin(build: Found) -> datetime | None:
    """When a build began, as far as its origin or the first lines of its log tell."""
    told = build.known.get("started")
    if isinstance(told, datetime):
        return told
    if build.log is None:
        return None
    head = read_head(build.log)
    if found := _AGENT.search(head, 0, _FIRST):
        with suppress(ValueError):
            year, month, day, hour, minute, second = map(int, found.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    return _read_begin(head)


def read_head(log: Path | bytes | Remote, size: int = _HEAD) -> bytes:
    """The first bytes of a log, unpacked; nothing of one that can't be read."""
    try:
        if isinstance(log, Path):
            with open(log, "rb", buffering=0) as file:
                data = file.read(size)
        else:
            data = (log.load() or b"" if isinstance(log, Remote) else log)[:size]
        return zlib.decompressobj(31).decompress(data, size) if is_gzip(data) else data
    except (OSError, ValueError, zlib.error):
        return b""


def _read_begin(head: bytes) -> datetime | None:
    """The first time that the reader of logs finds in the whole lines of a head."""
    whole = head[: head.rfind(b"\n") + 1]
    if not whole:
        return None
    tables = read_batch([("head", whole)])
    times = [pc.min(tables[name]["started"]).as_py() for name in ("logs", "phases", "commands")]
    return min((each.to_pydatetime() for each in times if each is not None), default=None)
