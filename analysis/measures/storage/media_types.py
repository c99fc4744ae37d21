"""What an entry of a registry is, by its media types: a signature, a provenance."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

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
