"""One fact, one place: a scenario or kind that is added where they are listed is known everywhere,

and no other source spells these lists out.
"""

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.registry import KINDS
from analysis.workload import SCENARIOS

ROOT = Path(__file__).parent.parent
SCENARIO = """Scenario(
    "docs", "a changed text", "those before the texts", {CHANGING: 25}, cold=True
)"""
KIND = 'Kind("chart", "a Helm chart", lambda traits: "helm" in str(traits.artifact_type))'


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the project in which one line of one file each names one more of both."""
    tree = tmp_path_factory.mktemp("tree")
    left_out = shutil.ignore_patterns("__pycache__")
    for name in ("analysis", "benchmarks", "tests"):
        shutil.copytree(ROOT / name, tree / name, ignore=left_out)
    for path in ROOT.iterdir():
        if not path.name.startswith(".") and not (tree / path.name).exists():
            (tree / path.name).symlink_to(path)
    path = tree / "analysis/workload/scenarios.py"
    line = re.search(r"^SEQUENCE = .*\)$", path.read_text(), re.M)[0]
    add(path, line, f"{line[:-1]}, {SCENARIO})")
    add(tree / "analysis/registry/kinds.py", "CACHE, _OTHER)", f"CACHE, {KIND}, _OTHER)")
    return tree


def add(path, old, new):
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def ask(tree, script):
    """What a script prints as JSON, run with the tree's own package."""
    paths = [str(tree), str(tree / "tests"), str(tree / "benchmarks")]
    start = f"import sys, json; sys.path[:0] = {paths!r}\n"
    result = subprocess.run(
        [sys.executable, "-c", start + script], cwd=tree, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


ADDED_SCENARIO = """
import numpy as np
from pathlib import Path
import analysis, simulate_verdicts
from analysis import charts, measures
from analysis.commands.readme import PAGES, find_block, tabulate_scenarios
from analysis.measures.money import MIXES
from analysis.workload import SCENARIOS, derivable, say_commit
from analysis.records import judge_runs
from measured import make_runs, show_build, write_log

assert analysis.__file__.startswith(sys.path[0])
seconds = {name: {"docs": [20.0, 21.0, 22.0]} for name in ("docker", "x")}
runs = make_runs(seconds)
log = write_log(("docker build .", 12.0, show_build(cached=["RUN install"])))
logs = analysis.read_logs({name: log.encode() for name in runs["log"]})
judged = judge_runs(runs, logs.builds, logs.steps)
chart = charts.verdict_matrix(measures.compare(runs))
rng, none = np.random.default_rng(1), np.zeros(len(simulate_verdicts.STRATEGIES))
made = simulate_verdicts.make_runs(rng, "plain", 3, 0.07, none)
print(json.dumps({
    "mix": measures.read_mix("docs 1, source 1"),
    "usual": measures.read_mix("usual"),
    "others": [name for name, text in MIXES.items() if "docs" in text],
    "words": say_commit("docs"),
    "derivable": derivable(Path("deploy")),
    "valid": judged["invalid_reason"].unique().tolist(),
    "labels": [head for head in ("docs",) if f">{head}</th>" in charts.show(chart).data],
    "table": tabulate_scenarios(),
    "page": find_block(PAGES["scenarios"].read_text(), "scenarios"),
    "benchmark": made["scenario"].unique().tolist(),
}))
"""


def test_a_scenario_is_added_in_one_place(tree):
    found = ask(tree, ADDED_SCENARIO)
    assert found["mix"] == {"docs": 0.5, "source": 0.5}
    assert found["usual"]["docs"] == pytest.approx(0.2)
    assert found["others"] == ["mostly changed source files"]
    assert found["words"] == "a changed text"
    assert found["derivable"] == dict.fromkeys([*SCENARIOS, "docs"])
    (reason,) = found["valid"]
    assert "a cold start that had 1 layer from a cache" in reason
    assert found["labels"] == ["docs"]
    row = "| docs | a changed text | those before the texts |"
    assert row in found["table"] and row not in found["page"], "make readme would add it"
    assert found["benchmark"] == [*SCENARIOS, "docs"]


ADDED_KIND = """
import pandas as pd
from analysis import charts, measures
from analysis.commands.readme import tabulate_kinds
from analysis.registry import KINDS, read_images
from measured import make_runs

digest = "sha256:" + "a" * 64
config = {"digest": digest, "mediaType": "application/vnd.cncf.helm.config.v1+json", "size": 1}
manifest = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config}
images = read_images([{"imageDigest": digest}], {digest: json.dumps(manifest)})
runs = make_runs({"docker": {"cold": [20.0]}})
counts = measures.count_entries(runs, images.assign(run=runs["run"].item()))
entries = measures.entries_per_push(counts)
chart = charts.entries_by_kind(entries, kinds=KINDS)
legend = [name for name in KINDS if f">{name}</text>" in charts.show(chart).data]
print(json.dumps({
    "kind": images["kind"].tolist(), "legend": legend,
    "columns": [name for name in counts if name in KINDS], "table": tabulate_kinds(),
}))
"""


def test_a_kind_is_added_in_one_place(tree):
    found = ask(tree, ADDED_KIND)
    assert found["kind"] == found["legend"] == ["chart"]
    assert found["columns"] == [*KINDS[:-1], "chart", KINDS[-1]]
    assert "| chart | a Helm chart |" in found["table"]


NAMES = {"scenarios": set(SCENARIOS), "kinds": set(KINDS)}
LISTED = {"scenarios": "analysis/workload/scenarios.py", "kinds": "analysis/registry/kinds.py"}
SOURCES = [
    path
    for folder in ("analysis", "benchmarks", "deploy", "notebooks", "tests")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".py", ".ipynb")
]


def list_spelled(text, names, enough=3):
    """(line, names) of the collections and texts in a Python source that name some of a list."""
    tree = ast.parse(text)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        told = set()
        if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict):
            each = node.keys if isinstance(node, ast.Dict) else node.elts
            told = {item.value for item in each if isinstance(item, ast.Constant)}
        # docstrings may give an example
        elif isinstance(node, ast.Constant) and id(node) not in prose:
            told = find_listed(str(node.value), names)
        if len(told & names) >= enough:
            yield node.lineno, sorted(told & names)


def find_listed(text, names):
    """The names that stand side by side in a text, with numbers, commas or marks between."""
    name = "|".join(names)
    side_by_side = rf"(?:[`'*]*\b(?:{name})\b[`'*]*[\s\d,:;%|/.]*(?:and |or )?){{3,}}"
    return {each for part in re.findall(side_by_side, text) for each in re.findall(name, part)}


def read_source(path):
    """A module's text, or that of a notebook's cells, prose and comments as strings."""
    if path.suffix == ".py":
        return path.read_text(encoding="utf-8")
    lines = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        text = "".join(cell["source"])
        code = cell["cell_type"] == "code"
        said = [line.partition("#")[2] for line in text.splitlines()] if code else [text]
        lines += [text if code else "", *(f"_ = {each!r}" for each in said)]
    return "\n".join(lines)


@pytest.mark.parametrize("what", NAMES)
def test_nothing_else_spells_a_list_out(what):
    found = {
        path.relative_to(ROOT).as_posix(): list(
            # a test may say what comes out for some
            list_spelled(
                read_source(path),
                NAMES[what],
                len(NAMES[what]) if path.name.startswith("test_") else 3,
            )
        )
        for path in SOURCES
    }
    assert {path: lists for path, lists in found.items() if lists} == {}, LISTED[what]


@pytest.mark.parametrize(
    "text",
    [
        '["cold", "source", "base"]',
        '{"cold": 1, "source": 2, "base": 3}',
        '"unchanged 10, source 70, dependency 15, base 5"',
        '"`cold`, `unchanged` and `source`"',
    ],
)
def test_the_rule_would_notice_a_list(text):
    assert list(list_spelled(f"x = {text}", NAMES["scenarios"]))
    harmless = 'x = "a cold build and a changed source, on its base"'
    assert not list(list_spelled(harmless, NAMES["scenarios"]))
