"""experiment.json: what all runs of an experiment have in common, and that new ones have it too."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analysis import records
from analysis.errors import RecordError
from analysis.experiment.contexts import choose_bases, digest_of, digest_replacements
from analysis.experiment.settings import as_json, same_settings
from analysis.lab import Images
from analysis.redaction import redact_values
from analysis.workload import Strategy

_SAME = ("context_digest", "images", "bases", "replacements")
# by what an experiment's things elsewhere are known to be its own
_OWN = ("id", "holder")


def gather_facts(
    context: Path,
    images: Images,
    strategies: Iterable[Strategy],
    replacements: Path | None = None,
) -> dict[str, Any]:
    """What experiment.json is to say; bases as of choose_bases, all else that varies by sha256.

    ContextError when the context is none.
    """
    return {
        "format": records.FORMAT,
        "context": context.resolve().name,
        "context_digest": digest_of(context),
        "images": asdict(images),
        "bases": choose_bases(context, images, replacements),
        "replacements": digest_replacements(replacements),
        "buildspecs": {
            strategy.name: hashlib.sha256(strategy.buildspec.text.encode()).hexdigest()
            for strategy in strategies
        },
    }


def check_facts(folder: Path, facts: Mapping[str, Any]) -> None:
    """RecordError when the runs in a folder can't be compared with those of these facts."""
    path = folder / "experiment.json"
    if not path.exists():
        return
    # what older experiments do not say: they had no replacements, and their own buildspecs
    there = {"bases": facts["bases"], "replacements": {}, "buildspecs": {}}
    settings = {each.name: as_json(each.default) for each in same_settings()}
    there |= settings | records.read_json(path)
    there["images"] = facts["images"] | there["images"]
    # what the file says has no secrets
    facts, there = redact_values(dict(facts)), redact_values(there)
    for name in (*_SAME, *settings):
        if there.get(name) != facts.get(name, there.get(name)):
            raise RecordError(
                f"{path} is of another experiment ({name} differs): its runs can't be compared "
                "with new ones. Choose another folder for new runs, such as runs/another."
            )
    for name in sorted(
        there["buildspecs"].keys() & facts["buildspecs"].keys() & begun(folder).keys()
    ):
        if there["buildspecs"][name] != facts["buildspecs"][name]:
            raise RecordError(
                f"{folder} holds runs of {name} by another buildspec: they can't be compared with "
                "new ones. Choose another folder for new runs, or another name for the strategy."
            )


def begun(folder: Path, number: int | None = None) -> dict[str, Path]:
    """Strategy -> the record of one of its finished runs, in one round or any."""
    form = "[!.]*.*" if number is None else f"[!.]*.{number:02d}"
    found = sorted((folder / "runs").glob(f"{form}/record.json"))
    return {path.parent.name.rsplit(".", 2)[0]: path for path in found}


def write_facts(folder: Path, facts: Mapping[str, Any], machine: Mapping[str, Any]) -> None:
    """Begin experiment.json, or add the buildspecs that are new in it."""
    path = folder / "experiment.json"
    begin = {"started": datetime.now(UTC).isoformat(), "machine": dict(machine)}
    there = records.read_json(path) if path.exists() else {**facts, **begin}
    there["buildspecs"] = there.get("buildspecs", {}) | facts["buildspecs"]
    there |= {name: facts[name] for name in _OWN if name in facts}
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(records.to_json(redact_values(there), indent=1))
    os.replace(part, path)
