"""Registry listings, from ECR or the lab's registry, as frames."""

from analysis.registry.images import frame_images, list_entries, read_images, unique_bytes
from analysis.registry.lifecycle import preview_lifecycle

__all__ = ["frame_images", "list_entries", "preview_lifecycle", "read_images", "unique_bytes"]
