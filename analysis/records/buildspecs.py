"""Whether strategies were recorded as the package ships them, by the digests of buildspecs."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.workload import BASELINE, FOLDER, load_strategies

COLUMNS = ["strategy", "runs", "recorded", "shipped", "buildspec", "cure"]
AS_SHIPPED, CHANGED = "as shipped", "another than the shipped one"
NOT_SHIPPED, NOT_KNOWN = "not shipped", "not known"
_CURES = {
    CHANGED: "what was recorded holds for the recorded buildspec alone: record {name} anew, into "
    "another folder (EXPERIMENT=runs/another STRATEGIES={names})",
    NOT_KNOWN: "experiment.json keeps no digest of {name}: record it anew, into another folder, "
    "to know that it is as shipped",
}
# where an experiment's folder keeps what was written from a buildspec of the user's own
WRITTEN = "strategies"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SUFFIXES = (".yml", ".yaml")


def compare_buildspecs(
    runs: pd.DataFrame, facts: Mapping[str, Any], folder: Path | None = None
) -> pd.DataFrame:
    """One row a recorded strategy: its buildspec against the shipped one; all text but `runs`.

    strategy, runs (number), recorded, shipped (sha256 of the text; null: none), buildspec (as
    shipped, another than the shipped one, not shipped, not known), cure (null where none is
    needed). `facts`: experiment.json's; an older one may lack digests: then that of the text in
    buildspecs/ of the experiment's `folder`. Under another name a shipped one is as shipped; one
    that was written from a buildspec of the user's own is not shipped.
    """
    shipped = {name: _digest(each.buildspec.text) for name, each in load_strategies().items()}
    rows, written = [], are_written(facts)
    for name, number in runs.groupby("strategy", sort=True).size().items():
        recorded = _find_recorded(str(name), facts, folder)
        own = None if written else shipped.get(str(name))
        state = _compare(recorded, own, shipped)
        cure = _CURES[state].format(name=name, names=_join(str(name))) if state in _CURES else None
        rows.append((name, number, recorded, own, state, cure))
    texts = dict.fromkeys([name for name in COLUMNS if name != "runs"], "string")
    return pd.DataFrame(rows, columns=COLUMNS).astype({"runs": "int64", **texts})


def read_written(folder: Path, strategy: str, facts: Mapping[str, Any]) -> tuple[str, str] | None:
    """(diff, text) of a strategy as an experiment wrote it from a buildspec of the user's own.

    Null where it wrote none.
    """
    if not are_written(facts):
        return None
    paths = [folder / WRITTEN / f"{strategy}{end}" for end in (".diff", ".yml")]
    try:
        diff, text = (path.read_text(encoding="utf-8") for path in paths)
    except (OSError, UnicodeDecodeError):
        return None
    return diff, text


def are_written(facts: Mapping[str, Any]) -> bool:
    """Whether an experiment's buildspecs were written from one of the user's own."""
    folders = facts.get("folders")
    return isinstance(folders, Mapping) and bool(folders.get("buildspec"))


def _find_recorded(name: str, facts: Mapping[str, Any], folder: Path | None) -> str | None:
    """The digest of the buildspec that a strategy was recorded with; null when nothing tells."""
    told = facts.get("buildspecs")
    value = told.get(name) if isinstance(told, Mapping) else None
    if isinstance(value, str) and value.strip():
        # older experiments may keep the text itself
        return value if _DIGEST.fullmatch(value) else _digest(value)
    paths = [Path(folder) / FOLDER.name / f"{name}{end}" for end in _SUFFIXES] if folder else []
    for path in paths:
        try:
            return _digest(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, ValueError):
            continue
    return None


def _compare(recorded: str | None, own: str | None, shipped: Mapping[str, str]) -> str:
    """What a recorded digest is, by the shipped one of its name and those of all names."""
    if recorded is None:
        return NOT_KNOWN
    if own is None:
        return AS_SHIPPED if recorded in shipped.values() else NOT_SHIPPED
    return AS_SHIPPED if recorded == own else CHANGED


def _join(name: str) -> str:
    """A strategy and the one that it is compared with, as STRATEGIES takes them."""
    return ",".join(dict.fromkeys([name, BASELINE]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
