"""Where a store is: a folder of this machine, or a prefix in S3; files are written whole or not."""

import errno
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from analysis.errors import StoreError

try:
    import fcntl
except ImportError:  # Windows has no such locks
    fcntl = None  # type: ignore[assignment]

# the variable that moves the store of a user, or switches it off
VARIABLE = "CODEBUILD_CACHE_STORE"
OFF = "off"
# the variable that names a Dask cluster to read with
CLUSTER_VARIABLE = "CODEBUILD_CACHE_CLUSTER"
_PART = ".part-"
_PART_SECONDS = 3600


class _File(NamedTuple):
    """A file of a store: its name in its folder, its bytes and when it was written (seconds)."""

    name: str
    size: int
    written: float


class Place(Protocol):
    """A folder or prefix that holds files by path; OSError where it can't be used."""

    def read(self, path: str) -> Any:
        """What a file holds, as a buffer."""

    def write(self, path: str, data: Any) -> None:
        """Write a file whole or not at all; one that is there is replaced."""

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""

    def files(self, folder: str) -> list[_File]:
        """The files in a folder; [] when it is not there."""

    def folders(self) -> list[str]:
        """The names of the folders at its top."""

    def locked(self, folder: str) -> AbstractContextManager[None]:
        """A time in which no other process writes there, as far as the place can have that."""


class Folder:
    """A store in a folder of this machine, which only its user may read."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __str__(self) -> str:
        return str(self.root)

    def read(self, path: str) -> Any:
        """What a file holds, as a buffer."""
        import pyarrow as pa

        # as bytes: a path need not be UTF-8
        with pa.memory_map(os.fsencode(self.root / path)) as file:
            return file.read_buffer()

    def write(self, path: str, data: Any) -> None:
        """Write beside it, flush to the disk, rename."""
        target = self.root / path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_name(f"{_PART}{secrets.token_hex(8)}")
        try:
            with open(part, "xb", opener=_open_private) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, target)
            _flush_folder(target.parent)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""
        (self.root / path).unlink(missing_ok=True)

    def files(self, folder: str) -> list[_File]:
        """The files in a folder; those that a write which was cut off left go after an hour."""
        found = []
        try:
            entries = list(os.scandir(self.root / folder))
        except (FileNotFoundError, NotADirectoryError):
            return []
        for entry in entries:
            with suppress(FileNotFoundError):
                state = entry.stat()
                if not entry.name.startswith(_PART):
                    found.append(_File(entry.name, state.st_size, state.st_mtime))
                elif state.st_mtime < time.time() - _PART_SECONDS:
                    os.unlink(entry.path)
        return found

    def folders(self) -> list[str]:
        """The names of the folders at its top."""
        return [each.name for each in self.root.iterdir() if each.is_dir()]

    @contextmanager
    def locked(self, folder: str) -> Iterator[None]:
        """A time in which no other process of this machine has the folder locked."""
        (self.root / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self.root / folder / ".lock", "ab", opener=_open_private) as file:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def shrink(self, limit: int) -> None:
        """Remove the files that were written first, until the others are at most so many bytes."""
        states = [(each.stat(), each) for each in self.root.rglob("*.parquet")]
        over = sum(state.st_size for state, _ in states) - limit
        for state, path in sorted(states, key=lambda each: each[0].st_mtime):
            if over <= 0:
                break
            path.unlink(missing_ok=True)
            over -= state.st_size


class Bucket:
    """A store under a prefix in S3, or in any file system that Arrow knows by a URI."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.system, self.root = _open_uri(uri)

    def __str__(self) -> str:
        return self.uri

    def read(self, path: str) -> Any:
        """What an object holds, as a buffer."""
        with self.system.open_input_file(f"{self.root}/{path}") as file:
            return file.read_buffer()

    def write(self, path: str, data: Any) -> None:
        """Put an object: S3 shows it whole or not at all."""
        with self.system.open_output_stream(f"{self.root}/{path}") as file:
            file.write(data)

    def remove(self, path: str) -> None:
        """Remove an object, if it is there."""
        with suppress(FileNotFoundError):
            self.system.delete_file(f"{self.root}/{path}")

    def files(self, folder: str) -> list[_File]:
        """The objects in a folder; [] when there is none."""
        return [
            _File(each.base_name, each.size, each.mtime_ns / 1e9)
            for each in self._select(f"{self.root}/{folder}")
            if each.is_file
        ]

    def folders(self) -> list[str]:
        """The names of the folders at its top."""
        return [each.base_name for each in self._select(self.root) if not each.is_file]

    def locked(self, folder: str) -> AbstractContextManager[None]:
        """No lock: S3 has none."""
        return nullcontext()

    def _select(self, folder: str) -> Iterator[Any]:
        from pyarrow.fs import FileSelector

        yield from self.system.get_file_info(FileSelector(folder, allow_not_found=True))


def _open_private(path: str, flags: int) -> int:
    """Open a file that only its user may read."""
    return os.open(path, flags, 0o600)


def _flush_folder(folder: Path) -> None:
    """Have a folder's names on the disk; a file system that can't is not made to."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _open_uri(uri: str) -> tuple[Any, str]:
    """(Arrow's file system, the path in it) of a URI; StoreError says why there is none."""
    from pyarrow import fs

    scheme, _, rest = uri.partition("://")
    try:
        if scheme != "s3":
            files, root = fs.FileSystem.from_uri(uri)
            return files, root.rstrip("/")
        # Arrow itself does not look at them
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        return fs.S3FileSystem(endpoint_override=endpoint, region=region), rest.rstrip("/")
    except (OSError, ValueError, ImportError) as error:
        raise StoreError(f"{uri} can't hold a store ({error}): give a folder or s3://…") from None


def _cache_folder() -> Path:
    """The folder of this program among a user's caches, by the XDG rules."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    found = Path(base) if os.path.isabs(base) else Path("~/.cache").expanduser()
    return found / "codebuild-cache"


def find_memory(place: Place) -> Path:
    """Where the keys of this machine's files are remembered: in the store, else in the cache."""
    return (place.root if isinstance(place, Folder) else _cache_folder()) / "seen.sqlite"


def _open_place(text: str | os.PathLike[str]) -> Place | None:
    """The place that a folder or URI names; None for "off"."""
    name = os.fspath(text)
    if name == OFF:
        return None
    return Bucket(name) if "://" in name else Folder(Path(name).expanduser())


def find_place(store: str | os.PathLike[str] | None) -> Place | None:
    """The place of a store by its name, else of the environment's, else the user's own."""
    if store is not None:
        return _open_place(store)
    if named := os.environ.get(VARIABLE, "").strip():
        return _open_place(named)
    with suppress(RuntimeError):
        return Folder(_cache_folder() / "tables")
    return None


def _is_full(error: OSError) -> bool:
    """Whether an error tells of a full disk or a quota."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def kept_by_chance(asked: bool, place: Place) -> Iterator[None]:
    """OSError of a store that was asked for as StoreError; a cache that fails is left alone."""
    try:
        yield
    except OSError as error:
        if asked:
            reason = getattr(error, "strerror", None) or error
            cure = "free some space there, or give another" if _is_full(error) else "give another"
            raise StoreError(f"The store {place} can't be used ({reason}): {cure}.") from None
