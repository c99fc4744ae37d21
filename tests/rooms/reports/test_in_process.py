"""A notebook run in a process without a kernel has the outputs that a kernel gives it."""

import copy
import os
import signal

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from analysis.reports.in_process import IN_PROCESS
from analysis.reports.notebooks import NotebookFailed, run_notebook
from analysis.store import run_jobs

PYTHON = {"name": "python3", "language": "python", "display_name": "Python 3"}
CELLS = [
    "experiment: str = 'a'",
    "import sys\nprint('said', end=' ')\nprint('so')\nprint('warned', file=sys.stderr)",
    "from IPython.display import HTML, display\n"
    "shown = display(HTML('<b>first</b>'), display_id='x')\n"
    "shown.update(HTML('<b>second</b>'))\nexperiment",
    "import pandas as pd\npd.DataFrame({'n': [1, 2]})",
    "experiment * 2;",
    "print('before')\nHTML('<i>last</i>')",
    "import math\nmath.sqrt(-1)",
    "'never run'",
]


def write_notebook(path, sources):
    cells = [new_markdown_cell("# Trial"), *map(new_code_cell, sources)]
    cells[1].metadata.tags = ["parameters"]
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": PYTHON}), path)
    return path


def fork(path, output=None, show=False):
    """What run_notebook gives, or raises, in a process that runs the cells itself."""

    def run():
        try:
            return run_notebook(path, {"experiment": "data"}, output, show, IN_PROCESS)
        except NotebookFailed as error:
            return error

    (found,) = run_jobs([run], 1)
    return found


def read_outputs(path):
    """The outputs of each cell, without what tells when and where it ran."""
    cells = copy.deepcopy(nbformat.read(path, 4).cells)
    for cell in cells:
        for output in cell.get("outputs", ()):
            output.pop("traceback", None)
    return [(cell.get("execution_count"), cell.get("outputs")) for cell in cells]


def test_cells_have_the_outputs_that_a_kernel_gives_them(tmp_path):
    path = write_notebook(tmp_path / "trial.ipynb", CELLS)
    with pytest.raises(NotebookFailed) as told:
        run_notebook(path, {"experiment": "data"}, tmp_path / "kernel.ipynb")
    error = fork(path, tmp_path / "process.ipynb")
    assert str(error) == str(told.value) and error.error == told.value.error == "ValueError"
    expected = read_outputs(tmp_path / "kernel.ipynb")
    assert read_outputs(tmp_path / "process.ipynb") == expected
    kinds = {output.output_type for _, outputs in expected for output in outputs or ()}
    assert kinds == {"stream", "display_data", "execute_result", "error"}


def test_one_notebook_knows_nothing_of_another(tmp_path):
    first = write_notebook(tmp_path / "a.ipynb", ["x: int = 1", "import math; math.pi = 3; y = 1"])
    second = write_notebook(tmp_path / "b.ipynb", ["x: int = 1", "import math\nmath.pi", "y"])
    fork(first)
    error = fork(second, tmp_path / "out.ipynb")
    assert error.error == "NameError"
    outputs = [cell.get("outputs") for cell in nbformat.read(tmp_path / "out.ipynb", 4).cells]
    assert "3.14159" in str(outputs)


def test_what_cells_print_is_printed_here_where_asked_for(tmp_path, capfd):
    path = write_notebook(tmp_path / "trial.ipynb", ["experiment: str = 'a'", "print('told')"])
    fork(path)
    assert "told" not in capfd.readouterr().out
    fork(path, show=True)
    assert "told" in capfd.readouterr().out


def test_jobs_give_what_they_give_in_their_order_and_none_where_a_process_ends():
    def end():
        os.kill(os.getpid(), signal.SIGKILL)

    jobs = [lambda: "a", end, lambda: "b" * 200_000, lambda: "c"]
    for at_once in (1, 2, 9):
        found = run_jobs(jobs, at_once)
        assert found == ["a", None, "b" * 200_000, "c"]
    assert run_jobs([], 2) == []


def test_a_job_sees_what_is_here_and_leaves_it_as_it_is():
    here = {"n": 1}

    def change():
        here["n"] += 1
        return here["n"]

    assert run_jobs([change, change], 2) == [2, 2] and here == {"n": 1}
