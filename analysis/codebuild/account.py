"""Where builds on AWS run: the projects, repositories and buckets that the environment names."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.aws import Aws, describe_projects, find_region
from analysis.errors import AccountError
from analysis.workload import Strategy

# the setting behind each field of Place
SETTINGS = {
    "project": "CODEBUILD_PROJECT",
    "repository_url": "ECR_REPOSITORY_URL",
    "source_bucket": "SOURCE_BUCKET",
    "cache_project": "CODEBUILD_CACHE_PROJECT",
    "server_project": "CODEBUILD_SERVER_PROJECT",
    "cache_repository_url": "CACHE_REPOSITORY_URL",
    "cache_bucket": "CACHE_BUCKET",
}
NEEDED = ("project", "repository_url", "source_bucket")
CURE = (
    "`terraform -chdir=./terraform/ apply` makes what they name, "
    '`eval "$(terraform -chdir=./terraform/ output -raw exports)"` sets them'
)
ECR_HOST = re.compile(r"(\d+)\.dkr\.ecr\.([\w-]+)\.")
REPOSITORY = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
NO_NAME = re.compile(r"[^a-z0-9]+")
# a strategy's own size of build host, such as BUILD_GENERAL1_LARGE
COMPUTE = "STRATEGY_COMPUTE_TYPE"
CONSOLES = {"aws-cn": "amazonaws.cn", "aws-us-gov": "amazonaws-us-gov.com"}


@dataclass(frozen=True)
class Place:
    """Projects, repositories and buckets of one region; an empty name stands for none."""

    region: str
    project: str
    repository_url: str
    source_bucket: str
    cache_project: str = ""
    server_project: str = ""
    cache_repository_url: str = ""
    cache_bucket: str = ""

    @classmethod
    def from_environment(cls) -> "Place":
        """What SETTINGS and AWS_REGION say; AccountError names those that are missing."""
        found = {name: os.environ.get(setting, "") for name, setting in SETTINGS.items()}
        absent = [SETTINGS[name] for name in NEEDED if not found[name]]
        if absent:
            raise AccountError(f"{', '.join(absent)} not set: {CURE}.")
        place = cls(region=find_region(), **found)
        for url in (place.repository_url, place.cache_repository_url):
            host = ECR_HOST.match(url)
            if host and host[2] != place.region:
                raise AccountError(
                    f"AWS_REGION is {place.region}, but {url} is in {host[2]}: set AWS_REGION to "
                    "where the projects and repositories are."
                )
        return place

    def connect(self) -> Aws:
        """Clients for the region of this place and the account of its repositories."""
        host = ECR_HOST.match(self.repository_url)
        return Aws(self.region, host[1] if host else "")

    def choose_project(self, strategy: Strategy) -> str:
        """The project that builds a strategy; '' when there is none."""
        if strategy.host == "server":
            return self.server_project
        return (self.cache_project or self.project) if strategy.host == "kept" else self.project

    def explain_absence(self, strategy: Strategy) -> str | None:
        """Why a strategy can't be built here and the cure, null when it can."""
        if not self.choose_project(strategy):
            return (
                "it needs a project with a Docker server: terraform apply "
                "-var docker_server_compute_type=BUILD_GENERAL1_SMALL, and set "
                "CODEBUILD_SERVER_PROJECT"
            )
        if uses(strategy, "CACHE_BUCKET") and not self.cache_bucket:
            return f"it needs a bucket: set CACHE_BUCKET ({CURE})"
        return None


def uses(strategy: Strategy, setting: str) -> bool:
    """Whether a strategy's commands use a setting."""
    return setting in strategy.buildspec.text


def name_history(strategy: str, number: int) -> str:
    """The name of a strategy's history of one round, as the end of a repository's name."""
    name = strategy if REPOSITORY.fullmatch(strategy) else NO_NAME.sub("-", strategy.lower())
    return f"{name.strip('-')}-{number:02d}"


def name_repository(url: str, history: str = "") -> tuple[str, str]:
    """(name, address) of a repository below the one with this address, or of that one itself."""
    address = f"{url}/{history}" if history else url
    return address.partition("/")[2], address


def read_projects(aws: Aws, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Project -> its environment (type, image, computeType, …).

    AccountError for one that is not there, or whose builds' logs could not be read.
    """
    names = sorted(set(names))
    projects = describe_projects(aws, names) if names else []
    found = {each["name"]: each["environment"] for each in projects}
    absent = [name for name in names if name not in found]
    if absent:
        raise AccountError(
            f"There is no CodeBuild project {', '.join(absent)} in {aws.region}: {CURE}."
        )
    for each in projects:
        logs = each.get("logsConfig", {}).get("cloudWatchLogs", {})
        if logs.get("status") == "DISABLED":
            raise explain_no_log(each["name"])
    return found


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
    """The address of a build's page in the console, '' when that is not known."""
    parts = arn.split(":", 6)
    if len(parts) < 7 or not parts[5].startswith("build/"):
        return ""
    partition, region, account = parts[1], parts[3], parts[4]
    project = parts[5].removeprefix("build/")
    return (
        f"https://{region}.console.{CONSOLES.get(partition, 'aws.amazon.com')}/codesuite/codebuild/"
        f"{account}/projects/{project}/build/{project}%3A{parts[6]}/?region={region}"
    )
