"""Rules on caches: hits and near misses, each in files of its own."""

import pytest
from doctor_files import LOGIN, dockerfile, spec

R = "$REGISTRY/app"
INLINE = "--build-arg BUILDKIT_INLINE_CACHE=1"
COMPOSE = """\
services:
  web:
    image: r/app:latest
    build:
      context: .
      cache_from:
        - r/app:latest
"""
BAKE = """\
target "app" {
  tags = ["r/app:latest"]
  cache-from = ["r/app:latest"]
}
"""
STAGES = dockerfile("FROM a AS build", "RUN make", "FROM b", "COPY --from=build /x /x")
BASES = dockerfile("FROM a AS base", "RUN make", "FROM base", "RUN more")
CACHED = f"docker buildx build --cache-to type=registry,ref={R}:cache"

CACHE_FROM = {
    "the tag that is pushed": (
        ["buildspec.yml:5"],
        {"buildspec.yml": spec(f"docker build --cache-from {R}:latest -t {R}:latest .")},
    ),
    "written as type=registry": (
        ["buildspec.yml:5"],
        {"buildspec.yml": spec(f"docker build --cache-from type=registry,ref={R}:a -t {R}:b .")},
    ),
    "pushed by way of docker tag": (
        ["buildspec.yml:5"],
        {
            "buildspec.yml": spec(
                f"docker build --cache-from={R}:latest -t app .",
                f"docker tag app:latest {R}:latest",
                f"docker push {R}:latest",
            )
        },
    ),
    "in a block, behind a variable and a continued line": (
        ["buildspec.yml:7"],
        {
            "buildspec.yml": spec(
                f'IMAGE="{R}"\nif true; then docker build \\\n  --cache-from "$IMAGE:latest" \\\n'
                '  --tag "${IMAGE}:latest" . ; fi'
            )
        },
    ),
    "in a variable that one branch sets": (
        ["buildspec.yml:12"],
        {
            "buildspec.yml": spec(
                f'LAST=$(aws ecr describe-images --query "a[-1] | [0]" 2>/dev/null)\n'
                f'if [ -n "$LAST" ]; then\n  export FROM="--cache-from {R}:$LAST"\nelse\n'
                '  export FROM=""\nfi',
                f"docker build $FROM -t {R}:$TAG .",
            )
        },
    ),
    "in compose": (["compose.yml:6"], {"compose.yml": COMPOSE}),
    "in bake": (["docker-bake.hcl:3"], {"docker-bake.hcl": BAKE}),
    "with inline metadata by its argument": (
        [],
        {"buildspec.yml": spec(f"docker build {INLINE} --cache-from {R} -t {R}:latest .")},
    ),
    "with inline metadata by --cache-to": (
        [],
        {
            "buildspec.yml": spec(
                f"docker buildx build --cache-to type=inline --cache-from {R}:x -t {R}:x ."
            )
        },
    ),
    "of a cache that is exported": (
        [],
        {
            "buildspec.yml": spec(
                f"{CACHED},mode=max --cache-from type=registry,ref={R}:cache -t {R}:x ."
            )
        },
    ),
    "with the legacy builder": (
        [],
        {
            "buildspec.yml": spec(
                f"docker build --cache-from {R}:x -t {R}:x .", variables={"DOCKER_BUILDKIT": '"0"'}
            )
        },
    ),
    "of an image that another project makes": (
        [],
        {"buildspec.yml": spec("docker build --cache-from other/base:1 -t app .")},
    ),
    "of a stage that is pushed with metadata": (
        [],
        {
            "buildspec.yml": spec(
                f"docker build {INLINE} --target build --cache-from {R}:build -t {R}:build .",
                f"docker build {INLINE} --cache-from {R}:build --cache-from {R}:x -t {R}:x .",
            )
        },
    ),
    "in compose with metadata": (
        [],
        {"compose.yml": COMPOSE + "      args:\n        BUILDKIT_INLINE_CACHE: 1\n"},
    ),
}
NO_CACHE = {
    "docker build": (
        ["buildspec.yml:5"],
        {"buildspec.yml": spec("docker build --no-cache -t a .")},
    ),
    "buildx": (["buildspec.yml:5"], {"buildspec.yml": spec("docker buildx build . --no-cache")}),
    "compose": (["buildspec.yml:5"], {"buildspec.yml": spec("docker-compose build --no-cache")}),
    "compose with a file": (
        ["buildspec.yml:5"],
        {"buildspec.yml": spec("docker compose -f a.yml build --no-cache --pull web")},
    ),
    "bake": (["buildspec.yml:5"], {"buildspec.yml": spec("docker buildx bake --no-cache app")}),
    "behind cd and a pipe": (
        ["buildspec.yml:6"],
        {"buildspec.yml": spec("echo a", "cd api && docker build --no-cache . 2>&1 | tee log")},
    ),
    "in a compose file": (
        ["compose.yml:5"],
        {"compose.yml": "services:\n  a:\n    build:\n      context: .\n      no_cache: true\n"},
    ),
    "in a bake file": (
        ["docker-bake.hcl:2"],
        {"docker-bake.hcl": 'target "a" {\n  no-cache = true\n}\n'},
    ),
    "apk's own": ([], {"Dockerfile": "FROM alpine\nRUN apk add --no-cache curl=8\n"}),
    "false": ([], {"buildspec.yml": spec("docker build --no-cache=false .")}),
    "in a comment": ([], {"buildspec.yml": spec("docker build . # --no-cache")}),
    "in an echo": ([], {"buildspec.yml": spec('echo "docker build --no-cache ."')}),
    "of pip": ([], {"buildspec.yml": spec("pip install --no-cache-dir x", "docker build .")}),
    "filtered by stage": ([], {"buildspec.yml": spec("docker build --no-cache-filter test .")}),
}
PLAIN = "FROM alpine\nCMD x\n"
PULLS = {
    "for a --cache-from without metadata": (
        ["buildspec.yml:5"],
        {
            "buildspec.yml": spec(
                f"docker pull {R}:latest || true",
                f"docker build --cache-from {R}:latest -t {R}:latest .",
                f"docker push {R}:latest",
            )
        },
    ),
    "for a build that does not name it": (
        ["buildspec.yml:5"],
        {
            "Dockerfile": PLAIN,
            "buildspec.yml": spec(f"docker pull {R}:latest", f"docker build -t {R}:latest ."),
        },
    ),
    "of what is built next, by a file that is not here": (
        ["buildspec.yml:5"],
        {"buildspec.yml": spec(f"docker pull {R}:1", f"docker build -t {R}:1 .", "./deploy.sh")},
    ),
    "for a --cache-from with metadata": (
        [],
        {
            "buildspec.yml": spec(
                f"docker pull {R}:x", f"docker build {INLINE} --cache-from {R}:x -t {R}:x ."
            )
        },
    ),
    "with the legacy builder": (
        [],
        {
            "buildspec.yml": spec(
                f"docker pull {R}:x",
                f"DOCKER_BUILDKIT=0 docker build --cache-from {R}:x -t {R}:x .",
            )
        },
    ),
    "that is run": (
        [],
        {
            "Dockerfile": PLAIN,
            "buildspec.yml": spec("docker pull a/lint:1", "docker run a/lint:1", "docker build ."),
        },
    ),
    "that is tagged": (
        [],
        {"buildspec.yml": spec("docker pull a/b:1", "docker tag a/b:1 c:2", "docker push c:2")},
    ),
    "of a base image": (
        [],
        {
            "Dockerfile": "FROM node:20\n",
            "buildspec.yml": spec("docker pull node:20", "docker build -t a ."),
        },
    ),
    "of a base image, named by an argument": (
        [],
        {
            "Dockerfile": "ARG BASE\nFROM $BASE\n",
            "buildspec.yml": spec("docker pull n:1", "docker build --build-arg BASE=n:1 -t a ."),
        },
    ),
    "before a script": (
        [],
        {
            "Dockerfile": PLAIN,
            "buildspec.yml": spec("docker pull postgres:16", "./test.sh", "docker build -t a ."),
        },
    ),
    "with no build that is known": ([], {"buildspec.yml": spec("docker pull a/b:1")}),
    "of compose": ([], {"buildspec.yml": spec("docker compose pull")}),
}
MODES = {
    "mode=min": (
        ["buildspec.yml:5"],
        {"Dockerfile": STAGES, "buildspec.yml": spec(f"{CACHED},mode=min .")},
    ),
    "no mode": (["buildspec.yml:5"], {"Dockerfile": STAGES, "buildspec.yml": spec(f"{CACHED} .")}),
    "to S3": (
        ["buildspec.yml:5"],
        {
            "Dockerfile": STAGES,
            "buildspec.yml": spec("docker buildx build --cache-to type=s3,bucket=b,name=$N ."),
        },
    ),
    "of another file": (
        ["buildspec.yml:5"],
        {
            "docker/Dockerfile.prod": STAGES,
            "buildspec.yml": spec(f"{CACHED} -f docker/Dockerfile.prod ."),
        },
    ),
    "inline": (
        ["buildspec.yml:5"],
        {"Dockerfile": STAGES, "buildspec.yml": spec(f"docker build {INLINE} -t a .")},
    ),
    "in bake": (
        ["docker-bake.hcl:2"],
        {
            "Dockerfile": STAGES,
            "docker-bake.hcl": 'target "a" {\n  cache-to = ["type=registry,ref=r/a:c"]\n}\n',
        },
    ),
    "mode=max": ([], {"Dockerfile": STAGES, "buildspec.yml": spec(f"{CACHED},mode=max .")}),
    "one stage": ([], {"Dockerfile": PLAIN, "buildspec.yml": spec(f"{CACHED},mode=min .")}),
    "stages that build on each other": (
        [],
        {"Dockerfile": BASES, "buildspec.yml": spec(f"{CACHED},mode=min .")},
    ),
    "a target that needs no other": (
        [],
        {"Dockerfile": STAGES, "buildspec.yml": spec(f"{CACHED} --target build .")},
    ),
    "an unknown Dockerfile": ([], {"buildspec.yml": spec(f"{CACHED},mode=min .")}),
    "inline, each stage pushed": (
        [],
        {
            "Dockerfile": STAGES,
            "buildspec.yml": spec(
                f"docker build {INLINE} --target build -t {R}:build .",
                f"docker build {INLINE} -t {R}:x .",
            ),
        },
    ),
}
INDEXES = {
    "on ECR by its name": (
        ["buildspec.yml:5"],
        {
            "buildspec.yml": spec(
                "docker buildx build --cache-to type=registry,image-manifest=false,mode=max,"
                "ref=1.dkr.ecr.eu-west-1.amazonaws.com/a:c ."
            )
        },
    ),
    "on ECR by its login": (
        ["buildspec.yml:6"],
        {"buildspec.yml": spec(LOGIN, f"{CACHED},image-manifest=false .")},
    ),
    "in bake": (
        ["docker-bake.hcl:2"],
        {
            "docker-bake.hcl": 'target "a" {\n  cache-to = ["type=registry,image-manifest=false,'
            'ref=1.dkr.ecr.us-east-1.amazonaws.com/a:c"]\n}\n'
        },
    ),
    "true": ([], {"buildspec.yml": spec(LOGIN, f"{CACHED},image-manifest=true .")}),
    "not said": ([], {"buildspec.yml": spec(LOGIN, f"{CACHED} .")}),
    "elsewhere": (
        [],
        {
            "buildspec.yml": spec(
                LOGIN,
                "docker buildx build . "
                "--cache-to type=registry,image-manifest=false,ref=ghcr.io/a/b:c",
            )
        },
    ),
    "by the old login": (
        ["buildspec.yml:6"],
        {
            "buildspec.yml": spec(
                "$(aws ecr get-login --no-include-email)", f"{CACHED},image-manifest=false ."
            )
        },
    ),
    "inline": ([], {"buildspec.yml": spec(LOGIN, "docker build --cache-to type=inline .")}),
    "to S3": (
        [],
        {
            "buildspec.yml": spec(
                LOGIN, "docker buildx build --cache-to type=s3,bucket=b,region=r ."
            )
        },
    ),
    "nobody logs in": ([], {"buildspec.yml": spec(f"{CACHED},image-manifest=false .")}),
}
TABLE = {
    "cache-from-without-metadata": CACHE_FROM,
    "no-cache": NO_CACHE,
    "pull-unused": PULLS,
    "min-with-stages": MODES,
    "index-cache-on-ecr": INDEXES,
}


@pytest.mark.parametrize(
    ("rule", "name"), [(rule, name) for rule, cases in TABLE.items() for name in cases]
)
def test_a_rule_finds_what_it_is_about_and_nothing_else(rule, name, find):
    places, files = TABLE[rule][name]
    assert find(rule, files) == places
