"""The frame: one list of dependencies said in three places, locks that are whole, a Makefile."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
BACKEND = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
LOCKS = {
    "requirements.lock": [],
    "requirements-test.lock": PROJECT["optional-dependencies"]["test"],
}
# what installs them
INSTALLER = "requirements-uv.lock"
# the same package by the name that conda-forge gives it
CONDA_NAMES = {"docker": "docker-py", "duckdb": "python-duckdb"}
# a file that names an index or a mirror works in one place only; in parts, so that this one may
INDEXES = [
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("deb", "debian", "org"),
    ("proxy", "golang", "org"),
    ("npmjs", "org"),
    ("crates", "io"),
    ("repo1", "maven", "org"),
]
UNWANTED = [".".join(parts) for parts in INDEXES] + [str(ROOT)]
OPTIONS = [f"--{name}-{kind}" for name, kind in [("index", "url"), ("find", "links")]]


def tracked_files():
    """Text files that are or would be committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("not a git checkout: there is no list of its files")
    paths = [
        ROOT / name for name in listed.stdout.splitlines() if name != "tests/test_packaging.py"
    ]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()]


def parse_bounds(requirements):
    return {
        canonicalize_name(requirement.name): str(requirement.specifier)
        for requirement in map(Requirement, requirements)
    }


def test_conda_gets_the_same_names_and_bounds():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    named = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    conda = parse_bounds(named)
    assert conda.pop("python") == PROJECT["requires-python"]
    conda.pop("pip")
    ours = parse_bounds(PROJECT["dependencies"])
    assert conda == {CONDA_NAMES.get(name, name): bounds for name, bounds in ours.items()}
    assert environment["channels"] == ["conda-forge", "nodefaults"]


def read_lock(name):
    """Requirement -> its hashes."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    split = [line.split("--hash=") for line in lines]
    return {Requirement(first.strip()): [part.strip() for part in rest] for first, *rest in split}


@pytest.mark.parametrize("name", [*LOCKS, INSTALLER])
def test_a_lock_pins_every_package_with_hashes(name):
    for requirement, hashes in read_lock(name).items():
        assert [part.operator for part in requirement.specifier] == ["=="], requirement
        assert hashes, requirement
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", value) for value in hashes)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_what_the_project_asks_for(name):
    locked = {}
    for requirement in read_lock(name):
        (pin,) = requirement.specifier
        locked.setdefault(canonicalize_name(requirement.name), []).append(pin.version)
    for wanted in map(Requirement, [*PROJECT["dependencies"], *LOCKS[name], *BACKEND]):
        versions = locked.get(canonicalize_name(wanted.name))
        assert versions, f"{wanted} is not in {name}: run make lock"
        assert all(wanted.specifier.contains(version) for version in versions), "run make lock"


def test_both_locks_agree():
    # what a package of the tests needs everywhere, the package itself may need on some systems
    run, test = ({(each.name, each.specifier) for each in read_lock(name)} for name in LOCKS)
    assert run <= test


def test_no_file_names_a_package_index_or_a_path_of_this_machine():
    for path in tracked_files():
        text = path.read_text(errors="replace")
        assert not [word for word in UNWANTED if word in text], path.relative_to(ROOT)


@pytest.mark.parametrize("name", [*LOCKS, INSTALLER])
def test_a_lock_says_nothing_of_where_packages_come_from(name):
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not [option for option in OPTIONS if option in text]


def test_make_help_lists_every_target():
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    makefile = (ROOT / "Makefile").read_text()
    phony, aliases = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    for alias in aliases.split():
        assert re.search(rf"^{alias}: ({phony.replace(' ', '|')})$", makefile, re.MULTILINE), alias
    for target in phony.split():
        assert re.search(rf"^make {target} +\w", listed.stdout, re.MULTILINE), target


@pytest.mark.parametrize("target", ["report", "test", "experiment", "jupyter", "lab-down"])
def test_each_target_prepares_its_own_environment(target, tmp_path):
    planned = subprocess.run(
        ["make", "--dry-run", target, f"VENV={tmp_path}/new"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    steps = [
        "-m venv",
        "--require-hashes -r requirements.lock",
        "--no-deps",
        f"{tmp_path}/new/bin/",
    ]
    assert [planned.find(step) >= 0 for step in steps] == [True] * 4
    assert planned.index(steps[0]) < planned.index(steps[1]) < planned.index(steps[2])


def test_an_old_python_is_refused_with_the_cure(tmp_path):
    old = tmp_path / "python"
    old.write_text(
        "#!/bin/sh\n"
        'exec python3 -c "import sys; sys.version_info = (3, 9, 1); exec(sys.argv[2])" "$@"\n'
    )
    old.chmod(0o755)
    made = subprocess.run(
        ["make", f"{tmp_path}/new/.ready", f"VENV={tmp_path}/new", f"PYTHON={old}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert made.returncode
    assert "Python 3.11 or newer is needed, this is 3.9: say PYTHON=" in made.stderr
