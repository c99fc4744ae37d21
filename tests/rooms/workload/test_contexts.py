"""Scenarios: what each commit changes in a context, ours and foreign ones."""

import re
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from analysis.errors import ContextError, UnknownName
from analysis.workload.changes import find_dependency, find_source
from analysis.workload.context_files import (
    check_arguments,
    context_files,
    copied_files,
    list_bases,
    list_named,
    set_arguments,
)
from analysis.workload.contexts import derivable, make_context
from analysis.workload.scenarios import SCENARIOS

DEPLOY = Path(__file__).parents[3] / "deploy"
PYTHON = "public.ecr.aws/docker/library/python:3.13-slim"


def context(folder, dockerfile, **files):
    """A context with a Dockerfile and files, whose names have __ for / and _ for a dot."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Dockerfile").write_text(dockerfile)
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def make(source, scenario, target, replacements=None):
    bases = {name: f"registry/{number}:1" for number, name in enumerate(list_bases(source))}
    newer = {name: image.replace(":1", ":2") for name, image in bases.items()}
    make_context(source, scenario, target, bases, newer, replacements)
    return target


def read(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def changes(source, folder):
    """Scenario -> the files that it changes in what the scenario before it left."""
    made = {name: read(make(source, name, folder / name)) for name in SCENARIOS}
    return {
        name: sorted(f for f in made[name] if made[name][f] != made[before][f])
        for before, name in pairwise(SCENARIOS)
    }


def test_each_commit_of_ours_changes_one_file_on_top_of_the_one_before(tmp_path):
    assert (
        changes(DEPLOY, tmp_path).items()
        >= {
            "unchanged": [],
            "source": ["app/prices.py"],
            "dependency": ["requirements.txt"],
            "base": ["Dockerfile"],
        }.items()
    )


def test_the_dependency_of_ours_changes_by_a_real_version(tmp_path):
    old = read(make(DEPLOY, "source", tmp_path / "old"))["requirements.txt"].decode().split()
    new = read(make(DEPLOY, "dependency", tmp_path / "new"))["requirements.txt"].decode().split()
    (before,), (after,) = set(old) - set(new), set(new) - set(old)
    assert before.split("==")[0] == after.split("==")[0]


def test_the_context_itself_is_never_changed(tmp_path):
    before = read(DEPLOY)
    make(DEPLOY, "base", tmp_path / "made")
    assert read(DEPLOY) == before


def test_every_stage_of_ours_gets_the_lab_s_base_image(tmp_path):
    assert list_bases(DEPLOY) == [PYTHON]
    lines = (make(DEPLOY, "cold", tmp_path / "old") / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith("FROM")] == [
        "FROM registry/0:1 AS build",
        "FROM registry/0:1 AS run",
    ]
    newer = (make(DEPLOY, "base", tmp_path / "new") / "Dockerfile").read_text()
    assert newer.count("FROM registry/0:2") == 2


GO = """
ARG GO=1.22
ARG DEBIAN=bookworm GO_IMAGE=golang:${GO}-${DEBIAN}
ARG TAG="3.20"
FROM --platform=$BUILDPLATFORM ${GO_IMAGE} AS Build
COPY go.mod go.sum ./
COPY --link ["cmd/", "/src/cmd/"]
from alpine:$TAG as certs
FROM build AS test
FROM ${MISSING:-debian:12}
FROM ${ALSO-debian:11}
FROM $UNKNOWN
FROM scratch
COPY --from=build /app /app
"""


def test_bases_are_found_through_arguments_and_not_among_stages(tmp_path):
    source = context(tmp_path / "go", GO)
    found = list_bases(source)
    assert found == ["golang:1.22-bookworm", "alpine:3.20", "debian:12", "debian:11"]
    made = (make(source, "base", tmp_path / "made") / "Dockerfile").read_text()
    froms = [line for line in made.splitlines() if line.upper().startswith("FROM")]
    assert froms == [
        "FROM --platform=$BUILDPLATFORM registry/0:2 AS Build",
        "from registry/1:2 as certs",
        "FROM build AS test",
        "FROM registry/2:2",
        "FROM registry/3:2",
        "FROM $UNKNOWN",
        "FROM scratch",
    ]


FOREIGN = {
    "go": (GO, {"go_mod": "module a\n", "cmd__main_go": "package main\n"}, "cmd/main.go", "go.mod"),
    "node, all copied": (
        "FROM node:22\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\n",
        {"package_json": "{}", "src__index_ts": "let a", "readme_md": "x"},
        "src/index.ts",
        "package.json",
    ),
    "java": (
        "FROM maven:3\nADD pom.xml .\nADD src ./src\n",
        {"pom_xml": "<project/>\n", "src__A_java": "class A {}"},
        "src/A.java",
        "pom.xml",
    ),
    "copy over two lines": (
        "FROM python:3\nCOPY --chown=1:1 \\\n  requirements-prod.txt \\\n  main.py /app/\n",
        {"requirements-prod_txt": "flask==3.1.0", "main_py": "x = 1", "other_py": ""},
        "main.py",
        "requirements-prod.txt",
    ),
    "tests last": (
        "FROM python:3\nCOPY . /app\n",
        {"a__test_a_py": "", "z_py": "x = 1", "pyproject_toml": "[project]"},
        "z.py",
        "pyproject.toml",
    ),
    "comments between, an argument": (
        "FROM python:3\nARG SRC=lib\nCOPY requirements.txt \\\n# not here\n  ./\n"
        "COPY ${SRC:-src}/ /app/\nRUN echo \\\n  COPY a.py /\n",
        {"requirements_txt": "", "lib__b_py": "", "a_py": ""},
        "lib/b.py",
        "requirements.txt",
    ),
    "mounts alone": (
        "FROM golang:1.22\nRUN --mount=type=bind,source=go.mod,target=go.mod go mod download\n"
        "RUN --mount=type=cache,target=/c --mount=type=bind,target=. go build -o /a ./cmd\n",
        {"go_mod": "module a\n", "cmd__main_go": "package main\n"},
        "cmd/main.go",
        "go.mod",
    ),
    "settings last": (
        "FROM gradle:8\nCOPY . .\n",
        {"build_gradle_kts": "", "_ci__lint_py": "", "compose_yml": "", "test__a_kt": ""},
        "test/a.kt",
        "build.gradle.kts",
    ),
    "an escape of Windows": (
        "# escape=`\nFROM windows\nCOPY a.csproj `\n  C:\\src\\\nCOPY a.cs C:\\src\\\n",
        {"a_csproj": "<Project />\n", "a_cs": "class A {}"},
        "a.cs",
        "a.csproj",
    ),
    "a glob": (
        "FROM ruby:3\nCOPY Gemfile* ./\nCOPY lib/*.rb lib/\n",
        {"Gemfile": "", "lib__a_rb": "p 1", "app_rb": ""},
        "lib/a.rb",
        "Gemfile",
    ),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_the_commits_of_foreign_contexts_change_what_their_dockerfile_copies(name, tmp_path):
    dockerfile, files, source, dependency = FOREIGN[name]
    folder = context(tmp_path / "source", dockerfile, **files)
    assert str(find_source(folder)) == source
    assert str(find_dependency(folder)) == dependency
    assert derivable(folder) == dict.fromkeys(SCENARIOS)
    found = changes(folder, tmp_path / "made")
    assert (
        found.items()
        >= {
            "unchanged": [],
            "source": [source],
            "dependency": [dependency],
            "base": ["Dockerfile"],
        }.items()
    )


@pytest.mark.parametrize("text", ["flask==3.1.0", "flask==3.1.0\n", "flask==3.1.0\r\n", ""])
def test_a_change_is_a_line_of_its_own(text, tmp_path):
    folder = context(tmp_path / "a", "FROM python:3\nCOPY . .\n", main_py="x = 1")
    (folder / "requirements.txt").write_bytes(text.encode())
    made = read(make(folder, "dependency", tmp_path / "made"))
    lines = made["requirements.txt"].decode().splitlines()
    assert lines == [*text.split(), "# changed"]
    assert made["main.py"] == b"x = 1\n# changed\n"


def test_files_that_are_no_utf8_keep_their_bytes(tmp_path):
    folder = context(tmp_path / "a", "", requirements_txt="click==8.1.8\n", main_py="")
    latin = "# caf\xe9\n".encode("latin-1")
    (folder / "Dockerfile").write_bytes(latin + b"FROM python:3\nCOPY . .\n")
    (folder / "main.py").write_bytes(latin)
    with (folder / "requirements.txt").open("ab") as file:
        file.write(latin)
    made = read(make(folder, "base", tmp_path / "made"))
    assert all(latin in made[name] for name in ("Dockerfile", "main.py", "requirements.txt"))
    assert b"FROM registry/0:2" in made["Dockerfile"]


IGNORES = {
    "a folder": ("lib", "b/lib/y.py b/y.py z.py"),
    "a folder with slashes": ("/lib/", "b/lib/y.py b/y.py z.py"),
    "a folder anywhere": ("**/lib", "b/y.py z.py"),
    "a kind of file": ("*.py", "b/lib/y.py b/y.py lib/a/x.py"),
    "a kind anywhere": ("**/*.py", ""),
    "all but one": ("*\n!lib", "lib/a/x.py"),
    "a later line wins": ("!lib\nlib", "b/lib/y.py b/y.py z.py"),
    "comments and blanks": ("# lib\n\n  \nz.py", "b/lib/y.py b/y.py lib/a/x.py"),
    "a dot": (".", "b/lib/y.py b/y.py lib/a/x.py z.py"),
}


@pytest.mark.parametrize("name", IGNORES)
def test_what_dockerignore_leaves_out_is_not_changed(name, tmp_path):
    lines, left = IGNORES[name]
    files = {"lib__a__x_py": "", "b__lib__y_py": "", "b__y_py": "", "z_py": ""}
    folder = context(tmp_path / "source", "FROM python:3\nCOPY . .\n", **files)
    (folder / ".dockerignore").write_text(lines)
    found = [str(path) for path in copied_files(folder) if path.suffix == ".py"]
    assert found == left.split()


def test_git_and_compiled_files_are_no_part_of_a_context_wherever_it_lies(tmp_path):
    folder = context(tmp_path / "__pycache__" / "a", "FROM python:3\nCOPY . .\n", main_py="")
    context(folder / ".git", "")
    context(folder / "sub" / "__pycache__", "")
    assert [str(path) for path in context_files(folder)] == ["Dockerfile", "main.py"]
    assert sorted(read(make(folder, "cold", tmp_path / "made"))) == ["Dockerfile", "main.py"]


def test_links_are_copied_as_links_and_never_followed(tmp_path):
    folder = context(tmp_path / "a", "FROM python:3\nCOPY . .\n", main_py="")
    outside = tmp_path / "outside.py"
    outside.write_text("x = 1\n")
    (folder / "a.py").symlink_to(outside)
    (folder / "gone.py").symlink_to("nowhere")
    made = make(folder, "source", tmp_path / "made")
    assert (made / "a.py").is_symlink()
    assert outside.read_text() == "x = 1\n"
    assert (made / "main.py").read_text() == "# changed\n"


def test_what_cannot_be_derived_has_its_reason_and_a_replacement_helps(tmp_path):
    folder = context(tmp_path / "page", "FROM scratch\nCOPY logo.png /\n", logo_png="1")
    reasons = derivable(folder)
    assert (reasons["cold"], reasons["unchanged"]) == (None, None)
    assert reasons["source"].endswith("source language; give its files as REPLACEMENTS/source")
    assert "requirements*.txt" in reasons["dependency"]
    assert "builds on no image" in reasons["base"]
    with pytest.raises(ContextError, match="known source language; give its files as"):
        make(folder, "source", tmp_path / "made")
    context(tmp_path / "changes" / "source", "FROM scratch\nCOPY . /\n", logo_png="2")
    assert derivable(folder, tmp_path / "changes")["source"] is None
    made = make(folder, "source", tmp_path / "better", tmp_path / "changes")
    assert (made / "logo.png").read_text() == "2"
    with pytest.raises(ContextError, match="no known list of dependencies .* give its files as"):
        make(folder, "dependency", tmp_path / "worse", tmp_path / "changes")


def test_a_commit_that_cannot_be_derived_does_not_hinder_those_after_it(tmp_path):
    folder = context(tmp_path / "a", "FROM nginx:1\nCOPY . .\n", logo_png="1")
    made = read(make(folder, "base", tmp_path / "made"))
    assert made == read(folder) | {"Dockerfile": b"FROM registry/0:2\nCOPY . .\n"}


def test_a_newer_base_leaves_the_images_that_are_copied_from(tmp_path):
    text = "# syntax=d/f:1\nFROM a:1\nCOPY --from=c:1 /c /\nCOPY . .\n"
    folder = context(tmp_path / "a", text, main_py="")
    assert list_named(folder) == ["d/f:1", "a:1", "c:1"]
    names = {name: f"old/{name}" for name in list_named(folder)}
    make_context(folder, "base", tmp_path / "made", names, {n: f"new/{n}" for n in names})
    made = (tmp_path / "made" / "Dockerfile").read_text()
    assert made == text.replace("d/", "old/d/").replace("c:1", "old/c:1").replace("a:1", "new/a:1")


def test_a_replacement_stays_for_the_commits_after_it(tmp_path):
    folder = context(
        tmp_path / "a", "FROM python:3\nCOPY . .\n", main_py="1\n", go_mod="module a\n"
    )
    context(tmp_path / "changes" / "source", "FROM python:3\nCOPY . .\n", main_py="2\n")
    made = make(folder, "base", tmp_path / "made", tmp_path / "changes")
    assert (made / "main.py").read_text() == "2\n"
    assert (made / "go.mod").read_text() == "module a\n// changed\n"
    assert "FROM registry/0:2" in (made / "Dockerfile").read_text()


def test_replacements_that_would_be_overlooked_are_errors(tmp_path):
    folder = context(tmp_path / "page", "FROM scratch\nCOPY index.html /\n", index_html="<p>")
    with pytest.raises(ContextError, match="none is not a folder: REPLACEMENTS must be one"):
        derivable(folder, tmp_path / "none")
    changes = context(tmp_path / "changes", "FROM scratch\n")
    with pytest.raises(ContextError, match="changes holds no folder: REPLACEMENTS must be"):
        derivable(folder, changes)
    context(changes / "sorce", "FROM scratch\n")
    context(changes / ".git", "")
    context(changes / "source", "FROM scratch\n")
    with pytest.raises(UnknownName, match="changes for the folder 'sorce': did you mean 'source'"):
        make(folder, "cold", tmp_path / "made", changes)
    assert not (tmp_path / "made").exists()


def test_a_dockerfile_keeps_its_ends_of_lines_and_its_byte_order_mark(tmp_path):
    folder = context(tmp_path / "a", "", go_mod="module a\n")
    text = b"\xef\xbb\xbfFROM \\\r\n  go:1\r\nCOPY . .\r\nRUN <<E\r\nFROM u\r\nE\r\n"
    (folder / "Dockerfile").write_bytes(text)
    made = read(make(folder, "base", tmp_path / "made"))
    assert made["Dockerfile"] == text.replace(b"go:1", b"registry/0:2")


def test_a_folder_without_dockerfile_and_an_unknown_scenario_are_errors(tmp_path):
    (tmp_path / "empty").mkdir()
    for call in (derivable, list_bases, copied_files):
        with pytest.raises(ContextError, match="empty has no Dockerfile"):
            call(tmp_path / "empty")
    with pytest.raises(UnknownName, match="no scenario 'sorce': did you mean 'source'"):
        make_context(DEPLOY, "sorce", tmp_path / "made", {}, {})
    assert not (tmp_path / "made").exists()


def test_ours_is_a_context_of_its_own(tmp_path):
    """Nothing that strategies or the lab need goes into the image."""
    copy = tmp_path / "deploy"
    shutil.copytree(DEPLOY, copy, ignore=shutil.ignore_patterns("__pycache__"))
    names = {path.parts[0] for path in context_files(copy)}
    assert names <= {".dockerignore", "Dockerfile", "app", "requirements.txt", "tests"}
    assert all(re.match(r"(app|tests|requirements)", str(path)) for path in copied_files(copy))


def test_arguments_are_defaults_of_the_dockerfile_s_and_name_no_image(tmp_path):
    text = "ARG TAG=1\nFROM base:${TAG}\nARG WORK=3\nRUN sleep $WORK\n"
    (tmp_path / "Dockerfile").write_text(text)
    check_arguments(tmp_path, {"WORK": "5"})
    set_arguments(tmp_path, {"WORK": "5"})
    assert (tmp_path / "Dockerfile").read_text() == text.replace("WORK=3", 'WORK="5"')
    with pytest.raises(UnknownName, match="did you mean 'WORK'"):
        check_arguments(tmp_path, {"WORKS": "5"})
    with pytest.raises(ContextError, match="the ARG TAG names an image"):
        check_arguments(tmp_path, {"TAG": "2"})
