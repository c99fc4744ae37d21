from .attempts import Wanted, find_denied, list_attempts, simulate
from .builds import (
    COMMANDS,
    describe_builds,
    describe_projects,
    has_no_quota,
    is_full,
    is_not_started,
    list_builds,
    start_build,
    stop_build,
)
from .client import Aws, find_region, is_absent, is_denied
from .ecr import (
    NOT_OWN,
    find_owner,
    find_repository,
    list_repository,
    make_repository,
    remove_repository,
)
from .lifecycle_preview import Preview, read_preview
from .log_stream import (
    LogPages,
    fetch_stream,
    find_last_line,
    is_whole,
    list_streams,
    open_log,
)
from .own_s3 import OwnS3, make_bucket
from .s3 import fetch_object, list_newest, list_objects, remove_objects, upload

__all__ = [
    "COMMANDS",
    "NOT_OWN",
    "Aws",
    "LogPages",
    "OwnS3",
    "Preview",
    "Wanted",
    "describe_builds",
    "describe_projects",
    "fetch_object",
    "fetch_stream",
    "find_denied",
    "find_last_line",
    "find_owner",
    "find_region",
    "find_repository",
    "has_no_quota",
    "is_absent",
    "is_denied",
    "is_full",
    "is_not_started",
    "is_whole",
    "list_attempts",
    "list_builds",
    "list_newest",
    "list_objects",
    "list_repository",
    "list_streams",
    "make_bucket",
    "make_repository",
    "open_log",
    "read_preview",
    "remove_objects",
    "remove_repository",
    "simulate",
    "start_build",
    "stop_build",
    "upload",
]
