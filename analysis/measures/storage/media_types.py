"""What an entry of a registry is, by its media types: a signature, a provenance."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from analysis.records import takes
from analysis.registry import KINDS
from analysis.words import list_words

_PROVENANCE = "https://slsa.dev/provenance/"
# parts of the media types in which cosign, Notary, Sigstore and DSSE keep signatures
_SIGNATURES = ("cosign", "notary", "sigstore", "dsse", "signature")


def is_signature(row: Mapping[str, Any]) -> bool:
    """Whether an entry holds a signature, by its artifact type and layers."""
    types: Iterable[str] = [*row["layers"], *row["predicates"]]
    types = [*types, "" if pd.isna(row["artifact_type"]) else row["artifact_type"]]
    return any(word in each for each in types for word in _SIGNATURES)


def is_provenance(row: Mapping[str, Any]) -> bool:
    """Whether an entry is a statement of how an image was built, and of nothing else."""
    told = row["predicates"]
    return bool(told) and all(each.startswith(_PROVENANCE) for each in told)


@takes(media="strategy kind media_type artifact_type layers")
def media_by_kind(media: pd.DataFrame) -> pd.DataFrame:
    """kind, media_type, artifact_type, layers, n (entries), strategies: each form of entry once.

    Of rows of records' read_media with their strategy. artifact_type: the manifest's own, else its
    config's media type; layers and strategies are texts.
    """
    form = ["kind", "media_type", "artifact_type", "layers"]
    rows = media[[*form, "strategy"]].assign(
        layers=media["layers"].map(lambda each: list_words(each) or None, na_action="ignore"),
        place=media["kind"].map({kind: place for place, kind in enumerate(KINDS)}),
    )
    groups = rows.groupby(["place", *form], dropna=False)["strategy"]
    table = groups.agg(n="size", strategies=lambda names: list_words(sorted(set(names.dropna()))))
    return table.reset_index().drop(columns="place").astype({"n": "int64", "strategies": "string"})
