from .images import KINDS, frame_images, list_entries, read_images, sum_distinct, unique_bytes
from .lifecycle import preview_lifecycle
from .manifests import IMAGES, IN_TOTO, INDEXES, artifact_type, descriptors, parse_manifest
from .policy import read_policy
from .storage import OPENER, fetch_manifest, list_repository

__all__ = [
    "IMAGES",
    "INDEXES",
    "IN_TOTO",
    "KINDS",
    "OPENER",
    "artifact_type",
    "descriptors",
    "fetch_manifest",
    "frame_images",
    "list_entries",
    "list_repository",
    "parse_manifest",
    "preview_lifecycle",
    "read_images",
    "read_policy",
    "sum_distinct",
    "unique_bytes",
]
