"""Where builds on AWS run: the projects, repositories and buckets that the environment names."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field
from typing import Any

from analysis.aws import Aws, describe_projects, find_region
from analysis.errors import AccountError
from analysis.experiment import form, list_settings, read_variables
from analysis.lab import THROUGH_SETTING
from analysis.workload import CONTAINERD, Strategy

_CURE = (
    "`terraform -chdir=./terraform/ apply` makes what they name, "
    '`eval "$(terraform -chdir=./terraform/ output -raw exports)"` sets them'
)
_ECR_HOST = re.compile(r"(\d+)\.dkr\.ecr\.([\w-]+)\.")
REPOSITORY = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_NO_NAME = re.compile(r"[^a-z0-9]+")
# a strategy's own size of build host, such as BUILD_GENERAL1_LARGE
COMPUTE = "STRATEGY_COMPUTE_TYPE"
LOG_GROUP, ROLE = "log_group", "role"
_CONSOLES = {"aws-cn": "amazonaws.cn", "aws-us-gov": "amazonaws-us-gov.com"}


@dataclass(frozen=True)
class Account:
    """Projects, repositories and buckets of one region; an empty name stands for none."""

    region: str
    codebuild_project: str = field(metadata=form("the project that builds"))
    ecr_repository_url: str = field(metadata=form("the repository above those of the sequences"))
    source_bucket: str = field(metadata=form("the bucket that contexts are uploaded to"))
    codebuild_cache_project: str = field(
        default="", metadata=form("the project of strategies that keep their hosts")
    )
    codebuild_server_project: str = field(
        default="", metadata=form("the project that has a Docker server")
    )
    cache_repository_url: str = field(
        default="", metadata=form("the repository above those of the caches")
    )
    cache_bucket: str = field(default="", metadata=form("the bucket of caches in S3"))
    pull_through_url: str = field(
        default="", metadata=form("what base images are pulled through: HOST/PREFIX of ECR")
    )
    build_image: str = field(default="", metadata=form("a build image with buildkitd in it"))

    @classmethod
    def from_environment(cls) -> "Account":
        """What AWS_REGION and the variables say; AccountError names those that are missing."""
        found = read_variables(os.environ, cls)
        needed = [each for each in list_settings(cls) if each.default is MISSING]
        absent = [each.variable for each in needed if each.name not in found]
        if absent:
            raise AccountError(f"{', '.join(absent)} not set: {_CURE}.")
        account = cls(region=find_region(), **found)
        for url in (account.ecr_repository_url, account.cache_repository_url):
            host = _ECR_HOST.match(url)
            if host and host[2] != account.region:
                raise AccountError(
                    f"AWS_REGION is {account.region}, but {url} is in {host[2]}: set AWS_REGION to "
                    "where the projects and repositories are."
                )
        return account

    @property
    def number(self) -> str:
        """The account's number as its repository says it, "" where that is none of ECR's."""
        host = _ECR_HOST.match(self.ecr_repository_url)
        return host[1] if host else ""

    def connect(self) -> Aws:
        """Clients for this region and the account of its repositories."""
        return Aws(self.region, self.number)

    def choose_project(self, strategy: Strategy) -> str:
        """The project that builds a strategy; '' when there is none."""
        if strategy.host == "server":
            return self.codebuild_server_project
        if strategy.host == "kept" and self.codebuild_cache_project:
            return self.codebuild_cache_project
        return self.codebuild_project

    def name_hosts(self, project: str) -> str:
        """The repository whose tag says which sequence has the hosts that a project keeps."""
        end = f"hosts-{_NO_NAME.sub('-', project.lower()).strip('-')}"
        return name_repository(self.ecr_repository_url, end)[0]

    def explain_absence(self, strategy: Strategy) -> str | None:
        """Why a strategy can't be built here and the cure, null when it can."""
        if not self.choose_project(strategy):
            return (
                "it needs a project with a Docker server: terraform apply "
                "-var docker_server_compute_type=BUILD_GENERAL1_SMALL, and set "
                "CODEBUILD_SERVER_PROJECT"
            )
        if needs_bucket(strategy) and not self.cache_bucket:
            return f"it needs a bucket: set CACHE_BUCKET ({_CURE})"
        if strategy.starts_with == CONTAINERD:
            return "CodeBuild starts its engine with the classic image store"
        if strategy.build_image and not self.build_image:
            return f"it needs a build image with {strategy.build_image} in it: set BUILD_IMAGE"
        if uses(strategy, THROUGH_SETTING) and not self.pull_through_url:
            return f"it needs a pull-through cache rule of ECR: set {THROUGH_SETTING}"
        return None


def needs_bucket(strategy: Strategy) -> bool:
    """Whether a strategy's cache lies in S3, put there by its builds or by CodeBuild."""
    return uses(strategy, "CACHE_BUCKET") or strategy.folder is not None


def uses(strategy: Strategy, setting: str) -> bool:
    """Whether a strategy's commands use a setting."""
    return setting in strategy.buildspec.text


def name_sequence(strategy: str, number: int, story: str = "") -> str:
    """The name of a strategy's sequence of one round, as the end of a repository's name."""
    name = strategy if REPOSITORY.fullmatch(strategy) else _NO_NAME.sub("-", strategy.lower())
    return f"{name.strip('-')}-{number:02d}" + (f"-{story}" if story else "")


def name_repository(url: str, sequence: str = "") -> tuple[str, str]:
    """(name, address) of a repository below the one with this address, or of that one itself."""
    address = f"{url}/{sequence}" if sequence else url
    return address.partition("/")[2], address


def read_projects(aws: Aws, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Project -> its environment (type, image, computeType, …), its log_group and role.

    AccountError for one that is not there, or whose builds' logs could not be read.
    """
    names = sorted(set(names))
    projects = describe_projects(aws, names) if names else []
    found = {each["name"]: _describe_project(each) for each in projects}
    absent = [name for name in names if name not in found]
    if absent:
        raise AccountError(
            f"There is no CodeBuild project {', '.join(absent)} in {aws.region}: {_CURE}."
        )
    for each in projects:
        logs = each.get("logsConfig", {}).get("cloudWatchLogs", {})
        if logs.get("status") == "DISABLED":
            raise explain_no_log(each["name"])
    return found


def _describe_project(project: Mapping[str, Any]) -> dict[str, Any]:
    """A project's environment, its role and the log group that its builds write into."""
    logs = project.get("logsConfig", {}).get("cloudWatchLogs", {})
    group = logs.get("groupName") or f"/aws/codebuild/{project['name']}"
    return project["environment"] | {LOG_GROUP: group, ROLE: project["serviceRole"]}


def explain_no_log(project: str) -> AccountError:
    """The error of a project whose builds can't be read."""
    return AccountError(
        f"The project {project} writes no log to CloudWatch, and a build is read by its log: turn "
        "it on (logs_config)."
    )


def choose_compute(strategy: Strategy, environment: Mapping[str, Any]) -> str:
    """The size of host that a strategy is built on, its own or its project's."""
    return strategy.buildspec.variables.get(COMPUTE, environment.get("computeType", ""))


def link_console(arn: str) -> str:
    """The address of a build's page in the console, '' when that is not known.

    Without the account's number, which is not to be shown: the console takes that of who looks.
    """
    parts = arn.split(":", 6)
    if len(parts) < 7 or not parts[5].startswith("build/"):
        return ""
    partition, region = parts[1], parts[3]
    project = parts[5].removeprefix("build/")
    console = _CONSOLES.get(partition, "aws.amazon.com")
    return (
        f"https://{region}.console.{console}/codesuite/codebuild/"
        f"projects/{project}/build/{project}%3A{parts[6]}/?region={region}"
    )
