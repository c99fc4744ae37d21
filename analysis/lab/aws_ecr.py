"""The repositories of a registry as ECR tells of them, read from the registry's own storage.

Runs in a container of the lab that shares that storage, and imports nothing of ours. Storage:
https://github.com/distribution/distribution/blob/main/registry/storage/paths.go
"""

import hashlib
import http.client
import json
import re
import ssl
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path("/var/lib/registry/docker/registry/v2")
_NAME = re.compile(r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*")


class CallError(Exception):
    """A call that ECR refuses, by the code of its error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Repositories:
    """What a registry (HOST:PORT, over TLS) holds below `root`, and what was created empty."""

    def __init__(self, registry: str, root: Path = ROOT) -> None:
        self.registry, self.root = registry, root
        self.created: set[str] = set()
        self.lock = threading.Lock()

    def names(self) -> list[str]:
        """The names of all repositories."""
        folder = self.root / "repositories"
        pushed = {p.parent.relative_to(folder).as_posix() for p in folder.rglob("_manifests")}
        return sorted(pushed | self.created)

    def create(self, name: str) -> None:
        """Note that a repository was created; CallError for a second time, or another name."""
        if not _NAME.fullmatch(name) or not 2 <= len(name) <= 256:
            raise CallError(
                "InvalidParameterException",
                "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy "
                f"regular expression {_NAME.pattern!r}'",
            )
        with self.lock:
            if name in self.names():
                raise CallError(
                    "RepositoryAlreadyExistsException",
                    f"The repository with name '{name}' already exists in the registry",
                )
            self.created.add(name)

    def find(self, name: str, ids: list[dict[str, str]], account: str) -> list[dict[str, Any]]:
        """What describe-images says of those images, of all for no ids; CallError."""
        images = self._read(name)
        found = []
        for wanted in ids:
            digest, tag = wanted.get("imageDigest"), wanted.get("imageTag")
            hits = [
                each
                for each in images
                if (digest in (None, each["imageDigest"]))
                and (tag is None or tag in each.get("imageTags", []))
            ]
            if not hits:
                raise CallError(
                    "ImageNotFoundException",
                    f"The image with imageId {{imageDigest:'{digest or 'null'}', "
                    f"imageTag:'{tag or 'null'}'}} does not exist within the repository with name "
                    f"'{name}' in the registry with id '{account}'",
                )
            found += [each for each in hits if each not in found]
        return found if ids else images

    def _read(self, name: str) -> list[dict[str, Any]]:
        """What describe-images says of a repository, the oldest first."""
        folder = self.root / "repositories" / name / "_manifests"
        tags: dict[str, list[str]] = {}
        for link in sorted(folder.glob("tags/*/current/link")):
            tags.setdefault(link.read_text().strip(), []).append(link.parent.parent.name)
        images = []
        for link in folder.glob("revisions/sha256/*/link"):
            digest = f"sha256:{link.parent.name}"
            manifest = json.loads(self.read_manifest(digest))
            item = {
                "imageDigest": digest,
                "imageTags": tags.get(digest),
                "imageSizeInBytes": self._size(manifest),
                "imagePushedAt": datetime.fromtimestamp(link.stat().st_mtime, UTC).isoformat(),
                "imageManifestMediaType": media_type(manifest),
                "artifactMediaType": manifest.get("artifactType")
                or manifest.get("config", {}).get("mediaType"),
            }
            images.append({key: value for key, value in item.items() if value is not None})
        return sorted(images, key=lambda each: (each["imagePushedAt"], each["imageDigest"]))

    def read_manifest(self, digest: str) -> str:
        """The exact text of a manifest; CallError when it is gone."""
        algorithm, _, value = digest.partition(":")
        path = self.root / "blobs" / algorithm / value[:2] / value / "data"
        try:
            return path.read_text(encoding="utf-8")
        except OSError as error:
            raise CallError("ImageNotFoundException", f"{digest} is gone: {error}") from error

    def _size(self, manifest: dict[str, Any]) -> int:
        """Bytes by ECR's rule: config and layers of an image, the largest child of an index."""
        own = [*manifest.get("layers", []), manifest.get("config", {})]
        sizes = [0]
        for child in manifest.get("manifests", []):
            try:
                sizes.append(self._size(json.loads(self.read_manifest(child["digest"]))))
            except CallError:
                sizes.append(int(child.get("size", 0)))
        return sum(int(each.get("size", 0)) for each in own) + max(sizes)

    def put(self, name: str, tag: str, manifest: str, kind: str = "") -> str:
        """Push a manifest under a tag; its digest. CallError, as when it has that tag already."""
        try:
            parsed = json.loads(manifest)
        except ValueError as error:
            raise CallError("InvalidParameterException", f"no manifest: {error}") from error
        data = manifest.encode()
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if any(
            each["imageDigest"] == digest and (not tag or tag in each.get("imageTags", []))
            for each in self._read(name)
        ):
            raise CallError(
                "ImageAlreadyExistsException",
                f"Image with digest '{digest}' and tag '{tag}' already exists in the repository "
                f"with name '{name}'",
            )
        # the registry is known by its address here, and its certificate by its names
        context = ssl._create_unverified_context()
        link = http.client.HTTPSConnection(self.registry, context=context, timeout=30)
        try:
            header = {"Content-Type": kind or media_type(parsed)}
            link.request("PUT", f"/v2/{name}/manifests/{tag or digest}", data, header)
            reply = link.getresponse()
            said = reply.read().decode("utf-8", "replace")
        finally:
            link.close()
        if reply.status >= 300:
            raise CallError("LayersNotFoundException", said.strip())
        return digest


def media_type(manifest: dict[str, Any]) -> str:
    """What a manifest is, by its own word or its parts."""
    kind = "index" if "manifests" in manifest else "manifest"
    return str(manifest.get("mediaType") or f"application/vnd.oci.image.{kind}.v1+json")
