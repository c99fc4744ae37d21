"""What the AWS CLI is asked in a build, and what it prints: https://docs.aws.amazon.com/cli/.

Runs in a container of the lab, and imports nothing of ours but what runs there too.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from analysis.lab.aws_ecr import CallError, Repositories

PASSWORD = "lab"
# calls that a build may have let pass without an answer, by this variable
SKIP = "LAB_AWS_SKIP"
VERSION = "aws-cli/2.27.0 (a stand-in of the lab) exec-env/AWS_ECS_EC2"
_VARIABLE = re.compile(r"([A-Z][A-Z_]*)=(.*)", re.DOTALL)
# options of any call that take no value
_FLAGS = {"no-include-email", "include-email", "no-paginate", "no-cli-pager", "debug"}
_FLAGS |= {"no-verify-ssl", "no-sign-request", "force", "version", "no-cli-auto-prompt"}


@dataclass(frozen=True)
class Call:
    """A call: service, operation, options, other words, and what the build's settings say."""

    service: str
    operation: str
    options: Mapping[str, list[str]]
    words: tuple[str, ...]
    account: str
    region: str
    settings: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, texts: list[str], account: str, region: str) -> "Call":
        """A call from settings (NAME=value, to an empty text) and the words after it."""
        end = texts.index("") if "" in texts else 0
        given = [_VARIABLE.fullmatch(text) for text in texts[:end]]
        settings = {found[1]: found[2] for found in given if found and found[2]}
        options, words = _split(texts[end + 1 :] if "" in texts else texts)
        region = settings.get("AWS_DEFAULT_REGION") or settings.get("AWS_REGION") or region
        region = options.get("region", [region])[-1]
        service, operation = [*words[:2], "", ""][:2]
        return cls(service, operation, options, tuple(words[2:]), account, region, settings)

    def option(self, name: str, default: str = "") -> str:
        """The value of an option."""
        return (self.options.get(name) or [default])[0]

    @property
    def host(self) -> str:
        """The registry of the account and region."""
        account = self.option("registry-ids") or self.option("registry-id") or self.account
        end = ".cn" if self.region.startswith("cn-") else ""
        return f"{account}.dkr.ecr.{self.region}.amazonaws.com{end}"

    @property
    def name(self) -> str:
        """Service and operation as they are typed."""
        return f"{self.service} {self.operation}".strip()


def _split(texts: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    """(the values of each option, the words that belong to none)."""
    options: dict[str, list[str]] = {}
    words: list[str] = []
    current: list[str] = words
    for text in texts:
        name, sign, value = text.partition("=")
        if name.startswith("--") and len(name) > 2:
            current = options.setdefault(name[2:], [])
            if sign:
                current.append(value)
            if sign or name[2:] in _FLAGS:
                current = words
        else:
            current.append(text)
            # what stands before the operation is an option of the whole call, with one value
            if current is not words and len(words) < 2:
                current = words
    return options, words


def answer(call: Call, repositories: Repositories) -> tuple[int, str]:
    """(the exit code, what is printed: on standard error where the code is not 0)."""
    if "version" in call.options:
        return 0, VERSION
    skipped = [each.strip() for each in call.settings.get(SKIP, "").split(";") if each.strip()]
    if any(call.name.startswith(each) for each in skipped):
        return 0, ""
    if call.service == "configure":
        return 0, ""
    plain = _PLAIN.get(call.name)
    if plain:
        return 0, plain(call)
    known = _ANSWERS.get(call.name)
    if known is None:
        return 252, _refuse(call)
    try:
        return 0, _print(known(call, repositories), call)
    except CallError as error:
        operation = "".join(part.capitalize() for part in call.operation.split("-"))
        return 254, (
            f"An error occurred ({error.code}) when calling the {operation} operation: {error}"
        )


def _refuse(call: Call) -> str:
    """What is said of a call that nothing here stands for."""
    known = sorted({*_PLAIN, *_ANSWERS})
    return (
        f"The lab does not stand for `aws {call.name}`: it answers {', '.join(known)}. Let the "
        f"call pass unanswered with ENV='{SKIP}={call.name}' (several with ; between), or take it "
        "out of the buildspec."
    )


def _get_login(call: Call) -> str:
    """The command that version 1 of the CLI prints."""
    accounts = call.options.get("registry-ids") or [call.account]
    hosts = [call.host.replace(call.host.partition(".")[0], each, 1) for each in accounts]
    return "\n".join(f"docker login -u AWS -p {PASSWORD} https://{host}" for host in hosts)


def _get_token(call: Call, repositories: Repositories) -> Any:
    """ecr get-authorization-token: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/."""
    token = base64.b64encode(f"AWS:{PASSWORD}".encode()).decode()
    data = {"authorizationToken": token, "proxyEndpoint": f"https://{call.host}"}
    return {"authorizationData": [data]}


def _get_identity(call: Call, repositories: Repositories) -> Any:
    """sts get-caller-identity."""
    role = f"arn:aws:sts::{call.account}:assumed-role/codebuild-lab/AWSCodeBuild-lab"
    return {"UserId": "AROALAB:AWSCodeBuild-lab", "Account": call.account, "Arn": role}


def _create(call: Call, repositories: Repositories) -> Any:
    """ecr create-repository."""
    repositories.create(call.option("repository-name"))
    mutable = call.option("image-tag-mutability", "MUTABLE")
    described = _describe(call, call.option("repository-name"))
    return {"repository": described | {"imageTagMutability": mutable}}


def _describe(call: Call, name: str) -> dict[str, Any]:
    """What is said of a repository."""
    account = call.host.partition(".")[0]
    return {
        "repositoryArn": f"arn:aws:ecr:{call.region}:{account}:repository/{name}",
        "registryId": account,
        "repositoryName": name,
        "repositoryUri": f"{call.host}/{name}",
        "imageTagMutability": "MUTABLE",
        "imageScanningConfiguration": {"scanOnPush": False},
        "encryptionConfiguration": {"encryptionType": "AES256"},
    }


def _describe_repositories(call: Call, repositories: Repositories) -> Any:
    """ecr describe-repositories: one that is asked for by name is there, as in the account."""
    names = call.options.get("repository-names") or repositories.names()
    return {"repositories": [_describe(call, name) for name in names]}


def _read_ids(call: Call) -> list[dict[str, str]]:
    """The image ids of a call: JSON, or imageTag=…, imageDigest=… with blanks between."""
    texts = call.options.get("image-ids", [])
    if texts and texts[0].lstrip()[:1] in "[{":
        given = json.loads(texts[0])
        return given if isinstance(given, list) else [given]
    return [dict(part.split("=", 1) for part in t.split(",") if "=" in part) for t in texts]


def _describe_images(call: Call, repositories: Repositories) -> Any:
    """ecr describe-images."""
    images = repositories.find(call.option("repository-name"), _read_ids(call), call.account)
    tagged = json.loads(call.option("filter", "{}") or "{}") if "{" in call.option("filter") else {}
    status = tagged.get("tagStatus") or call.option("filter").partition("=")[2]
    own = {"registryId": call.account, "repositoryName": call.option("repository-name")}
    details = [own | each for each in images if _has_status(each, status)]
    return {"imageDetails": details}


def _has_status(image: Mapping[str, Any], status: str) -> bool:
    """Whether an image is TAGGED or UNTAGGED, as asked."""
    return status not in ("TAGGED", "UNTAGGED") or ("imageTags" in image) == (status == "TAGGED")


def _list_images(call: Call, repositories: Repositories) -> Any:
    """ecr list-images."""
    images = repositories.find(call.option("repository-name"), [], call.account)
    ids = []
    for each in images:
        digest = {"imageDigest": each["imageDigest"]}
        ids += [digest | {"imageTag": tag} for tag in each.get("imageTags", [])] or [digest]
    return {"imageIds": ids}


def _get_images(call: Call, repositories: Repositories) -> Any:
    """ecr batch-get-image: what is not there is a failure, and no error."""
    name, images, failures = call.option("repository-name"), [], []
    for wanted in _read_ids(call):
        try:
            (found,) = repositories.find(name, [wanted], call.account)
        except CallError:
            failures.append(
                {
                    "imageId": wanted,
                    "failureCode": "ImageNotFound",
                    "failureReason": "Requested image not found",
                }
            )
            continue
        images.append(
            {
                "registryId": call.account,
                "repositoryName": name,
                "imageId": {"imageDigest": found["imageDigest"]} | wanted,
                "imageManifest": repositories.read_manifest(found["imageDigest"]),
                "imageManifestMediaType": found["imageManifestMediaType"],
            }
        )
    return {"images": images, "failures": failures}


def _put_image(call: Call, repositories: Repositories) -> Any:
    """ecr put-image."""
    name, tag = call.option("repository-name"), call.option("image-tag")
    manifest = call.option("image-manifest")
    digest = repositories.put(name, tag, manifest, call.option("image-manifest-media-type"))
    image = {"imageId": {"imageDigest": digest} | ({"imageTag": tag} if tag else {})}
    own = {"registryId": call.account, "repositoryName": name}
    return {"image": own | image | {"imageManifest": manifest}}


def _keep(call: Call, repositories: Repositories) -> Any:
    """Settings of a repository that a build does not see the effect of."""
    return {"registryId": call.account, "repositoryName": call.option("repository-name")}


_PLAIN: dict[str, Callable[[Call], str]] = {
    "ecr get-login-password": lambda call: PASSWORD,
    "ecr-public get-login-password": lambda call: PASSWORD,
    "ecr get-login": _get_login,
}
_ANSWERS: dict[str, Callable[[Call, Repositories], Any]] = {
    "ecr batch-get-image": _get_images,
    "ecr create-repository": _create,
    "ecr describe-images": _describe_images,
    "ecr describe-repositories": _describe_repositories,
    "ecr get-authorization-token": _get_token,
    "ecr list-images": _list_images,
    "ecr put-image": _put_image,
    "ecr put-image-scanning-configuration": _keep,
    "ecr put-image-tag-mutability": _keep,
    "ecr put-lifecycle-policy": _keep,
    "ecr set-repository-policy": _keep,
    "sts get-caller-identity": _get_identity,
}


def _print(value: Any, call: Call) -> str:
    """An answer as --query and --output want it; CallError for a query that is none."""
    query = call.option("query")
    if query:
        # the container has it beside these modules
        jmespath: Any = import_module("jmespath")
        try:
            value = jmespath.search(query, value)
        except jmespath.exceptions.JMESPathError as error:
            raise CallError("Bad value for --query", f"{query}: {error}") from error
    form = call.option("output") or call.settings.get("AWS_DEFAULT_OUTPUT") or "json"
    return "\n".join(_lines(value)) if form == "text" else json.dumps(value, indent=4)


def _lines(value: Any) -> list[str]:
    """A value as text: scalars of a list on one line with tabs, mappings by their sorted keys."""
    if isinstance(value, Mapping):
        value = [value[name] for name in sorted(value)]
    if not isinstance(value, list):
        return [str(value)]
    plain = [str(each) for each in value if not isinstance(each, list | dict)]
    nested = [line for each in value if isinstance(each, list | dict) for line in _lines(each)]
    return (["\t".join(plain)] if plain else []) + nested
