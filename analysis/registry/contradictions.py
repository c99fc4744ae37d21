"""What in a listing contradicts itself: manifests against digests, sizes, types and each other."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from analysis.registry import manifests as form
from analysis.registry.storage import sum_manifest

_SHORT = 19


def find_contradictions(
    image_details: Iterable[Mapping[str, Any]], manifests: Mapping[str, Any]
) -> Iterator[str]:
    """What of a listing can't be as it is, in words.

    A manifest's text has another digest; an entry is larger or smaller than what its manifest
    lists, or of another type; a manifest is of no entry, or an entry that was listed by others
    has none.
    """
    if not isinstance(manifests, Mapping):
        return
    items = [item for item in image_details if isinstance(item, Mapping)]
    texts = {digest: text for digest, text in manifests.items() if isinstance(text, str)}
    parsed = {digest: form.parse_manifest(text) for digest, text in texts.items()}
    yield from _find_forged(texts)
    for item in items:
        if item.get("imageDigest") in parsed:
            yield from _compare(item, parsed)
    # AWS may list what it does not give, and counts sizes by a rule of its own
    if not any("registryId" in item for item in items):
        yield from _find_strays([item.get("imageDigest") for item in items], parsed)


def _find_strays(digests: list[Any], parsed: Mapping[str, form.Manifest]) -> Iterator[str]:
    """Entries that are listed twice or have no manifest, and manifests that are of no entry."""
    for digest in sorted({str(each) for each in digests if digests.count(each) > 1}):
        yield f"its listing has {digest[:_SHORT]} twice"
    for digest in sorted(parsed.keys() - set(digests)):
        yield f"its listing has a manifest {digest[:_SHORT]} and no such entry"
    for digest in [each for each in digests if each not in parsed] if parsed else ():
        yield f"its listing has no manifest of {str(digest)[:_SHORT]}"


def _find_forged(texts: Mapping[str, str]) -> Iterator[str]:
    """The manifests whose text has another digest than they are kept under."""
    for digest, text in texts.items():
        data = text.encode("utf-8", "surrogatepass")
        if len(digest) == len("sha256:") + 64 and (
            f"sha256:{hashlib.sha256(data).hexdigest()}" != digest
        ):
            yield f"a manifest in its listing does not have the digest {digest[:_SHORT]}"


def _compare(item: Mapping[str, Any], parsed: Mapping[str, form.Manifest]) -> Iterator[str]:
    """What an entry says otherwise than its manifest."""
    digest = item["imageDigest"]
    manifest, name = parsed[digest], digest[:_SHORT]
    size, known = item.get("imageSizeInBytes"), sum_manifest(digest, parsed)
    if "registryId" not in item and None not in (size, known) and size != known:
        yield f"{name} has {size} bytes in its listing, {known} by its manifest"
    for key, value in (
        ("imageManifestMediaType", form.media_type(manifest)),
        ("subjectManifestDigest", form.descriptor(manifest, "subject").get("digest")),
    ):
        if value is not None and item.get(key) not in (None, value):
            yield f"{name} has {key} {item[key]} in its listing, {value} by its manifest"
