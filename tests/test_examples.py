"""The public names: what completion shows, and the example that each has, run as written."""

import doctest
import inspect
import subprocess
import sys

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

import analysis
from analysis.results import Experiment

OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
PUBLIC = {name: getattr(analysis, name) for name in dir(analysis)}
MEASURES = {name: getattr(analysis.measures, name) for name in dir(analysis.measures)}


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_has_an_example_that_runs_from_any_folder(
    name, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    text = inspect.getdoc(PUBLIC[name]) or ""
    test = doctest.DocTestParser().get_doctest(text, {"analysis": analysis}, name, None, 0)
    result = doctest.DocTestRunner(optionflags=OPTIONS).run(test)
    assert result.attempted > result.skipped if hasattr(result, "skipped") else result.attempted
    assert result.failed == 0, capsys.readouterr().out


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_says_what_comes_back(name):
    text = inspect.getdoc(MEASURES[name])
    assert text and len(text.splitlines()[0]) > 20


def list_completions(text):
    """What the completer of IPython, with jedi where it is there, offers for `text`."""
    shell = InteractiveShell.instance()
    shell.user_ns["analysis"] = analysis
    with provisionalcompleter():
        found = shell.Completer.completions(text, len(text))
        return {each.text.rsplit(".")[-1] for each in found}


@pytest.mark.parametrize("jedi", [False, True])
def test_completion_shows_the_public_names_alone(jedi):
    shell = InteractiveShell.instance()
    shell.Completer.use_jedi = jedi
    shown = {name for name in list_completions("analysis.") if not name.startswith("__")}
    assert shown == set(dir(analysis))
    assert {"read_experiment", "read_grid"} <= list_completions("analysis.read_")


def test_a_fresh_interpreter_shows_them_too():
    script = "import analysis; analysis.read_logs; print(*dir(analysis))"
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == sorted(PUBLIC)


def test_an_experiment_s_methods_say_what_comes_back():
    methods = {name for name in vars(Experiment) if not name.startswith("_")}
    assert {"compare", "hits", "overheads", "entries", "month", "manifest"} <= methods
    for name in methods - set(Experiment.__dataclass_fields__):
        assert inspect.getdoc(vars(Experiment)[name]), name
