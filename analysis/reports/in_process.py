"""A papermill engine that runs a notebook's cells in this very process, as a kernel would.

Starting a kernel takes seconds, and what one has read, no other knows. This is for processes that
end with their notebook: what its cells change in them stays changed.
"""

import base64
import io
import os
import platform
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, TextIO

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from traitlets import Type
from traitlets.config import Config

IN_PROCESS = "in-process"
# what a kernel says of its language
_LANGUAGE = {
    "name": "python",
    "version": platform.python_version(),
    "mimetype": "text/x-python",
    "file_extension": ".py",
    "pygments_lexer": "ipython3",
    "nbconvert_exporter": "python",
}
# a cell with this tag may fail, as nbclient has it
_MAY_FAIL = "raises-exception"


class _Results(DisplayHook):
    """Makes what a cell's last line gives a result of the cell."""

    shell: "_Shell"

    def write_output_prompt(self) -> None:
        """Nothing: the output has the number."""

    def write_format_data(
        self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None
    ) -> None:
        """Keep a result in all its forms."""
        self.shell.keep("execute_result", format_dict, md_dict, execution_count=self.prompt_count)

    def finish_displayhook(self) -> None:
        """Say that the result is kept."""
        self._is_active = False


class _Displays(DisplayPublisher):
    """Makes what a cell displays an output of the cell."""

    def publish(
        self, data: dict[str, Any], metadata: dict[str, Any] | None = None, *_: Any, **more: Any
    ) -> None:
        """Keep what is displayed in all its forms; anew what is displayed under the same id."""
        name = (more.get("transient") or {}).get("display_id")
        shown = self.shell.shown.get(name) if more.get("update") else None
        if shown is not None:
            shown.update(data=_to_json(data), metadata=metadata or {})
        elif not more.get("update"):
            self.shell.shown[name] = self.shell.keep("display_data", data, metadata)

    def clear_output(self, wait: bool = False) -> None:
        """Forget the cell's outputs."""
        self.shell.outputs.clear()


class _Shell(InteractiveShell):
    """IPython's own shell, with the outputs of one cell after the other."""

    displayhook_class = Type(_Results)
    display_pub_class = Type(_Displays)

    def __init__(self, **settings: Any) -> None:
        self.outputs: list[NotebookNode] = []
        self.shown: dict[str | None, NotebookNode] = {}
        super().__init__(**settings)

    def keep(
        self, kind: str, data: dict[str, Any], metadata: dict[str, Any] | None, **more: Any
    ) -> NotebookNode:
        """The output that was added to the cell's."""
        output = new_output(kind, _to_json(data), metadata=metadata or {}, **more)
        self.outputs.append(output)
        return output

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        """Keep an error as a kernel tells of it."""
        error = new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=stb)
        self.outputs.append(error)

    def run(self, cell: NotebookNode, said: TextIO | None, warned: TextIO | None) -> bool:
        """Run a cell into its outputs; whether it went through."""
        self.outputs = cell.outputs = []
        cell.execution_count = self.execution_count
        streams = _Stream("stdout", self, said), _Stream("stderr", self, warned)
        with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
            return bool(self.run_cell(cell.source, store_history=True).success)


class _Stream(io.TextIOBase):
    """What a cell prints: an output of the cell, and told elsewhere as well if asked for."""

    def __init__(self, name: str, shell: _Shell, other: TextIO | None) -> None:
        self.name, self.shell, self.other = name, shell, other

    def write(self, text: str) -> int:
        """Add to the stream's last output, or begin one."""
        last = self.shell.outputs[-1] if self.shell.outputs else None
        if last is not None and last.get("name") == self.name:
            last.text += text
        elif text:
            self.shell.outputs.append(new_output("stream", name=self.name, text=text))
        if self.other is not None:
            self.other.write(text)
            self.other.flush()
        return len(text)

    def writable(self) -> bool:
        """That it can be written to."""
        return True


def _to_json(data: dict[str, Any]) -> dict[str, Any]:
    """The forms of an output as a notebook keeps them: bytes in base64."""
    return {
        name: base64.b64encode(each).decode("ascii") if isinstance(each, bytes) else each
        for name, each in data.items()
    }


def _start_shell(folder: str) -> _Shell:
    """A fresh shell, known to IPython as the one of this process; it keeps no history."""
    # as a kernel has it: what pyplot draws is shown below its cell
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    InteractiveShell.clear_instance()
    config = Config({"HistoryManager": {"enabled": False}})
    shell: _Shell = _Shell.instance(config=config, ipython_dir=folder)
    return shell


class _InProcess(Engine):
    """The engine: papermill gives it the notebook with its parameters, and tells of its errors."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        stdout_file: TextIO | None = None,
        stderr_file: TextIO | None = None,
        **_: Any,
    ) -> None:
        """Run the cells until one fails; its outputs then hold the error."""
        from tempfile import TemporaryDirectory

        with TemporaryDirectory() as folder:
            shell = _start_shell(folder)
            _run_cells(nb_man, lambda cell: shell.run(cell, stdout_file, stderr_file))
        nb_man.nb.metadata["language_info"] = dict(_LANGUAGE)


def _run_cells(nb_man: NotebookExecutionManager, run: Callable[[NotebookNode], bool]) -> None:
    """Run one cell after the other, and have papermill note how each went."""
    for index, cell in enumerate(nb_man.nb.cells):
        nb_man.cell_start(cell, index)
        fine = cell.cell_type != "code" or run(cell)
        if not (fine or _MAY_FAIL in cell.metadata.get("tags", [])):
            nb_man.cell_exception(cell, cell_index=index)
        nb_man.cell_complete(cell, cell_index=index)
        if nb_man.nb.metadata.papermill["exception"]:
            return


papermill_engines.register(IN_PROCESS, _InProcess)
