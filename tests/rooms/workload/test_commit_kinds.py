"""Kinds of commits, told from git histories made here, by what a cache would miss first."""

import os
import subprocess

import pandas as pd
import pytest

from analysis.errors import ContextError, SettingError
from analysis.workload import classify_commits
from analysis.workload.history import CommitTree, find_inside, list_commits
from analysis.workload.layers import list_layers
from analysis.workload.options import BuildOptions

DOCKERFILE = """\
ARG TAG=3.12
FROM python:${TAG} AS build
WORKDIR /src
COPY requirements.txt ./
RUN pip install \\
    # all of them
    -r requirements.txt
COPY app app
RUN --mount=type=bind,source=tools,target=/tools sh /tools/pack
FROM python:${TAG}
ENV MODE=plain
COPY --from=build /src /srv
COPY conf/*.ini /etc/
LABEL of=nothing
CMD ["python"]
"""
FILES = {
    "Dockerfile": DOCKERFILE,
    ".dockerignore": "docs\n*.md\n",
    "requirements.txt": "click==8.1.7\n",
    "app/main.py": "print(1)\n",
    "app/other.py": "print(2)\n",
    "app/notes.md": "notes\n",
    "tools/pack": "true\n",
    "conf/a.ini": "a=1\n",
    "docs/index.txt": "docs\n",
}


class Repository:
    """A repository whose context lies in a folder of it."""

    def __init__(self, folder, inside="service"):
        self.folder, self.context = folder, folder / inside
        self.context.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments):
        names = (
            "-c",
            "user.name=n",
            "-c",
            "user.email=e@example.com",
            "-c",
            "commit.gpgsign=false",
        )
        command = ["git", "-C", str(self.folder), *names, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def write(self, files):
        for name, text in files.items():
            path = self.context / name
            if text is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self, message, files=None):
        self.write(files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)


def edit(old, new):
    assert old in DOCKERFILE
    return {"Dockerfile": DOCKERFILE.replace(old, new)}


# what a commit does on top of the first one -> (kind, first_miss, files)
COPY_APP, COPY_LIST = "COPY app app", "COPY requirements.txt ./"
CASES = {
    "a source file": ({"app/main.py": "print(3)\n"}, ("source", COPY_APP, "app/main.py")),
    "a new file": ({"app/new.py": "\n"}, ("source", COPY_APP, "app/new.py")),
    "a file that is gone": ({"app/other.py": None}, ("source", COPY_APP, "app/other.py")),
    "a list": ({"requirements.txt": "click\n"}, ("dependency", COPY_LIST, "requirements.txt")),
    "both": (
        {"app/main.py": "print(4)\n", "requirements.txt": "flask\n"},
        ("dependency", COPY_LIST, "requirements.txt"),
    ),
    "what is mounted": (
        {"tools/pack": "false\n"},
        ("source", "RUN --mount=type=bind,source=tools,target=/tools sh /tools/pack", "tools/pack"),
    ),
    "what a pattern takes": (
        {"conf/b.ini": "\n"},
        ("source", "COPY conf/*.ini /etc/", "conf/b.ini"),
    ),
    "what no pattern takes": ({"conf/b.txt": "\n"}, ("unchanged", None, None)),
    "an ignored folder": ({"docs/index.txt": "more\n"}, ("unchanged", None, None)),
    "a comment in a RUN": (edit("# all of them", "# each"), ("unchanged", None, None)),
    "a label": (edit("of=nothing", "of=something"), ("unchanged", None, None)),
    "a stage's name": (
        {"Dockerfile": DOCKERFILE.replace("AS build", "AS made").replace("=build", "=made")},
        ("unchanged", None, None),
    ),
    "a variable above no RUN": (edit("MODE=plain", "MODE=other"), ("unchanged", None, None)),
    "a variable above a RUN": (
        edit("COPY app app", "ENV A=1\nCOPY app app"),
        ("dockerfile", "RUN --mount=type=bind,source=tools,target=/tools sh /tools/pack", None),
    ),
    "an instruction": (
        edit("    -r requirements.txt", "    -q -r requirements.txt"),
        ("dockerfile", "RUN pip install -q -r requirements.txt", None),
    ),
    "a newer base": (edit("TAG=3.12", "TAG=3.13"), ("base", "FROM python:${TAG} AS build", None)),
    "a pinned base": (
        edit("python:${TAG} AS", "python:3.12@sha256:" + "a" * 64 + " AS"),
        ("base", f"FROM python:3.12@sha256:{'a' * 64} AS build", None),
    ),
    "the platform that hosts have": (
        edit("FROM python:${TAG} AS", "FROM --platform=linux/amd64 python:${TAG} AS"),
        ("unchanged", None, None),
    ),
    "the platform by its name": (
        edit("FROM python:${TAG} AS", "FROM --platform=$BUILDPLATFORM python:${TAG} AS"),
        ("unchanged", None, None),
    ),
    "another image": (
        edit("python:${TAG} AS", "debian AS"),
        ("dockerfile", "FROM debian AS build", None),
    ),
    "what is ignored no more": (
        {".dockerignore": "docs\n"},
        # a name without a folder is left out of the root alone
        ("unchanged", None, None),
    ),
    "what is ignored now": (
        {".dockerignore": "docs\n*.md\napp/other.py\n"},
        ("source", COPY_APP, "app/other.py"),
    ),
}


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """The rows of all cases, each a branch of one commit on the same first one."""
    made = Repository(tmp_path_factory.mktemp("repository"))
    made.commit("first", FILES)
    first = made.git("rev-parse", "HEAD")
    found = {}
    for number, (name, (files, _)) in enumerate(CASES.items()):
        made.git("checkout", "-q", "-b", f"case-{number}", first)
        made.commit(name, files)
        found[name] = classify_commits(made.context, f"{first}..HEAD").iloc[0]
    return found


@pytest.mark.parametrize("name", CASES)
def test_a_commit_is_of_the_kind_of_its_first_miss(cases, name):
    row = cases[name]
    told = row[["kind", "first_miss", "files"]].astype(object)
    assert tuple(told.where(told.notna(), None)) == CASES[name][1]
    assert row["subject"] == name


def test_modes_count_and_times_do_not(tmp_path):
    made = Repository(tmp_path)
    made.commit("first", FILES)
    os.utime(made.context / "app/main.py", (1, 1))
    made.commit("touched")
    (made.context / "app/main.py").chmod(0o755)
    made.commit("executable")
    rows = classify_commits(made.context, "2 -- :/")
    assert rows["kind"].tolist() == ["unchanged", "source"]


def test_a_link_is_followed_where_it_is_named_and_counts_by_its_target_else(tmp_path):
    made = Repository(tmp_path)
    (made.context / "real").mkdir()
    (made.context / "link").symlink_to("real")
    files = {
        "Dockerfile": "FROM scratch\nCOPY link /a/\nCOPY two /b/\n",
        "real/x": "1",
        "two/y": "1",
    }
    made.commit("first", files)
    (made.context / "two/z").symlink_to("y")
    made.commit("a link beside")
    made.commit("behind the link", {"real/x": "2"})
    (made.context / "two/z").unlink()
    (made.context / "two/z").symlink_to("../real/x")
    made.commit("the link leads elsewhere")
    rows = classify_commits(made.context, 3)
    assert rows["first_miss"].tolist() == ["COPY two /b/", "COPY link /a/", "COPY two /b/"]
    assert rows["files"].tolist() == ["two/z", "real/x", "two/z"]


def test_a_dockerfile_that_is_a_link_is_the_one_it_leads_to(tmp_path):
    made = Repository(tmp_path)
    (made.context / "Dockerfile").symlink_to("docker/image")
    made.commit("first", {"docker/image": "FROM a:1\nCOPY app /app\n", "app/x": "1"})
    made.commit("a file", {"app/x": "2"})
    made.commit("the base", {"docker/image": "FROM a:2\nCOPY app /app\n"})
    assert classify_commits(made.context, 3)["kind"].tolist() == ["cold", "source", "base"]


def test_what_onbuild_holds_runs_once_in_stages_on_it(tmp_path):
    made = Repository(tmp_path)
    text = (
        "FROM a AS base\nONBUILD COPY app \\\n  /app\nONBUILD RUN make\n"
        "FROM base AS one\nFROM one\nCOPY last /\n"
    )
    made.commit("first", {"Dockerfile": text, "app/x": "1", "last": "1", "other": "1"})
    made.commit("a file", {"app/x": "2"})
    made.commit("the step", {"Dockerfile": text.replace("RUN make", "RUN make all")})
    made.commit("beside", {"other": "2"})
    made.commit("above it", {"last": "2"})
    rows = classify_commits(made.context, 4)
    assert rows["kind"].tolist() == ["source", "dockerfile", "unchanged", "source"]
    assert rows["first_miss"].tolist()[:2] == ["COPY app /app", "RUN make all"]
    layers = list_layers((made.context / "Dockerfile").read_text())
    told = [(each.stage, each.text) for each in layers]
    assert told == [
        ("base", "FROM a AS base"),
        ("one", "COPY app /app"),
        ("one", "RUN make all"),
        ("stage-2", "COPY last /"),
    ]


def test_a_dockerfile_without_a_stage_can_t_be_built(tmp_path):
    made = Repository(tmp_path)
    made.commit("first", {"Dockerfile": "FROM scratch\nCMD x\n"})
    made.commit("empty", {"Dockerfile": "# to come\n"})
    made.commit("again", {"Dockerfile": "FROM scratch\nCMD y\n"})
    rows = classify_commits(made.context, 3)
    assert rows["problem"].tolist()[1] == "its Dockerfile has no FROM"
    kinds = rows["kind"].tolist()
    assert (kinds[0], kinds[2]) == ("cold", "unchanged") and pd.isna(kinds[1])


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("FROM a:1${S:+-$S}", "FROM a:1${S:+-$S}", "unchanged"),
        ("ARG S=x\nFROM a:1${S:+-$S}", "ARG S=y\nFROM a:1${S:+-$S}", "base"),
        ("ARG S=\nFROM a:1${S:+-$S}", "ARG S=\nFROM a:1", "unchanged"),
        ("ARG S=\nFROM a:${S:-1}", "FROM a:1", "unchanged"),
        ("ARG S=2\nFROM a:${S:-1}", "FROM a:2", "unchanged"),
        ("ARG T=1\nFROM a:${S-$T}", "ARG T=2\nFROM a:${S-$T}", "base"),
    ],
)
def test_values_of_arguments_name_the_image(tmp_path, old, new, kind):
    made = Repository(tmp_path)
    made.commit("first", {"Dockerfile": old})
    made.commit("second", {"Dockerfile": f"{new}\n"})
    assert classify_commits(made.context, 1)["kind"].item() == kind


def test_a_time_that_no_clock_gave_is_null(tmp_path, monkeypatch):
    made = Repository(tmp_path)
    made.commit("first", FILES)
    for text, seconds in (("far", 10413792000), ("early", 1)):
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"@{seconds} +1400")
        made.commit(text, {"app/main.py": text})
    when = classify_commits(made.context, 3)["when"]
    assert when.isna().tolist() == [False, True, False] and when.iloc[2].year == 1970


def test_names_with_blanks_and_of_all_languages_are_taken(tmp_path):
    made = Repository(tmp_path, "ein Dienst/größe")
    text = 'FROM a\nCOPY ["my app/", "/srv/"]\nCOPY größe.txt /x\nCOPY "b c.txt" /y/\n'
    names = ["my app/a b.txt", "größe.txt", "b c.txt", "ノート.md"]
    made.commit("first", {"Dockerfile": text} | dict.fromkeys(names, "1"))
    for name in names:
        made.commit(name, {name: "2"})
    rows = classify_commits(made.context, 4)
    assert rows["kind"].tolist() == ["source"] * 3 + ["unchanged"]
    assert rows["files"].tolist()[:3] == names[:3]


def test_what_is_taken_back_from_an_ignore_file_counts(tmp_path):
    made = Repository(tmp_path)
    ignore = "*\n!src\nsrc/**/*.md\n!src/keep.md\n"
    names = ["top.py", "src/a.py", "src/deep/x.md", "src/keep.md"]
    files = {"Dockerfile": "FROM a\nCOPY . /srv\n", ".dockerignore": ignore}
    made.commit("first", files | dict.fromkeys(names, "1"))
    for name in names:
        made.commit(name, {name: "2"})
    kinds = classify_commits(made.context, 4)["kind"].tolist()
    assert kinds == ["unchanged", "source", "unchanged", "source"]


def test_a_merge_is_one_commit_and_others_are_told(tmp_path):
    made = Repository(tmp_path)
    made.commit("first", FILES)
    made.git("checkout", "-q", "-b", "feature")
    made.commit("one", {"app/main.py": "print(5)\n"})
    made.commit("two", {"requirements.txt": "flask\n"})
    made.git("checkout", "-q", "main")
    made.commit("beside", {"docs/index.txt": "beside\n"})
    made.git("merge", "-q", "--no-ff", "-m", "merged", "feature")
    rows = classify_commits(made.context, 10)
    assert rows["subject"].tolist() == ["first", "beside", "merged"]
    assert rows["kind"].tolist() == ["cold", "unchanged", "dependency"]


def test_commits_that_cannot_be_built_are_told_and_compared_with_none(tmp_path):
    made = Repository(tmp_path)
    made.commit("first", FILES)
    made.commit("broken", {"requirements.txt": None})
    made.commit("no Dockerfile", {"Dockerfile": None})
    made.commit("mended", {**FILES, "app/main.py": "print(6)\n"})
    rows = classify_commits(made.context, 4).set_index("subject")
    assert rows["kind"].isna().tolist() == [False, True, True, False]
    assert "requirements.txt" in rows.loc["broken", "problem"]
    assert "has no Dockerfile as of" in rows.loc["no Dockerfile", "problem"]
    assert rows.loc["mended", ["kind", "files"]].tolist() == ["source", "app/main.py"]


def test_what_git_does_not_hold_is_told(tmp_path):
    made = Repository(tmp_path)
    made.commit("first", FILES)
    made.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},service/app/module")
    made.git("commit", "-q", "-m", "a submodule")
    (row,) = classify_commits(made.context, 1).itertuples()
    assert row.problem == "app/module is a submodule, which is left out"
    # a folder above the context says it of all below
    (tmp_path / ".gitattributes").write_text("*.bin filter=lfs -text\n")
    made.git("add", ".gitattributes")
    made.commit("large files", {"app/x.bin": "1"})
    (row,) = classify_commits(made.context, 1).itertuples()
    assert row.problem.endswith("files in Git LFS are built as their pointers")


@pytest.mark.parametrize(
    "range_", ["0", "-1", "all", "--all", "HEAD", "a...b", "20; rm x", "-n..x"]
)
def test_other_ranges_are_refused(tmp_path, range_):
    with pytest.raises(SettingError, match="COMMITS is"):
        classify_commits(tmp_path, range_)


def test_what_is_no_history_is_said_with_its_cure(tmp_path):
    made = Repository(tmp_path / "one")
    for number in range(3):
        made.commit(f"commit {number}", {"Dockerfile": f"FROM a:{number}\n"})
    with pytest.raises(ContextError, match="no commits .* another range"):
        list_commits(made.context, "HEAD..HEAD")
    with pytest.raises(ContextError, match=r"nowhere.*: give commits, tags or branches that"):
        list_commits(made.context, "nowhere..HEAD")
    shallow = ["git", "clone", "-q", "--depth=2", f"file://{made.folder}", str(tmp_path / "two")]
    subprocess.run(shallow, check=True, capture_output=True)
    with pytest.raises(ContextError, match="git fetch --unshallow"):
        list_commits(tmp_path / "two/service", 3)
    made.git("config", "uploadpack.allowFilter", "true")
    partial = [*shallow[:3], "--filter=blob:none", "--no-checkout", *shallow[4:5], "p"]
    subprocess.run(partial, check=True, capture_output=True, cwd=tmp_path)
    (tmp_path / "p/service").mkdir()
    (problem,) = classify_commits(tmp_path / "p/service", 1)["problem"]
    assert problem.endswith("run git fetch --refetch.")
    (made.folder / "new").mkdir()
    with pytest.raises(ContextError, match="No commit of .*new changes a file there"):
        list_commits(made.folder / "new", 3)
    (tmp_path / "three").mkdir()
    with pytest.raises(ContextError, match=r"not a git repository.*: give a folder of a clone\.$"):
        list_commits(tmp_path / "three", 3)
    with pytest.raises(ContextError, match="four does not exist: give a folder of a git"):
        list_commits(tmp_path / "four", 3)
    with pytest.raises(ContextError, match="Dockerfile is no folder: give a folder of a git"):
        list_commits(made.context / "Dockerfile", 3)


def test_subjects_show_no_secrets_and_no_signs_that_steer(tmp_path):
    made = Repository(tmp_path)
    made.commit("AKIAIOSFODNN7EXAMPLQ \x1b[31m" + "x" * 200, FILES)
    (subject,) = classify_commits(made.context, 1)["subject"]
    assert len(subject) <= 72 and "\x1b" not in subject and "AKIAIOSFODNN7EXAMPLQ" not in subject


def test_a_commit_is_written_as_it_was(tmp_path):
    made = Repository(tmp_path / "repository")
    (made.context / "run").mkdir()
    made.commit("first", {**FILES, "run/it.sh": "#!/bin/sh\n", "run/Ü\n x": "odd"})
    (made.context / "run/it.sh").chmod(0o755)
    (made.context / "run/link").symlink_to("it.sh")
    made.commit("second")
    made.commit("third", {"app/main.py": None})
    commit = list_commits(made.context, 2)[0]
    inside = find_inside(made.context)
    CommitTree(made.context, commit.id, inside, BuildOptions()).write(tmp_path / "out")
    out = tmp_path / "out"
    assert (out / "app/main.py").read_text() == FILES["app/main.py"]
    assert os.access(out / "run/it.sh", os.X_OK) and not os.access(out / "app/main.py", os.X_OK)
    assert os.readlink(out / "run/link") == "it.sh" and (out / "run/Ü\n x").read_text() == "odd"
    assert made.git("status", "--porcelain") == ""
