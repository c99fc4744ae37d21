"""One call at a time records into a folder: a lock that names its holder, and dies with it."""

import contextlib
import errno
import json
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analysis.errors import RecordError
from analysis.records.disk import check_path, make_folder, writing_errors

try:
    import fcntl
except ImportError:  # Windows has none: there the holder's words alone count
    fcntl = None  # type: ignore[assignment]

_LOCK = "in-use.json"
# folder -> the handle of its lock, of those that this process holds
_HELD: dict[Path, int] = {}


@contextlib.contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """A block in which no other call can lock this folder; RecordError names who does.

    The system frees the lock of a process that is killed. A folder that is made for the block
    and is empty after it is removed.
    """
    check_path(folder)
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    with writing_errors(folder):
        make_folder(folder)
        handle = _HELD[folder] = _take(folder / _LOCK)
    try:
        yield
    finally:
        _HELD.pop(folder, None)
        # first the name, then the lock: whoever waits for neither makes a file of its own. Where
        # the folder was removed meanwhile, the name is another call's
        if _is_named(handle, folder / _LOCK):
            (folder / _LOCK).unlink(missing_ok=True)
        os.close(handle)
        with contextlib.suppress(OSError):
            for path in made:
                path.rmdir()


def check_lock(folder: Path) -> None:
    """RecordError where this process has locked a folder, and the lock was removed since.

    Then another call may record there, too.
    """
    if folder in _HELD and not _is_named(_HELD[folder], folder / _LOCK):
        raise RecordError(
            f"{folder / _LOCK} was removed while this call records into {folder}, or all of that "
            "folder: nothing more is built, since another call may use it by now. What is finished "
            "there is kept; the same call again, once no other goes on, runs the rest."
        )


def is_locked(folder: Path) -> bool:
    """Whether somebody holds a folder."""
    try:
        handle = os.open(folder / _LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _lock(handle, folder / _LOCK)
    finally:
        os.close(handle)


def _take(path: Path) -> int:
    """The handle of a lock that is held from now on; RecordError when another holds it."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if not _lock(handle, path):
                raise RecordError(_name_holder(path))
            if _is_named(handle, path):
                os.ftruncate(handle, 0)
                os.write(handle, _describe_self())
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _lock(handle: int, path: Path) -> bool:
    """Whether a file could be locked; where files can't be, whether its holder is gone."""
    try:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL):
            raise
    return not _is_alive(_read_holder(path))


def _is_named(handle: int, path: Path) -> bool:
    """Whether a file that is open still has its name: its last holder may have removed it."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except (FileNotFoundError, NotADirectoryError):
        return False


def _describe_self() -> bytes:
    """What the lock says of this process."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}).encode()


def _read_holder(path: Path) -> dict[str, Any]:
    """What a lock says of its holder; nothing when it can't be read."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_alive(holder: dict[str, Any]) -> bool:
    """Whether a holder may be there still: one of another host may."""
    pid = holder.get("pid")
    if not isinstance(pid, int) or holder.get("host") != socket.gethostname():
        return bool(holder)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _name_holder(path: Path) -> str:
    """That a folder is in use, by whom, and what to do."""
    holder = _read_holder(path)
    who = f"process {holder.get('pid', 'unknown')} on {holder.get('host', 'an unknown host')}"
    since = f" since {holder['since']}" if "since" in holder else ""
    return (
        f"{path.parent} is in use by {who}{since}: wait until that has ended, or choose another "
        f"folder (EXPERIMENT). Where it has ended already, remove {path}."
    )
