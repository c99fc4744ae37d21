"""A project's options in the commands that build, in every shipped buildspec and in others."""

import subprocess

import pytest

from analysis.errors import BuildspecError
from analysis.workload import BuildOptions, load_strategies, parse_buildspec, read_secret
from analysis.workload.rewriting import add_options, apply_options

OPTIONS = BuildOptions(
    dockerfile="services/api/Dockerfile",
    target="prod",
    build_args={"VERSION": "1.2", "NOTE": 'a "b" $c'},
    secrets=(read_secret("id=npm,src=.npmrc"), read_secret("TOKEN")),
    platform="linux/arm64",
)
ADDED = [
    "--file", "./deploy//services/api/Dockerfile", "--target", "prod",
    "--build-arg", "VERSION=1.2", "--build-arg", 'NOTE=a "b" $c',
    "--secret", "id=npm,src=/codebuild/output/secrets/npm", "--secret", "id=TOKEN,env=TOKEN",
    "--platform", "linux/arm64",
]  # fmt: skip


def call(script, tmp_path, **variables):
    """The words of the calls of docker that a script makes, which a program of that name notes."""
    program = tmp_path / "docker"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@" >>"$NOTED"\necho end >>"$NOTED"\n')
    program.chmod(0o755)
    noted = tmp_path / "noted"
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin", "NOTED": str(noted)}
    subprocess.run(["sh", "-c", script], env=path | variables, check=True)
    return [
        each.split("\n") for each in noted.read_text().rstrip().removesuffix("end").split("\nend\n")
    ]


@pytest.mark.parametrize("name", load_strategies())
def test_every_shipped_strategy_is_told_once_in_its_build(name, tmp_path):
    strategy = load_strategies()[name]
    told = apply_options(strategy, OPTIONS)
    changed = [
        (new, old)
        for new_phase, old_phase in zip(
            told.buildspec.phases, strategy.buildspec.phases, strict=True
        )
        for new, old in zip(new_phase.commands, old_phase.commands, strict=True)
        if new != old
    ]
    assert changed
    assert told.title == strategy.title
    assert told.host == strategy.host
    given = {"CONTEXT": "./deploy/", "ECR_REPOSITORY_URL": "r", "IMAGE_TAG": "t", "AWS_REGION": "e"}
    script = "\n".join(new for new, _ in changed)
    calls = call(script, tmp_path, **given, CACHE_BUCKET="b")
    # a strategy's helpers, such as a stage of its own, have other tags
    built = next(words for words in calls if "build" in words and "r:t" in " ".join(words))
    start = built.index("build") + 1
    assert built[start : start + len(ADDED)] == ADDED
    assert not any("***" in word for word in built)


def test_nothing_is_changed_without_options():
    strategy = load_strategies()["docker"]
    assert apply_options(strategy, BuildOptions(source_file="a.py")) is strategy


KEPT = {
    "its own target": "docker build --target build .",
    "its own file": "docker build -f other .",
    "its own argument": "docker build --build-arg VERSION=2 .",
    "its own secret": "docker buildx build --secret id=npm,src=x .",
}


@pytest.mark.parametrize("name", KEPT)
def test_what_a_command_says_itself_stays(name):
    script, count = add_options(KEPT[name], OPTIONS)
    assert count == 1
    option = KEPT[name].split()[-3]
    assert script.count(option) == KEPT[name].count(option) + {"--build-arg": 1, "--secret": 1}.get(
        option, 0
    )


def test_every_command_that_builds_is_told_wherever_it_stands():
    options = BuildOptions(target="prod")
    script = (
        "set -e; if true; then docker build . && docker push a; fi\ndocker buildx build --push ."
    )
    assert add_options(script, options) == (
        "set -e; if true; then docker build --target prod . && docker push a; fi\n"
        "docker buildx build --target prod --push .",
        2,
    )
    assert add_options("echo docker build .; docker push a", options)[1] == 0


def test_bake_is_told_for_all_of_its_targets_and_compose_of_arguments_alone():
    script, _ = add_options(
        "docker buildx bake api", BuildOptions(target="prod", build_args={"A": "1"})
    )
    assert script == "docker buildx bake --set=*.target=prod --set=*.args.A=1 api"
    told, _ = add_options("docker compose build api", BuildOptions(build_args={"A": "1"}))
    assert told == "docker compose build --build-arg A=1 api"
    with pytest.raises(BuildspecError, match="takes a Dockerfile, a target"):
        add_options("docker compose build", BuildOptions(target="prod"))


def test_a_strategy_whose_build_is_not_seen_is_refused(tmp_path):
    text = "version: 0.2\nphases: {build: {commands: [make image]}}\n"
    (tmp_path / "mine.yml").write_text(text)
    strategy = load_strategies(tmp_path)["mine"]
    assert strategy.buildspec == parse_buildspec(text, str(tmp_path / "mine.yml"))
    with pytest.raises(BuildspecError, match="has no docker build command that can be seen"):
        apply_options(strategy, OPTIONS)
