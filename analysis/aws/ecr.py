"""Repositories of ECR: made and removed with a history, and listed as the lab lists its own."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from analysis.aws.client import Aws, aws_errors
from analysis.errors import AccountError, CloudError
from analysis.registry import IMAGES, INDEXES

# what one request may ask for
_IMAGES_A_REQUEST, _MANIFESTS_A_REQUEST = 1000, 100
# an index comes only to who says that it may
_ACCEPTED = sorted(INDEXES | IMAGES)
_TAGS = {"CreatedBy": "codebuild-cache-analysis"}
# left out, only active images are listed
_ALL = {"imageStatus": "ANY"}
# gone since it was listed, and in the archive: there is no manifest to be had
_NO_MANIFEST = {"ImageNotFound", "ImageInaccessible"}
_OWNER = "Experiment"
_ABSENT = "RepositoryNotFoundException"
# our own code of the error about what another experiment has
NOT_OWN = "NotOwnException"


def list_repository(
    aws: Aws, repository: str, known: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """{"imageDetails": as DescribeImages gives them, "manifests": digest -> exact text}.

    Times are ISO text, untagged entries are included, oldest first. `known` holds manifests of
    earlier listings: a digest's never changes. CloudError; one for a repository that is not
    there has the code RepositoryNotFoundException.
    """
    with aws_errors(f"listing the repository {repository}"):
        details = [_as_json(item) for item in _describe_images(aws, repository)]
    digests = list(dict.fromkeys(item["imageDigest"] for item in details))
    known = known or {}
    texts = {digest: known[digest] for digest in digests if digest in known}
    texts |= fetch_manifests(aws, repository, [each for each in digests if each not in texts])
    details.sort(key=lambda item: (item.get("imagePushedAt", ""), item["imageDigest"]))
    return {"imageDetails": details, "manifests": texts}


def _describe_images(aws: Aws, repository: str) -> Iterator[dict[str, Any]]:
    """All of a repository's imageDetails, those of archived images too, page by page."""
    pages = aws.client("ecr").get_paginator("describe_images")
    asked = {"repositoryName": repository, "filter": _ALL, "maxResults": _IMAGES_A_REQUEST}
    for page in pages.paginate(**asked):
        yield from page["imageDetails"]


def _as_json(detail: Mapping[str, Any]) -> dict[str, Any]:
    """An item of imageDetails as JSON can hold it, without what names the account."""
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in detail.items()
        if key != "registryId"
    }


def fetch_manifests(aws: Aws, repository: str, digests: Sequence[str]) -> dict[str, str]:
    """Digest -> exact text; those gone since they were listed, or archived, are left out.

    CloudError.
    """
    texts: dict[str, str] = {}
    for start in range(0, len(digests), _MANIFESTS_A_REQUEST):
        ids = [{"imageDigest": digest} for digest in digests[start : start + _MANIFESTS_A_REQUEST]]
        with aws_errors(f"reading manifests of the repository {repository}"):
            answer = aws.client("ecr").batch_get_image(
                repositoryName=repository, imageIds=ids, acceptedMediaTypes=_ACCEPTED
            )
        for image in answer["images"]:
            texts[image["imageId"]["imageDigest"]] = image["imageManifest"]
        _check_failures(repository, answer.get("failures", []))
    return texts


def _check_failures(repository: str, failures: Sequence[Mapping[str, Any]]) -> None:
    """CloudError when manifests could not be read for another reason than _NO_MANIFEST."""
    for failure in failures:
        if failure.get("failureCode") not in _NO_MANIFEST:
            raise CloudError(
                f"ECR gives no manifest of {json.dumps(failure.get('imageId'))} in {repository}: "
                f"{failure.get('failureCode')}, {failure.get('failureReason')}."
            )


def make_repository(aws: Aws, repository: str, experiment: str) -> bool:
    """Make a repository whose tags can be moved; false, and nothing done, where there is one.

    Its resource tags say by whom it was made, and for which experiment. CloudError, AccountError
    for immutable tags.
    """
    labels = _TAGS | {_OWNER: experiment}
    try:
        with aws_errors(f"making the repository {repository}"):
            made = aws.client("ecr").create_repository(
                repositoryName=repository,
                imageTagMutability="MUTABLE",
                tags=[{"Key": key, "Value": value} for key, value in labels.items()],
            )["repository"]
    except CloudError as error:
        if error.code == "RepositoryAlreadyExistsException":
            return False
        raise
    _check_mutable(repository, made)
    return True


def _check_mutable(repository: str, described: Mapping[str, Any]) -> None:
    """AccountError when a tag can't be moved in a repository: builds push theirs again."""
    mutability = described.get("imageTagMutability", "MUTABLE")
    if mutability != "MUTABLE":
        raise AccountError(
            f"The tags of {repository} are {mutability}, but each build pushes the same tag: "
            "remove the setting that makes new repositories of this account immutable."
        )


def _name_registry(aws: Aws) -> dict[str, str]:
    """The parameter by which credentials of another account are refused, not told of no such."""
    return {"registryId": aws.account} if aws.account else {}


def find_repository(aws: Aws, repository: str) -> dict[str, Any] | None:
    """A repository as ECR describes it, null without one; AccountError for immutable tags."""
    described = _describe_repository(aws, repository)
    if described is not None:
        _check_mutable(repository, described)
    return described


def _describe_repository(aws: Aws, repository: str) -> dict[str, Any] | None:
    """A repository as ECR describes it, null without one; CloudError."""
    try:
        with aws_errors(f"looking for the repository {repository}"):
            found = aws.client("ecr").describe_repositories(
                repositoryNames=[repository], **_name_registry(aws)
            )
    except CloudError as error:
        if error.code == _ABSENT:
            return None
        raise
    (described,) = found["repositories"]
    return dict(described)


def find_owner(aws: Aws, repository: str) -> str | None:
    """The experiment that a repository was made for, "" where its tags name none.

    Null without a repository, and where it goes while it is asked for. CloudError.
    """
    found = _describe_repository(aws, repository)
    if found is None:
        return None
    try:
        with aws_errors(f"asking whose the repository {repository} is"):
            answer = aws.client("ecr").list_tags_for_resource(resourceArn=found["repositoryArn"])
    except CloudError as error:
        if error.code == _ABSENT:
            return None
        raise
    labels = {each["Key"]: each["Value"] for each in answer["tags"]}
    return str(labels.get(_OWNER, ""))


def remove_repository(aws: Aws, repository: str, experiment: str) -> None:
    """Remove a repository with all it holds, if it is there; CloudError, also for another's."""
    owner = find_owner(aws, repository)
    if owner is None:
        return
    if owner != experiment:
        whose = f"is of the experiment {owner}" if owner else "has no tag that says whose it is"
        raise CloudError(f"The repository {repository} {whose}: it stays.", NOT_OWN)
    delete_repository(aws, repository, full=True)


def delete_repository(aws: Aws, repository: str, full: bool = False) -> None:
    """Remove a repository, if it is there; CloudError, also for one with images unless `full`."""
    try:
        with aws_errors(f"removing the repository {repository}"):
            aws.client("ecr").delete_repository(
                repositoryName=repository, force=full, **_name_registry(aws)
            )
    except CloudError as error:
        if error.code != _ABSENT:
            raise
