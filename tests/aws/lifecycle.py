"""Previews of lifecycle policies, which bare moto does not have.

All rules see all images; an image that a rule's tagging matches is out of reach of the rules
after it. Images that an index lists neither count nor expire.
"""

import fnmatch
import json
from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.ecr.exceptions import LifecyclePolicyNotFoundException
from moto.ecr.models import Image, Repository
from moto.ecr.responses import ECRResponse

from aws.ecr import cut, is_listed, is_wanted
from aws.state import State

DAY = 86_400


def start_lifecycle_policy_preview(self: ECRResponse) -> ActionResult:
    """The begin of a preview of the given policy, or of the repository's own."""
    aws: State = self.aws
    repository = self.ecr_backend._get_repository(self._get_param("repositoryName"))
    text = self._get_param("lifecyclePolicyText") or repository.lifecycle_policy
    if not text:
        raise LifecyclePolicyNotFoundException(repository.name, repository.registry_id)
    if getattr(repository, "preview_polls", 0):
        raise JsonRESTError("LifecyclePolicyPreviewInProgressException", "in progress")
    repository.preview = (text, evaluate(json.loads(text), repository, aws.now()))
    repository.preview_polls = aws.preview_polls
    return ActionResult(describe(repository, text, "IN_PROGRESS"))


def get_lifecycle_policy_preview(self: ECRResponse) -> ActionResult:
    """A page of a preview's results, once it is complete."""
    repository = self.ecr_backend._get_repository(self._get_param("repositoryName"))
    if not hasattr(repository, "preview"):
        raise JsonRESTError("LifecyclePolicyPreviewNotFoundException", "there is none")
    text, results = repository.preview
    if repository.preview_polls:
        repository.preview_polls -= 1
        return ActionResult(describe(repository, text, "IN_PROGRESS"))
    wanted = [result for image, result in results if is_wanted(self, image)]
    page, token = cut(self, wanted)
    answer = describe(repository, text, "COMPLETE") | {
        "previewResults": page,
        "summary": {"expiringImageTotalCount": len(results)},
    }
    return ActionResult(answer | ({"nextToken": token} if token else {}))


def describe(repository: Repository, text: str, status: str) -> dict[str, Any]:
    """What every answer about a preview says."""
    return {
        "registryId": repository.registry_id,
        "repositoryName": repository.name,
        "lifecyclePolicyText": text,
        "status": status,
    }


def evaluate(
    policy: Mapping[str, Any], repository: Repository, now: float
) -> list[tuple[Image, dict[str, Any]]]:
    """(image, result) of each image that a policy lets expire."""
    results, taken = [], []
    counted = [image for image in repository.images if not is_listed(repository, image)]
    for rule in sorted(policy["rules"], key=lambda rule: rule["rulePriority"]):
        matching = [image for image in counted if matches(image, rule["selection"])]
        for image in choose(matching, rule["selection"], now):
            if image not in taken:
                results.append((image, describe_result(image, rule)))
        taken += matching
    return results


def matches(image: Image, selection: Mapping[str, Any]) -> bool:
    """Whether a rule's tagging is an image's: every pattern has to find a tag."""
    tags, status = image.image_tags, selection["tagStatus"]
    if status != "tagged":
        return status == "any" or not tags
    patterns = selection.get("tagPatternList") or [
        f"{prefix}*" for prefix in selection["tagPrefixList"]
    ]
    return bool(tags) and all(any(fnmatch.fnmatchcase(t, p) for t in tags) for p in patterns)


def choose(images: list[Image], selection: Mapping[str, Any], now: float) -> list[Image]:
    """Those that are too many or too old."""
    newest = sorted(images, key=lambda image: image.image_pushed_at, reverse=True)
    limit = selection["countNumber"]
    if selection["countType"] == "imageCountMoreThan":
        return newest[limit:]
    return [image for image in newest if now - image.image_pushed_at > limit * DAY]


def describe_result(image: Image, rule: Mapping[str, Any]) -> dict[str, Any]:
    """One of previewResults."""
    return {
        "imageDigest": image.get_image_digest(),
        "imagePushedAt": image.image_pushed_at,
        "action": {"type": rule["action"]["type"].upper()},
        "appliedRulePriority": rule["rulePriority"],
    } | ({"imageTags": sorted(image.image_tags)} if image.image_tags else {})


def install(aws: State) -> None:
    """Put this beside what moto has of ECR."""
    ECRResponse.aws = aws
    ECRResponse.start_lifecycle_policy_preview = start_lifecycle_policy_preview
    ECRResponse.get_lifecycle_policy_preview = get_lifecycle_policy_preview
