"""Who may import whom, read from the sources: downward only, heavy packages at one address."""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# from the bottom up: a room imports from lower shelves, and inside itself, and from nowhere else
SHELVES = [
    {"errors", "redaction"},
    {"buildspec", "dockerfile", "recording", "logs", "registry", "tables"},
    {"strategies", "scenarios", "timeline", "validity"},
    {"builders", "runs"},
    {"contexts", "history"},
    {"facts"},
    {"experiment", "measures"},
    {"charts", "estimate"},
    {"cloud"},
    {"notebooks", "pages", "provenance"},
    {"readme", "reports", "rounds"},
    {"control", "history_report", "sweep"},
]
# what takes long to import or is easily tied into knots, and the rooms that may use it
HEAVY = {
    "matplotlib": {"charts"},
    "scipy": {"measures"},
    "IPython": {"charts"},
    "papermill": {"notebooks"},
    "nbclient": {"notebooks"},
    "nbconvert": {"pages"},
    # scenarios reads .dockerignore by the Docker client's own rules
    "docker": {"builders", "scenarios"},
    "boto3": {"builders", "registry"},
    "botocore": {"builders", "registry"},
}


def name_module(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_module(path): path for path in sorted((ROOT / "analysis").rglob("*.py"))}


def list_imports(source):
    """Every module that a source imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports say the whole name"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else node.module for name in names)


IMPORTS = {module: set(list_imports(path.read_text())) for module, path in MODULES.items()}


def find_room(module):
    return module.partition(".")[2].partition(".")[0]


def find_shelf(room):
    return next((height for height, rooms in enumerate(SHELVES) if room in rooms), None)


def breaks_rule(module, imported):
    if imported.split(".")[0] != "analysis" or find_room(module) == find_room(imported):
        return False
    return find_shelf(find_room(imported)) >= find_shelf(find_room(module))


def test_every_module_stands_on_a_shelf():
    homeless = {module for module in MODULES if find_shelf(find_room(module)) is None}
    assert homeless == {"analysis"}, "give a new room its place in SHELVES"


def test_imports_go_downward_only():
    upward = [
        f"{module} imports {imported}"
        for module in MODULES
        if module != "analysis"
        for imported in IMPORTS[module]
        if breaks_rule(module, imported)
    ]
    assert upward == []


def test_the_rule_would_notice_an_upward_import():
    assert breaks_rule("analysis.logs.agent", "analysis.measures")
    assert breaks_rule("analysis.charts", "analysis.reports")
    assert not breaks_rule("analysis.logs.agent", "analysis.logs.frames")
    assert set(list_imports("def f():\n    from analysis import logs")) == {"analysis.logs"}


def test_no_modules_import_each_other_in_a_circle():
    inside = {
        module: {name for name in imported if name in MODULES and name != module}
        # a package and its own modules are one place
        - {module.rpartition(".")[0]}
        for module, imported in IMPORTS.items()
    }
    try:
        TopologicalSorter(inside).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("package", HEAVY)
def test_a_heavy_package_has_one_address(package):
    users = {
        find_room(module)
        for module, imported in IMPORTS.items()
        if any(name.split(".")[0] == package for name in imported)
    }
    assert users <= HEAVY[package]


def test_reading_an_experiment_loads_nothing_that_builds_draws_or_reports():
    script = "import sys, analysis.runs; print(*{name.split('.')[0] for name in sys.modules})"
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not set(HEAVY) & set(result.stdout.split())
