"""Which project runs which buildspec, also those that stand inside of a project."""

from collections.abc import Iterable
from pathlib import Path

from analysis.doctor.hcl import Expression
from analysis.doctor.nodes import BrokenText, Node, read_nodes
from analysis.doctor.projects import Project

_DEFAULT = "buildspec.yml"


def find_inlined(project: Project) -> Node | None:
    """The buildspec in a project's own text, its lines those of the project's file; or None."""
    given = project.buildspec
    if isinstance(given.value, dict):
        return given
    text = given.text()
    if isinstance(text, Expression) or "\n" not in text:
        return None
    try:
        node = read_nodes(text)
    except BrokenText:
        return None
    # JSON has it on one line
    return _shift(node, given.first - 1 if given.first > given.line else None, given.line)


def _shift(node: Node, by: int | None, flat: int) -> Node:
    """The node with its lines moved, or all on the line `flat`."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _shift(item, by, flat) for key, item in value.items()}
    elif isinstance(value, list):
        value = [_shift(item, by, flat) for item in value]
    if by is None:
        return Node(value, flat, flat, folded=True)
    return Node(value, node.line + by, node.first + by, node.folded)


def link_projects(spec: Path, root: Path, projects: Iterable[Project], specs: int) -> list[Project]:
    """The projects that run the buildspec in a file; the only ones where nothing tells."""
    known = list(projects)
    found = [project for project in known if _names(project, spec, root, specs == 1)]
    if not found and specs == 1:
        found = [each for each in known if isinstance(each.buildspec.value, Expression)]
    return found


def _names(project: Project, spec: Path, root: Path, alone: bool) -> bool:
    """Whether a project's source names this buildspec."""
    text = project.buildspec.text()
    if isinstance(project.buildspec.value, dict) or "\n" in text:
        return False
    try:
        own = spec.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        own = spec.name
    if not text:
        return own == _DEFAULT or (alone and spec.name == _DEFAULT)
    return own == text or spec.as_posix().endswith(f"/{text.lstrip('./')}")
