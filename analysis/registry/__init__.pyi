from .contradictions import find_contradictions
from .images import frame_images, list_entries, read_images, sum_distinct, unique_bytes
from .kinds import (
    ATTESTATION,
    IMAGE,
    IMAGE_KINDS,
    INDEX,
    KIND_LIST,
    KINDS,
    ROLLBACK_KINDS,
    Kind,
    describe_kinds,
)
from .lifecycle import preview_lifecycle
from .manifests import IMAGES, IN_TOTO, INDEXES, artifact_type, descriptors, parse_manifest
from .policy import load_policy, read_policy
from .storage import OPENER, fetch_manifest, list_repository

__all__ = [
    "ATTESTATION",
    "IMAGE",
    "IMAGES",
    "IMAGE_KINDS",
    "INDEX",
    "INDEXES",
    "IN_TOTO",
    "KINDS",
    "KIND_LIST",
    "OPENER",
    "ROLLBACK_KINDS",
    "Kind",
    "artifact_type",
    "describe_kinds",
    "descriptors",
    "fetch_manifest",
    "find_contradictions",
    "frame_images",
    "list_entries",
    "list_repository",
    "load_policy",
    "parse_manifest",
    "preview_lifecycle",
    "read_images",
    "read_policy",
    "sum_distinct",
    "unique_bytes",
]
