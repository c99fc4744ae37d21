"""Images of a repository: pushed, found, measured and described as ECR does."""

import fnmatch
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.ecr.models import Image, Repository, ecr_backends

from aws import ACCOUNT

CACHE = "application/vnd.buildkit.cacheconfig.v0"
HOST = ".dkr.ecr."


class RefusedError(Exception):
    """A push that the registry refuses, in the words of `docker push`."""


def parse(image: Image) -> dict[str, Any]:
    """An image's manifest."""
    return json.loads(image.image_manifest)


def by_digest(repository: Repository) -> dict[str, Image]:
    """digest -> image."""
    return {image.get_image_digest(): image for image in repository.images}


def find_image(repository: Repository, name: Mapping[str, str]) -> tuple[Image | None, str]:
    """(the image that imageDigest, imageTag or both name, else the code of what is wrong)."""
    digest, tag = name.get("imageDigest"), name.get("imageTag")
    if digest is None and tag is None:
        return None, "MissingDigestAndTag"
    tagged = next((image for image in repository.images if tag in image.image_tags), None)
    image = tagged if digest is None else by_digest(repository).get(digest)
    if image is None or (tag is not None and tagged is None):
        return None, "ImageNotFound"
    if tag is not None and tagged is not image:
        return None, "ImageTagDoesNotMatchDigest"
    return image, ""


def push(
    repository: Repository, manifest: str, media_type: str, tag: str | None, moment: float
) -> Image:
    """Put a manifest into a repository; the one whose tag it takes stays there without it."""
    digest = f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}"
    held = by_digest(repository)
    image = held.get(digest)
    owner = next((each for each in held.values() if tag in each.image_tags), None)
    if owner is not None and owner is not image:
        if is_fixed(repository, tag):
            raise JsonRESTError(
                "ImageTagAlreadyExistsException",
                f"The image tag '{tag}' already exists in the '{repository.name}' repository and "
                "cannot be overwritten because the tag is immutable.",
            )
        owner.image_tags.remove(tag)
    if image is None:
        image = Image(ACCOUNT, None, manifest, repository.name, media_type, digest)
        image.image_pushed_at = round(moment, 3)
        repository.images.append(image)
    if tag is not None and tag not in image.image_tags:
        image.image_tags.append(tag)
    return image


def is_fixed(repository: Repository, tag: str) -> bool:
    """Whether a tag that exists can't be given to another image."""
    filters = repository.image_tag_mutability_exclusion_filters or []
    excluded = any(fnmatch.fnmatchcase(tag, each["filter"]) for each in filters)
    return repository.is_tag_immutable() != excluded


def measure(image: Image, held: Mapping[str, Image]) -> int:
    """Bytes as ECR says them: config and layers; of an index its largest child's."""
    manifest = parse(image)
    if "layers" in manifest:
        sizes = [layer["size"] for layer in manifest["layers"]]
        return sum(sizes) + manifest.get("config", {}).get("size", 0)
    children = [held.get(child["digest"]) for child in manifest.get("manifests", [])]
    return max((measure(child, held) for child in children if child), default=0)


def status_of(image: Image) -> str:
    """ACTIVE, or what a test set as `storage_status`."""
    return getattr(image, "storage_status", "ACTIVE")


def describe_image(repository: Repository, image: Image, held: Mapping[str, Image]) -> dict:
    """One of imageDetails; what has no value is left out."""
    manifest = parse(image)
    detail = {
        "registryId": repository.registry_id,
        "repositoryName": repository.name,
        "imageDigest": image.get_image_digest(),
        "imageTags": sorted(image.image_tags) or None,
        "imageSizeInBytes": measure(image, held),
        "imagePushedAt": image.image_pushed_at,
        "imageManifestMediaType": image.image_manifest_media_type,
        "artifactMediaType": manifest.get("artifactType")
        or manifest.get("config", {}).get("mediaType"),
        "subjectManifestDigest": manifest.get("subject", {}).get("digest"),
        "imageStatus": status_of(image),
        "lastArchivedAt": getattr(image, "archived_at", None),
        "lastActivatedAt": getattr(image, "activated_at", None),
    }
    return {name: value for name, value in detail.items() if value is not None}


def load_listing(
    env: Mapping[str, str], listing: Mapping[str, Any], shift: float, region: str
) -> None:
    """Let the repositories of a build's settings hold what it left; RefusedError.

    Cache images go to CACHE_REPOSITORY_URL where that is set. Images that are there already keep
    their times; those of the others are moved by `shift` seconds.
    """
    urls = {False: env.get("ECR_REPOSITORY_URL", "")}
    urls[True] = env.get("CACHE_REPOSITORY_URL") or urls[False]
    for detail in sorted(listing["imageDetails"], key=lambda item: item["imagePushedAt"]):
        url = urls[detail.get("artifactMediaType") == CACHE]
        repository = open_repository(url, region)
        text = listing["manifests"][detail["imageDigest"]]
        text = text if isinstance(text, str) else json.dumps(text)
        moment = datetime.fromisoformat(detail["imagePushedAt"]).timestamp() + shift
        try:
            for tag in detail.get("imageTags") or [None]:
                push(repository, text, detail["imageManifestMediaType"], tag, moment)
        except JsonRESTError as error:
            raise RefusedError(f"tag invalid: {error.message}") from error


def open_repository(url: str, region: str) -> Repository:
    """The repository at a URL; RefusedError in the words of `docker push`."""
    name = url.partition("/")[2]
    found = ecr_backends[ACCOUNT][region].repositories.get(name)
    if found is None or found.uri != url:
        raise RefusedError(
            f"name unknown: The repository with name '{name}' does not exist in the registry "
            f"with id '{ACCOUNT}'"
        )
    return found


def archive_image(repository: str, tag: str, moment: float, region: str) -> None:
    """Move the image of a tag to the archive."""
    backend = ecr_backends[ACCOUNT][region]
    image, _ = find_image(backend.repositories[repository], {"imageTag": tag})
    image.storage_status, image.archived_at = "ARCHIVED", moment
