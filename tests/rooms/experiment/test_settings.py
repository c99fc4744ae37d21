"""A setting is one field: option, notebook's parameter, experiment.json and make follow from it."""

import ast
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest

from analysis.errors import SettingError, UnknownName
from analysis.experiment.forms import form, read_whole, split_names
from analysis.experiment.settings import (
    Request,
    Settings,
    list_settings,
    read_parameters,
    read_settings,
    read_variables,
    record_settings,
    write_parameters,
)
from analysis.redaction import redact_values
from analysis.shipped import ROOT, place_folder
from analysis.workload import BuildOptions, Secret


@dataclass(frozen=True)
class WithCores(Request):
    """The settings and one made up."""

    cores: int = field(
        default=4, metadata=form("how many cores a host has", read=read_whole, write=int)
    )


def test_the_notebook_s_parameters_are_the_settings():
    cells = nbformat.read(ROOT / "notebooks" / "1-build.ipynb", 4).cells
    (cell,) = [each for each in cells if "parameters" in each.metadata.get("tags", [])]
    assert cell.source == write_parameters(), "let the cell say what write_parameters() does"


def test_the_parameters_unchanged_are_the_defaults():
    body = ast.parse(write_parameters()).body
    values = {statement.target.id: statement.value.value for statement in body}
    request = read_parameters(values | {"In": [], "_": 3})
    assert request == Request(rounds=1, context=request.context, experiment=request.experiment)
    assert request.context.samefile(ROOT / "deploy")


def test_a_new_field_is_an_option_a_parameter_a_record_and_a_variable_of_make(tmp_path):
    (cores,) = [each for each in list_settings(WithCores) if each.name == "cores"]
    assert cores.option == "--cores"
    assert "cores: int = 4  # how many cores a host has" in write_parameters(WithCores).split("\n")
    assert read_variables({"CORES": "8", "HOME": "/"}, WithCores) == {"cores": "8"}
    request = read_settings({"cores": "8"}, WithCores)
    assert request.cores == 8
    assert record_settings(request)["cores"] == 8
    with pytest.raises(SettingError, match="CORES is 'few': give a whole number from 1 on"):
        read_settings({"cores": "few"}, WithCores)


def test_every_setting_reads_the_text_that_it_writes():
    request = Request(
        rounds=7,
        seed=-2,
        context=ROOT / "deploy",
        strategies_folder=ROOT / "tests",
        replacements=ROOT / "data",
        time_limit=90.5,
        pool=3,
        link="200mbit,20ms",
        arguments={"A": "1", "B": "x=y"},
        strategies=("docker", "buildx-push"),
        scenarios=("cold",),
        place="codebuild",
        experiment=Path("runs/other"),
    )
    values = [(each.name, each.form.write(getattr(request, each.name))) for each in list_settings()]
    texts = {name: str(value) for name, value in values}
    again = read_settings(texts | {"experiment": "runs/other"})
    assert again == Request(**{**vars(request), "experiment": place_folder("runs/other")})


def test_what_is_recorded_is_what_varies_but_is_not_recorded_by_content():
    assert record_settings(Settings(arguments={"A": "1"}, rounds=9)) == {
        "seed": 1,
        "time_limit": 1800.0,
        "pool": 2,
        "link": "codebuild",
        "arguments": {"A": "1"},
    }


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("rounds", "0", "ROUNDS is '0': give a whole number from 1 on"),
        ("rounds", "two", "ROUNDS is 'two'"),
        ("seed", "x", "SEED is 'x': give a whole number"),
        ("time_limit", "-1", "TIME_LIMIT is '-1': give seconds"),
        ("arguments", "A", "ARGUMENTS is 'A': give NAME=value"),
        ("arguments", "=1", "ARGUMENTS is '=1'"),
        ("link", "fast", "LINK is 'fast'"),
    ],
)
def test_a_value_that_cannot_be_read_is_told_with_the_cure(name, text, told):
    with pytest.raises(SettingError, match=told):
        read_settings({name: text})


def test_an_unknown_place_is_told():
    with pytest.raises(UnknownName, match="place 'labb': did you mean 'lab'"):
        read_settings({"place": "labb"})


def test_an_empty_value_is_the_default():
    assert read_settings({"rounds": "", "link": None, "replacements": ""}) == read_settings({})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("all", []),
        ("", []),
        ("docker", ["docker"]),
        ("docker,buildx-push", ["docker", "buildx-push"]),
        (" docker  buildx-push, ", ["docker", "buildx-push"]),
    ],
)
def test_names_come_with_commas_or_blanks_or_as_all(text, names):
    assert split_names(text) == names


def test_a_relative_folder_is_the_projects_wherever_the_kernel_runs(monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    assert place_folder("runs/latest") == Path("runs/latest")
    monkeypatch.chdir(ROOT / "notebooks")
    assert place_folder("runs/latest") == ROOT / "runs" / "latest"
    assert place_folder(str(tmp_path)) == tmp_path


def test_a_project_s_settings_are_read_from_text_and_told_as_options(tmp_path):
    (tmp_path / "services" / "api").mkdir(parents=True)
    (tmp_path / "services" / "api" / "Dockerfile").write_text("FROM a\n")
    request = read_settings(
        {
            "context": str(tmp_path),
            "dockerfile": "services/api/../api/Dockerfile",
            "target": "prod",
            "build_args": 'A=1,B="2,3",C=',
            "secrets": "id=npm,src=.npmrc TOKEN",
            "platform": "linux/arm64",
            "env": "MODE=ci",
            "source_file": "a.py",
            "dependency_file": "b.txt",
        }
    )
    assert request.options == BuildOptions(
        "services/api/Dockerfile",
        "prod",
        {"A": "1", "B": "2,3", "C": ""},
        (Secret("npm", ".npmrc"), Secret("TOKEN", "", "TOKEN")),
        "linux/arm64",
        "a.py",
        "b.txt",
    )
    assert request.env == {"MODE": "ci"}
    texts = {
        each.name: str(each.form.write(getattr(request, each.name))) for each in list_settings()
    }
    assert read_settings(texts) == request


def test_a_dockerfile_may_be_named_from_here_and_must_lie_in_its_context(tmp_path, monkeypatch):
    (tmp_path / "app").mkdir()
    for name in ("app/my.Dockerfile", "other.Dockerfile"):
        (tmp_path / name).write_text("FROM a\n")
    monkeypatch.chdir(tmp_path)
    assert Settings(context="app", dockerfile="app/my.Dockerfile").dockerfile == "my.Dockerfile"
    assert Settings(context="app", dockerfile="my.Dockerfile").dockerfile == "my.Dockerfile"
    with pytest.raises(SettingError, match="other.Dockerfile lies outside CONTEXT=app"):
        Settings(context="app", dockerfile="other.Dockerfile")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("build_args", "A", "BUILD_ARGS is 'A': give NAME=value"),
        ("secrets", "id=a", "SECRETS is 'id=a': give id=NAME,src=FILE"),
        ("secrets", "id=a,src=b,env=C", "SECRETS is"),
        ("platform", "linux/amd64,linux/arm64", "PLATFORM is .*: give one platform"),
        ("env", "@gone", "ENV is '@gone': give @FILE with lines NAME=value; gone can't be read"),
        ("env", "CONTEXT=x", "ENV is 'CONTEXT=x': leave CONTEXT out"),
    ],
)
def test_a_project_s_setting_that_cannot_be_read_is_told(name, text, told, monkeypatch):
    monkeypatch.delenv("A", raising=False)
    with pytest.raises(SettingError, match=told):
        read_settings({name: text})
    with pytest.raises(SettingError, match=told):
        Settings(**{name: text})


def test_a_name_alone_takes_the_environment_s_value_and_a_shell_s_own_env_is_none(monkeypatch):
    monkeypatch.setenv("COMMIT", "abc")
    assert read_settings({"build_args": "COMMIT", "env": "/opt/.shrc"}).build_args == {
        "COMMIT": "abc"
    }


def test_variables_come_from_a_file_too(tmp_path):
    (tmp_path / "vars").write_text("# mine\n\nA=1,2\nB=x=y\n")
    assert read_settings({"env": f"@{tmp_path}/vars"}).env == {"A": "1,2", "B": "x=y"}
    (tmp_path / "vars").write_text("no\n")
    with pytest.raises(SettingError, match="in each line of .*, unlike 'no'"):
        Settings(env=f"@{tmp_path}/vars")


def test_no_value_of_a_secret_is_recorded(tmp_path, monkeypatch):
    (tmp_path / "npmrc").write_text("//registry.example/:_authToken=made-up-token-1\n")
    monkeypatch.setenv("TOKEN", "made-up-token-2")
    settings = Settings(
        secrets=[f"id=npm,src={tmp_path}/npmrc", "TOKEN"], env={"DB_PASSWORD": "p4ss"}
    )
    recorded = record_settings(settings)
    assert recorded["secrets"] == f"id=npm,src={tmp_path}/npmrc id=TOKEN,env=TOKEN"
    assert "made-up" not in repr(recorded)
    assert "p4ss" not in repr(redact_values(recorded))
    assert settings.read_hidden() == [
        "//registry.example/:_authToken=made-up-token-1\n",
        "made-up-token-2",
        "p4ss",
    ]
    monkeypatch.delenv("TOKEN")
    with pytest.raises(SettingError, match="TOKEN, which is not set: export TOKEN"):
        settings.read_hidden()
