"""ECR's own preview of a lifecycle policy: it changes nothing, and is the authority.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_StartLifecyclePolicyPreview.html
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.aws.client import Aws, aws_errors, find_region
from analysis.aws.ecr import list_repository
from analysis.errors import CloudError, PolicyError, RegistryError
from analysis.registry import load_policy, read_images, read_policy

_COLUMNS = {"digest": "string", "action": "string", "rule": "Int64"}
_HOST = re.compile(r"(?:https?://)?\d{12}\.dkr[.-]ecr[\w-]*\.([a-z0-9-]+)\.[\w.-]+/(.+)")
_TAG = re.compile(r"@sha256:[0-9a-f]{64}$|:[^:/]+$")
# characters that ECR wants in a policy's text: spaces at its end do no harm
_SHORTEST_POLICY = 100
_ENTRIES_A_PAGE = 100
_PAUSE_SECONDS, _LONGEST_SECONDS = 2.0, 300.0
_ABSENT = {
    "RepositoryNotFoundException": "there is no such repository in {region}: give the URL that "
    "terraform's output ecr_repository_url or the console names",
    "LifecyclePolicyNotFoundException": "it has no lifecycle policy: name a file with one to try",
}


@dataclass(frozen=True)
class Preview:
    """What ECR says that a policy does: `policy` (its JSON text) to `images` (read_images).

    acted: digest, action (expire, transition), rule (its priority), of the entries that it acts
    on; all others stay.
    """

    repository: str
    policy: str
    images: pd.DataFrame
    acted: pd.DataFrame


def read_preview(
    repository: str,
    policy: Mapping[str, Any] | str | Path = "",
    sleep: Callable[[float], None] = time.sleep,
) -> Preview | None:
    """ECR's preview of a policy for a repository as it is now; null without a repository.

    `repository`: its URL or name. `policy`: an object, its JSON text or a file; left out, the
    repository's own. Waits until ECR is done, at most five minutes. PolicyError, CloudError,
    RegistryError where ECR does not finish or has no such repository or policy.
    """
    if not repository:
        if policy:
            raise PolicyError(
                f"There is no repository to try {policy} on: give REPOSITORY (--repository), too."
            )
        return None
    region, name = split_url(repository)
    aws = Aws(region or find_region())
    given = _write_policy(policy)
    try:
        text, acted = _ask_preview(aws, name, given, sleep)
        listing = list_repository(aws, name)
    except CloudError as error:
        if error.code not in _ABSENT:
            raise
        words = _ABSENT[error.code].format(region=aws.region)
        raise RegistryError(f"ECR can't preview a policy for {name}: {words}.") from error
    images = read_images(listing["imageDetails"], listing["manifests"])
    return Preview(name, text, images, acted)


def split_url(repository: str) -> tuple[str, str]:
    """(region, name) of a repository's URL, region "" of a name alone; a tag is left out."""
    found = _HOST.fullmatch(repository.strip())
    region, name = (found[1], found[2]) if found else ("", repository.strip())
    return region, _TAG.sub("", name)


def _write_policy(policy: Mapping[str, Any] | str | Path) -> str:
    """A policy's JSON text as ECR takes it, "" for none; PolicyError where it would not."""
    if not policy:
        return ""
    read_policy(policy)
    return json.dumps(load_policy(policy)[0]).ljust(_SHORTEST_POLICY)


def _ask_preview(
    aws: Aws, repository: str, policy: str, sleep: Callable[[float], None]
) -> tuple[str, pd.DataFrame]:
    """(the text of the policy that ECR tried, what it acts on). CloudError, RegistryError."""
    waits = iter([_PAUSE_SECONDS] * int(_LONGEST_SECONDS / _PAUSE_SECONDS))
    _start_preview(aws, repository, policy, waits, sleep)
    answer = _wait_for_preview(aws, repository, waits, sleep)
    items = _list_results(aws, repository, answer)
    rows = [
        (item.get("imageDigest"), item["action"]["type"].lower(), item.get("appliedRulePriority"))
        for item in items
    ]
    acted = pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)
    return answer["lifecyclePolicyText"], acted


def _start_preview(
    aws: Aws, repository: str, policy: str, waits: Iterator[float], sleep: Callable[[float], None]
) -> None:
    """Begin a preview, once another that is under way has ended."""
    asked = {"lifecyclePolicyText": policy} if policy else {}
    while True:
        try:
            with aws_errors(f"asking ECR to preview a policy for {repository}"):
                aws.client("ecr").start_lifecycle_policy_preview(repositoryName=repository, **asked)
            return
        except CloudError as error:
            if error.code != "LifecyclePolicyPreviewInProgressException":
                raise
        # somebody else asked for that one: let it end before it is replaced
        _wait_for_preview(aws, repository, waits, sleep)
        _wait(repository, waits, sleep)


def _wait_for_preview(
    aws: Aws, repository: str, waits: Iterator[float], sleep: Callable[[float], None]
) -> dict[str, Any]:
    """The first page of a preview that is complete; RegistryError where it failed."""
    while True:
        answer = _read_page(aws, repository)
        if answer["status"] == "COMPLETE":
            return answer
        if answer["status"] != "IN_PROGRESS":
            raise RegistryError(
                f"ECR's preview for {repository} ended as {answer['status']}: ask for it again."
            )
        _wait(repository, waits, sleep)


def _wait(repository: str, waits: Iterator[float], sleep: Callable[[float], None]) -> None:
    """Wait a little; RegistryError once that was too often."""
    seconds = next(waits, None)
    if seconds is None:
        raise RegistryError(
            f"ECR did not finish its preview for {repository} in {_LONGEST_SECONDS:.0f} s: "
            "ask again."
        )
    sleep(seconds)


def _read_page(aws: Aws, repository: str, token: str | None = None) -> dict[str, Any]:
    """A page of a preview."""
    after = {"nextToken": token} if token else {}
    with aws_errors(f"reading ECR's preview for {repository}"):
        return aws.client("ecr").get_lifecycle_policy_preview(
            repositoryName=repository, maxResults=_ENTRIES_A_PAGE, **after
        )


def _list_results(aws: Aws, repository: str, answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All that a preview acts on, page by page."""
    while True:
        yield from answer.get("previewResults", [])
        if not answer.get("nextToken"):
            return
        answer = _read_page(aws, repository, answer["nextToken"])
