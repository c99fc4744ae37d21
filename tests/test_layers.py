"""Who may import whom, read from the sources: downward, by the face of a room, at one address."""

import ast
import functools
import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# from the bottom up: a room imports from lower floors, and inside itself, and from nowhere else
FLOORS = [
    {"redaction", "visible"},
    {"errors", "outputs", "rows", "shipped", "times"},
    {"languages"},
    {"words"},
    {"logs", "registry", "workload"},
    {"prose.template", "specs", "store"},
    {"aws", "records"},
    {"doctor", "lab", "past_builds"},
    {"measures.compare"},
    {"measures.model"},
    {"measures.caching", "measures.seconds", "measures.storage"},
    {"measures.money", "measures.past"},
    {"measures"},
    {"results"},
    {"experiment"},
    {"answers"},
    {"charts", "codebuild", "prose"},
    {"claims"},
    {"reports", "widgets"},
    {"commands"},
    {"__main__"},
]
# what takes long to import or is easily tied into knots, and the rooms that may use it
HEAVY = {
    "matplotlib": {"charts"},
    "scipy": {"measures.compare", "measures.model", "measures.past", "measures.seconds"},
    "IPython": {"charts", "reports"},
    "ipywidgets": {"widgets"},
    "papermill": {"reports"},
    "nbclient": {"reports"},
    "nbconvert": {"reports"},
    "docker": {"lab"},
    "loky": {"store"},
    "distributed": {"store"},
    "duckdb": {"store"},
    "boto3": {"aws"},
    "botocore": {"aws"},
}


def name_module(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_module(path): path for path in sorted((ROOT / "analysis").rglob("*.py"))}
FACES = {module: path.with_suffix(".pyi") for module, path in MODULES.items()}
FACES = {module: path for module, path in FACES.items() if path.exists()}
ROOMS = {name for floor in FLOORS for name in floor}


def list_imports(source):
    """(module, name) of all that a source imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports say the whole name"
            yield from ((node.module, alias.name) for alias in node.names)


def list_modules(source):
    """The modules that a source imports from, a room for what its face gives."""
    for module, name in list_imports(source):
        full = f"{module}.{name}"
        yield full if full in MODULES and name not in list_face(module) else module


@functools.cache
def list_face(module):
    """The names that a package's stub gives from modules of its own, which win over modules."""
    if module not in FACES:
        return set()
    found = ast.parse(FACES[module].read_text()).body
    return {a.name for n in found if isinstance(n, ast.ImportFrom) and n.module for a in n.names}


IMPORTS = {module: set(list_modules(path.read_text())) for module, path in MODULES.items()}


def find_room(module):
    """The room that a module lies in: the longest of ROOMS that its name begins with."""
    name = module.partition(".")[2]
    while name and name not in ROOMS:
        name = name.rpartition(".")[0]
    return name


def find_floor(room):
    return next(height for height, rooms in enumerate(FLOORS) if room in rooms)


def breaks_rule(module, imported):
    """Whether a module of a room may not import that: it is no lower room's face."""
    room, other = find_room(module), find_room(imported)
    if imported.split(".")[0] != "analysis" or room == other:
        return False
    return find_floor(other) >= find_floor(room) or imported != f"analysis.{other}"


def test_every_module_lies_in_a_room():
    homeless = {module for module in MODULES if not find_room(module)}
    assert homeless == {"analysis"}, "give a new room its place in FLOORS"


def test_imports_go_downward_and_to_faces_only():
    wrong = [
        f"{module} imports {imported}"
        for module in MODULES
        if module != "analysis"
        for imported in IMPORTS[module]
        if breaks_rule(module, imported)
    ]
    assert wrong == []


def test_the_rule_would_notice_an_upward_import_and_one_past_a_face():
    assert breaks_rule("analysis.logs.agent", "analysis.measures")
    assert breaks_rule("analysis.charts.times", "analysis.reports")
    assert breaks_rule("analysis.records.runs", "analysis.logs.frames")
    assert breaks_rule("analysis.measures.money.month", "analysis.measures.compare.comparison")
    assert not breaks_rule("analysis.measures.money.month", "analysis.measures.compare")
    assert not breaks_rule("analysis.logs.agent", "analysis.logs.frames")
    assert set(list_modules("def f():\n    from analysis import logs")) == {"analysis.logs"}


def list_names(source):
    """The names that a source defines, calls or looks up."""
    for node in ast.walk(ast.parse(source)):
        for key in ("name", "id", "attr"):
            if isinstance(name := getattr(node, key, None), str):
                yield name


def opens_or_says(source):
    """What in a source opens a file or says a sentence."""
    names = {name for name in list_names(source) if name in FILES or name.startswith("say_")}
    own = {name.partition(".")[0] for name in list_modules(source)} & FILES
    return sorted((names - WORDS) | own)


# what opens files; and what says one number as text, which labels may
FILES = {"Path", "gzip", "io", "json", "open", "pathlib", "read_bytes", "read_csv", "read_text"}
WORDS = {"say_seconds", "say_share", "say_n"}


def test_measures_open_no_file_and_say_no_sentence():
    sources = {
        module: path.read_text() for module, path in MODULES.items() if ".measures" in module
    }
    wrong = {module: found for module, text in sources.items() if (found := opens_or_says(text))}
    assert wrong == {}
    assert opens_or_says("import gzip\ndef say_x():\n    return open('x')") == [
        "gzip",
        "open",
        "say_x",
    ]


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


def run_script(script):
    """The words that a script prints in an interpreter of its own."""
    command = [sys.executable, "-c", script]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return result.stdout.split()


@pytest.fixture(scope="module")
def faces():
    """Room -> the names that its face shows and gives, of one interpreter for all."""
    script = f"""
import importlib
for name in {sorted(FACES)}:
    room = importlib.import_module(name)
    [getattr(room, each) for each in dir(room)]
    print(name + ":" + ",".join(dir(room)))
"""
    pairs = (line.split(":") for line in run_script(script))
    return {room: set(filter(None, names.split(","))) for room, names in pairs}


@pytest.mark.parametrize("room", sorted(FACES))
def test_a_face_gives_what_its_stub_says(room, faces):
    stub = ast.parse(FACES[room].read_text())
    named = {a.name for n in stub.body if isinstance(n, ast.ImportFrom) for a in n.names}
    (names,) = [ast.literal_eval(n.value) for n in stub.body if isinstance(n, ast.Assign)]
    assert set(names) == named, "the stub's __all__ and its imports differ"
    assert faces[room] == named


def find_tested(path):
    """The room that a test is of: its folder below tests/rooms; '' for the whole's tests."""
    below = path.relative_to(ROOT / "tests").parts[:-1]
    return ".".join(below[1:]) if below[:1] == ("rooms",) else ""


def test_only_the_tests_of_a_room_use_its_inside():
    wrong = [
        f"{path.relative_to(ROOT)} uses {imported}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for imported in set(list_modules(path.read_text()))
        if imported.startswith("analysis.")
        and find_room(imported)
        and imported != f"analysis.{find_room(imported)}"
        and find_room(imported) != find_tested(path)
    ]
    assert wrong == []


@pytest.mark.parametrize("package", HEAVY)
def test_a_heavy_package_has_one_address(package):
    users = {
        find_room(module)
        for module, imported in IMPORTS.items()
        if any(name.split(".")[0] == package for name in imported)
    }
    assert users <= HEAVY[package]


def list_clients(source):
    """The lines of a source on which a client of AWS's is made, or asked for pages."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    methods = [call for call in calls if isinstance(call.func, ast.Attribute)]
    return [call.lineno for call in methods if call.func.attr in {"client", "get_paginator"}]


def test_requests_to_aws_are_made_where_its_client_is():
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for module, path in MODULES.items()
        if find_room(module) not in HEAVY["boto3"]
        for line in list_clients(path.read_text())
    ]
    assert wrong == []


def test_a_request_elsewhere_would_be_noticed():
    assert list_clients('def f(aws):\n    return aws.client("s3").get_object()') == [2]
    assert list_clients("pages = self.logs.get_paginator(name)") == [1]
    assert list_clients("lab.client.containers.list()") == []


LOADED = "; import sys; print(*sys.modules)"


@pytest.mark.parametrize(
    "script",
    [
        "import analysis",
        "import analysis; analysis.read_logs",
        "import analysis; analysis.read_logs('data/lab/runs/docker.cold.01')",
        "import analysis; analysis.read_history('data/lab/runs/docker.*')",
        "import analysis; analysis.read_experiment('data/control')",
    ],
)
def test_reading_loads_nothing_that_builds_judges_draws_or_reports(script):
    loaded = {name.split(".")[0] for name in run_script(script + LOADED)}
    assert "pandas" in loaded or script == "import analysis"
    assert not set(HEAVY) & loaded


def test_judging_loads_no_more_of_scipy_than_it_computes_with():
    script = "import analysis; analysis.compare(analysis.read_experiment('data/control').runs)"
    loaded = set(run_script(script + LOADED))
    assert "scipy.special" in loaded
    assert not {"scipy.stats", "scipy.optimize", "boto3", "matplotlib", "papermill"} & loaded


def list_globals(tree):
    """The names that a module gives at its top: functions, classes, constants."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        for target in targets:
            yield from (each.id for each in ast.walk(target) if isinstance(each, ast.Name))


def list_used(path, package=""):
    """(module, name) of what a source or a stub takes from modules: `from m import n`, `m.n`."""
    tree, modules = ast.parse(path.read_text()), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            levels = package.split(".")[: len(package.split(".")) - node.level + 1]
            module = ".".join([*(levels if node.level else []), *filter(None, [node.module])])
            for alias in node.names:
                modules[alias.asname or alias.name] = f"{module}.{alias.name}"
                yield module, alias.name
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield modules.get(node.value.id, ""), node.attr


def test_names_that_only_their_module_uses_are_underscored():
    used = {pair for path in MODULES.values() for pair in list_used(path)}
    used |= {pair for room, path in FACES.items() for pair in list_used(path, room)}
    # tests may know what they are of, also by its name in a string that they patch
    texts = [path.read_text() for path in (ROOT / "tests").rglob("*.py")]
    texts += [path.read_text() for path in (ROOT / "benchmarks").glob("*.py")]
    words = set(re.findall(r"\w+", " ".join(texts)))
    bare = {
        f"{module}.{name}"
        for module, path in MODULES.items()
        for name in list_globals(ast.parse(path.read_text()))
        if not name.startswith("_") and (module, name) not in used and name not in words
    }
    # what a command line, or a package's face, is called by
    assert {name for name in bare if not name.endswith(".main")} == set()


def list_long(source, module_lines=300, function_lines=40):
    """What is too long to be read at a glance: functions by name, and the module."""
    found = [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= function_lines
    ]
    return found + ["the module"] * (len(source.splitlines()) > module_lines)


def test_modules_and_functions_are_short():
    long = {
        str(path.relative_to(ROOT)): found
        for path in (ROOT / "analysis").rglob("*.py")
        if (found := list_long(path.read_text()))
    }
    assert long == {}


def test_a_long_function_would_be_noticed():
    source = "def long():\n" + "    pass\n" * 40
    assert list_long(source) == ["long"]
    assert list_long(source.replace("    pass\n", "", 1)) == []
