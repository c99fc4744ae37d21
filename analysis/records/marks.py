"""What a run's log and its builds' own records say of themselves, to be held against its record."""

import gzip
import re
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from analysis.logs import Tables, is_gzip
from analysis.store import Kind, Store, read_tables

_TEXT, _INT = pa.string(), pa.int64()
_MARKS = pa.schema(
    [
        ("path", _TEXT),
        ("problem", _TEXT),
        # of a log: versions, where its registry is, the last digest that was pushed, its command
        ("engine", _TEXT),
        ("buildx", _TEXT),
        ("registry", _TEXT),
        ("pushed", _TEXT),
        # of builds' records
        ("builds", _INT),
        ("begun", _TEXT),
        ("ended", _TEXT),
        ("steps", _INT),
        ("cached", _INT),
    ]
)
_ENGINE = re.compile(rb"^Docker (\d\S*)\r?$", re.MULTILINE)
_BUILDX = re.compile(rb"^github\.com/docker/buildx (\S+)", re.MULTILINE)
_REGISTRY = re.compile(rb"load metadata for ((?:\d+\.){3}\d+:\d+)/")
_PUSHED = re.compile(
    rb"^\S+: digest: (sha256:[0-9a-f]{64}) size: |"
    rb"^#\d+ pushing manifest for \S+:latest@(sha256:[0-9a-f]{64})",
    re.MULTILINE,
)
_REF = re.compile(rb'"ref"\s*:\s*"')
_STARTED, _COMPLETED = (
    re.compile(rb'"%s"\s*:\s*"([^"]{19,40})"' % key) for key in (b"StartedAt", b"CompletedAt")
)
_STEPS, _CACHED = (
    re.compile(rb'"%s"\s*:\s*(\d+)' % key) for key in (b"NumTotalSteps", b"NumCachedSteps")
)


def read_marks(paths: Iterable[Any], cluster: str = "", store: Store = None) -> pd.DataFrame:
    """path, then what each of these logs and records of builds says of itself, null unknown."""
    sources = [(str(path), Path(path)) for path in paths]
    table = read_tables(_KIND, sources, cluster=cluster, store=store)[_KIND.name]
    return table.to_pandas().astype(dict.fromkeys(("builds", "steps", "cached"), "Int64"))


def _read_batch(batch: Sequence[tuple[str, Any]]) -> Tables:
    """The table of _KIND for these files."""
    rows = [dict.fromkeys(_MARKS.names) | {"path": name} | _read(source) for name, source in batch]
    return {"marks": pa.Table.from_pylist(rows, _MARKS)}


def _read(source: Any) -> dict[str, Any]:
    """The marks of one file; none of one that can't be read, which its reader tells of.

    What it is, its text says: a store keeps files by their content, whatever their name.
    """
    try:
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
        data = gzip.decompress(data) if is_gzip(data) else data
    except (OSError, EOFError, zlib.error):
        return {}
    return _mark_history(data) if data.lstrip().startswith(b"{") else _mark_log(data)


def _mark_log(log: bytes) -> dict[str, Any]:
    """Versions, registry and digest that a log names."""
    pushed = _PUSHED.findall(log)
    return {
        "engine": _find(_ENGINE, log),
        "buildx": _find(_BUILDX, log),
        "registry": _find(_REGISTRY, log),
        "pushed": (pushed[-1][0] or pushed[-1][1]).decode() if pushed else None,
    }


def _find(pattern: re.Pattern[bytes], data: bytes) -> str | None:
    """What the first match of a pattern holds."""
    found = pattern.search(data)
    return found[1].decode("utf-8", "replace") if found else None


def _mark_history(data: bytes) -> dict[str, Any]:
    """How many builds were recorded, from when to when, and their steps where all tell them."""
    builds = len(_REF.findall(data))
    begun, ended = _STARTED.findall(data), _COMPLETED.findall(data)
    steps, cached = _STEPS.findall(data), _CACHED.findall(data)
    told = builds and len(steps) == len(cached) == builds
    return {
        "builds": builds,
        "begun": min(begun).decode("utf-8", "replace") if begun else None,
        "ended": max(ended).decode("utf-8", "replace") if ended else None,
        "steps": sum(map(int, steps)) if told else None,
        "cached": sum(map(int, cached)) if told else None,
    }


_KIND = Kind(
    name="marks", read=_read_batch, schemas={"marks": _MARKS}, rooms=("records",), key="path"
)
