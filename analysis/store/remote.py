"""Logs that lie elsewhere: those of which nothing is kept are fetched, several at once."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from analysis.logs import Remote, Source, show_path
from analysis.store.kinds import Kind, Named
from analysis.store.pool import Read

# logs are many small requests, and each of them waits
_REQUESTS_AT_ONCE = 4


def fetch_remote(
    kind: Kind, sources: Sequence[Named], weights: Sequence[int]
) -> tuple[list[Named], list[int], list[Read]]:
    """(the files, with bytes for what lay elsewhere; their weights; what could not be had)."""
    here: list[Named] = []
    left: list[int] = []
    told: list[Read] = []
    for (name, source), weight, data in zip(sources, weights, _load_all(sources), strict=True):
        if data is not None:
            here.append((name, data))
            left.append(weight)
        elif isinstance(source, Remote):
            tables = kind.tell(name, show_path(str(source.problem)))
            told.append(Read(tables, frozenset([name])))
    return here, left, told


def _load_all(sources: Sequence[Named]) -> list[Source | None]:
    """Each file itself, or the bytes of what lies elsewhere: null where they can't be had."""
    found: list[Source | None] = [source for _, source in sources]
    far = [number for number, source in enumerate(found) if isinstance(source, Remote)]
    if not far:
        return found
    with ThreadPoolExecutor(_REQUESTS_AT_ONCE) as threads:
        try:
            for number, data in zip(
                far, threads.map(_load, [sources[n][1] for n in far]), strict=True
            ):
                found[number] = data
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise
    return found


def _load(source: Source) -> Source | None:
    """The bytes of what lies elsewhere, null where they can't be had; any other as it is."""
    return source.load() if isinstance(source, Remote) else source
