"""What a path or a pattern names: here, or else beside the package."""

import os
import re
import reprlib
from pathlib import Path

from analysis.errors import LogError
from analysis.shipped import BASES

_PATTERN = re.compile(r"[*?[]")
# how Python keeps a byte of a name that is not UTF-8
_RAW_BYTE = re.compile("[\udc80-\udcff]")
# characters
_LONGEST_PATH = 250


def match_files(text: str) -> list[Path]:
    """What a path or pattern (*, ?, [) names, here or else beside the package; [] for nothing."""
    for base in BASES:
        try:
            path = base / text
            if path.exists():
                return [path]
            if _PATTERN.search(text):
                pattern = path.relative_to(path.anchor) if path.is_absolute() else Path(text)
                root = Path(path.anchor) if path.is_absolute() else base
                if found := sorted(root.glob(str(pattern))):
                    return found
        except (OSError, ValueError):
            continue
    return []


def show_path(path: str | Path) -> str:
    """A path as text that can be kept and shown: bytes of it that are not UTF-8 as \\xNN."""
    text = str(path)
    # as most are
    if text.isascii():
        return text
    text = _RAW_BYTE.sub(lambda byte: f"\\x{ord(byte[0]) - 0xDC00:02x}", text)
    return text.encode("utf-8", "backslashreplace").decode()


def find_logs(source: str | Path) -> list[str | Path]:
    """The files that one path or pattern names, those below a folder; LogError for none."""
    found = match_files(str(source))
    files = [path for each in found for path in _list_below(each)]
    if files:
        return [source] if files == [Path(source)] else [*files]
    raise LogError(_say_nothing(str(source), bool(found)))


def _say_nothing(text: str, exists: bool) -> str:
    """Why a path or pattern names no log, and what to do."""
    if exists:
        return f"{show_path(text)} holds no file: give a folder with build logs."
    if "\n" in text:
        return f"{_shorten(text)} is no path: give the text of a log as bytes, text.encode()."
    if _PATTERN.search(text):
        return f"{_shorten(text)} matches no file: give a pattern such as 'builds/*.log'."
    return f"{_shorten(text)} does not exist: give the path of a log, a folder or a pattern."


def _shorten(text: str) -> str:
    """A path as it is; the begin and end of a text that is too long to be one."""
    return text if len(text) <= _LONGEST_PATH and text.isprintable() else reprlib.repr(text)


def _list_below(path: Path) -> list[Path]:
    """All that is no folder below a folder, in the order of names; what is no folder itself."""
    if not path.is_dir():
        return [path]
    # the system tells what is a folder as it lists them
    return sorted(Path(folder, name) for folder, _, names in os.walk(path) for name in names)
