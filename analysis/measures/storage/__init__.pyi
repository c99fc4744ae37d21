from .ecr_previews import compare_previews, differing
from .footprint import count_entries, count_rollbacks, entries_per_push, first_pushes, push_by_push
from .growth import cache_survives, growth, growth_by_push
from .media_types import is_provenance, is_signature, media_by_kind
from .rollbacks import READINGS, keep_newest
from .summary import count_agreeing, differing_readings, last_entries, last_stores

__all__ = [
    "READINGS",
    "cache_survives",
    "compare_previews",
    "count_agreeing",
    "count_entries",
    "count_rollbacks",
    "differing",
    "differing_readings",
    "entries_per_push",
    "first_pushes",
    "growth",
    "growth_by_push",
    "is_provenance",
    "is_signature",
    "keep_newest",
    "last_entries",
    "last_stores",
    "media_by_kind",
    "push_by_push",
]
