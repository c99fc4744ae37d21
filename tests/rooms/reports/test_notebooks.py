"""Notebooks are essays that call functions: their form, and how their execution fails."""

import ast
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from papermill import PapermillExecutionError, execute_notebook

from analysis.errors import ReportError
from analysis.reports.notebooks import (
    BUILD,
    NOTEBOOKS,
    NotebookFailed,
    list_analyses,
    read_title,
    run_notebook,
)

ALL = sorted(NOTEBOOKS.glob("*.ipynb"))
NOT_IN_A_NOTEBOOK = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.ClassDef,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.If,
    ast.Try,
    ast.With,
)
each_notebook = pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
each_analysis = pytest.mark.parametrize("path", list_analyses(), ids=lambda path: path.stem)


def read_cells(path, kind="code"):
    return [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == kind]


def parameter_cells(path):
    return [cell for cell in read_cells(path) if "parameters" in cell.metadata.get("tags", [])]


def test_the_set_is_whole():
    assert [path.stem for path in ALL] == [
        "1-build",
        "2-hits",
        "3-overheads",
        "4-images",
        "5-verdict",
        "6-trust",
        "history",
    ]


@each_notebook
def test_a_notebook_is_valid_and_says_python3(path):
    notebook = nbformat.read(path, 4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"


@each_notebook
def test_a_notebook_is_committed_without_results(path):
    for cell in read_cells(path):
        assert cell.outputs == []
        assert cell.execution_count is None
    assert "papermill" not in nbformat.read(path, 4).metadata


@each_notebook
def test_cells_are_short_and_hold_no_logic(path):
    for cell in read_cells(path):
        lines = len(cell.source.splitlines())
        assert lines <= 8 or cell in parameter_cells(BUILD), cell.source
        banned = [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, NOT_IN_A_NOTEBOOK)]
        assert banned == [], cell.source


@each_notebook
def test_a_notebook_is_an_essay(path):
    prose, code = read_cells(path, "markdown"), read_cells(path)
    assert nbformat.read(path, 4).cells[0].source.startswith("# ")
    assert (8 if path == BUILD else 15) <= len(prose) + len(code) <= 30
    assert len(prose) >= len(code) * 0.8


@each_notebook
def test_one_cell_of_typed_and_commented_scalars_is_the_manual(path):
    (cell,) = parameter_cells(path)
    body = ast.parse(cell.source).body
    # what is built has all the settings of an experiment
    assert 1 <= len(body) <= (14 if path == BUILD else 8)
    lines = cell.source.splitlines()
    for statement in body:
        assert isinstance(statement, ast.AnnAssign), "typed"
        # papermill would keep a computed value's default
        assert isinstance(statement.value, ast.Constant), "a scalar"
        assert "  # " in lines[statement.end_lineno - 1], "commented"


@each_analysis
def test_an_analysis_reads_the_recorded_experiment_by_default(path):
    (cell,) = parameter_cells(path)
    defaults = {
        statement.target.id: statement.value.value for statement in ast.parse(cell.source).body
    }
    assert defaults["experiment"] == "data/lab"


def test_papermill_prints_the_build_notebooks_manual():
    result = subprocess.run(
        [sys.executable, "-m", "papermill", "--help-notebook", str(BUILD)],
        capture_output=True,
        text=True,
        check=True,
    )
    for name in ("strategy: str", "scenario: str", "place: str", "rounds: int", "context: str"):
        assert name in result.stdout
    for name in ("replacements: str", "strategies_folder: str"):
        assert name in result.stdout


def last_line(notebook, tmp_path, **parameters):
    """The last line that papermill has to tell of a notebook which fails."""
    given = {name: str(value) for name, value in parameters.items()}
    with pytest.raises(PapermillExecutionError) as failed:
        execute_notebook(NOTEBOOKS / notebook, tmp_path / "out.ipynb", given, progress_bar=False)
    return str(failed.value).strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("notebook", "parameter", "kind", "meant"),
    [
        ("2-hits.ipynb", "scenario", "scenario", "source"),
        ("3-overheads.ipynb", "scenario", "scenario", "source"),
        ("5-verdict.ipynb", "baseline", "strategy among the runs", "docker"),
    ],
)
def test_a_misspelt_name_is_an_error_whose_last_line_helps(
    notebook, parameter, kind, meant, tmp_path
):
    wrong = meant.replace("o", "", 1)
    told = last_line(notebook, tmp_path, experiment="data/control", **{parameter: wrong})
    assert told == f"UnknownName: There is no {kind} {wrong!r}: did you mean {meant!r}?"


@each_analysis
def test_a_folder_that_is_none_is_an_error_whose_last_line_names_it(path, tmp_path):
    told = last_line(path.name, tmp_path, experiment=tmp_path / "none")
    assert told.startswith("RecordError: ") and str(tmp_path / "none") in told
    cells = nbformat.read(tmp_path / "out.ipynb", 4).cells
    errors = [each for cell in cells for each in cell.get("outputs", ()) if "traceback" in each]
    assert errors and all(each.traceback == [told] for each in errors), "no stack is shown"


def write_notebook(path, *sources):
    cells = [new_markdown_cell("Some prose\n\n# Trial: a small one"), *map(new_code_cell, sources)]
    cells[1].metadata.tags = ["parameters"]
    python = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": python}), path)
    return path


def test_a_notebook_is_executed_with_parameters_and_kept(tmp_path):
    path = write_notebook(tmp_path / "one.ipynb", "experiment: str = 'a'", "experiment * 2")
    output = tmp_path / "kept" / "one.ipynb"
    executed = run_notebook(path, {"experiment": "data"}, output)
    assert executed.cells[-1].outputs[0].data["text/plain"] == "'datadata'"
    assert nbformat.read(output, 4).cells[-1].outputs


def test_a_failing_cell_is_told_with_notebook_cell_error_and_cure(tmp_path):
    path = write_notebook(tmp_path / "two.ipynb", "experiment: str = 'a'", "{}['absent']")
    with pytest.raises(NotebookFailed) as caught:
        run_notebook(path, {"experiment": "data"})
    for word in ("two.ipynb", "cell 3", "KeyError", "absent", "make jupyter", "'data'"):
        assert word in str(caught.value)


def test_an_error_of_ours_speaks_for_itself(tmp_path):
    source = "from analysis.errors import EngineError\nraise EngineError('Start Docker.')"
    path = write_notebook(tmp_path / "three.ipynb", "experiment: str = 'a'", source)
    with pytest.raises(NotebookFailed, match=r"three\.ipynb, cell 3 .*: Start Docker\.$") as caught:
        run_notebook(path, {})
    assert caught.value.error == "EngineError"


def test_a_notebook_whose_process_dies_is_told(tmp_path):
    path = write_notebook(tmp_path / "four.ipynb", "x: int = 1", "import os; os._exit(1)")
    with pytest.raises(NotebookFailed, match=r"four\.ipynb was stopped") as caught:
        run_notebook(path, {})
    assert caught.value.error == "DeadKernelError"


def test_a_title_is_the_first_heading_or_the_files_name(tmp_path):
    path = write_notebook(tmp_path / "five.ipynb", "1")
    assert read_title(path) == "Trial: a small one"
    nbformat.write(new_notebook(), path)
    assert read_title(path) == "five"


def test_a_file_that_is_no_notebook_is_named(tmp_path):
    path = Path(tmp_path / "six.ipynb")
    path.write_text("{")
    with pytest.raises(ReportError, match=r"six\.ipynb is not a notebook"):
        read_title(path)


def test_an_executed_notebook_is_kept_without_secrets_also_when_it_fails(tmp_path):
    source = "print('export NPM_TOKEN=8fj3kd02kd9s')\nraise KeyError('db_password=8fj3kd02kd9s')"
    path = write_notebook(tmp_path / "six.ipynb", "source: str = 'a'", source)
    output = tmp_path / "kept.ipynb"
    with pytest.raises(NotebookFailed) as caught:
        run_notebook(path, {"source": "https://me:8fj3kd02kd9s@example.com"}, output)
    assert "8fj3kd02kd9s" not in str(caught.value)
    kept = output.read_text()
    # its own code is the author's: parameters, what it printed and its traceback are not
    assert "me:8fj3kd02kd9s" not in kept and "TOKEN=8fj3kd02kd9s" not in kept
    assert "NPM_TOKEN=REDACTED" in kept and "KeyError" in kept
    nbformat.validate(nbformat.read(output, 4))
