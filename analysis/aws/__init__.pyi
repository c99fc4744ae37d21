from .client import Aws, aws_errors, find_region
from .ecr import (
    find_repository,
    is_empty,
    is_own,
    list_repository,
    make_repository,
    remove_repository,
)
from .lifecycle_preview import Preview, read_preview
from .log_stream import COMMANDS, LogPages, find_last_line, is_whole, open_log
from .sources import list_objects, remove_objects, upload, zip_context

__all__ = [
    "COMMANDS",
    "Aws",
    "LogPages",
    "Preview",
    "aws_errors",
    "find_last_line",
    "find_region",
    "find_repository",
    "is_empty",
    "is_own",
    "is_whole",
    "list_objects",
    "list_repository",
    "make_repository",
    "open_log",
    "read_preview",
    "remove_objects",
    "remove_repository",
    "upload",
    "zip_context",
]
