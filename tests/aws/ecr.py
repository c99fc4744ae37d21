"""ECR as it is: digests of what was pushed, sizes, pages, old images untagged, tags that stay.

Bare moto makes digests up, deletes an image whose tag moved on, and lists all on one page.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.ecr.models import Image, Repository
from moto.ecr.responses import ECRResponse

from aws import ACCOUNT
from aws.images import by_digest, describe_image, find_image, parse, push, status_of
from aws.state import State

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
# what is given to who does not say what is accepted
SINGLE = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
PAGE, MOST, BATCH = 100, 1000, 100
ADDRESS = f"{ACCOUNT}.dkr.ecr.{{}}.amazonaws.com"
PASSWORD = f"{ACCOUNT}-password"


def put_image(self: ECRResponse) -> ActionResult:
    """The image that was pushed; refused as ECR refuses."""
    params = json.loads(self.body)
    repository = self.ecr_backend._get_repository(params["repositoryName"])
    text, tag = params["imageManifest"], params.get("imageTag")
    media_type = check_manifest(repository, params)
    digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    held = by_digest(repository).get(digest)
    if held and (tag is None or tag in held.image_tags):
        raise JsonRESTError(
            "ImageAlreadyExistsException",
            f"Image with digest '{digest}' and tag '{tag}' already exists in the repository "
            f"with name '{repository.name}' in registry with id '{ACCOUNT}'",
        )
    image = push(repository, text, media_type, tag, self.aws.now())
    return ActionResult({"image": describe_manifest(repository, image, tag)})


def check_manifest(repository: Repository, params: Mapping[str, Any]) -> str:
    """A pushed manifest's media type; InvalidParameterException and others for one ECR refuses."""
    text = params["imageManifest"]
    manifest = json.loads(text)
    digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    media_type = params.get("imageManifestMediaType") or manifest.get("mediaType")
    if not media_type:
        raise invalid("ImageManifest", "image manifest mediatype not provided")
    if params.get("imageDigest") not in (None, digest):
        raise JsonRESTError("ImageDigestDoesNotMatchException", "digest of another manifest")
    children = manifest.get("manifests", [])
    if any(child["mediaType"] not in (*SINGLE, *INDEXES) for child in children):
        # a cache of BuildKit's without image-manifest=true
        raise invalid("ImageManifest", "Unsupported manifest entry media type")
    missing = [c["digest"] for c in children if c["digest"] not in by_digest(repository)]
    if missing:
        raise JsonRESTError("ReferencedImagesNotFoundException", f"not found: {missing}")
    return media_type


def invalid(name: str, words: str) -> JsonRESTError:
    """An error about a parameter."""
    return JsonRESTError(
        "InvalidParameterException",
        f"Invalid parameter at '{name}' failed to satisfy constraint: '{words}'",
    )


def describe_images(self: ECRResponse) -> ActionResult:
    """A page of imageDetails, in no order that means anything."""
    repository = self.ecr_backend._get_repository(self._get_param("repositoryName"))
    held, names = by_digest(repository), self._get_param("imageIds")
    if names:
        if len(names) > BATCH or self._get_param("maxResults"):
            raise invalid("imageIds", "at most 100, and not with maxResults")
        images, token = [need_image(repository, name) for name in names], None
    else:
        wanted = [image for _, image in sorted(held.items()) if is_wanted(self, image)]
        images, token = cut(self, wanted)
    details = [describe_image(repository, image, held) for image in images]
    return ActionResult({"imageDetails": details} | ({"nextToken": token} if token else {}))


def need_image(repository: Repository, name: Mapping[str, str]) -> Image:
    """The image of a name; ImageNotFoundException."""
    image, code = find_image(repository, name)
    if image is None:
        raise JsonRESTError("ImageNotFoundException", f"{code}: {dict(name)}")
    return image


def is_wanted(self: ECRResponse, image: Image) -> bool:
    """Whether a request's filter lets an image through: left out, only active ones."""
    asked = self._get_param("filter") or {}
    status, storage = asked.get("tagStatus", "ANY"), asked.get("imageStatus", "ACTIVE")
    tagged = status == "ANY" or bool(image.image_tags) == (status == "TAGGED")
    return tagged and storage in ("ANY", status_of(image))


def cut(self: ECRResponse, items: list[Any]) -> tuple[list[Any], str | None]:
    """(the page a request asks for, the next one's token)."""
    aws: State = self.aws
    size = min(self._get_param("maxResults") or PAGE, MOST, aws.images_per_page)
    begin = int(self._get_param("nextToken") or 0)
    return items[begin : begin + size], str(begin + size) if begin + size < len(items) else None


def list_images(self: ECRResponse) -> ActionResult:
    """A page of names: one for each tag, one for each image without."""
    repository = self.ecr_backend._get_repository(self._get_param("repositoryName"))
    names = [
        {"imageDigest": digest} | ({"imageTag": tag} if tag else {})
        for digest, image in sorted(by_digest(repository).items())
        if is_wanted(self, image)
        for tag in (image.image_tags or [None])
    ]
    page, token = cut(self, names)
    return ActionResult({"imageIds": page} | ({"nextToken": token} if token else {}))


def describe_manifest(repository: Repository, image: Image, tag: str | None) -> dict[str, Any]:
    """One of `images`: its name as it was asked for, its manifest as it was pushed."""
    return {
        "registryId": repository.registry_id,
        "repositoryName": repository.name,
        "imageId": {"imageDigest": image.get_image_digest()} | ({"imageTag": tag} if tag else {}),
        "imageManifest": image.image_manifest,
        "imageManifestMediaType": image.image_manifest_media_type,
    }


def batch_get_image(self: ECRResponse) -> ActionResult:
    """Manifests of up to 100 names, of the accepted types: an index only where it is accepted."""
    repository = self.ecr_backend._get_repository(self._get_param("repositoryName"))
    accepted = self._get_param("acceptedMediaTypes") or SINGLE
    found, failures = [], []
    for name in self._get_param("imageIds"):
        image, code = find_image(repository, name)
        if image is not None and image.image_manifest_media_type not in accepted:
            image, code = None, "ImageNotFound"
        if image is not None and status_of(image) != "ACTIVE":
            image, code = None, "ImageInaccessible"
        if image is None:
            failures.append(failure(name, code))
        else:
            found.append(describe_manifest(repository, image, name.get("imageTag")))
    return ActionResult({"images": found, "failures": failures})


def failure(name: Mapping[str, str], code: str) -> dict[str, Any]:
    """One of `failures`."""
    return {"imageId": dict(name), "failureCode": code, "failureReason": "see failureCode"}


def batch_delete_image(self: ECRResponse) -> ActionResult:
    """What was deleted: of a tag only the tag, where the image has others; no child of an index."""
    repository = self.ecr_backend._get_repository(self._get_param("repositoryName"))
    gone, failures = [], []
    for name in self._get_param("imageIds"):
        image, code = find_image(repository, name)
        if image is not None and is_last(image, name) and is_listed(repository, image):
            image, code = None, "ImageReferencedByManifestList"
        if image is None:
            failures.append(failure(name, code))
            continue
        digest = image.get_image_digest()
        tags = list(image.image_tags) if "imageDigest" in name else [name["imageTag"]]
        image.image_tags = [tag for tag in image.image_tags if tag not in tags]
        gone += [{"imageDigest": digest, "imageTag": tag} for tag in tags or [None]]
        if not image.image_tags:
            repository.images.remove(image)
    return ActionResult({"imageIds": gone, "failures": failures})


def is_last(image: Image, name: Mapping[str, str]) -> bool:
    """Whether nothing would be left of an image without this name."""
    return "imageDigest" in name or len(image.image_tags) == 1


def is_listed(repository: Repository, image: Image) -> bool:
    """Whether an index of the repository lists an image."""
    lists = [parse(each).get("manifests", []) for each in repository.images]
    return any(child["digest"] == image.get_image_digest() for each in lists for child in each)


def create_repository(self: ECRResponse) -> ActionResult:
    """A new repository, its address that of a registry which really is there if one is."""
    result = CREATE(self)
    if self.aws.registry:
        repository = result.result["repository"]
        repository.uri = f"{self.aws.registry}/{repository.name}"
    return result


def describe_repositories(self: ECRResponse) -> ActionResult:
    """A page of repositories, or those that are named."""
    names = self._get_param("repositoryNames")
    found = self.ecr_backend.describe_repositories(repository_names=names)
    page, token = (found, None) if names else cut(self, found)
    return ActionResult({"repositories": page} | ({"nextToken": token} if token else {}))


def get_authorization_token(self: ECRResponse) -> ActionResult:
    """A password for docker login, good for twelve hours from now."""
    token = b64encode(f"AWS:{PASSWORD}".encode()).decode()
    data = {
        "authorizationToken": token,
        "expiresAt": self.aws.now() + 12 * 3600,
        "proxyEndpoint": f"https://{self.aws.registry or ADDRESS.format(self.region)}",
    }
    return ActionResult({"authorizationData": [data]})


CREATE = ECRResponse.create_repository
CORRECTED = (
    create_repository,
    put_image,
    describe_images,
    list_images,
    batch_get_image,
    batch_delete_image,
    describe_repositories,
    get_authorization_token,
)


def install(aws: State) -> None:
    """Put all of this in moto's place."""
    ECRResponse.aws = aws
    for function in CORRECTED:
        setattr(ECRResponse, function.__name__, function)
