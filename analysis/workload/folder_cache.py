"""What a buildspec lets CodeBuild's S3 cache keep: folders, under a key, with keys to fall back to.

Format: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html (cache). What has
a key is never written again; keys to fall back to are the beginnings of others.
"""

from dataclasses import dataclass
from typing import Any

from analysis.errors import BuildspecError
from analysis.workload.buildspec import Buildspec

_ALL = ("/**/*", "/**", "/*")


@dataclass(frozen=True)
class FolderCache:
    """Folders with absolute paths; `key` and `fallbacks` as they are written, for a shell."""

    folders: tuple[str, ...]
    key: str = ""
    fallbacks: tuple[str, ...] = ()


def read_folder_cache(buildspec: Buildspec) -> FolderCache:
    """What a buildspec says under `cache`; BuildspecError where it names no folder to keep."""
    said = buildspec.around.get("cache")
    cache: dict[str, Any] = said if isinstance(said, dict) else {}
    paths = cache.get("paths")
    if not isinstance(paths, list) or not paths or not all(str(p).startswith("/") for p in paths):
        raise BuildspecError(
            f"{buildspec.source} keeps a folder (STRATEGY_FOLDER), and names none under "
            "cache/paths: write its path from / on, as in /var/cache/**/*."
        )
    keys = cache.get("fallback-keys") or []
    return FolderCache(
        tuple(dict.fromkeys(_name_folder(str(path)) for path in paths)),
        str(cache.get("key") or ""),
        tuple(map(str, keys)),
    )


def _name_folder(path: str) -> str:
    """The folder whose files a pattern means."""
    for end in _ALL:
        path = path.removesuffix(end)
    return path.rstrip("/")
