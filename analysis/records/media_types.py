"""What entries of a registry are made of, in the words of their own manifests."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import RecordError
from analysis.records.recording import read_json
from analysis.registry import artifact_type, descriptors, list_entries, parse_manifest

COLUMNS = [
    "run",
    "digest",
    "kind",
    "media_type",
    "artifact_type",
    "layers",
    "predicates",
    "subject",
]
# where in-toto's layers say of what they are a statement
_PREDICATE = "in-toto.io/predicate-type"


def read_media(runs: pd.DataFrame) -> pd.DataFrame:
    """One row an entry of the listings that these runs left; what can't be read has none.

    run, digest, kind (as read_images), media_type, artifact_type (the manifest's own, else its
    config's media type), layers (media types, each once), predicates (what an attestation's
    layers are statements of), subject (kind of the entry it refers to; null when it does not).
    """
    rows = [
        [run, *entry]
        for run, path in zip(runs["run"], runs["images"], strict=True)
        for entry in _read_listing(path)
    ]
    return pd.DataFrame(rows, columns=COLUMNS).astype(
        dict.fromkeys(["run", "digest", "kind", "media_type", "artifact_type", "subject"], "string")
    )


def _read_listing(path: str | Path) -> list[list[Any]]:
    """The entries of one run's listing, in the order of COLUMNS without run; [] if damaged."""
    try:
        listing = read_json(path)
        entries = list_entries(listing["imageDetails"], listing["manifests"])
        texts = dict(listing["manifests"])
    except (RecordError, AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return []
    kinds = {entry["digest"]: entry["kind"] for entry in entries}
    return [_describe_entry(e, parse_manifest(texts.get(e["digest"])), kinds) for e in entries]


def _describe_entry(
    entry: Mapping[str, Any], manifest: Mapping[str, Any], kinds: Mapping[str, str]
) -> list[Any]:
    """One row of read_media without its run."""
    layers = descriptors(manifest, "layers")
    notes = [layer.get("annotations") for layer in layers]
    predicates = {
        note[_PREDICATE] for note in notes if isinstance(note, dict) and _PREDICATE in note
    }
    subject = entry["subject"]
    return [
        entry["digest"],
        entry["kind"],
        manifest.get("mediaType"),
        artifact_type(manifest),
        tuple(dict.fromkeys(layer.get("mediaType", "") for layer in layers)),
        tuple(sorted(map(str, predicates))),
        None if subject is None else kinds.get(subject, "an entry that is not here"),
    ]
