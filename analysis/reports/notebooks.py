"""Notebooks executed by papermill, and what there is to say when one fails."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from analysis import errors
from analysis.errors import ReportError
from analysis.languages import get_language, speaking, translate
from analysis.records import writing_errors
from analysis.redaction import redact_values
from analysis.reports.writing import make_folder, write_text
from analysis.shipped import NOTEBOOKS, in_checkout
from analysis.store import FORKS

BUILD = NOTEBOOKS / "1-build.ipynb"
HISTORY = NOTEBOOKS / "history.ipynb"
# an error of ours says what to do; any other is told by where it happened
_OWN_ERRORS = {name for name in vars(errors) if name.endswith("Error")} | {"UnknownName"}
# the parameter of a notebook that speaks
_SPEAKS = 'language: str = "{}"'
# papermill tells of each notebook it opens and writes
logging.getLogger("papermill").setLevel(logging.WARNING)


class NotebookFailed(ReportError):
    """A notebook that failed; `error` is the class name of what it raised.

    `reason`: what an error of ours says, which needs no notebook to be understood; else "".
    """

    def __init__(self, message: str, error: str, reason: str = "") -> None:
        super().__init__(message)
        self.error, self.reason = error, reason

    def __reduce__(self) -> tuple[type, tuple[str, str, str]]:
        return type(self), (str(self), self.error, self.reason)


def list_analyses(folder: Path = NOTEBOOKS) -> list[Path]:
    """The notebooks that read an experiment, in the order of their names."""
    others = {BUILD.name, HISTORY.name}
    return sorted(path for path in folder.glob("*.ipynb") if path.name not in others)


def choose_engine() -> str | None:
    """What runs the cells of a notebook in a process of its own: that process, or a kernel.

    The former where processes are forked: then it may change the process as it likes.
    """
    if not FORKS:
        return None
    from analysis.reports.in_process import IN_PROCESS

    return IN_PROCESS


def run_notebook(
    notebook: Path,
    parameters: dict[str, Any],
    output: Path | None = None,
    show: bool = False,
    engine: str | None = None,
) -> NotebookNode:
    """The executed notebook, written to `output` cell by cell; NotebookFailed when a cell fails,

    RecordError on a full disk. Its prose is in the language of its parameter, else in that of this
    process. With `show` what its cells print is printed here as well. `engine`: papermill's name
    of what runs the cells, a kernel without one.
    """
    try:
        with _writing(output):
            executed = _execute(notebook, parameters, output, show, engine)
            with speaking(parameters.get("language", "")):
                translate_prose(executed)
            if output is not None:
                nbformat.write(executed, output)
            return executed
    except PapermillExecutionError as error:
        reason = error.evalue if error.ename in _OWN_ERRORS else ""
        said = _explain_failure(notebook, parameters, error)
        raise NotebookFailed(said, error.ename, reason) from error
    except DeadKernelError as error:
        raise NotebookFailed(say_stopped(notebook), "DeadKernelError") from error


@contextmanager
def _writing(output: Path | None) -> Iterator[None]:
    """Leaves a notebook written in the block without secrets, also one that failed. RecordError."""
    if output is None:
        yield
        return
    make_folder(output.parent)
    with writing_errors(output.parent):
        try:
            yield
        finally:
            if output.is_file():
                _redact(output)


def _redact(output: Path) -> None:
    """Take secrets out of a notebook, or remove it where that can't be done, as on a full disk."""
    try:
        notebook = json.loads(output.read_text("utf-8", "replace"))
    except ValueError:
        # cut off while it was written, which has been told
        output.unlink()
        return
    try:
        write_text(output, f"{json.dumps(redact_values(notebook), indent=1)}\n")
    except BaseException:
        output.unlink()
        raise


def say_stopped(notebook: Path) -> str:
    """That the process in which a notebook ran has ended."""
    return f"{notebook.name} was stopped: its Python process ended (out of memory?)."


def _execute(
    notebook: Path, parameters: dict[str, Any], output: Path | None, show: bool, engine: str | None
) -> NotebookNode:
    """The executed notebook, as of run_notebook; what papermill raises when a cell fails."""
    return papermill.execute_notebook(
        str(notebook),
        None if output is None else str(output),
        parameters,
        engine_name=engine,
        kernel_name="python3",
        # seconds; several kernels start at once, on a machine that may be busy
        start_timeout=300,
        iopub_timeout=120,
        progress_bar=False,
        stdout_file=sys.stdout if show else None,
        stderr_file=sys.stderr if show else None,
        # what a kernel tells of its own sockets; errors of cells come by another way
        extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
    )


def _explain_failure(
    notebook: Path, parameters: dict[str, Any], error: PapermillExecutionError
) -> str:
    """One sentence or two: the notebook, its cell, the error and the cure."""
    # papermill adds a cell when it sets parameters; the reader counts from 1
    number = error.cell_index + (0 if parameters else 1)
    where = f"{notebook.name}, cell {number} ({error.source.strip().splitlines()[0]})"
    if error.ename in _OWN_ERRORS:
        return f"{where}: {error.evalue}"
    values = ", ".join(f"{name} = {value!r}" for name, value in parameters.items())
    return (
        f"{where} failed with {error.ename}: {error.evalue}. "
        f"Open the notebook ({say_opening(notebook)}), set {values} and run its cells to see where."
    )


def translate_prose(notebook: NotebookNode) -> None:
    """Have a notebook's text cells speak the language of this process."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = translate(cell.source)


def write_notebooks(folder: Path) -> list[Path]:
    """The analyses as copies in `folder`: their text, and what they show, in this language.

    A copy that is there stays as it is, for it may have been changed. RecordError on a full disk.
    """
    make_folder(folder)
    written = []
    for path in [*list_analyses(), HISTORY]:
        written.append(folder / path.name)
        if written[-1].exists():
            continue
        notebook = nbformat.read(path, as_version=4)
        translate_prose(notebook)
        for cell in notebook.cells:
            if "parameters" in cell.metadata.get("tags", []):
                cell.source = cell.source.replace(
                    _SPEAKS.format(""), _SPEAKS.format(get_language())
                )
        write_text(written[-1], f"{nbformat.writes(notebook).rstrip()}\n")
    return written


def say_opening(notebook: Path) -> str:
    """The command that opens a notebook."""
    return "make jupyter" if in_checkout() else f"jupyter lab {notebook}"


def read_title(notebook: Path) -> str:
    """The text of a notebook's first heading, its file's name without one."""
    try:
        cells = nbformat.read(notebook, as_version=4).cells
    except (OSError, ValueError) as error:
        raise ReportError(f"{notebook} is not a notebook ({error}): restore it.") from error
    prose = "\n".join(translate(cell.source) for cell in cells if cell.cell_type == "markdown")
    headings = [line for line in prose.splitlines() if line.startswith("# ")]
    return headings[0].lstrip("# ").strip() if headings else notebook.stem
