"""Frames that follow from a whole folder, kept with it: ANSWERS-VERSION/KEY/NAME.parquet.

The key is of the folder's name and of the path, size, times and inode of each file in it; the
version of all sources of the package. A folder in which a file changed within two seconds has none.
"""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.logs import without_collection
from analysis.store.balance import weigh_size
from analysis.store.batches import pack
from analysis.store.keys import SETTLED
from analysis.store.kinds import hash_sources
from analysis.store.nested import to_frame, to_table
from analysis.store.places import Place, find_place
from analysis.store.reading import Store, is_worth_keeping

# rows of a frame that are tried to come back as they were
_TRIED = 100


@dataclass(frozen=True)
class Answers:
    """What is kept of one folder."""

    place: Place
    folder: str

    def load(self, name: str) -> pd.DataFrame | None:
        """The frame of that name; None when there is none that can be read."""
        try:
            data = self.place.read(f"{self.folder}/{name}.parquet")
            file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
            return to_frame(file.read())
        except (pa.ArrowException, OSError, ValueError, TypeError, KeyError):
            return None

    def keep(self, name: str, frame: pd.DataFrame) -> None:
        """Keep a frame, if it is one that comes back as it was and there is room for it."""
        with suppress(OSError, TypeError, ValueError, pa.ArrowException):
            some = frame.head(_TRIED)
            pd.testing.assert_frame_equal(to_frame(to_table(some)), some)
            self.place.write(f"{self.folder}/{name}.parquet", pack(to_table(frame)))


def recall(
    answers: Answers | None, names: Sequence[str], compute: Callable[[], Sequence[pd.DataFrame]]
) -> list[pd.DataFrame]:
    """The frames of these names as they are kept; computed and kept unless all of them are."""
    with without_collection():
        found = [] if answers is None else [answers.load(name) for name in names]
        frames = [each for each in found if each is not None]
        if frames and len(frames) == len(names):
            return frames
        frames = list(compute())
        if answers is not None:
            for name, frame in zip(names, frames, strict=True):
                answers.keep(name, frame)
        return frames


def find_answers(folder: Path, store: Store = None, whole: Path | None = None) -> Answers | None:
    """What is kept of a folder; None without a store, and for small or unsettled folders.

    One that is read as a part of `whole` is as large as that is.
    """
    place = find_place(store)
    if place is None:
        return None
    stamps, weight = _stamp_all(folder)
    latest = time.time_ns() - SETTLED
    if any(changed >= latest or moved >= latest for _, _, changed, moved, _ in stamps):
        return None
    weight = weight if whole is None else _stamp_all(whole)[1]
    if store is None and not is_worth_keeping(weight):
        return None
    digest = blake2b(repr((os.fspath(folder), stamps)).encode("utf-8", "replace"), digest_size=16)
    return Answers(place, f"answers-{hash_sources(('',))}/{digest.hexdigest()}")


def _stamp_all(folder: Path) -> tuple[list[tuple[str, int, int, int, int]], int]:
    """(path, size, mtime, ctime, inode of all that is below a folder; about its weight)."""
    found: list[tuple[str, int, int, int, int]] = []
    weight = 0
    folders = [os.fspath(folder)]
    while folders:
        try:
            entries = list(os.scandir(folders.pop()))
        except OSError:
            continue
        for each in entries:
            path, state = each.path, each.stat(follow_symlinks=False)
            size = state.st_size
            found.append((path, size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino))
            if each.is_dir():
                folders.append(path)
            else:
                weight += weigh_size(size, path.endswith(".gz"))
    return sorted(found), weight
