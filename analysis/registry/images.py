"""What a repository holds, one row an entry: what ECR lists, with what each entry is."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.registry import manifests as form
from analysis.registry.answers import list_items
from analysis.registry.kinds import Traits, find_kind
from analysis.times import YEARS

COLUMNS = {
    "digest": "string",
    "kind": "string",
    "tags": "object",
    "bytes": "Int64",
    "pushed": "datetime64[ns, UTC]",
    "parents": "object",
    "children": "object",
    "subject": "string",
    "pulled": "datetime64[ns, UTC]",
    "archived": "datetime64[ns, UTC]",
    "activated": "datetime64[ns, UTC]",
    "status": "string",
    "blobs": "object",
    "blob_bytes": "object",
}
_TIMES = ("pushed", "pulled", "archived", "activated")
# of an image in the archive, and of one that is being restored from it
ARCHIVED, ACTIVATING = "archived", "activating"
_TEXTS = (
    "imageDigest",
    "imageManifestMediaType",
    "artifactMediaType",
    "subjectManifestDigest",
    "imageStatus",
)
# nanoseconds in 64 bits can't count all years of four digits
_LATEST = 7_258_118_400
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

_Details = Iterable[Mapping[str, Any]] | Mapping[str, Any] | str | Path
Manifests = Mapping[str, Any] | Iterable[Mapping[str, Any]] | str | Path


def read_images(image_details: _Details, manifests: Manifests) -> pd.DataFrame:
    """One row an entry of a repository, in the order given; a digest listed twice counts once.

    `image_details`: what describe_images answers or its list, `manifests`: digest -> JSON text or
    object, or what batch_get_image answers or its list; also as JSON text or a file. Columns:
    digest, kind (KINDS), tags, bytes (by ECR's rule, so sums are not what is billed), pushed,
    parents (indexes here that list it), children (digests that it lists), subject (digest it
    refers to), pulled, archived (null: not archived), activated (when it was restored), status
    (active, archived, activating), blobs (digests of what it stores: config, layers, its
    manifest), blob_bytes (their sizes, in the same order, null unknown). Lists are tuples. An
    entry that can't be read is judged by media types, "other" without them; RegistryError for a
    file or text that can't.

    >>> details = [{"imageDigest": f"sha256:{64 * '0'}", "imageTags": ["latest"]}]
    >>> analysis.read_images(details, {})[["kind", "tags"]]
        kind       tags
    0  other  (latest,)
    """
    return frame_images(list_entries(image_details, manifests))


def frame_images(entries: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The frame of list_entries' rows; further keys of the rows become columns at its end."""
    extra = dict.fromkeys(key for entry in entries for key in entry if key not in COLUMNS)
    # before pandas sees them: text that can't be encoded is no time
    rows = [
        entry | {name: _to_text(entry[name]) for name in _TIMES} for entry in map(dict, entries)
    ]
    frame = pd.DataFrame(rows, columns=[*COLUMNS, *extra])
    for name in _TIMES:
        times = pd.to_datetime(frame[name], utc=True, format="ISO8601", errors="coerce")
        frame[name] = times.where(times.dt.year.isin(YEARS))
    return frame.astype(COLUMNS)


def list_entries(image_details: _Details, manifests: Manifests) -> list[dict[str, Any]]:
    """The rows of read_images as dicts: cheaper than a frame for each of thousands of listings."""
    texts = _by_digest(manifests)
    parsed = {digest: form.parse_manifest(text) for digest, text in texts.items()}
    details = _unique_details(image_details)
    here = {item.get("imageDigest") for item in details}
    listed, parents = _find_parents({d: m for d, m in parsed.items() if d in here})
    return [
        entry(item, parsed, listed, parents, _manifest_size(item, texts, listed))
        for item in details
    ]


def _by_digest(manifests: Manifests) -> dict[str, Any]:
    """digest -> manifest, of a mapping or of batch_get_image's images; TypeError of others."""
    found: Any = list_items(manifests, "images", "batch-get-image")
    if isinstance(found, Mapping):
        return dict(found)
    items = list(found) if isinstance(found, Iterable) else [found]
    if not all(isinstance(item, Mapping) for item in items):
        raise TypeError("manifests are digest -> manifest, or the images of batch_get_image")
    names = [form.ascii_text(dict(item.get("imageId") or {}).get("imageDigest")) for item in items]
    return {name: item for name, item in zip(names, items, strict=True) if name is not None}


def _unique_details(image_details: _Details) -> list[dict[str, Any]]:
    """The items of a listing; of a digest that is listed again (pages overlap) the last one."""
    found: Any = list_items(image_details, "imageDetails", "describe-images")
    if isinstance(found, Mapping | str) or not isinstance(found, Iterable):
        raise TypeError("image_details is the list that describe_images gives")
    items = [_read_item(item) for item in found]
    keyed = {item.get("imageDigest") or number: item for number, item in enumerate(items)}
    return list(keyed.values())


def _read_item(item: Any) -> dict[str, Any]:
    """An item of a listing without the values that can't be what they are called."""
    item = dict(item) if isinstance(item, Mapping) else {}
    tags = item.get("imageTags")
    tags = tags if isinstance(tags, list | tuple) else []
    item |= {name: form.ascii_text(item.get(name)) for name in _TEXTS}
    item["imageSizeInBytes"] = form.read_size(item.get("imageSizeInBytes"))
    item["imageTags"] = [tag for tag in tags if form.ascii_text(tag)]
    return item


def _find_parents(
    manifests: Mapping[str, form.Manifest],
) -> tuple[dict[str, dict[str, Any]], dict[str, list[str]]]:
    """(child -> what an index says of it, child -> digests of the indexes that list it)."""
    listed: dict[str, dict[str, Any]] = {}
    parents: dict[str, list[str]] = {}
    for digest, manifest in manifests.items():
        for child in form.descriptors(manifest, "manifests"):
            if form.is_manifest(child):
                listed[child["digest"]] = child
                parents.setdefault(child["digest"], []).append(digest)
    return listed, parents


def _manifest_size(
    item: Mapping[str, Any], texts: Mapping[str, Any], listed: Mapping[str, dict[str, Any]]
) -> int | None:
    """Bytes of an entry's manifest: those of its text, else what an index says; null unknown."""
    digest = item["imageDigest"]
    text = texts.get(digest)
    if isinstance(text, Mapping):
        text = text.get("imageManifest")
    if isinstance(text, bytes):
        return len(text)
    # a lone surrogate, which JSON can name, has no bytes
    if isinstance(text, str) and not _LONE_SURROGATE.search(text):
        return len(text.encode())
    return form.size_of(listed.get(digest, {}))


def entry(
    item: Mapping[str, Any],
    parsed: Mapping[str, form.Manifest],
    listed: Mapping[str, dict[str, Any]],
    parents: Mapping[str, list[str]],
    own_bytes: int | None,
) -> dict[str, Any]:
    """One row of read_images."""
    digest = item["imageDigest"]
    manifest = parsed.get(digest, {})
    held = {**form.blobs(manifest), digest: own_bytes}
    status = (item.get("imageStatus") or "").lower() or None
    archived = status == ARCHIVED
    return {
        "digest": digest,
        "kind": find_kind(_find_traits(item, manifest, listed.get(digest, {}))),
        "tags": tuple(item["imageTags"]),
        "bytes": item.get("imageSizeInBytes"),
        "pushed": item.get("imagePushedAt"),
        "parents": tuple(parents.get(digest, ())),
        "children": form.children(manifest),
        "subject": item.get("subjectManifestDigest")
        or form.descriptor(manifest, "subject").get("digest"),
        "pulled": item.get("lastRecordedPullTime"),
        "archived": item.get("lastArchivedAt") if archived else None,
        "activated": item.get("lastActivatedAt"),
        "status": status,
        "blobs": tuple(held),
        "blob_bytes": tuple(held.values()),
    }


def _find_traits(
    item: Mapping[str, Any], manifest: form.Manifest, listed: Mapping[str, Any]
) -> Traits:
    """What tells of which kind an entry is: a listing's item, its manifest and an index."""
    return Traits(
        media_type=item.get("imageManifestMediaType") or form.media_type(manifest),
        artifact_type=form.artifact_type(manifest)
        or item.get("artifactMediaType")
        or form.artifact_type(listed),
        layers=frozenset(
            layer.get("mediaType", "") for layer in form.descriptors(manifest, "layers")
        ),
        listed=frozenset(
            each.get("mediaType", "") for each in form.descriptors(manifest, "manifests")
        ),
        attests=_attests(listed),
        tags=frozenset(item["imageTags"]),
        predicate=form.predicate_type(manifest) or form.predicate_type(listed),
    )


def _attests(listed: Mapping[str, Any]) -> bool:
    """Whether an index lists this child as an attestation."""
    notes = listed.get("annotations")
    return isinstance(notes, dict) and notes.get(form.REFERENCE_TYPE) == form.ATTESTS


def _to_text(time: Any) -> str | None:
    """A time as ISO text: boto3 gives datetimes, the command line ISO text or epoch seconds.

    Null for what is no time, and for epoch seconds outside of YEARS.
    """
    if isinstance(time, int | float) and time is not True and 0 <= time < _LATEST:
        return pd.Timestamp(time, unit="s", tz="UTC").isoformat()
    if isinstance(time, datetime):
        return time.isoformat()
    return form.ascii_text(time)


def unique_bytes(images: pd.DataFrame) -> int | None:
    """Bytes of all distinct blobs of these entries: what storage bills; null if one is unknown."""
    return sum_distinct(zip(images["blobs"], images["blob_bytes"], strict=True))


def sum_distinct(blobs: Iterable[tuple[Sequence[str], Sequence[int | None]]]) -> int | None:
    """Bytes of all distinct blobs of (digests, sizes) of some entries; null if one is unknown."""
    sizes: dict[str, int | None] = {}
    for digests, numbers in blobs:
        for digest, number in zip(digests, numbers, strict=True):
            if sizes.get(digest) is None:
                sizes[digest] = number
    return sum_known(sizes.values())


def sum_known(sizes: Iterable[int | None]) -> int | None:
    """The sum of sizes; null if one is unknown."""
    known = list(sizes)
    return None if None in known else sum(size for size in known if size is not None)
