"""CodeBuild's builds as its API has them: asked for, found again, over, and why not of use."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

from analysis.aws import COMMANDS, Aws, list_builds
from analysis.codebuild.account import COMPUTE
from analysis.codebuild.ledger import Entry
from analysis.codebuild.own_images import RENAME
from analysis.codebuild.probe import add_probes
from analysis.errors import AccountError, CloudError
from analysis.workload import COLD_STARTS, Strategy

# a variable of each build by which one is found again whose id was never learned
TOKEN = "EXPERIMENT_BUILD"
# phases that nobody is billed for
WAITS = ("SUBMITTED", "QUEUED")
# minutes, the fewest that CodeBuild takes for a time limit
_SHORTEST_LIMIT_MINUTES = 5


@dataclass(frozen=True)
class Place:
    """What the builds of a sequence share: its name, their variables, where they write their logs.

    `name` bears the experiment's id; an empty `log_group` leaves the log where the project says.
    `folder`: where in S3 (BUCKET/PREFIX) CodeBuild keeps folders; `image`: a build image.
    """

    name: str
    environment: Mapping[str, str]
    log_group: str = ""
    folder: str = ""
    image: str = ""


def _choose_cache(strategy: Strategy, place: Place) -> dict[str, Any]:
    """The project's cache that a strategy uses; {} for none."""
    if strategy.folder and place.folder:
        return {"type": "S3", "location": place.folder}
    if strategy.host == "kept":
        return {"type": "LOCAL", "modes": ["LOCAL_DOCKER_LAYER_CACHE"]}
    return {}


def make_request(
    entry: Entry, strategy: Strategy, place: Place, source: str, time_limit: float
) -> dict[str, Any]:
    """The parameters of StartBuild; what a project says otherwise is overridden.

    `source` is where the context is in S3, `time_limit` its seconds.
    """
    emptied = strategy.host != "fresh" and entry.scenario in COLD_STARTS
    owner = "" if strategy.host == "fresh" else f"{place.name}-{entry.attempt}"
    request = {
        "projectName": entry.project,
        "sourceTypeOverride": "S3",
        "sourceLocationOverride": source,
        "artifactsOverride": {"type": "NO_ARTIFACTS"},
        "buildspecOverride": add_probes(
            strategy.buildspec.text, emptied, owner, RENAME if strategy.in_context else ""
        ),
        "environmentVariablesOverride": [
            {"name": name, "value": value, "type": "PLAINTEXT"}
            for name, value in {**place.environment, TOKEN: entry.token}.items()
        ],
        "cacheOverride": {"type": "NO_CACHE"},
        "privilegedModeOverride": True,
        "timeoutInMinutesOverride": max(math.ceil(time_limit / 60), _SHORTEST_LIMIT_MINUTES),
        "idempotencyToken": entry.token,
    }
    if cache := _choose_cache(strategy, place):
        request["cacheOverride"] = cache
    if strategy.build_image and place.image:
        request |= {
            "imageOverride": place.image,
            "imagePullCredentialsTypeOverride": "SERVICE_ROLE",
        }
    if place.log_group:
        logs = {"status": "ENABLED", "groupName": place.log_group, "streamName": place.name}
        request["logsConfigOverride"] = {"cloudWatchLogs": logs}
    if COMPUTE in strategy.buildspec.variables:
        request["computeTypeOverride"] = strategy.buildspec.variables[COMPUTE]
    return request


def find_build(aws: Aws, entry: Entry) -> dict[str, Any] | None:
    """The build with an entry's token, null if none of those since it was asked for. CloudError."""
    builds = list_builds(aws, entry.project)
    recent = takewhile(lambda build: not _is_older(build, entry.asked), builds)
    return next((build for build in recent if read_variable(build, TOKEN) == entry.token), None)


def read_variable(build: Mapping[str, Any], name: str) -> str | None:
    """The value of a build's environment variable, null without it."""
    variables = build.get("environment", {}).get("environmentVariables", [])
    return next((each["value"] for each in variables if each["name"] == name), None)


def _is_older(build: Mapping[str, Any], asked: str) -> bool:
    """Whether a build began well before a time; clocks may differ by some minutes."""
    begun = build.get("startTime")
    return begun is not None and (datetime.fromisoformat(asked) - begun).total_seconds() > 600


def describe_end(build: Mapping[str, Any]) -> dict[str, Any]:
    """What the ledger says of a build that is over or being stopped."""
    begun, end = build.get("startTime"), build.get("endTime") or datetime.now(UTC)
    return {
        "status": build["buildStatus"],
        "started": begun.isoformat() if begun else None,
        "ended": end.isoformat(),
        "minutes": count_minutes(build, end) if begun else None,
    }


def count_minutes(build: Mapping[str, Any], end: datetime) -> int:
    """Minutes that are billed: begun ones, one at least, from provisioning on.

    AWS bills provisioning, but neither SUBMITTED nor QUEUED.
    """
    seconds = (end - build["startTime"]).total_seconds() - time_phase(build, *WAITS)
    return max(math.ceil(seconds / 60), 1)


def time_phase(build: Mapping[str, Any], *names: str) -> float:
    """Seconds that these phases took together, as far as they are told."""
    return sum(
        (phase["endTime"] - phase["startTime"]).total_seconds()
        for phase in build.get("phases", [])
        if phase["phaseType"] in names and phase.get("endTime")
    )


def has_worked(build: Mapping[str, Any]) -> bool:
    """Whether a build has run any of its commands, which may have pushed something."""
    phases = {phase["phaseType"] for phase in build.get("phases", [])}
    return bool(phases & set(COMMANDS)) or build.get("currentPhase") in COMMANDS


def find_problem(build: Mapping[str, Any]) -> CloudError | None:
    """Why a build can't be a run; null when it can, also where its strategy failed."""
    status = build["buildStatus"]
    phases = [phase for phase in build.get("phases", []) if phase.get("phaseStatus")]
    begun = any(phase["phaseType"] in COMMANDS for phase in phases)
    if status == "SUCCEEDED" or (begun and status in ("FAILED", "TIMED_OUT")):
        return None
    where, why = _explain_phase(phases)
    text = f"The build {build['id']} {_ENDS.get(status, status)} in {where}{why}"
    if "YAML_FILE_ERROR" in why:
        return CloudError(f"{text}: CodeBuild can't read the strategy's buildspec: correct it.")
    if status == "FAILED":
        return AccountError(
            f"{text}: every build would fail like this; correct the project or its role."
        )
    if status == "TIMED_OUT":
        cure = "lower CONCURRENCY, or ask for a higher quota of builds that run at once"
        return CloudError(f"{text}: {cure if where == 'QUEUED' else 'the same call tries again'}.")
    cure = "builds this sequence anew" if has_worked(build) else "builds it again"
    return CloudError(f"{text}: the same call {cure}.")


_ENDS = {
    "FAILED": "failed",
    "FAULT": "met a fault of CodeBuild's own",
    "STOPPED": "was stopped",
    "TIMED_OUT": "timed out",
}


def _explain_phase(phases: list[Mapping[str, Any]]) -> tuple[str, str]:
    """(the phase that did not succeed, what CodeBuild says of it)."""
    bad = next((phase for phase in phases if phase["phaseStatus"] != "SUCCEEDED"), None)
    if bad is None:
        return "no phase that it tells of", ""
    said = [
        f"{each.get('statusCode', '')} {each.get('message', '')}".strip()
        for each in bad.get("contexts", [])
    ]
    text = "; ".join(each for each in said if each)
    return bad["phaseType"], f" ({text.rstrip('.')})" if text else ""


def explain_limit(error: CloudError) -> str:
    """What to do about the limit of an account or a project."""
    return (
        f"{error} No more builds may run at once: lower CONCURRENCY, or ask for a higher quota "
        "under Service Quotas, AWS CodeBuild; accounts may begin with 0, projects have limits, too."
    )
