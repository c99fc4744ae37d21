"""Builds out of a buildspec's sight: which command hides one, and where it is."""

import json

import pytest

from analysis.errors import BuildspecError
from analysis.specs import derive, list_told
from analysis.workload import (
    BuildOptions,
    apply_options,
    choose_build,
    load_strategies,
    parse_buildspec,
)

BUILD = "docker build -t a ."
FILES = {
    "Makefile": "IMG := a\ntest:\n\techo\nimage: test\n\t@docker build \\\n\t-t $(IMG) .\n"
    f"all: image\n%.x:\n\t{BUILD}\n",
    "other.mk": f"image:\n\t-{BUILD}\n",
    "svc/GNUmakefile": f"image:\n\t{BUILD}\n",
    "justfile": f"image tag='a':\n  {BUILD}\n",
    "Taskfile.yml": f"version: 3\ntasks:\n  image:\n    cmds:\n      - {BUILD}\n",
    "build.sh": "#!/bin/bash\nset -e\ndocker build \\\n  -t a .\n",
    "outer.sh": "#!/bin/sh\ncd svc\n./go.sh a\n",
    "svc/go.sh": f"{BUILD}\n",
    "bin/build": f"#!/usr/bin/env bash\n{BUILD}\n",
    "lib.sh": f"build_it() {{\n  {BUILD}\n}}\n",
    "tools/build.py": 'import subprocess\nsubprocess.run(["docker", "build", "."])\n',
    "tools/deploy.js": 'sh("docker push a")\n',
    "bin/tool": "\0\0docker build",
    "loop.sh": "./loop.sh\n",
}
SCRIPTS = {"image": BUILD, "all": "npm run image", "sh": "sh build.sh", "test": "jest"}
# commands -> where the build is; "" for the buildspec itself, None where nothing is told
TOLD = {
    "make image": "Makefile line 5",
    "make": None,
    "make test": None,
    "make IMG=b all push": "Makefile line 5",
    "make a.x": "Makefile line 9",
    "make -C svc image": "svc/GNUmakefile line 2",
    "make -f other.mk": "other.mk line 2",
    "just image": "justfile line 2",
    "task image": "Taskfile.yml line 5",
    "npm run image": "package.json line 3",
    "npm run all": "package.json line 3",
    "yarn sh": "build.sh line 3",
    "npm --prefix . run image": "package.json line 3",
    "npm test": None,
    "./build.sh prod": "build.sh line 3",
    "bash -ex build.sh": "build.sh line 3",
    "if ./build.sh; then echo ok; fi": "build.sh line 3",
    "$CODEBUILD_SRC_DIR/build.sh": "build.sh line 3",
    "./outer.sh": "svc/go.sh line 1",
    "./bin/build": "bin/build line 2",
    "bin/tool": None,
    "sh loop.sh": None,
    "source ./lib.sh\nbuild_it": "lib.sh line 2",
    ". lib.sh && build_it": "lib.sh line 2",
    "cd svc\n./go.sh": "svc/go.sh line 1",
    "python3 tools/build.py": "tools/build.py line 2",
    "node tools/deploy.js": None,
    f"CMD='{BUILD}'\neval $CMD": "line 6: $CMD: the name $CMD runs a build",
    "D=docker\n${D} build -t a .": "the name $D runs a build",
    "alias d=docker\nd build .": "the name d runs a build",
    f"ls | xargs -I{{}} {BUILD}": "xargs runs a build",
    "find . -name D -exec docker build -f {} . ;": "find runs a build",
    f"ssh host {BUILD}": "ssh runs a build",
    f"echo {BUILD}": None,
    "curl -s https://example.com/x | bash": "what it is given can't be read",
    "./gone.sh": "gone.sh can't be read",
    "make -f gone.mk": "Makefile can't be read",
    "docker compose up -d --build": "builds and starts at once",
    "./gradlew jib": "may build an image by itself",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project whose files build."""
    folder = tmp_path_factory.mktemp("hidden")
    texts = FILES | {"package.json": json.dumps({"scripts": SCRIPTS}, indent=1)}
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


def read(folder, lines):
    """A buildspec in a folder with these commands, the first in line 5."""
    commands = "".join(f"      - {json.dumps(line)}\n" for line in lines)
    text = f"version: 0.2\nphases:\n  build:\n    commands:\n{commands}"
    return parse_buildspec(text, str(folder / "buildspec.yml"))


@pytest.mark.parametrize("commands", TOLD)
def test_a_command_that_hides_a_build_is_told_with_its_place(folder, commands):
    with pytest.raises(BuildspecError) as caught:
        derive(read(folder, commands.split("\n")), [])
    _, *told = str(caught.value).replace(f"{folder}/", "").split("\n")
    if TOLD[commands] is None:
        assert not told
    else:
        (line,) = told
        assert TOLD[commands] in line and line.startswith("  line ")


def test_a_text_for_a_shell_is_told_by_its_own_line(folder):
    script = f"echo a\nbash -e <<'END'\necho b\n{BUILD}\nEND\n"
    text = "version: 0.2\nphases:\n  build:\n    commands:\n      - |\n"
    text += "".join(f"        {line}\n" for line in script.splitlines())
    with pytest.raises(BuildspecError, match="line 9: bash.*a text for a shell runs a build"):
        derive(parse_buildspec(text, str(folder / "buildspec.yml")), [])


def test_what_can_not_be_read_is_told_only_where_nothing_builds_in_sight(folder):
    lines = ["./gone.sh", "make image", "docker build -t $R/a:1 .", "docker push $R/a:1"]
    derived = derive(read(folder, lines), [load_strategies()["docker"]])
    assert [(each.line, each.inner) for each in derived.hidden] == [(6, 5)]


def test_the_variables_of_a_batch_s_build_are_kept(folder):
    text = (
        "version: 0.2\nbatch: {build-list: [{identifier: one, env: {variables: {TAG: small}}}]}\n"
        "phases: {build: {commands: ['docker build -t $R/a:$TAG .', 'docker push $R/a:$TAG']}}\n"
    )
    spec = choose_build(parse_buildspec(text), "one")
    derived = derive(spec, env={"R": "r"})
    specs = {name: each.buildspec for name, each in derived.strategies.items()}
    assert {each.variables["TAG"] for each in specs.values()} == {"small"}
    assert specs["registry-cache"].chosen == {"TAG": "small"}
    told = apply_options(derived.strategies["registry-cache"], BuildOptions(target="prod"))
    assert told.buildspec.variables["TAG"] == "small"


TOLD_BUILDS = {
    "docker build --build-arg A=1 --build-arg B --secret id=npm,env=N -t $I .": {"A", "B", "npm"},
    "docker build -t $I . && docker buildx build --build-arg C=$X a": {"C"},
    "docker build $OPTIONS -t a .": None,
    "docker compose build": None,
}


@pytest.mark.parametrize("command", TOLD_BUILDS)
def test_what_builds_are_given_by_their_commands(folder, command):
    assert list_told(read(folder, [command])) == TOLD_BUILDS[command]
