"""Stands in for CodeBuild's S3 cache: what a buildspec's folders hold goes from host to host.

Keys as CodeBuild has them: what has a key is never written again, and a key to fall back to is the
beginning of others, of which the newest is taken here. What goes over the engine's API passes no
link, so that its seconds are those of packing and unpacking alone.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath

import docker

from analysis.errors import HostError
from analysis.lab.engine import engine_errors
from analysis.lab.host import READ_SECONDS, BuildHost
from analysis.workload import FolderCache, Strategy

# the only key where a buildspec has none, which is written each time
_ONLY = ""
# key -> path of a folder -> what it held, as a tar
Archives = dict[str, dict[str, bytes]]


def make_keeper(
    strategy: Strategy, host: BuildHost, archives: Archives, env: Mapping[str, str]
) -> "FolderKeeper | None":
    """What keeps the folders that a strategy's buildspec names; null where it names none."""
    known = dict(strategy.buildspec.variables) | dict(env)
    return FolderKeeper(host, strategy.folder, archives, known) if strategy.folder else None


def count_kept(archives: Archives) -> dict[str, int]:
    """What a record says of kept folders, as if they lay in S3: objects, and their bytes."""
    sizes = [sum(map(len, each.values())) for each in archives.values()]
    return {"store_objects": len(sizes), "store_bytes": sum(sizes)}


class FolderKeeper:
    """Brings a build's folders before it, and keeps them after it, among `archives` by key."""

    def __init__(
        self, host: BuildHost, cache: FolderCache, archives: Archives, env: Mapping[str, str]
    ) -> None:
        self.host, self.cache, self.archives, self.env = host, cache, archives, env

    def restore(self) -> str:
        """Bring what is kept; a line for the log."""
        key = self._find(self._read_key(self.cache.key))
        if key is None:
            return "No S3 cache was found"
        for folder, tar in self.archives[key].items():
            parent = str(PurePosixPath(folder).parent)
            self.host.read(f"mkdir -p {parent}")
            with engine_errors("bringing a kept folder into a build host"):
                self.host.container.put_archive(parent, tar)
        return f"Downloading S3 cache... {key}".rstrip()

    def save(self) -> str:
        """Keep what the folders hold, unless their key has something; a line for the log."""
        key = self._read_key(self.cache.key)
        if key != _ONLY and key in self.archives:
            return f"The S3 cache {key} is there already"
        found = {folder: self._pack(folder) for folder in self.cache.folders}
        self.archives[key] = {folder: tar for folder, tar in found.items() if tar}
        return f"Uploading S3 cache... {key}".rstrip()

    def _find(self, key: str) -> str | None:
        """The key that there is something of: this one, else the newest that one falls back to."""
        if key in self.archives:
            return key
        for begin in map(self._read_key, self.cache.fallbacks):
            fitting = [each for each in self.archives if begin and each.startswith(begin)]
            if fitting:
                return fitting[-1]
        return None

    def _read_key(self, text: str) -> str:
        """A key as the host's shell reads it; HostError."""
        output: list[bytes] = []
        script = f'printf %s "{text}"'
        if self.host.execute(script, dict(self.env), output.append, READ_SECONDS):
            raise HostError(f"A build host can't read the key of a cache: {text}")
        return b"".join(output).decode("utf-8", "replace")

    def _pack(self, folder: str) -> bytes:
        """A folder as a tar, nothing of one that is not there."""
        with engine_errors("keeping a folder of a build host"):
            try:
                chunks, _ = self.host.container.get_archive(folder)
            except docker.errors.NotFound:
                return b""
            return b"".join(chunks)
