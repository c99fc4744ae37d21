"""What Terraform makes of this project, made by hand: for tests that need it and not Terraform."""

import json
from typing import Any

from aws import ACCOUNT, REGION
from aws.guard import read_policy

NAME = "docker-cache"
GROUP = f"/aws/codebuild/{NAME}"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/{NAME}-build"
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
ENVIRONMENT = {
    "type": "LINUX_CONTAINER",
    "computeType": "BUILD_GENERAL1_SMALL",
    "image": "aws/codebuild/amazonlinux-x86_64-standard:6.0",
    "privilegedMode": True,
}
POLICY = {
    "rules": [
        {
            "rulePriority": 1,
            "selection": {
                "tagStatus": "any",
                "countType": "imageCountMoreThan",
                "countNumber": 30,
            },
            "action": {"type": "expire"},
        }
    ]
}
# project -> (setting, what it has of its own)
PROJECTS: dict[str, tuple[str, dict[str, Any]]] = {
    NAME: ("CODEBUILD_PROJECT", {}),
    f"{NAME}-layer-cache": (
        "CODEBUILD_CACHE_PROJECT",
        {"cache": {"type": "LOCAL", "modes": ["LOCAL_DOCKER_LAYER_CACHE"]}},
    ),
    f"{NAME}-docker-server": (
        "CODEBUILD_SERVER_PROJECT",
        {"environment": ENVIRONMENT | {"dockerServer": {"computeType": "BUILD_GENERAL1_SMALL"}}},
    ),
}


def make_world(client: Any) -> dict[str, str]:
    """The settings that name what was made; `client`: service -> its boto3 client."""
    ecr, s3 = client("ecr"), client("s3")
    for name in (NAME, f"{NAME}-cache"):
        ecr.create_repository(repositoryName=name)
        ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=json.dumps(POLICY))
    buckets = {which: f"{NAME}-{which}-{ACCOUNT}" for which in ("source", "cache")}
    for name in buckets.values():
        s3.create_bucket(Bucket=name)
    client("logs").create_log_group(logGroupName=GROUP)
    client("logs").put_retention_policy(logGroupName=GROUP, retentionInDays=30)
    make_role(client)
    for name, (_, own) in PROJECTS.items():
        make_project(client, name, own)
    return {
        "AWS_REGION": REGION,
        "ECR_REPOSITORY_URL": f"{REGISTRY}/{NAME}",
        "CACHE_REPOSITORY_URL": f"{REGISTRY}/{NAME}-cache",
        "SOURCE_BUCKET": buckets["source"],
        "CACHE_BUCKET": buckets["cache"],
    } | {setting: name for name, (setting, _) in PROJECTS.items()}


def make_role(client: Any, policy: dict[str, Any] | None = None) -> None:
    """The role of builds, with a policy or that of terraform/."""
    iam, name = client("iam"), ROLE.rpartition("/")[2]
    if not any(each["RoleName"] == name for each in iam.list_roles()["Roles"]):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument='{"Statement": []}')
    document = json.dumps(policy or read_policy("build"))
    iam.put_role_policy(RoleName=name, PolicyName="build", PolicyDocument=document)


def make_project(client: Any, name: str, own: dict[str, Any]) -> None:
    """A CodeBuild project that writes into the log group."""
    client("codebuild").create_project(
        **{
            "name": name,
            "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2\n"},
            "artifacts": {"type": "NO_ARTIFACTS"},
            "environment": ENVIRONMENT,
            "serviceRole": ROLE,
            "timeoutInMinutes": 60,
            "queuedTimeoutInMinutes": 480,
            "logsConfig": {"cloudWatchLogs": {"status": "ENABLED", "groupName": GROUP}},
        }
        | own
    )
