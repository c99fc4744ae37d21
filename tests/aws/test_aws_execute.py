"""StartBuild on the test AWS runs a buildspec in the lab: BuildKit, log pages and listing are real.

Only the name of a build's repository says which history it is of, as on AWS.
"""

import io
import zipfile

import pytest

from analysis.codebuild import add_record_probe, take_record, zip_context
from analysis.logs import read_logs
from analysis.workload import load_strategies
from aws.client import finish, list_images, read_text
from aws.execute import LabRunner, unpack
from aws.server import LocalAWS
from aws.state import Request

pytest_plugins = ["aws.fixtures"]


@pytest.fixture
def runner(aws, lab):
    aws.runner = LabRunner(lab)
    yield aws.runner
    aws.runner.close()


def build(aws: LocalAWS, world, strategy, context, project="CODEBUILD_PROJECT", **changes):
    """(the build when it is over, its log) of a context, in a history's own repository."""
    bucket, key = world["SOURCE_BUCKET"], f"{context.name}.zip"
    data = zip_context(context, "deploy")
    aws.client("s3").put_object(Bucket=bucket, Key=key, Body=data)
    url = f"{world['ECR_REPOSITORY_URL']}/{strategy}-01"
    text = add_record_probe(load_strategies()[strategy].buildspec.text)
    started = aws.client("codebuild").start_build(
        projectName=world[project],
        sourceTypeOverride="S3",
        sourceLocationOverride=f"{bucket}/{key}",
        environmentVariablesOverride=[{"name": "ECR_REPOSITORY_URL", "value": url}],
        **{"buildspecOverride": text} | changes,
    )["build"]
    over, aws.events_per_page = finish(aws, started), 20
    return over, read_text(aws, over)


def make_repository(aws, strategy):
    name = f"docker-cache/{strategy}-01"
    aws.client("ecr").create_repository(repositoryName=name)
    return name


def list_kinds(aws, name):
    """How many entries of each kind a repository has."""
    return list_images(aws, name)["kind"].value_counts().to_dict()


def cached_steps(log):
    steps = read_logs({"log": take_record(log).log}).steps
    layers = steps[steps["kind"] == "layer"]
    return (layers["status"] == "cached").sum(), len(layers)


def test_a_cache_in_the_registry_serves_the_next_build(aws, world, runner, context):
    name = make_repository(aws, "registry-cache")
    cold, log = build(aws, world, "registry-cache", context)
    assert cold["buildStatus"] == "SUCCEEDED", log.decode()
    assert cached_steps(log)[0] == 0
    assert take_record(log).records["builds"], log.decode()[-2000:]
    phases = {phase["phaseType"]: phase for phase in cold["phases"]}
    assert phases["BUILD"]["endTime"] <= cold["endTime"]
    assert list_kinds(aws, name) == {"image": 1, "cache": 1}
    again, log = build(aws, world, "registry-cache", context)
    cached, layers = cached_steps(log)
    assert again["buildStatus"] == "SUCCEEDED" and cached == layers > 0
    assert (again["startTime"] - cold["endTime"]).total_seconds() >= 0


def test_a_project_with_a_local_cache_keeps_its_host(aws, world, runner, context):
    make_repository(aws, "docker")
    project = "CODEBUILD_CACHE_PROJECT"
    for expected in (False, True):
        _, log = build(aws, world, "docker", context, project)
        cached, layers = cached_steps(log)
        assert (cached == layers > 0) == expected, log.decode()
    _, log = build(aws, world, "docker", context)
    assert cached_steps(log)[0] == 0


def test_a_build_that_fails_pushes_nothing(aws, world, runner, context):
    name = make_repository(aws, "docker")
    (context / "Dockerfile").write_text("FROM scratch\nCOPY nothing /\n")
    failed, log = build(aws, world, "docker", context)
    assert failed["buildStatus"] == "FAILED"
    assert b"Phase complete: BUILD State: FAILED" in log
    assert aws.client("ecr").describe_images(repositoryName=name)["imageDetails"] == []


def test_a_stopped_build_leaves_no_host(aws, world, runner, context, client):
    make_repository(aws, "docker")
    spec = "version: 0.2\nphases: {build: {commands: ['sleep 60']}}\n"
    codebuild = aws.client("codebuild")
    started = codebuild.start_build(projectName=world["CODEBUILD_PROJECT"], buildspecOverride=spec)[
        "build"
    ]
    running = runner.running[-1]
    while running.host is None and running.thread.is_alive():
        running.wait()
    stopped = codebuild.stop_build(id=started["id"])["build"]
    assert stopped["buildStatus"] == "STOPPED"
    running.thread.join(300)
    assert running.outcome.status == "STOPPED"
    assert not client.containers.list(
        filters={"id": running.host.container.id}, ignore_removed=True
    )


def test_a_source_is_unpacked_with_links_and_modes(aws, world, tmp_path):
    made = tmp_path / "made"
    made.mkdir()
    (made / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    (made / "run.sh").write_text("true\n")
    (made / "run.sh").chmod(0o755)
    (made / "link").symlink_to("run.sh")
    data = zip_context(made, "deploy")
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
    aws.client("s3").put_object(Bucket=world["SOURCE_BUCKET"], Key="a.zip", Body=data)
    source = {"type": "S3", "location": f"{world['SOURCE_BUCKET']}/a.zip"}
    unpack(Request({"source": source}, {}, "", 0.0, 0.0), tmp_path / "out")
    found = tmp_path / "out" / "deploy"
    assert (found / "link").readlink().as_posix() == "run.sh"
    assert (found / "run.sh").stat().st_mode & 0o777 == 0o755
    assert (found / "Dockerfile").read_text().startswith("FROM scratch")
