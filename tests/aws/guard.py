"""Who may do what: the policies of terraform/ for the test AWS, and what each request needs.

Whether a policy allows an action on a resource is what moto's IAM says; which action and which
resource a request is, it does not know, and which documents there are is read from main.tf.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.models import iam_backends
from moto.iam.responses import IamResponse

from aws import ACCOUNT, REGION
from aws.checks import Call
from aws.state import State

ROOT = Path(__file__).parent.parent.parent
NAME = "docker-cache"
SOURCE, CACHE = (f"arn:aws:s3:::{NAME}-{which}-{ACCOUNT}" for which in ("source", "cache"))
REPOSITORIES = [
    f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{name}" for name in (NAME, f"{NAME}-cache")
]
# the resources of statements in main.tf, as they are here
RESOURCES = {
    '["*"]': ["*"],
    "local.project_arns": [
        f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/{NAME}{end}"
        for end in ("", "-layer-cache", "-docker-server")
    ],
    "local.repository_arns": [*REPOSITORIES, *(f"{arn}/*" for arn in REPOSITORIES)],
    "[aws_ecr_repository.image.arn, aws_ecr_repository.cache.arn]": REPOSITORIES,
    "local.history_arns": [f"{arn}/*" for arn in REPOSITORIES],
    '["${aws_cloudwatch_log_group.builds.arn}:*"]': [
        f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/codebuild/{NAME}:*"
    ],
    '["${aws_s3_bucket.this["source"].arn}/*"]': [f"{SOURCE}/*"],
    '["${aws_s3_bucket.this["cache"].arn}/*"]': [f"{CACHE}/*"],
    '[aws_s3_bucket.this["source"].arn]': [SOURCE],
    '[aws_s3_bucket.this["cache"].arn]': [CACHE],
    "[aws_iam_role.build.arn]": [f"arn:aws:iam::{ACCOUNT}:role/{NAME}-build"],
}


def read_policy(name: str) -> dict[str, Any]:
    """The document `name` of main.tf, with those that it takes in."""
    text = (ROOT / "terraform" / "main.tf").read_text("utf-8")
    head = rf'^data "aws_iam_policy_document" "{name}" \{{\n(.*?)^\}}'
    body = re.search(head, text, re.M | re.S)[1]
    statements = [
        read_statement(each) for each in re.findall(r"statement \{\n(.*?)^  \}", body, re.M | re.S)
    ]
    for taken in re.findall(r"source_policy_documents = .*?aws_iam_policy_document\.(\w+)\.", body):
        statements = read_policy(taken)["Statement"] + statements
    return {"Version": "2012-10-17", "Statement": statements}


def read_statement(text: str) -> dict[str, Any]:
    """A statement as JSON has it."""
    actions = re.search(r"^    actions += \[(.*?)\]$", text, re.M | re.S)[1]
    resources = re.search(r"^    resources += (.*)$", text, re.M)[1]
    return {
        "Sid": re.search(r'sid += "(\w+)"', text)[1],
        "Effect": "Allow",
        "Action": re.findall(r'"([^"]+)"', actions),
        "Resource": RESOURCES[resources],
    }


def without(policy: Mapping[str, Any], *actions: str) -> dict[str, Any]:
    """A policy that lacks some actions."""
    kept = [
        each | {"Action": [action for action in each["Action"] if action not in actions]}
        for each in policy["Statement"]
    ]
    return {**policy, "Statement": [each for each in kept if each["Action"]]}


def allows(policy: Mapping[str, Any], action: str, resource: str) -> bool:
    """Whether a policy allows an action on a resource."""
    found = IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)
    return found == PermissionResult.PERMITTED


def list_needs(call: Call) -> Iterator[tuple[str, str]]:
    """(action, resource) of all that a request needs."""
    finders = {"codebuild": find_projects, "ecr": find_repositories, "s3": find_objects}
    if call.service in finders:
        yield from finders[call.service](call)
    elif call.service == "logs":
        stream = call.params.get("logStreamName", "")
        group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{call.params['logGroupName']}"
        yield str(call), f"{group}:log-stream:{stream}"
    else:
        yield str(call), call.params.get("PolicySourceArn", "*")


def find_projects(call: Call) -> Iterator[tuple[str, str]]:
    """Those of CodeBuild: a build's resource is its project."""
    names = [*call.params.get("names", []), *call.params.get("ids", [])]
    names += [call.params[key] for key in ("id", "projectName") if key in call.params]
    for name in names:
        arn = f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/{name.partition(':')[0]}"
        yield str(call), arn


def find_repositories(call: Call) -> Iterator[tuple[str, str]]:
    """Those of ECR: a tag in a request asks for one more."""
    params = call.params
    names = [*params.get("repositoryNames", []), params.get("repositoryName")]
    arns = [f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{name}" for name in names if name]
    arns += [params["resourceArn"]] if "resourceArn" in params else []
    for arn in arns or ["*"]:
        yield str(call), arn
        if params.get("tags"):
            yield "ecr:TagResource", arn


def find_objects(call: Call) -> Iterator[tuple[str, str]]:
    """Those of S3, whose actions have other words than its requests."""
    bucket = f"arn:aws:s3:::{call.params['Bucket']}"
    if call.operation == "ListObjectsV2":
        yield "s3:ListBucket", bucket
    elif call.operation == "DeleteObjects":
        for each in call.params["Delete"]["Objects"]:
            yield "s3:DeleteObject", f"{bucket}/{each['Key']}"
    else:
        yield str(call), f"{bucket}/{call.params['Key']}"


def find_denied(policy: Mapping[str, Any], call: Call) -> str:
    """The first action of a request that a policy does not allow, in the words of AWS; or ""."""
    for action, resource in list_needs(call):
        if not allows(policy, action, resource):
            return (
                f"User: arn:aws:iam::{ACCOUNT}:user/me is not authorized to perform: {action} on "
                f"resource: {resource} because no identity-based policy allows the {action} action"
            )
    return ""


def simulate_principal_policy(self: IamResponse) -> ActionResult:
    """What the inline policies of a role allow, each action on each resource."""
    role = self._get_param("PolicySourceArn").rpartition("/")[2]
    backend = iam_backends[ACCOUNT]["aws"]
    documents = [
        json.loads(backend.get_role_policy(role, name)[1])
        for name in backend.list_role_policies(role)
    ]
    results = [
        {
            "EvalActionName": action,
            "EvalResourceName": resource,
            "EvalDecision": "allowed"
            if any(allows(each, action, resource) for each in documents)
            else "implicitDeny",
        }
        for action in self._get_param("ActionNames")
        for resource in self._get_param("ResourceArns", ["*"])
    ]
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})


def install(aws: State) -> None:
    """Put this in moto's place."""
    IamResponse.simulate_principal_policy = simulate_principal_policy
