"""The start of a build: its description with every override, and what it is going to do."""

import copy
import re
import uuid
from collections.abc import Mapping
from typing import Any

from moto.codebuild.models import codebuild_backends
from moto.s3.models import s3_backends

from aws import ACCOUNT, REGION
from aws.builds import BEFORE_AGENT, SECONDS, Build, Outcome, Phase, make_outcome, time_lines
from aws.images import RefusedError, load_listing
from aws.logs import describe_location, write_lines
from aws.replay import identify, replay
from aws.state import Request, State

# what StartBuild overrides: its parameter -> where in a build's description
SOURCE = {
    "sourceTypeOverride": "type",
    "sourceLocationOverride": "location",
    "sourceAuthOverride": "auth",
    "buildspecOverride": "buildspec",
    "gitCloneDepthOverride": "gitCloneDepth",
    "gitSubmodulesConfigOverride": "gitSubmodulesConfig",
    "buildStatusConfigOverride": "buildStatusConfig",
    "insecureSslOverride": "insecureSsl",
    "reportBuildStatusOverride": "reportBuildStatus",
}
ENVIRONMENT = {
    "imageOverride": "image",
    "computeTypeOverride": "computeType",
    "environmentTypeOverride": "type",
    "privilegedModeOverride": "privilegedMode",
    "certificateOverride": "certificate",
    "registryCredentialOverride": "registryCredential",
    "imagePullCredentialsTypeOverride": "imagePullCredentialsType",
    "fleetOverride": "fleet",
    "hostKernelOverride": "hostKernel",
}
TOP = {
    "sourceVersion": "sourceVersion",
    "cacheOverride": "cache",
    "serviceRoleOverride": "serviceRole",
    "artifactsOverride": "artifacts",
    "secondaryArtifactsOverride": "secondaryArtifacts",
    "secondarySourcesOverride": "secondarySources",
    "secondarySourcesVersionOverride": "secondarySourceVersions",
    "timeoutInMinutesOverride": "timeoutInMinutes",
    "queuedTimeoutInMinutesOverride": "queuedTimeoutInMinutes",
    "encryptionKeyOverride": "encryptionKey",
}


def describe_build(
    aws: State, project: Mapping[str, Any], params: Mapping[str, Any], region: str
) -> dict[str, Any]:
    """What of a build's description never changes, every override in it."""
    name, key = project["name"], str(uuid.uuid4())
    taken = (*TOP.values(), "source", "environment", "vpcConfig", "fileSystemLocations")
    data = {k: copy.deepcopy(project[k]) for k in taken if project.get(k) is not None}
    override(data["source"], params, SOURCE)
    override(data["environment"], params, ENVIRONMENT)
    override(data, params, TOP)
    variables = {
        item["name"]: {"type": "PLAINTEXT"} | item
        for item in (
            *data["environment"].get("environmentVariables", []),
            *params.get("environmentVariablesOverride", []),
        )
    }
    data["environment"]["environmentVariables"] = list(variables.values())
    logs = params.get("logsConfigOverride") or project.get("logsConfig") or {}
    numbers = [b.data["buildNumber"] for b in aws.builds.values() if b.data["projectName"] == name]
    return data | {
        "id": f"{name}:{key}",
        "arn": f"arn:aws:codebuild:{region}:{ACCOUNT}:build/{name}:{key}",
        "projectName": name,
        "buildNumber": max(numbers, default=0) + 1,
        "initiator": "test",
        "logs": logs,
    }


def override(target: dict[str, Any], params: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """Put those parameters that are given in the place of a project's values."""
    target |= {names[name]: value for name, value in params.items() if name in names}


def begin(aws: State, data: dict[str, Any], project: Mapping[str, Any]) -> Build:
    """A build that is queued: what it will do is what the runner and the tests' rules say."""
    started = aws.now()
    env = {v["name"]: v["value"] for v in data["environment"]["environmentVariables"]}
    buildspec = data["source"].get("buildspec") or project["source"].get("buildspec") or ""
    agent_start = started + sum(SECONDS[name] for name in BEFORE_AGENT)
    request = identify(aws, Request(data, env, buildspec, agent_start, started))
    rule = aws.find_rule(request)
    made = refuse_source(data["source"])
    if made is None:
        made = replay(aws, request) if rule or not aws.runner else aws.runner(request)
    execution = None if isinstance(made, Outcome) else made
    outcome = make_outcome() if execution else made
    polls = aws.after_polls
    if rule:
        outcome = rule.change(outcome)
        polls = polls if rule.after_polls is None else rule.after_polls
    build = Build(data, started, outcome, polls, execution)
    aws.builds[build.id], aws.asked[build.id] = build, request
    settle(aws, build)
    return build


def refuse_source(source: Mapping[str, Any]) -> Outcome | None:
    """The end of a build whose source is not in its bucket; null where it is."""
    if source["type"] != "S3":
        return None
    bucket, _, key = source.get("location", "").partition("/")
    found = s3_backends[ACCOUNT]["aws"].buckets.get(bucket)
    if found is not None and (found.keys.get(key) is not None or key.endswith("/")):
        return None
    what = "NoSuchKey: The specified key does not exist." if found else "NoSuchBucket"
    made = make_outcome("FAILED", b"", "DOWNLOAD_SOURCE")
    phases = [
        Phase(each.name, "FAILED", each.seconds, ("CLIENT_ERROR", f"{what} for primary source"))
        if each.name == "DOWNLOAD_SOURCE"
        else each
        for each in made.phases
    ]
    return Outcome("FAILED", tuple(phases), b"[Container] Waiting for DOWNLOAD_SOURCE\n")


def settle(aws: State, build: Build) -> None:
    """Let what a build has done so far be seen: the time, in the end its images, its log."""
    if build.execution is None:
        aws.reach(build.started + build.elapsed)
    region = build.data["arn"].split(":")[3]
    if build.done and not build.stopped and build.outcome.images and not build.loaded:
        build.loaded = True
        try:
            env = aws.asked[build.id].env
            load_listing(env, build.outcome.images, build.outcome.shift, region)
        except RefusedError as error:
            refuse_push(build, str(error))
    if build.has_log:
        build.data["logs"] = describe_location(build.data, region)
        write_lines(build, region)


def refuse_push(build: Build, words: str) -> None:
    """Let a build's push fail, and with it the build."""
    log = build.outcome.log
    end = re.search(rb"(\[Container\] \S+ \S+ )Phase complete: BUILD State: ([^\n]*\n){2}", log)
    stamp = end[1].decode()
    said = (
        f"{words}\n\n"
        f"{stamp}Command did not exit successfully docker push exit status 1\n"
        f"{stamp}Phase complete: BUILD State: FAILED\n"
        f"{stamp}Phase context status code: COMMAND_EXECUTION_ERROR Message: Error while executing "
        "command: docker push. Reason: exit status 1\n"
    )
    log = log[: end.start()] + said.encode() + log[end.end() :]
    build.outcome = make_outcome("FAILED", log)
    build.lines, build.elapsed = time_lines(log), build.outcome.seconds


def add_finished(
    aws: State, project: str, started: float, outcome: Outcome, variables: Mapping[str, str]
) -> str:
    """The id of a build of a project that is over since long."""
    found = codebuild_backends[ACCOUNT][REGION].codebuild_projects[project].project_metadata
    given = [{"name": name, "value": value} for name, value in variables.items()]
    data = describe_build(aws, found, {"environmentVariablesOverride": given}, REGION)
    build = Build(data, started, outcome)
    build.elapsed, build.loaded = outcome.seconds, True
    aws.builds[build.id] = build
    settle(aws, build)
    return build.id
