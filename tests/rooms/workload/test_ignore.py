""".dockerignore by BuildKit's rules, and that nothing is looked for where it leaves all out."""

import os

import pytest

from analysis.workload.context_files import context_files
from analysis.workload.contexts import make_context
from analysis.workload.ignore import parse_ignore, read_ignore, walk_files
from analysis.workload.options import BuildOptions

# (lines, paths that are left out, paths that are not)
RULES = {
    "a name is the root's": ("lib", "lib lib/a", "a/lib"),
    "slashes around it": ("/lib/", "lib/a", "a/lib"),
    "any folder": ("**/lib", "lib a/lib a/b/lib/c", "libs a/libs"),
    "all below": ("lib/**", "lib/a lib/a/b", "lib"),
    "between": ("a/**/z", "a/z a/b/z a/b/c/z", "z b/a/z"),
    "a star stays in its folder": ("*/temp*", "a/temp1 a/tempo/b", "temp a/b/temp"),
    "a question mark": ("temp?", "tempa", "temp tempab temp/"),
    "a class": ("[a-c].txt", "a.txt b.txt", "d.txt aa.txt"),
    "a class turned round": ("[^a].txt", "b.txt", "a.txt"),
    "an escaped star": (r"a\*", "a*", "ab"),
    "a dot in a name is none": ("a.b", "a.b", "axb"),
    "taken back": ("*.md\n!README.md", "a.md", "README.md b/a.md"),
    "the last line wins": ("!a\na", "a", "b"),
    "taken back and left out again": ("*\n!src\nsrc/gen", "x src/gen/a", "src src/a"),
    "taken back below what is left out": ("a\n!a/b/c", "a/x a/b/x", "a/b/c a/b/c/d"),
    "taken back anywhere": ("*\n!**/*.py", "a a/b.txt", "a/b.py c.py"),
    "spaces": ("  lib  \n! lib/a", "lib/b", "lib/a"),
    "comments": ("#lib\n #x\n", "#x", "lib #lib"),
    "a byte order mark": ("\ufefflib\n", "lib", "a"),
    "what leads out": ("../a\n./b\nc/../d", "b d", "a c"),
    "of Windows": ("lib\r\n!lib/a\r\n", "lib/b", "lib/a"),
    "a range that is none": ("[z-a]", "[z-a]", "z"),
    "nothing": ("", "", "a"),
}


@pytest.mark.parametrize("name", RULES)
def test_what_is_left_out(name):
    lines, out, kept = RULES[name]
    rules = parse_ignore(lines)
    assert [path for path in out.split() if not rules.leaves_out(path)] == []
    assert [path for path in kept.split() if rules.leaves_out(path.rstrip("/"))] == []


@pytest.mark.parametrize("name", RULES)
def test_walking_finds_what_the_rules_let_through(name, tmp_path):
    """Whatever is pruned on the way."""
    names = ["a/b/c/d", "a/b/x.py", "lib/a/z", "src/gen/a", "src/a", "x", "temp1", "a.md", "c.py"]
    for path in names:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    rules = parse_ignore(RULES[name][0])
    assert set(walk_files(tmp_path, rules)) == {n for n in names if not rules.leaves_out(n)}


def test_folders_that_are_left_out_are_not_opened_and_not_copied(tmp_path, monkeypatch):
    source = tmp_path / "app"
    for name in ("node_modules/a/b/c.js", "src/a.js", "build/keep/a.js"):
        (source / name).parent.mkdir(parents=True)
        (source / name).touch()
    (source / "Dockerfile").write_text("FROM a\nCOPY . .\n")
    (source / ".dockerignore").write_text("node_modules\nbuild\n!build/keep\n")
    opened, scan = [], os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: opened.append(str(path)) or scan(path))
    found = context_files(source)
    make_context(source, "source", tmp_path / "made", {}, {})
    assert opened
    assert not [path for path in opened if "node_modules" in path]
    assert [path.as_posix() for path in found] == [
        ".dockerignore",
        "Dockerfile",
        "build/keep/a.js",
        "src/a.js",
    ]
    assert not (tmp_path / "made" / "node_modules").exists()
    assert (tmp_path / "made" / "build" / "keep" / "a.js").exists()


def test_a_dockerfile_has_its_own_ignore_file_and_is_copied_where_it_is_left_out(tmp_path):
    source = tmp_path / "app"
    (source / "docker").mkdir(parents=True)
    (source / "docker" / "a.Dockerfile").write_text("FROM a\nCOPY . .\n")
    (source / "docker" / "a.Dockerfile.dockerignore").write_text("docker\nb.py\n")
    (source / ".dockerignore").write_text("a.py\n")
    for name in "ab":
        (source / f"{name}.py").touch()
    (source / "docker-compose.yml").touch()
    options = BuildOptions(dockerfile="docker/a.Dockerfile")
    assert "a.py" in {path.as_posix() for path in context_files(source, options)}
    make_context(source, "source", tmp_path / "made", {}, {}, options=options)
    made = {p.relative_to(tmp_path / "made").as_posix() for p in (tmp_path / "made").rglob("*.*")}
    assert {"docker/a.Dockerfile", "docker/a.Dockerfile.dockerignore", "docker-compose.yml"} <= made
    assert "b.py" not in made
    assert (tmp_path / "made" / "a.py").read_text() == "# changed\n"


def test_without_an_ignore_file_all_is_seen(tmp_path):
    (tmp_path / "a").touch()
    assert list(walk_files(tmp_path, read_ignore(tmp_path))) == ["a"]
