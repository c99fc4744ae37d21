"""Whether a buildspec asks for AWS, the registries that it may name, and what CodeBuild tells it.

Variables: https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
"""

import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from analysis.workload import REPEATS, SCENARIOS, Buildspec

ACCOUNT, REGION = "123456789012", "us-east-1"
# our own buildspecs log in where their repository is one of ECR's, which the lab's is not
_OWN_LOGIN = re.compile(r'case "\$ECR_REPOSITORY_URL" in.*?esac', re.DOTALL)
_ASKS = re.compile(r"(?:^|[\s;&|(`!{])aws\s+[a-z-]|\.amazonaws\.com", re.MULTILINE)
_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
_REGION = re.compile(
    r"\b[a-z]{2}(?:-gov|-isob?)?-(?:central|(?:north|south)(?:east|west)?|east|west)-\d\b"
)
_PROJECT, _BRANCH = "codebuild-cache-lab", "main"


@dataclass(frozen=True)
class AwsNames:
    """The account and region of a build, and the registries of ECR that it may name."""

    account: str
    region: str
    hosts: tuple[str, ...]


def find_names(buildspec: Buildspec, env: Mapping[str, str]) -> AwsNames | None:
    """What a build needs of AWS; null where its commands and variables ask for nothing."""
    values = {**buildspec.variables, **env}
    commands = _OWN_LOGIN.sub("", "\n".join(buildspec.commands))
    if not _ASKS.search("\n".join([commands, *values.values()])):
        return None
    text = "\n".join([commands, *values.values()])
    account = values.get("AWS_ACCOUNT_ID") or _first(_ACCOUNT, text) or ACCOUNT
    region = values.get("AWS_DEFAULT_REGION") or values.get("AWS_REGION")
    region = region or _first(_REGION, text) or REGION
    accounts = dict.fromkeys([account, *_ACCOUNT.findall(text)])
    regions = dict.fromkeys([region, *_REGION.findall(text)])
    return AwsNames(account, region, tuple(_name_host(a, r) for a in accounts for r in regions))


def _first(pattern: re.Pattern[str], text: str) -> str:
    """The first match of a pattern, '' without one."""
    found = pattern.search(text)
    return found[0] if found else ""


def _name_host(account: str, region: str) -> str:
    """The registry of an account in a region."""
    end = ".cn" if region.startswith("cn-") else ""
    return f"{account}.dkr.ecr.{region}.amazonaws.com{end}"


def describe_codebuild(
    names: AwsNames | None, scenario: str, number: int, folder: str, image: str
) -> dict[str, str]:
    """CodeBuild's variables for one build, as a push to the branch main starts it.

    Its commit is the same for scenarios that build the one before them again.
    """
    account = names.account if names else ACCOUNT
    region = names.region if names else REGION
    commit, before = (_name_commit(each) for each in _find_commits(scenario))
    build = f"{_PROJECT}:{commit[:8]}-0000-4000-8000-{number:012d}"
    return {
        "AWS_ACCOUNT_ID": account,
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "CODEBUILD_BUILD_ARN": f"arn:aws:codebuild:{region}:{account}:build/{build}",
        "CODEBUILD_BUILD_ID": build,
        "CODEBUILD_BUILD_IMAGE": image,
        "CODEBUILD_BUILD_NUMBER": str(number),
        "CODEBUILD_INITIATOR": _PROJECT,
        "CODEBUILD_KMS_KEY_ID": f"arn:aws:kms:{region}:{account}:alias/aws/s3",
        "CODEBUILD_LOG_PATH": build.partition(":")[2],
        "CODEBUILD_RESOLVED_SOURCE_VERSION": commit,
        "CODEBUILD_SOURCE_REPO_URL": f"https://example.com/{_PROJECT}.git",
        "CODEBUILD_SOURCE_VERSION": commit,
        "CODEBUILD_SRC_DIR": folder,
        "CODEBUILD_START_TIME": str(int(time.time() * 1000)),
        "CODEBUILD_WEBHOOK_ACTOR_ACCOUNT_ID": "1",
        "CODEBUILD_WEBHOOK_BASE_REF": f"refs/heads/{_BRANCH}",
        "CODEBUILD_WEBHOOK_EVENT": "PUSH",
        "CODEBUILD_WEBHOOK_HEAD_REF": f"refs/heads/{_BRANCH}",
        "CODEBUILD_WEBHOOK_PREV_COMMIT": before,
        "CODEBUILD_WEBHOOK_TRIGGER": f"branch/{_BRANCH}",
        "HOME": "/root",
    }


def _find_commits(scenario: str) -> tuple[str, str]:
    """The scenarios whose commits a build is of, and which was the one before it."""
    commits: list[str] = []
    for each in SCENARIOS:
        if each not in REPEATS:
            commits.append(each)
        if each == scenario:
            break
    return commits[-1], commits[-2] if len(commits) > 1 else ""


def _name_commit(scenario: str) -> str:
    """A commit's id, 40 hexadecimal digits."""
    return hashlib.sha1(scenario.encode(), usedforsecurity=False).hexdigest()
