"""What a commit changes in a Dockerfile itself: one of its instructions."""

from pathlib import Path

from analysis.errors import ContextError
from analysis.workload.changes import Change
from analysis.workload.context_files import read_text, write_text
from analysis.workload.dockerfile import list_instructions
from analysis.workload.tree import BuildTree

_CHANGE = " # changed"


def choose_instruction(tree: BuildTree) -> Change | None:
    """The Dockerfile, for the RUN of it that a commit edits; null without one.

    The middle one of those in shell form. What is a list, has a heredoc or is read by another
    shell than sh can't bear a comment.
    """
    text = tree.text
    found = _locate(text)
    if found is None:
        return None
    line = text.count("\n", 0, found[0]) + 1
    layers = tuple(each for each in tree.layers if each.line == line)
    why = "it is the middle one of the RUN instructions in shell form"
    return Change(tree.outside(tree.options.dockerfile), layers, why)


def change_instruction(context: Path, change: Change) -> None:
    """Add a comment to a RUN, so that it is another instruction; ContextError without one."""
    path = context / change.file
    text = read_text(path)
    found = _locate(text)
    if found is None:
        raise ContextError(f"{path} has no RUN to edit: give it by REPLACEMENTS/dockerfile.")
    end = found[1]
    write_text(path, text[:end] + _CHANGE + text[end:])


def _locate(text: str) -> tuple[int, int] | None:
    """(begin, end) in a Dockerfile's text of the RUN that a commit edits."""
    lines = list(list_instructions(text))
    if any(line.split(None, 1)[0].upper() == "SHELL" for _, line in lines if line.strip()):
        return None
    runs = [(start, line) for start, line in lines if _bears(line)]
    if not runs:
        return None
    start, line = runs[(len(runs) - 1) // 2]
    return start + len(line) - len(line.lstrip()), start + len(line.rstrip())


def _bears(line: str) -> bool:
    """Whether an instruction is a RUN at whose end sh reads a comment."""
    word, _, rest = line.strip().partition(" ")
    command = next((each for each in rest.split() if not each.startswith("--")), "[")
    return word.upper() == "RUN" and "<<" not in rest and not command.startswith("[")
