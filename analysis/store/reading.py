"""Files to tables: from the store what it has, the rest read and kept; in the files' order."""

import os
from collections.abc import Iterable, Sequence

from analysis.logs import Logs, Remote, Source, Sources, Tables, join_tables, list_sources
from analysis.store.balance import weigh
from analysis.store.batches import Batches, arrange, pick_rows
from analysis.store.keys import Key, find_keys, stamp
from analysis.store.kinds import LOGS, Kind, Named
from analysis.store.places import (
    CLUSTER_VARIABLE,
    Folder,
    Place,
    find_memory,
    find_place,
    kept_by_chance,
)
from analysis.store.pool import Read, join, read_batches
from analysis.store.remote import fetch_remote

# below this weight (bytes) reading takes less than looking it up and keeping it
_WORTH_KEEPING = 10_000_000
# bytes of a user's cache
_LIMIT = 4_000_000_000
Store = str | os.PathLike[str] | None
# (tables of batches, keys of the files in them)
_Found = tuple[list[Tables], set[str]]


def read_logs(sources: Sources, *, cluster: str = "", store: Store = None) -> Logs:
    """The frames of Logs for build logs in any of the known forms.

    `sources`: a path, a folder (all files below it), a pattern such as `builds/*.log`, the bytes
    of a log, an iterable of those, or a mapping of names to them; a file that is named twice is
    read once. A relative path is looked for here, then beside the package. TypeError for anything
    else, LogError for one path or pattern that names no file. A log among others that can't be
    read has its row in `logs`, with format "none" and a problem that names the file, the fact and
    the cure.

    Many logs are read by all cores, or by a Dask `cluster` (tcp://HOST:PORT; StoreError when it
    can't be used), and kept: what was read before is not read again. `store`: the folder or
    s3:// prefix that keeps them, "off" for none; by default a folder of the user's caches. The
    environment may name both: CODEBUILD_CACHE_CLUSTER, CODEBUILD_CACHE_STORE.

    >>> logs = analysis.read_logs("data/control/runs/docker.source.*/build.log.gz")
    >>> len(logs.logs)
    6
    >>> logs.builds[["build", "builder", "cache_import"]].head(1)
       build   builder cache_import
    0      0  buildkit         none
    """
    return join_tables([read_tables(LOGS, list_sources(sources), cluster=cluster, store=store)])


def read_tables(
    kind: Kind, sources: Iterable[Named], *, cluster: str = "", store: Store = None
) -> Tables:
    """The tables of files by name, in their order; `cluster` and `store` as of read_logs."""
    sources = list(sources)
    weights = [weigh(source) for _, source in sources]
    place = find_place(store)
    far = any(isinstance(source, Remote) for _, source in sources)
    if place is None or not (store is not None or far or is_worth_keeping(sum(weights))):
        tables = _join(kind, _read(kind, sources, weights, cluster)).tables
        names = [name for name, _ in sources]
        return arrange(kind, [tables], names, names) if far else tables
    keys = find_keys(sources, find_memory(place))
    return _read_through(kind, sources, weights, keys, place, cluster, asked=store is not None)


def is_worth_keeping(weight: int) -> bool:
    """Whether reading so much (bytes) takes longer than looking it up and keeping it."""
    return weight >= _WORTH_KEEPING


def _join(kind: Kind, parts: Sequence[Read]) -> Read:
    """The tables of all batches; those of no file when there is none."""
    return join([Read(kind.empty()), *parts])


def _read(kind: Kind, sources: Sequence[Named], weights: Sequence[int], cluster: str) -> list[Read]:
    """What each batch of files holds, and why others can't be had."""
    sources, weights, told = fetch_remote(kind, sources, weights)
    if cluster := cluster or os.environ.get(CLUSTER_VARIABLE, ""):
        from analysis.store.cluster import read_there

        return [*read_there(kind, sources, weights, cluster), *told]
    return [*read_batches(kind, sources, weights), *told]


def _read_through(
    kind: Kind,
    sources: Sequence[Named],
    weights: Sequence[int],
    keys: Sequence[Key],
    place: Place,
    cluster: str,
    asked: bool,
) -> Tables:
    """The tables of files of which a store may have some."""
    stores = [Batches(place, each) for each in kind.kept]
    there: list[_Found] = [([], set())] * len(stores)
    with kept_by_chance(asked, place):
        wanted = {each.key for each in keys if each.key}
        there = [each.find(wanted) for each in stores]
    have = set.intersection(*(found for _, found in there))
    # files that can't be read now are told of by their names
    shown = [each.key or name for each, (name, _) in zip(keys, sources, strict=True)]
    new = {key: number for number, key in enumerate(shown) if key not in have}
    read = _read(
        kind,
        [(key, sources[number][1]) for key, number in new.items()],
        [weights[number] for number in new.values()],
        cluster,
    )
    fresh = _join(kind, read)
    with kept_by_chance(asked, place):
        for each in stores:
            _keep(each, fresh, {key: keys[number] for key, number in new.items()}, sources, new)
        if fresh.tables[kind.index].num_rows and isinstance(place, Folder) and not asked:
            place.shrink(_LIMIT)
    tables: Tables = {}
    for own, (parts, found) in zip(kind.kept, there, strict=True):
        rest = pick_rows(fresh.tables, own, new.keys() - found)
        tables |= arrange(own, [*parts, rest], shown, [name for name, _ in sources])
    return tables


def _keep(
    batches: Batches,
    fresh: Read,
    keys: dict[str, Key],
    sources: Sequence[Named],
    new: dict[str, int],
) -> None:
    """Keep what was read of files that were read well, and did not change meanwhile."""
    kept = [
        name
        for name, each in keys.items()
        if each.key and name not in fresh.failed and _is_as_before(each, sources[new[name]][1])
    ]
    if not kept:
        return
    batches.write(pick_rows(fresh.tables, batches.kind, kept))


def _is_as_before(key: Key, source: Source) -> bool:
    """Whether a file is what its key was found of."""
    if isinstance(source, Remote):
        return not source.changed
    return key.stamp is None or stamp(source) == key.stamp
