"""Batches read by the workers of a Dask cluster, which need this package in the same version.

A worker that sees a file as it is here (a shared disk: same size, times and inode) reads it
itself; all others are sent to it.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analysis.errors import StoreError
from analysis.logs import Remote, Source
from analysis.store.balance import split
from analysis.store.batches import arrange
from analysis.store.keys import Stamp, stamp
from analysis.store.kinds import Kind, Named, hash_sources
from analysis.store.pool import DIED, Read, join, read_one

_SECONDS = 10
_Stamped = tuple[str, Source, Stamp | None]


def read_there(
    kind: Kind, sources: Sequence[Named], weights: Sequence[int], address: str
) -> list[Read]:
    """What each batch of files holds, in their order; StoreError when the cluster can't be used."""
    if not sources:
        return []
    with _connect(address) as client:
        batches = split(sources, weights, _count_threads(client, kind, address))
        asked = [_ask(client, kind, batch) for batch in batches]
        return [_await(client, kind, each, batch)
                for each, batch in zip(asked, batches, strict=True)]  # fmt: skip


@contextmanager
def _connect(address: str) -> Iterator[Any]:
    """A client of a cluster; StoreError in a sentence for what goes wrong with it."""
    try:
        from distributed import Client
        from distributed.comm import CommClosedError
    except ImportError:
        raise StoreError(
            "A Dask cluster is spoken to by the package distributed, which is not installed: "
            "pip install 'codebuild-cache-analysis[cluster]'."
        ) from None
    try:
        client = Client(address, timeout=_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError, ImportError, MemoryError) as error:
        reason = str(error).rstrip(".") or type(error).__name__
        # the words of another protocol, read as the length of what comes
        reason = "something else does" if isinstance(error, MemoryError) else reason
        raise StoreError(
            f"No Dask scheduler answers at {address!r} ({reason}): give its address, such as "
            "tcp://10.0.0.1:8786."
        ) from None
    try:
        yield client
    except CommClosedError as error:
        raise StoreError(f"The cluster {address} went away ({error}): start it again.") from None
    finally:
        client.close(timeout=_SECONDS)


def _count_threads(client: Any, kind: Kind, address: str) -> int:
    """How many batches are read at a time; StoreError without workers, or with other readers."""
    workers = client.scheduler_info(n_workers=-1)["workers"]
    if not workers:
        raise StoreError(f"The cluster {address} has no workers: start some with `dask worker`.")
    try:
        versions = client.run(_tell_version, kind.rooms)
    except Exception as error:
        raise StoreError(
            f"The workers of {address} can't read logs ({type(error).__name__}: {error}): install "
            "this version of codebuild-cache-analysis there."
        ) from None
    own = _tell_version(kind.rooms)
    for worker, version in versions.items():
        if version != own:
            raise StoreError(
                f"The worker {worker} has Python {version[0]} with reader {version[1]}, here are "
                f"{own[0]} and {own[1]}: install the same version of this package there."
            )
    return sum(each["nthreads"] for each in workers.values())


def _tell_version(rooms: tuple[str, ...]) -> tuple[str, str]:
    """(Python's minor version, that of the readers) where this runs."""
    return f"{sys.version_info.major}.{sys.version_info.minor}", hash_sources(rooms)


def _ask(client: Any, kind: Kind, batch: Sequence[Named]) -> Any:
    """The future of a batch whose files a worker may see for itself."""
    stamped = [(name, source, stamp(source)) for name, source in batch]
    return client.submit(_read_seen, kind, stamped, pure=False)


def _read_seen(kind: Kind, batch: Sequence[_Stamped]) -> Read | None:
    """A worker's reading of a batch; None when it does not see all of the files as they are."""
    if any(not isinstance(source, bytes) and (each is None or stamp(source) != each)
           for _, source, each in batch):  # fmt: skip
        return None
    return read_one(kind, [(name, source) for name, source, _ in batch])


def _await(client: Any, kind: Kind, asked: Any, batch: Sequence[Named]) -> Read:
    """What a worker read; the half of a batch that ends workers is halved again."""
    from distributed import KilledWorker

    try:
        read: Read | None = asked.result()
        if read is None:
            return _send(client, kind, batch)
        return read
    except KilledWorker:
        if len(batch) == 1:
            name = batch[0][0]
            return Read(kind.tell(name, DIED.format(name=name)), frozenset([name]))
    middle = len(batch) // 2
    halves = (batch[:middle], batch[middle:])
    return join([_await(client, kind, _ask(client, kind, half), half) for half in halves])


def _send(client: Any, kind: Kind, batch: Sequence[Named]) -> Read:
    """What a worker read of a batch that it was sent; what can't be loaded is told of here."""
    loaded: list[Named] = []
    parts: list[Read] = []
    for name, source in batch:
        data = _load(source)
        if data is None:
            parts.append(read_one(kind, [(name, source)]))
        else:
            loaded.append((name, data))
    if loaded:
        sent = client.scatter(loaded, hash=False)
        asked = client.submit(read_one, kind, sent, pure=False)
        parts.append(_await(client, kind, asked, loaded))
    names = [name for name, _ in batch]
    tables = arrange(kind, [each.tables for each in parts], names, names)
    return Read(tables, join(parts).failed)


def _load(source: Source) -> bytes | None:
    """The bytes of a file; null of what is none or can't be read."""
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    if isinstance(source, Remote):
        return source.load()
    try:
        return Path(source).read_bytes() if stamp(source) else None
    except OSError:
        return None
