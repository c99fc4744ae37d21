"""The right change: for ordinary layouts of projects the right file, and the layer that it hits."""

import json
import subprocess
import tomllib
from xml.dom import minidom

import pytest
from layouts import LAYOUTS

from analysis.errors import ContextError
from analysis.workload import SCENARIOS, BuildOptions, BuildTree, make_context, plan_changes
from analysis.workload.comments import edit_file, find_edit

TEXTS = {".json": "{}\n", ".toml": '[package]\nname = "a"\n', ".xml": "<project/>\n"}


def write(folder, layout):
    """The layout as files."""
    names = layout.files.split("|")
    for name in [*names[0].split(), *names[1:]]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXTS.get(path.suffix, "1\n"))
    dockerfile = folder / layout.options.get("dockerfile", "Dockerfile")
    dockerfile.write_text(layout.dockerfile)
    name, sign, lines = layout.ignore.partition(": ")
    if layout.ignore:
        (folder / (name if sign else ".dockerignore")).write_text(lines if sign else name)
    return folder


@pytest.fixture(params=LAYOUTS)
def layout(request, tmp_path):
    """(a folder with a layout, the layout)."""
    found = LAYOUTS[request.param]
    return write(tmp_path / "it", found), found


def test_the_file_and_the_layer_are_those_of_the_layout(layout):
    folder, expected = layout
    planned = plan_changes(folder, BuildOptions(**expected.options)).set_index("scenario")
    found = {name: planned.loc[name, ["file", "instruction"]] for name in ("source", "dependency")}
    assert tuple(found["source"]) == expected.source
    if expected.dependency:
        assert tuple(found["dependency"]) == expected.dependency
    else:
        assert found["dependency"].isna().all()
        assert planned.loc["dependency", "why"].endswith("REPLACEMENTS/dependency")
    assert planned["why"].str.len().gt(0).all()


def test_a_commit_changes_that_file_alone(layout, tmp_path):
    folder, expected = layout
    options = BuildOptions(**expected.options)
    for scenario in ("cold", "source"):
        make_context(folder, scenario, tmp_path / scenario, {}, {}, options=options)
    files = {path.as_posix() for path in map_files(tmp_path / "source")}
    assert files == {path.as_posix() for path in map_files(tmp_path / "cold")}
    changed = {
        name
        for name in files
        if (tmp_path / "source" / name).read_bytes() != (tmp_path / "cold" / name).read_bytes()
    }
    assert changed == {expected.source[0]}


def map_files(folder):
    return [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]


# a RUN -> the list that it reads, of those that are there
READ = {
    "<<EOF\nset -e\nuv sync\nEOF": "pyproject.toml",
    "--mount=type=cache,target=/c <<'EOF' bash\npip install -r b/reqs.txt\nEOF": "b/reqs.txt",
    "cat <<EOF >x\nnpm ci\nEOF": None,
    "cd b && npm ci --omit=dev": "b/package.json",
    "npm --prefix b install": "b/package.json",
    "npm install -g pnpm": None,
    "pip install poetry && poetry install": "pyproject.toml",
    "pip3 install --no-cache-dir -rb/reqs.txt": "b/reqs.txt",
    "python -m pip install --requirement=b/reqs.txt": "b/reqs.txt",
    "sh -c 'cargo build --release'": "Cargo.toml",
    "cargo install cargo-chef": None,
    "go install example.com/tool@latest": None,
    "apt-get install -y cargo npm": None,
    "set -ex; if true; then mvn -f b/pom.xml package; fi": "b/pom.xml",
    "uv pip install --system -e ./b": "b/pyproject.toml",
}


@pytest.mark.parametrize("run", READ)
def test_the_list_is_the_one_that_a_step_reads(run, tmp_path):
    names = ["package.json", "pyproject.toml", "Cargo.toml", "pom.xml", "go.mod", "reqs.txt"]
    for name in [*names, *(f"b/{name}" for name in names)]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "Dockerfile").write_text(f"FROM a\nWORKDIR /w\nCOPY . .\nRUN {run}\n")
    planned = plan_changes(tmp_path).set_index("scenario").loc["dependency"]
    known = not planned["why"].startswith("no step is known")
    assert (planned["file"] if known else None) == READ[run]


def test_git_tells_which_of_the_files_of_the_deepest_layer_changes_most(tmp_path):
    folder = write(tmp_path, LAYOUTS["npm, all copied last"])
    (folder / "src" / "zebra.js").write_text("1\n")
    git(folder, "init", "-q")
    # what is copied earlier changes most of all, and is no source file
    for number in range(3):
        (folder / "package.json").write_text(f'{{"n": {number}}}')
        (folder / "src" / "zebra.js").write_text(f"{number // 2}\n")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "x")
    planned = plan_changes(folder).set_index("scenario")
    assert planned.loc["source", "file"] == "src/zebra.js"
    assert "it changed in 2 of the newest commits" in planned.loc["source", "why"]


def git(folder, *words):
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def test_a_file_that_is_named_wins_where_the_build_takes_it(tmp_path):
    folder = write(tmp_path, LAYOUTS["ignored and generated files"])
    chosen = plan_changes(folder, source_file="vendor/keep.js", dependency_file="src/z.js")
    assert chosen["file"].dropna().tolist() == ["vendor/keep.js", "src/z.js", "Dockerfile"]
    with pytest.raises(ContextError, match="SOURCE_FILE=dist/a.js is no file .* leaves it out"):
        plan_changes(folder, source_file="dist/a.js")
    with pytest.raises(ContextError, match="has no file gone.js: SOURCE_FILE must be its path"):
        plan_changes(folder, source_file="gone.js")


def test_a_frame_of_four_columns_has_every_scenario(tmp_path):
    planned = plan_changes(write(tmp_path, LAYOUTS["maven"]))
    assert planned.columns.tolist() == ["scenario", "file", "instruction", "why"]
    assert planned["scenario"].tolist() == list(SCENARIOS)
    assert planned.iloc[-1].tolist()[:3] == ["base", "Dockerfile", "FROM maven:3 AS build"]
    assert planned.loc[planned["scenario"].isin(["cold", "unchanged"]), "file"].isna().all()


def test_positions_are_those_of_a_log(tmp_path):
    text = (
        "FROM a AS x\nWORKDIR /w\nENV A=1\nCOPY a .\nFROM x AS y\nRUN b\nFROM scratch\n"
        "COPY --from=y /w /w\n"
    )
    (tmp_path / "Dockerfile").write_text(text)
    found = [(each.stage, each.position, each.depth) for each in BuildTree(tmp_path).layers]
    places = [("x", 1, 1), ("x", 2, 2), ("x", 3, 3), ("y", 1, 4), ("stage-2", 1, 5)]
    assert found == places


READERS = {
    "a.json": json.loads,
    "Cargo.toml": tomllib.loads,
    "pom.xml": minidom.parseString,
    "a.py": lambda text: compile(text, "a.py", "exec"),
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_changed_file_is_still_one_of_its_kind(name, end, tmp_path):
    path = tmp_path / name
    path.write_text((TEXTS.get(path.suffix, "x = 1\n")).rstrip("\n") + end)
    before = path.read_bytes()
    edit_file(path)
    assert path.read_bytes() != before
    READERS[name](path.read_text())


def test_a_file_of_php_stays_one(tmp_path):
    for text, added in {"<?php\n$a = 1;\n": "// changed", "<?php ?>\n": "<?php // changed"}.items():
        (tmp_path / "a.php").write_text(text)
        edit_file(tmp_path / "a.php")
        assert (tmp_path / "a.php").read_text() == f"{text}{added}\n"
    assert find_edit("photo.jpg") is None
