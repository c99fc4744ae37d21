"""A buildspec of the user's own on CodeBuild: what it may do there, and what it must be granted."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from analysis.codebuild.account import Account
from analysis.codebuild.own_images import list_own
from analysis.errors import SettingError
from analysis.specs import AwsCall, list_aws_calls
from analysis.words import join_words
from analysis.workload import WINDOWS_SHELLS, Buildspec, Strategy

# what terraform's policies allow the builds already, or IAM allows everybody
_ALLOWED = {("ecr", "get-login-password"), ("ecr", "get-login"), ("ecr", "batch-get-image")}
_SHORT = {
    ("s3", "ls"): "s3:ListBucket",
    ("s3", "cp"): "s3:GetObject",
    ("s3", "sync"): "s3:GetObject",
}
# services whose actions have another prefix than their name on the command line
_PREFIXES = {"s3api": "s3", "elbv2": "elasticloadbalancing", "elb": "elasticloadbalancing"}
_ROOT = (None, "root", "0")


class Grant(NamedTuple):
    """An action that a build needs beyond what is Terraform's, on which resource, and what for.

    `resource` is "" where the call does not say it.
    """

    action: str
    resource: str
    reason: str


def check_own(strategies: Collection[Strategy], account: Account, env: dict[str, str]) -> None:
    """SettingError for a buildspec of the user's own that an experiment on AWS can't build."""
    for strategy in (each for each in strategies if each.in_context):
        spec = strategy.buildspec
        if spec.shell in WINDOWS_SHELLS or spec.run_as not in _ROOT:
            told = f"env/shell: {spec.shell}" if spec.run_as in _ROOT else f"run-as: {spec.run_as}"
            raise SettingError(
                f"{spec.source} says {told}: an experiment on AWS builds on Linux, as root."
            )
        _check_calls(spec)
        number = {"AWS_ACCOUNT_ID": account.number} if account.number else {}
        if not list_own(spec, number | env):
            raise SettingError(
                f"{spec.source} has no docker push, so its builds leave nothing to be read."
            )


def _check_calls(buildspec: Buildspec) -> None:
    """SettingError for calls of AWS that change something besides images."""
    calls = [call for call in list_aws_calls(buildspec) if _changes(call)]
    if calls:
        told = join_words([f"aws {c.service} {c.operation} (line {c.line})" for c in calls])
        raise SettingError(
            f"{buildspec.source} calls {told}: each build of an experiment would do that. Leave it "
            "out of a copy, and give that as BUILDSPEC."
        )


def _changes(call: AwsCall) -> bool:
    """Whether a call changes something; repositories are the experiment's, which are there."""
    return not call.reads and call.service != "ecr"


def list_grants(
    buildspec: Buildspec, place: str, partition: str, repository: str
) -> Iterator[Grant]:
    """What a buildspec of the user's own needs to be granted.

    `place`: REGION:ACCOUNT; `repository`: the ARN of one below which its images lie.
    """
    arn = f"arn:{partition}:"
    for name in dict.fromkeys(buildspec.parameters.values()):
        resource = f"{arn}ssm:{place}:parameter/{name.lstrip('/')}"
        yield Grant("ssm:GetParameters", resource, f"env/parameter-store: {name}")
    for text in dict.fromkeys(buildspec.secrets.values()):
        yield Grant(
            "secretsmanager:GetSecretValue",
            _name_secret(text, f"{arn}secretsmanager:{place}:secret:"),
            f"env/secrets-manager: {text}",
        )
    for call in list_aws_calls(buildspec):
        key = (call.service, call.operation)
        if key not in _ALLOWED and call.service != "sts":
            reason = f"line {call.line}: aws {call.service} {call.operation}"
            resource = repository if call.service == "ecr" else ""
            yield Grant(_SHORT.get(key) or _name_action(*key), resource, reason)


def _name_secret(text: str, head: str) -> str:
    """The ARN of a secret that env/secrets-manager names, by its ARN or by its name and keys."""
    if text.startswith("arn:"):
        return ":".join(text.split(":")[:7])
    # the last six signs are AWS's own
    return f"{head}{text.partition(':')[0]}-AbCdEf"


def _name_action(service: str, operation: str) -> str:
    """The action of a call, as policies name it."""
    words = "".join(word[:1].upper() + word[1:] for word in operation.split("-"))
    return f"{_PREFIXES.get(service, service)}:{words}"
