"""A buildspec of the user's own on CodeBuild: its images, its source, what it may and may not."""

import io
import json
import os
import subprocess
import zipfile

import pytest
from aws import ACCOUNT
from aws.guard import read_policy
from aws.world import make_role
from clouds import run
from moto.s3.models import s3_backends

from analysis.codebuild.own_buildspec import list_grants
from analysis.codebuild.own_images import OWN_IMAGES, RENAME, list_own
from analysis.errors import AccountError, SettingError
from analysis.records import read_experiment
from analysis.workload import parse_buildspec

pytest_plugins = ["aws.fixtures"]

HOST = "$AWS_ACCOUNT_ID.dkr.ecr.$AWS_DEFAULT_REGION.amazonaws.com"
SPEC = f"""\
version: 0.2
env:
  variables: {{REPO: team/app, IMAGE_TAG: v1}}
  parameter-store: {{KEY: /team/key}}
  secrets-manager: {{TOKEN: "team/token:value"}}
batch:
  build-list:
    - identifier: small
      env: {{variables: {{NAME: small}}}}
phases:
  pre_build:
    commands:
      - aws ecr get-login-password | docker login --username AWS --password-stdin {HOST}
  build:
    commands:
      - ./scripts/check.sh
      - docker build -t {HOST}/$REPO:$IMAGE_TAG -t {HOST}/team/$NAME:1 app
  post_build:
    commands:
      - docker push {HOST}/$REPO:$IMAGE_TAG
      - docker push {HOST}/team/$NAME:1
"""
GRANTED = {
    "Sid": "Own",
    "Effect": "Allow",
    "Action": ["ssm:GetParameters", "secretsmanager:GetSecretValue"],
    "Resource": ["*"],
}


@pytest.fixture
def own(tmp_path):
    """Writes a project with a buildspec; the settings of an experiment with it."""
    folder = tmp_path / "project"
    (folder / "app").mkdir(parents=True)
    (folder / "app" / "Dockerfile").write_text("FROM scratch\nCOPY a.py /\n")
    (folder / "app" / "a.py").write_text("a = 1\n")
    (folder / "scripts").mkdir()
    (folder / "scripts" / "check.sh").write_text("#!/bin/sh\n")
    (folder / "scripts" / "check.sh").chmod(0o755)
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "big.js").write_text("1\n")

    def write(text=SPEC, **more):
        (folder / "buildspec.yml").write_text(text)
        return {"buildspec": folder / "buildspec.yml", "context": folder / "app"} | more

    return write


def grant(aws, *actions):
    """Let the role of the builds do more."""
    policy = read_policy("build")
    more = GRANTED | {"Action": [*GRANTED["Action"], *actions]}
    make_role(aws.client, policy | {"Statement": [*policy["Statement"], more]})


def test_each_sequence_pushes_to_repositories_of_its_own(aws, world, own, tmp_path):
    grant(aws)
    lines = []
    settings = own(batch_build="small", env={"PLAIN": "yes"})
    run(
        tmp_path / "out",
        ["docker", "registry-cache-push"],
        ["cold", "source"],
        lines=lines,
        **settings,
    )
    found = read_experiment(tmp_path / "out")
    assert len(found.runs) == 4 and found.runs["invalid_reason"].dropna().tolist() == []
    made = json.loads((tmp_path / "out" / "experiment.json").read_text())["id"]
    asked = {request.env[OWN_IMAGES] for request in aws.asked.values()}
    prefix = world["ECR_REPOSITORY_URL"]
    assert asked == {
        f"ecr:team/app {prefix}/team/app/{made}-{name}-01 "
        f"ecr:team/small {prefix}/team/small/{made}-{name}-01"
        for name in ("docker", "registry-cache-push")
    }
    request = next(iter(aws.asked.values()))
    kept = {"NAME": "small", "PLAIN": "yes", "AWS_ACCOUNT_ID": ACCOUNT, "EXPERIMENT_ID": made}
    assert kept.items() <= request.env.items() and "IMAGE_TAG" not in request.env
    spec = parse_buildspec(request.buildspec)
    assert spec.parameters == {"KEY": "/team/key"} and spec.secrets == {"TOKEN": "team/token:value"}
    left = aws.client("ecr").describe_repositories()["repositories"]
    assert not any("team" in each["repositoryName"] for each in left)
    assert (tmp_path / "out" / "strategies" / "registry-cache-push.diff").read_text()
    assert not any("runtime-versions" in line for line in lines)


def test_the_source_is_the_project_with_the_context_of_its_commit(aws, world, own, tmp_path):
    grant(aws)
    run(tmp_path / "out", ["docker"], ["cold", "source"], lines=[], **own(batch_build="small"))
    sources = [request.data["source"]["location"] for request in aws.asked.values()]
    texts = []
    for location in sources:
        bucket, _, key = location.partition("/")
        data = s3_backends[ACCOUNT]["aws"].buckets[bucket].keys[key].value
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            texts.append(archive.read("app/a.py"))
            assert archive.getinfo("scripts/check.sh").external_attr >> 16 & 0o111
        assert names == {"app/Dockerfile", "app/a.py", "buildspec.yml", "scripts/check.sh"}
    assert texts[0] != texts[1]


def test_what_its_builds_must_be_granted_is_told_before_one_is_paid(aws, world, own, tmp_path):
    with pytest.raises(AccountError) as caught:
        run(tmp_path / "out", ["docker"], ["cold"], lines=[], **own(batch_build="small"))
    told = str(caught.value)
    assert "ssm:GetParameters (env/parameter-store: /team/key)" in told
    assert "secretsmanager:GetSecretValue (env/secrets-manager: team/token:value)" in told
    assert "build_parameters" in told and not aws.asked
    text = SPEC.replace(
        "      - ./scripts",
        "      - aws ecr describe-images --repository-name $REPO\n"
        "      - aws ssm get-parameter --name x\n      - ./scripts",
    )
    grant(aws)
    lines = []
    with pytest.raises(
        AccountError, match=r"ecr:DescribeImages \(line \d+: aws ecr describe-images"
    ):
        run(tmp_path / "out", ["docker"], ["cold"], lines=lines, **own(text, batch_build="small"))
    assert any("may lack ssm:GetParameter (line" in line for line in lines)
    grant(aws, "ecr:DescribeImages", "ssm:GetParameter")
    run(tmp_path / "out", ["docker"], ["cold"], lines=[], **own(text, batch_build="small"))
    assert len(aws.asked) == 1


REFUSED = {
    "aws ecs update-service (line": SPEC + "      - aws ecs update-service --service a\n",
    "aws s3 cp (line": SPEC + "      - aws s3 cp a.json s3://bucket/a.json\n",
    "Compose or bake file": SPEC.replace("docker build", "docker buildx bake --push; docker build"),
    "that WHICH names": SPEC + f"      - docker push {HOST}/$WHICH\n",
    "no docker push": SPEC.replace("docker push", "echo"),
    "no repository of a registry": SPEC + "      - docker push app\n",
    "run-as: builder": SPEC.replace("batch:", "run-as: builder\nbatch:"),
    "env/shell: powershell.exe": SPEC.replace("env:\n  v", "env:\n  shell: powershell.exe\n  v"),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_would_reach_past_the_experiment_is_refused(aws, world, own, tmp_path, words):
    with pytest.raises(SettingError) as caught:
        run(
            tmp_path / "out",
            ["docker"],
            ["cold"],
            lines=[],
            **own(REFUSED[words], batch_build="small"),
        )
    assert words in str(caught.value) and not aws.asked


def test_repositories_are_told_by_path_whatever_registry_variables_name():
    spec = parse_buildspec(
        "version: 0.2\nphases: {build: {commands: ["
        "'REG=$(aws sts get-caller-identity).dkr.ecr.x.amazonaws.com', 'docker push $REG/a/b:1', "
        "'docker push ghcr.io/me/c', 'docker push me/d:2', 'docker push ${URI}']}}"
    )
    env = {"URI": "210987654321.dkr.ecr.eu-west-1.amazonaws.com/e:5"}
    assert list_own(spec, env) == {
        "ecr:a/b": "a/b", "ghcr.io/me/c": "me/c", "me/d": "me/d", "ecr:e": "e"
    }  # fmt: skip


def test_names_of_secrets_and_parameters_are_arns():
    spec = parse_buildspec(
        "version: 0.2\nenv: {parameter-store: {A: key}, secrets-manager: {B: 'x:k:s:v', "
        "C: 'arn:aws:secretsmanager:r:1:secret:y-123456:key'}}\nphases: {build: {commands: [a]}}"
    )
    assert [grant.resource for grant in list_grants(spec, "r:1", "aws", "")] == [
        "arn:aws:ssm:r:1:parameter/key",
        "arn:aws:secretsmanager:r:1:secret:x-AbCdEf",
        "arn:aws:secretsmanager:r:1:secret:y-123456",
    ]


FAKE = '#!/bin/sh\nprintf "%s|" "${0##*/}" "$@" >>"$CALLS"; echo >>"$CALLS"\n'
REG = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
OWN = "o.dkr.ecr.r.amazonaws.com/docker/a/b/x-docker-01"
RENAMED = {
    "docker tag app:1 REG/a/b:1": f"docker.own|tag|app:1|{OWN}:1|",
    "docker push REG/a/b": f"docker.own|push|{OWN}|",
    "docker push REG/a/bc": (
        "docker.own|push|REG/a/bc|"
    ),
    "docker build --cache-to type=registry,ref=REG/a/b:c,mode=max 'a b/c'": (
        f"docker.own|build|--cache-to|type=registry,ref={OWN}:c,mode=max|a b/c|"
    ),
    "docker push me/d:2": "docker.own|push|h/docker/me/d/x-docker-01:2|",
    "docker push ./me/d": "docker.own|push|./me/d|",
    "docker build --cache-to type=s3,bucket=b,prefix=b/,mode=max .": (
        "docker.own|build|--cache-to|type=s3,bucket=b,prefix=x-docker-01/,mode=max|.|"
    ),
    "aws ecr describe-images --repository-name a/b": (
        "aws.own|ecr|describe-images|--repository-name|docker/a/b/x-docker-01|"
    ),
    "aws ecr create-repository --repository-name=a/b": (
        "aws.own|ecr|create-repository|--repository-name=docker/a/b/x-docker-01|"
    ),
}  # fmt: skip


def test_commands_find_the_experiment_s_repositories_under_their_own_names(tmp_path):
    for name in ("docker", "aws"):
        (tmp_path / name).write_text(FAKE)
        (tmp_path / name).chmod(0o755)
    script = RENAME.replace("/tmp/own-images", str(tmp_path / "rules"))
    env = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        OWN_IMAGES: f"ecr:a/b {OWN} me/d h/docker/me/d/x-docker-01",
    }
    done = subprocess.run(
        ["sh", "-ec", "\n".join([script, script, *(line.replace("REG", REG) for line in RENAMED)])],
        env=env,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    calls = (tmp_path / "calls").read_text().splitlines()
    # the login of the experiment's own registry comes first, and is no part of the build
    assert {"aws|ecr|get-login-password|"} <= set(calls)
    assert calls[-len(RENAMED) :] == [line.replace("REG", REG) for line in RENAMED.values()]
