"""Rules where something else in the buildspec, its project or its buckets decides."""

import json

import pytest
from doctor_files import days, dockerfile, keep, policy, project, spec

R = "$ACCOUNT.dkr.ecr.$AWS_REGION.amazonaws.com/app"
CREATE = "docker buildx create --use"
CACHED = f"docker buildx build --push -t {R}:$TAG --cache-to type=registry,mode=max,ref={R}:cache ."
LOADED = f"docker buildx build --load -t {R}:1 ."
PUSHED = f"docker push {R}:1"
S3 = "docker buildx build --push -t a --cache-to type=s3,bucket=my-cache,region=r,name=app ."
PROJECT = """\
resource "aws_codebuild_project" "app" {
  name = "app"
  environment {
    type            = "LINUX_CONTAINER"
    privileged_mode = var.root
  }
  cache {
    type  = "LOCAL"
    modes = ["LOCAL_DOCKER_LAYER_CACHE"]
  }
}
variable "root" {
  default = false
}
"""
BUCKET = """\
resource "aws_s3_bucket" "cache" {
  bucket = "my-cache"
}
resource "aws_s3_bucket_lifecycle_configuration" "cache" {
  bucket = aws_s3_bucket.cache.id
  rule {
    id     = "old"
    status = "Enabled"
    expiration {
      days = 14
    }
  }
}
"""
STACK = """\
Resources:
  Cache:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: my-cache
      LifecycleConfiguration:
        Rules:
          - Status: Enabled
            ExpirationInDays: 14
"""
RULES = {"Rules": [{"Status": "Enabled", "Filter": {}, "Expiration": {"Days": 14}}]}
HOOK = {"type": "EVENT", "pattern": "PUSH"}
MAIN = {"type": "HEAD_REF", "pattern": "^refs/heads/main$"}
BUT_MAIN = MAIN | {"excludeMatchedPattern": True}
BUT = "      exclude_matched_pattern = true\n"
PIPELINE = {"projects": [{"name": "a", "environment": {"type": "LINUX_CONTAINER"}}]}
PIPELINE["projects"][0]["source"] = {"type": "CODEPIPELINE", "buildspec": "buildspec.yml"}
WEBHOOK = """\
resource "aws_codebuild_project" "app" {
  name = "app"
  source {
    type = "GITHUB"
  }
}
resource "aws_codebuild_webhook" "app" {
  project_name = aws_codebuild_project.app.name
  filter_group {
    filter {
      type    = "HEAD_REF"
      pattern = "^refs/heads/main$"
    }
  }
}
"""
STAGES = dockerfile(
    "FROM a AS run", "RUN x", "FROM run AS dev", "RUN --mount=type=cache,target=/c make"
)
PHASES = """\
version: 0.2
phases:
  install:
    commands:
      - {}
  pre_build:
    commands:
      - docker login -u $U -p $P
  build:
    commands:
      - docker buildx build --push -t a .
"""


def build(*commands, **files):
    return {"buildspec.yml": spec(CREATE, *commands), **files}


CASES = {
    "local-layer-cache": {
        "by the variable's default": (["main.tf:9"], {"main.tf": PROJECT}),
        "by terraform.tfvars": ([], {"main.tf": PROJECT, "terraform.tfvars": "root = true\n"}),
        "by a file that may be given": ([], {"main.tf": PROJECT, "prod.tfvars": "root = true\n"}),
    },
    "builder-from-docker-hub": {
        "a login before the first build": ([], {"buildspec.yml": PHASES.format(CREATE)}),
        "booted before the login": (
            ["buildspec.yml:5"],
            {"buildspec.yml": PHASES.format(f"{CREATE} --bootstrap")},
        ),
        "inspected before the login": (
            ["buildspec.yml:5"],
            {"buildspec.yml": PHASES.format(f"{CREATE} && docker buildx inspect --bootstrap")},
        ),
        "the old login to ECR": (
            ["buildspec.yml:6"],
            {"buildspec.yml": spec("$(aws ecr get-login --no-include-email)", CREATE)},
        ),
        "a login somewhere": (
            [],
            {"buildspec.yml": spec("docker login -u $U --password-stdin $HUB", CREATE)},
        ),
        "a user of Docker Hub's": (
            [],
            {"buildspec.yml": spec("docker login -u $DOCKERHUB_USER -p $P registry.x.io", CREATE)},
        ),
        "a user of GitHub's": (
            ["buildspec.yml:6"],
            {"buildspec.yml": spec("docker login -u $GITHUB_USER -p $P ghcr.io", CREATE)},
        ),
        "logins in a file": (
            [],
            {"buildspec.yml": spec("echo $AUTH >~/.docker/config.json", CREATE)},
        ),
        "a mirror": (
            [],
            {"buildspec.yml": spec("cp mirror.json /etc/docker/daemon.json", CREATE)},
        ),
    },
    "load-before-push": {
        "all tags pushed": (["buildspec.yml:6"], build(LOADED, f"docker push -a {R}")),
        "a builder by its variable": (
            ["buildspec.yml:7"],
            {
                "buildspec.yml": spec(
                    "docker buildx create --name b", "export BUILDX_BUILDER=b", LOADED, PUSHED
                )
            },
        ),
        "written to a file": (
            [],
            build(f"docker buildx build -o type=docker,dest=i.tar -t {R}:1 .", PUSHED),
        ),
        "a script in between": ([], build(LOADED, "make test", PUSHED)),
        "compose in between": ([], build(LOADED, "docker compose up -d", PUSHED)),
    },
    "index-cache-on-ecr": {
        "an old BuildKit": (
            ["buildspec.yml:6"],
            {
                "buildspec.yml": spec(
                    f"{CREATE} --driver-opt image=moby/buildkit:v0.12.5-rootless", CACHED
                )
            },
        ),
        "a new BuildKit": (
            [],
            {"buildspec.yml": spec(f"{CREATE} --driver-opt image=moby/buildkit:v0.21.0", CACHED)},
        ),
        "over dual stack": (
            ["buildspec.yml:5"],
            {
                "buildspec.yml": spec(
                    "docker buildx build . --cache-to type=registry,image-manifest=false,"
                    "ref=1.dkr-ecr.eu-west-1.on.aws/a:c"
                )
            },
        ),
    },
    "s3-cache-without-expiry": {
        "a rule in force": ([], build(S3, **{"main.tf": BUCKET})),
        "a rule that is off": (
            ["buildspec.yml:6"],
            build(S3, **{"main.tf": BUCKET.replace("Enabled", "Disabled")}),
        ),
        "a stack's": ([], build(S3, **{"stack.yml": STACK})),
        "a stack's that is off": (
            ["buildspec.yml:6"],
            build(S3, **{"stack.yml": STACK.replace("Enabled", "Disabled")}),
        ),
        "as the command line prints": ([], build(S3, **{"rules.json": json.dumps(RULES)})),
    },
    "mounts-not-kept": {
        "in a stage that no build needs": (
            [],
            {"Dockerfile": STAGES, "buildspec.yml": spec("docker build --target run -t a .")},
        ),
        "in a stage that one needs": (
            ["Dockerfile:4"],
            {"Dockerfile": STAGES, "buildspec.yml": spec("docker build --target dev -t a .")},
        ),
    },
    "shared-cache-reference": {
        "a branch in the repository": ([], build(CACHED.replace("/app:cache", "/$BRANCH:cache"))),
        "all of it a variable": ([], build(CACHED.replace(f"ref={R}:cache", "ref=$CACHE"))),
        "exported by main alone": (
            [],
            build(f'if [ "$CODEBUILD_WEBHOOK_HEAD_REF" = refs/heads/main ]; then\n  {CACHED}\nfi'),
        ),
        "a webhook of main's": (
            [],
            build(CACHED, **{"p.json": project(webhook={"filterGroups": [[HOOK, MAIN]]})}),
        ),
        "a webhook of several": (
            ["buildspec.yml:6"],
            build(CACHED, **{"p.json": project(webhook={"filterGroups": [[HOOK, MAIN], [HOOK]]})}),
        ),
        "a webhook of all but main": (
            ["buildspec.yml:6"],
            build(CACHED, **{"p.json": project(webhook={"filterGroups": [[HOOK, BUT_MAIN]]})}),
        ),
        "a webhook of branches below one name": (
            ["buildspec.yml:6"],
            build(CACHED, **{"main.tf": WEBHOOK.replace("main$", "feature/")}),
        ),
        "a webhook of all but main in Terraform": (
            ["buildspec.yml:6"],
            build(CACHED, **{"main.tf": WEBHOOK.replace("      pattern", BUT + "      pattern")}),
        ),
        "a webhook of main's in Terraform": ([], build(CACHED, **{"main.tf": WEBHOOK})),
        "a pipeline's": ([], build(CACHED, **{"p.json": json.dumps(PIPELINE)})),
    },
    "context-without-ignore": {
        "a folder in which packages are installed": (
            ["docker/Dockerfile:2"],
            {
                "docker/Dockerfile": dockerfile("FROM node:22", "COPY app/ ."),
                "app/": "",
                "buildspec.yml": spec(
                    "cd app && npm install && cd ..", "docker build -f docker/Dockerfile -t a ."
                ),
                ".dockerignore": "node_modules\n",
            },
        ),
        "left out in any folder": (
            [],
            {
                "docker/Dockerfile": dockerfile("FROM node:22", "COPY app/ ."),
                "app/": "",
                "buildspec.yml": spec(
                    "cd app && npm install && cd ..", "docker build -f docker/Dockerfile -t a ."
                ),
                ".dockerignore": "**/node_modules\n",
            },
        ),
        "another folder": (
            [],
            {
                "Dockerfile": dockerfile("FROM node:22", "COPY app/src app/src"),
                "app/src/": "",
                "buildspec.yml": spec("cd app && npm ci && cd ..", "docker build -t a ."),
            },
        ),
    },
    "attestations-counted": {
        "a list of packages": (
            ["buildspec.yml:6"],
            build(
                f"docker buildx build --push --provenance=false --sbom=true -t {R}:1 .",
                **{"policy.json": policy(keep(9))},
            ),
        ),
        "named by --output": (
            ["buildspec.yml:6"],
            build(
                f"docker buildx build --output type=image,push=true,name={R}:1 .",
                **{"policy.json": policy(keep(9))},
            ),
        ),
        "untagged ones go first": ([], build(CACHED, **{"p.json": policy(days(1), keep(9))})),
    },
}


@pytest.mark.parametrize(
    ("rule", "name"), [(rule, name) for rule, cases in CASES.items() for name in cases]
)
def test_a_rule_heeds_what_stands_around(rule, name, find):
    places, files = CASES[rule][name]
    assert find(rule, files) == places
