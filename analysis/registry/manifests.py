"""What a manifest says: its media types, the blobs it holds, the manifests it points to.

Formats: https://github.com/opencontainers/image-spec/blob/main/manifest.md and image-index.md,
https://distribution.github.io/distribution/spec/manifest-v2-2/
"""

import json
from collections.abc import Mapping
from typing import Any

_OCI_INDEX = "application/vnd.oci.image.index.v1+json"
_OCI_IMAGE = "application/vnd.oci.image.manifest.v1+json"
_DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
_DOCKER_IMAGE = "application/vnd.docker.distribution.manifest.v2+json"
INDEXES = frozenset({_OCI_INDEX, _DOCKER_INDEX})
IMAGES = frozenset({_OCI_IMAGE, _DOCKER_IMAGE})
IMAGE_CONFIGS = frozenset(
    {
        "application/vnd.oci.image.config.v1+json",
        "application/vnd.docker.container.image.v1+json",
    }
)
CACHE_CONFIG = "application/vnd.buildkit.cacheconfig.v0"
ATTESTATION = "application/vnd.docker.attestation.manifest.v1+json"
IN_TOTO = "application/vnd.in-toto+json"
# what cosign wraps a statement of in-toto in
DSSE = "application/vnd.dsse.envelope.v1+json"
# of notation and AWS Signer, and of cosign for registries that know referrers
# https://github.com/notaryproject/specifications/blob/main/specs/signature-specification.md
# https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
SIGNATURES = frozenset(
    {
        "application/vnd.cncf.notary.signature",
        "application/vnd.cncf.notary.v2.signature",
        "application/vnd.dev.cosign.artifact.sig.v1+json",
    }
)
COSIGN_LAYER = "application/vnd.dev.cosign.simplesigning.v1+json"
# https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md: a signature or a statement
BUNDLE = "application/vnd.dev.sigstore.bundle"
_PREDICATE = "dev.sigstore.bundle.predicateType"
# BuildKit's mark on an attestation where an index lists it
REFERENCE_TYPE, ATTESTS = "vnd.docker.reference.type", "attestation-manifest"
# signatures and charts use image manifests too, but none of these layers
LAYER_WORDS = ("image.layer", "image.rootfs")

Manifest = Mapping[str, Any]


def parse_manifest(manifest: str | bytes | Manifest | None) -> dict[str, Any]:
    """A manifest, or what boto3's batch_get_image wraps one in, as a dict; {} if unreadable."""
    if isinstance(manifest, Mapping) and "imageManifest" in manifest:
        manifest = manifest["imageManifest"]
    if isinstance(manifest, str | bytes):
        try:
            manifest = json.loads(manifest)
        except (ValueError, RecursionError):
            return {}
    return dict(manifest) if isinstance(manifest, Mapping) else {}


def descriptors(manifest: Manifest, key: str) -> list[dict[str, Any]]:
    """The descriptors in a manifest's list `key` ("layers", "manifests"), [] for none."""
    values = manifest.get(key)
    return [v for v in values if _has_digest(v)] if isinstance(values, list) else []


def descriptor(manifest: Manifest, key: str) -> dict[str, Any]:
    """The descriptor under `key` ("config", "subject"), {} for none."""
    value = manifest.get(key)
    return dict(value or {}) if _has_digest(value) else {}


def _has_digest(value: Any) -> bool:
    """Whether `value` is a descriptor: a digest and, if any, a media type in words."""
    return (
        isinstance(value, dict)
        and ascii_text(value.get("digest")) is not None
        and isinstance(value.get("mediaType", ""), str)
    )


def ascii_text(value: Any) -> str | None:
    """Text as digests, tags, media types and times are: in ASCII; null for anything else."""
    return value if isinstance(value, str) and value.isascii() else None


def media_type(manifest: Manifest) -> str | None:
    """A manifest's own media type; OCI lets it be left out, then its shape tells; null unknown."""
    stated = manifest.get("mediaType")
    if isinstance(stated, str):
        return stated
    if "manifests" in manifest:
        return _OCI_INDEX
    return _OCI_IMAGE if "layers" in manifest else None


def artifact_type(manifest: Manifest) -> str | None:
    """What ECR shows as artifactMediaType: artifactType, else the config's type; null unknown."""
    stated = manifest.get("artifactType") or descriptor(manifest, "config").get("mediaType")
    return stated if isinstance(stated, str) else None


def predicate_type(manifest: Manifest) -> str | None:
    """What a bundle of sigstore's says of an image, by its annotation; null unknown."""
    notes = manifest.get("annotations")
    stated = notes.get(_PREDICATE) if isinstance(notes, dict) else None
    return stated if isinstance(stated, str) else None


def children(manifest: Manifest) -> tuple[str, ...]:
    """Digests of the manifests that an index lists; what else a cache lists there is no child."""
    listed = descriptors(manifest, "manifests")
    return tuple(each["digest"] for each in listed if is_manifest(each))


def is_manifest(listed: Mapping[str, Any]) -> bool:
    """Whether a descriptor of an index points to a manifest (to a blob otherwise)."""
    return listed.get("mediaType") in INDEXES | IMAGES


def blobs(manifest: Manifest) -> dict[str, int | None]:
    """digest -> bytes of the blobs that a manifest holds itself: config, layers, a cache's list."""
    held = [descriptor(manifest, "config")] if descriptor(manifest, "config") else []
    held += descriptors(manifest, "layers")
    held += [each for each in descriptors(manifest, "manifests") if not is_manifest(each)]
    return {each["digest"]: size_of(each) for each in held}


def size_of(listed: Mapping[str, Any]) -> int | None:
    """A descriptor's size in bytes, null when it has no valid one."""
    size = listed.get("size")
    return read_size(size) if isinstance(size, int) else None


def read_size(value: Any) -> int | None:
    """Bytes of a listing, null for what is no whole number of 63 bits: also 5.0 and "5" are 5."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < 1 << 63 and value == int(value) else None
