"""Strategies that are built by name: their commands, run by a shell with a docker that notes."""

import os
import re
import subprocess

import pytest

from analysis.errors import BuildspecError
from analysis.workload import (
    BuildOptions,
    apply_options,
    load_strategies,
    parse_buildspec,
    read_secret,
)
from analysis.workload.folder_cache import FolderCache, read_folder_cache

NAMES = [
    "base-pull-through",
    "cache-mounts",
    "docker-29",
    "folder-cache",
    "pull-cache-from",
    "pull-cache-from-inline",
    "registry-cache-branches",
    "registry-cache-main",
    "registry-cache-mirror",
    "registry-cache-prebaked",
    "registry-cache-zstd",
    "two-stage-inline",
]
DOCKERFILE = """\
ARG IMAGE=public.ecr.aws/docker/library/python:3
FROM $IMAGE AS Tools
RUN --mount=type=cache,target=/var/cache/pip/ pip install a
RUN --mount=target=/go/pkg,type=cache,id=go --mount=type=cache,id=$UID,dst=/x go build
FROM public.ecr.aws/docker/library/debian:12 AS run
COPY --from=tools /x /x
"""
# notes each call, a line a call, its words with | between; where PULLS says no, a pull fails
FAKE = """\
#!/bin/sh
printf '%s|' docker "$@" | sed 's/|$//;s/$/\\n/' >>"$CALLS"
[ "$1 $PULLS" != "pull no" ]
"""


@pytest.fixture
def call(tmp_path):
    """(docker's calls, folder) of a strategy's own commands."""

    def run(name, options=None, dockerfile=DOCKERFILE, **variables):
        options = options or BuildOptions()
        folder = tmp_path / f"{name}-{len(list(tmp_path.iterdir()))}"
        path = folder / "deploy" / options.dockerfile
        path.parent.mkdir(parents=True)
        path.write_text(dockerfile)
        (folder / "docker").write_text(FAKE)
        (folder / "docker").chmod(0o755)
        spec = apply_options(load_strategies()[name], options).buildspec
        phases = [phase for phase in spec.phases if phase.name != "install"]
        commands = [each for phase in phases for each in phase.commands]
        # what lies elsewhere on a host lies in the test's folder
        script = "\n".join(commands).replace("/tmp/mounts", f"{folder}/mounts")
        script = script.replace("/opt/docker-layers", f"{folder}/layers")
        given = {"ECR_REPOSITORY_URL": "r/app", "COMMIT": "c0ffee", **variables}
        path = f"{folder}:{os.environ['PATH']}"
        env = {"PATH": path, "CALLS": f"{folder}/calls", **spec.variables, **given}
        done = subprocess.run(["sh", "-c", script], cwd=folder, env=env, capture_output=True)
        assert done.returncode == 0 or name == "folder-cache", done.stderr
        calls = (folder / "calls").read_text().splitlines()
        return [line.split("|")[1:] for line in calls], folder

    return run


def find_build(calls, kind="build"):
    """The words of the image's own build."""
    (found,) = [c for c in calls if kind in c[:2] and "r/app:latest" in c and c[0] != "push"]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_each_is_opt_in_and_pushes_latest_and_a_commit_s_tag(name, call):
    strategy = load_strategies()[name]
    assert not strategy.by_default
    calls, _ = call(name, PULL_THROUGH_URL="p/ecr-public")
    pushed = {each[1] for each in calls if each[0] == "push"}
    build = find_build(calls)
    if "--push" in build:
        pushed |= {build[at + 1] for at, word in enumerate(build) if word == "--tag"}
    assert {"r/app:latest", "r/app:c0ffee"} <= {each for each in pushed if each != "--quiet"}


def test_the_usual_strategies_are_those_there_were():
    usual = [name for name, each in load_strategies().items() if each.by_default]
    assert len(usual) == 18 and not set(usual) & set(NAMES)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("base-pull-through",)])
def test_a_project_s_own_builds_are_tagged_by_their_source_s_version(name, call):
    version = "0123456789abcdef"
    calls, _ = call(name, COMMIT="", CODEBUILD_RESOLVED_SOURCE_VERSION=version)
    assert any("r/app:0123456789ab" in each for each in calls)


def test_the_placebo_names_a_cache_and_no_metadata(call):
    placebo, _ = call("pull-cache-from")
    inline, _ = call("pull-cache-from-inline")
    for calls in (placebo, inline):
        assert calls[-4][:1] == ["pull"]
        assert "--cache-from" in find_build(calls)
    assert "BUILDKIT_INLINE_CACHE=1" in find_build(inline)
    assert not any("INLINE" in word or "--cache-to" in word for each in placebo for word in each)


def test_a_build_stage_is_pushed_as_an_image_of_its_own(call):
    calls, _ = call("two-stage-inline")
    first, push, whole = calls[-5:-2]
    assert first[:3] == ["build", "--target", "Tools"] and push == ["push", "r/app:build"]
    assert [whole[at + 1] for at, w in enumerate(whole) if w == "--cache-from"] == [
        "r/app:build",
        "r/app:latest",
    ]
    assert all("BUILDKIT_INLINE_CACHE=1" in each for each in (first, whole))


STAGES = """\
FROM nowhere AS dev
RUN false
FROM golang AS base
FROM base AS build
FROM node:22 as assets
FROM --platform=linux/amd64 debian
RUN --mount=type=bind,from=Build,target=/x COPY /x /y
FROM debian AS prod
COPY --from=assets /a /b
FROM dev
"""
WANTED = {"": "dev", "prod": "assets", "4": "base", "dev": "dev", "build": "base"}


@pytest.mark.parametrize("target", WANTED)
def test_the_stage_that_is_pushed_is_one_that_the_image_needs(target, call):
    text = STAGES.replace("\n", "\r\n")
    calls, _ = call("two-stage-inline", BuildOptions(target=target), text)
    assert calls[-5][:3] == ["build", "--target", WANTED[target]]


IN_FOLDER = BuildOptions(
    "docker/Dockerfile.prod", "run", {"A": "1"}, (read_secret("TOKEN"),), "linux/arm64"
)
TOLD = ["--target", "--build-arg", "--secret", "--platform"]


@pytest.mark.parametrize("name", NAMES)
def test_each_reads_and_builds_the_dockerfile_that_was_chosen(name, call):
    calls, folder = call(name, IN_FOLDER, PULL_THROUGH_URL="p/ecr-public")
    build = find_build(calls)
    assert build[build.index("--file") + 1] == "./deploy//docker/Dockerfile.prod"
    assert set(TOLD) <= set(build)
    assert not (folder / "deploy" / "Dockerfile").exists()
    if name == "cache-mounts":
        assert "--mount=type=cache,target=/var/cache/pip" in (folder / "mounts/restore").read_text()
    if name == "base-pull-through":
        chosen = (folder / "deploy" / IN_FOLDER.dockerfile).read_text()
        assert chosen.count("p/ecr-public/docker/library") == 2


def test_what_strategies_read_of_a_dockerfile_they_find_by_its_variable():
    for name, strategy in load_strategies().items():
        found = [c for c in strategy.buildspec.commands if re.search(r"/Dockerfile\b", c)]
        assert not found, name


def list_refs(call, name, **variables):
    """(imported, exported) references of a build."""
    calls, _ = call(name, **variables)
    build = find_build(calls)
    options = dict.fromkeys(["--cache-from", "--cache-to"], ())
    for at, word in enumerate(build):
        if word in options:
            options[word] += (build[at + 1].partition("ref=r/app:")[2],)
    return options["--cache-from"], options["--cache-to"]


BRANCHES = {
    "main": ({"BRANCH": "main"}, ("cache-main",), ("cache-main",)),
    "a branch": ({"BRANCH": "feature"}, ("cache-feature", "cache-main"), ("cache-feature",)),
    "no branch": ({}, ("cache-main",), ("cache-main",)),
    "another main": (
        {"BRANCH": "x", "MAIN_BRANCH": "trunk"},
        ("cache-x", "cache-trunk"),
        ("cache-x",),
    ),
    "of a webhook, with signs": (
        {"CODEBUILD_WEBHOOK_HEAD_REF": "refs/heads/fix/Ünïcode #7"},
        ("cache-fix-", "cache-main"),
        ("cache-fix-",),
    ),
}


@pytest.mark.parametrize("name", BRANCHES)
def test_a_branch_has_its_own_reference_and_falls_back_to_main_s(name, call):
    given, imported, exported = BRANCHES[name]
    found = list_refs(call, "registry-cache-branches", **given)
    assert len(found[0]) == len(imported) and len(found[1]) == 1
    assert all(ref.startswith(begin) for ref, begin in zip(found[0], imported, strict=True))
    assert found[1][0].startswith(exported[0])
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]{1,128}", ref) for ref in found[0] + found[1])


def test_main_alone_exports(call):
    assert list_refs(call, "registry-cache-main", BRANCH="main") == (("cache",), ("cache",))
    assert list_refs(call, "registry-cache-main", BRANCH="feature") == (("cache",), ())
    shared = list_refs(call, "registry-cache-zstd", BRANCH="feature")
    assert shared == (("cache",), ("cache",))


def test_buildkit_comes_from_the_private_registry_once_it_is_there(call):
    there, _ = call("registry-cache-mirror")
    create = ["buildx", "create", "--use", "--driver-opt", "image=r/app:buildkit"]
    assert create in there and not any("moby" in word for each in there for word in each)
    absent, _ = call("registry-cache-mirror", PULLS="no")
    assert ["push", "--quiet", "r/app:buildkit"] in absent and create in absent


def test_base_images_are_pulled_through(call):
    _, folder = call("base-pull-through", PULL_THROUGH_URL="1.dkr.ecr/ecr-public")
    text = (folder / "deploy" / "Dockerfile").read_text()
    assert "public.ecr.aws" not in text
    assert text.count("1.dkr.ecr/ecr-public/docker/library/") == 2


# FROM as written, its ARGs above, arguments given -> what docker reads
PUBLIC, THROUGH = "public.ecr.aws", "1.dkr.ecr/x"
BASES = {
    "a registry of its own": ("ARG REG=public.ecr.aws", "$REG/a/python:3", {}),
    "in quotes": ('ARG A=1 REG="public.ecr.aws" B=2', "${REG}/a/python:3", {}),
    "by default": ("ARG REG", "${REG:-public.ecr.aws}/a/python:3", {}),
    "with a platform": ("", "--platform=linux/arm64 public.ecr.aws/a/python:3", {}),
    "a digest": ("", "public.ecr.aws/a/python@sha256:00", {}),
    "given, without a default": ("ARG BASE", "$BASE", {"BASE": f"{PUBLIC}/a/python:3"}),
    "given, for another": (
        "ARG BASE=debian",
        "${BASE}",
        {"X": "a b", "BASE": f"{PUBLIC}/a@sha256:0", "Y": "*"},
    ),
    "a registry and a tag": ("ARG REG TAG=3", "${REG}/a:${TAG}", {"REG": PUBLIC, "TAG": "4"}),
}


@pytest.mark.parametrize("name", BASES)
def test_bases_that_arguments_name_are_pulled_through(name, call):
    arguments, base, given = BASES[name]
    text = f"{arguments}\nFROM {base} AS a\nFROM mirror.public.ecr.aws/a\nFROM a\n"
    calls, folder = call(
        "base-pull-through", BuildOptions(build_args=given), text, PULL_THROUGH_URL=THROUGH
    )
    build = find_build(calls)
    found = dict(
        build[at + 1].split("=", 1) for at, word in enumerate(build) if word == "--build-arg"
    )
    read = (folder / "deploy" / "Dockerfile").read_text()
    assert found == {name: value.replace(PUBLIC, THROUGH) for name, value in given.items()}
    assert read == text.replace(PUBLIC, THROUGH).replace(f"mirror.{THROUGH}", f"mirror.{PUBLIC}")


def test_cache_mounts_are_restored_and_saved_by_their_ids(call):
    calls, folder = call("cache-mounts")
    restore, save = ((folder / "mounts" / name).read_text() for name in ("restore", "save"))
    head = [DOCKERFILE.splitlines()[0], "FROM $IMAGE AS carrier"]
    assert restore.splitlines()[:2] == save.splitlines()[:2] == head
    mounts = [line.split()[1].split("cache,")[1] for line in restore.splitlines()[2:]]
    # without an id of its own a mount is found on its own folder alone
    assert mounts == ["id=go,target=/mount", "target=/var/cache/pip"]
    assert save.splitlines()[4].endswith(" cp -a /var/cache/pip /mounts/2 # c0ffee")
    assert save.splitlines()[-2:] == [
        "FROM scratch AS mounts",
        "COPY --from=carrier /mounts /mounts",
    ]
    builds = [each for each in calls if each[0] == "build"]
    # which would begin with empty mounts
    assert not any("--no-cache" in each for each in builds)
    assert [("--file" in each) for each in builds] == [True, False, True]
    assert calls[-1] == ["push", "--quiet", "r/app:mounts"]
    first, _ = call("cache-mounts", PULLS="no")
    assert [("--file" in each) for each in first if each[0] == "build"] == [False, True]


def test_what_hosts_are_to_have_is_said():
    known = load_strategies()
    assert known["docker-29"].starts_with == known["docker-29"].store == "containerd"
    assert known["registry-cache-prebaked"].build_image == "buildkitd"
    assert known["folder-cache"].folder == FolderCache(
        ("/opt/docker-layers",), "layers-$CODEBUILD_RESOLVED_SOURCE_VERSION$COMMIT", ("layers-",)
    )
    emulated = {name for name in NAMES if known[name].emulated}
    assert emulated == {
        "base-pull-through",
        "docker-29",
        "folder-cache",
        "registry-cache-prebaked",
    }


@pytest.mark.parametrize(
    "cache", ["", "cache: {paths: []}", "cache: {paths: [./deps]}", "cache: x"]
)
def test_a_kept_folder_needs_a_path(cache):
    spec = parse_buildspec(
        f"version: 0.2\nphases: {{build: {{commands: [ls]}}}}\n{cache}\n", "a.yml"
    )
    with pytest.raises(BuildspecError, match=r"a\.yml keeps a folder .* names none under"):
        read_folder_cache(spec)
