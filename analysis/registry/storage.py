"""Lists a registry:2 repository from its storage, in the words of ECR's describe_images.

Its HTTP API cannot list untagged manifests; its folder `_manifests` holds every revision:

    revisions/sha256/HEX/link            a manifest; written when it is pushed
    tags/TAG/current/link                the digest that a tag names now
    tags/TAG/index/sha256/HEX/link       a digest that a tag named once
"""

import hashlib
import http.client
import io
import re
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from analysis.errors import RegistryError
from analysis.registry import manifests as form
from analysis.registry.images import sum_known

_ACCEPT = ", ".join(sorted(form.INDEXES | form.IMAGES))
_END = bytes(1024)
ATTEMPTS, PAUSE, _TIMEOUT = 4, 0.2, 10.0
_REVISION = re.compile(r"(?:\./)?_manifests/revisions/sha256/([0-9a-f]{64})/link")
_CURRENT = re.compile(r"(?:\./)?_manifests/tags/([^/]+)/current/link")
# the lab's registry is on this machine: a proxy of the environment can't reach it
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch_manifest(address: str, repository: str, digest: str) -> str:
    """A manifest's exact text from the registry at `address` (http://HOST:PORT).

    Asks again when there is no answer or one of HTTP 5xx; RegistryError after ATTEMPTS, at once
    for any other answer, and when the text does not have this digest.
    """
    url = f"{address.rstrip('/')}/v2/{repository}/manifests/{digest}"
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE * 2 ** (attempt - 1))
        try:
            return _checked(get(url), digest, url)
        except urllib.error.HTTPError as error:
            problem = f"answers HTTP {error.code}"
            error.close()
            if error.code < 500:
                break
        except (OSError, http.client.HTTPException) as error:
            problem = f"does not answer ({error})"
    raise RegistryError(
        f"{url} {problem} (attempt {attempt + 1} of {ATTEMPTS}): see whether the registry still "
        "runs and holds this manifest, then run the build again."
    )


def get(url: str) -> bytes:
    """What a registry answers to a request for a manifest of any kind."""
    request = urllib.request.Request(url, headers={"Accept": _ACCEPT})
    with OPENER.open(request, timeout=_TIMEOUT) as answer:
        return answer.read()


def _checked(data: bytes, digest: str, url: str) -> str:
    """`data` as text; RegistryError when it does not have this digest."""
    found = f"sha256:{hashlib.sha256(data).hexdigest()}"
    if found != digest:
        raise RegistryError(
            f"{url} gave {len(data)} bytes of digest {found}: the registry's storage is damaged; "
            "start with an empty one."
        )
    return data.decode("utf-8", "replace")


def list_repository(tar: bytes, fetch: Callable[[str], str | bytes]) -> dict[str, Any]:
    """{"imageDetails": as describe_images gives them, "manifests": digest -> exact text}.

    `tar` holds the repository's `_manifests`; `fetch` gives the text of a digest. Oldest first,
    untagged ones included. imagePushedAt is when a digest was last pushed (ISO, UTC). Raises
    RegistryError for a tar that can't be read, and what `fetch` raises.
    """
    pushed, tags = _read_links(tar)
    digests = sorted(pushed, key=lambda digest: (pushed[digest], digest))
    texts = {digest: _as_text(fetch(digest)) for digest in digests}
    parsed = {digest: form.parse_manifest(text) for digest, text in texts.items()}
    details = [describe(digest, parsed, tags.get(digest, []), pushed[digest]) for digest in digests]
    return {"imageDetails": details, "manifests": texts}


def _as_text(manifest: str | bytes) -> str:
    """A manifest as text."""
    return manifest.decode("utf-8", "replace") if isinstance(manifest, bytes) else manifest


def _read_links(tar: bytes) -> tuple[dict[str, datetime], dict[str, list[str]]]:
    """(digest -> when it was pushed, digest -> the tags it has now, sorted)."""
    pushed: dict[str, datetime] = {}
    tags: dict[str, list[str]] = {}
    for path, modified, text in _link_files(tar):
        if match := _REVISION.fullmatch(path):
            pushed[f"sha256:{match[1]}"] = datetime.fromtimestamp(modified, UTC)
        elif match := _CURRENT.fullmatch(path):
            tags.setdefault(text, []).append(match[1])
    return pushed, {digest: sorted(names) for digest, names in tags.items()}


def _link_files(tar: bytes) -> Iterator[tuple[str, float, str]]:
    """(path, time of writing, text) of each file in a tar; RegistryError when it is damaged."""
    try:
        # tarfile takes a tar that ends between two files for a whole one
        if len(tar) < len(_END) or any(tar[-len(_END) :]):
            raise tarfile.ReadError("its end is missing")
        with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
            for entry in archive:
                # only files have one
                if (file := archive.extractfile(entry)) is not None:
                    yield entry.name, entry.mtime, file.read().decode("utf-8", "replace").strip()
    except (tarfile.TarError, EOFError) as error:
        raise RegistryError(
            f"The listing of the registry's storage ({len(tar)} bytes) is a damaged tar ({error}): "
            "list it again."
        ) from error


def describe(
    digest: str, manifests: Mapping[str, form.Manifest], tags: list[str], pushed: datetime
) -> dict[str, Any]:
    """One item of imageDetails; keys that have no value are left out, as ECR does."""
    manifest = manifests[digest]
    item = {
        "imageDigest": digest,
        "imageTags": tags or None,
        "imageSizeInBytes": sum_manifest(digest, manifests),
        "imagePushedAt": pushed.isoformat(),
        "imageManifestMediaType": form.media_type(manifest),
        "artifactMediaType": form.artifact_type(manifest),
        "subjectManifestDigest": form.descriptor(manifest, "subject").get("digest"),
    }
    return {key: value for key, value in item.items() if value is not None}


def sum_manifest(digest: str, manifests: Mapping[str, form.Manifest]) -> int | None:
    """Bytes by ECR's rule: config and layers of an image, the largest child of an index.

    Blobs that a cache in index form lists are added up. Null where a size is not known.
    """
    manifest = manifests.get(digest, {})
    own = form.blobs(manifest)
    inner = [
        sum_manifest(child, manifests) for child in form.children(manifest) if child in manifests
    ]
    known = [size for size in inner if size is not None]
    if not own and not known:
        return None
    held = sum_known(own.values())
    return None if held is None else held + max(known, default=0)
