"""Strategies written from a buildspec of the user's own: chosen, asked about, and kept."""

from pathlib import Path

import pytest

from analysis.errors import BuildspecError, SettingError, UnknownName
from analysis.experiment import Settings, read_diff, read_settings
from analysis.experiment.asked import check_given, say_lacking
from analysis.experiment.own import find_project, keep_own
from analysis.experiment.plan import choose_from
from analysis.workload import load_strategies, make_context, plan_changes

SPEC = """\
version: 0.2
env:
  parameter-store: {TOKEN: /app/token}
  secrets-manager: {PASSWORD: "app:password"}
phases:
  install: {runtime-versions: {python: 3.12}}
  build:
    commands:
      - docker build -t $ECR_REPOSITORY_URI/$NAME:$TAG services/api
      - docker push $ECR_REPOSITORY_URI/$NAME:$TAG
      - make image
"""
GIVEN = {"TOKEN": "t", "PASSWORD": "p", "NAME": "app", "ECR_REPOSITORY_URI": "r", "TAG": "v1"}


@pytest.fixture
def path(tmp_path):
    (tmp_path / "services/api").mkdir(parents=True)
    (tmp_path / "Makefile").write_text("image:\n\tdocker build .\n")
    (tmp_path / "buildspec.yml").write_text(SPEC)
    return tmp_path / "buildspec.yml"


def choose(path, names=(), env=GIVEN, said=None):
    settings = Settings(buildspec=path, env=env)
    return choose_from(names, settings, (said if said is not None else []).append)


def test_strategies_are_those_that_can_be_written_and_the_rest_is_told(path):
    said = []
    chosen = choose(path, said=said)
    assert {"docker", "registry-cache", "registry-cache-push"} <= {each.name for each in chosen}
    assert all(each.in_context for each in chosen)
    assert "strategy docker-driver-cache-to is left out: its builds are to fail" in said
    assert any(line.startswith("can't be rewritten: line 11: make image") for line in said)
    assert any("python 3.12 (runtime-versions)" in line for line in said)
    (one,) = choose(path, ["registry-cache"])
    assert "ref=$ECR_REPOSITORY_URI/$NAME:cache" in one.buildspec.text


def test_a_name_that_cannot_be_written_says_why(path):
    with pytest.raises(BuildspecError, match="docker-driver-cache-to can't be written from .*fail"):
        choose(path, ["docker-driver-cache-to"])
    with pytest.raises(UnknownName, match="did you mean 'registry-cache'"):
        choose(path, ["registry-cahe"])


def test_what_the_lab_cannot_give_is_asked_for_once(path):
    with pytest.raises(SettingError) as error:
        choose(path, env={"TAG": "v1"})
    assert str(error.value) == (
        f"{path} takes TOKEN, PASSWORD from Parameter Store or Secrets Manager and names images by "
        "ECR_REPOSITORY_URI, NAME, which nothing in it sets: give each, ENV='NAME=value,…' (a name "
        "alone takes its value from this shell), or ENV=@FILE with a file of NAME=value lines."
    )


def test_windows_is_no_host_of_the_lab(path):
    path.write_text(SPEC.replace("env:\n", "env:\n  shell: powershell.exe\n"))
    with pytest.raises(SettingError, match=r"powershell\.exe .env/shell., and hosts .* are Linux"):
        choose(path)


def test_our_own_strategies_need_nothing():
    strategies = list(load_strategies().values())
    check_given(strategies, {})
    assert all(say_lacking(each.buildspec) == [] for each in strategies)


def test_the_context_is_the_buildspecs_folder_or_a_part_of_it(path):
    settings = Settings(buildspec=path)
    assert settings.context == path.parent
    assert find_project(settings).place == "."
    inner = Settings(buildspec=path, context=path.parent / "services/api")
    project = find_project(inner)
    assert (project.root, project.place) == (path.parent, "services/api")
    assert not project.with_git and find_project(Settings()) is None
    path.write_text(SPEC.replace("make image", "TAG=$(git rev-parse HEAD)"))
    assert find_project(settings).with_git


def test_what_was_written_is_kept_with_its_diff(path, tmp_path):
    keep_own(Settings(buildspec=path, env=GIVEN), tmp_path / "experiment")
    assert "+      - docker buildx create --use" in read_diff(
        tmp_path / "experiment", "registry-cache"
    )
    assert read_diff(tmp_path / "experiment", "docker") == ""
    assert read_diff(tmp_path, None) == ""


def test_a_buildspec_is_named_by_an_option_and_has_to_be_there(path):
    assert read_settings({"buildspec": str(path)}).buildspec == Path(path)
    with pytest.raises(SettingError, match="BUILDSPEC is 'none.yml': give the path of a file"):
        read_settings({"buildspec": "none.yml"})


SERVICES = {
    "compose.yaml": "services:\n  api: {build: ./services/api, image: r:api}\n"
    "  web: {build: {context: ., dockerfile: services/web/Dockerfile}, image: r:web}\n",
    "docker-bake.hcl": 'group "default" { targets = ["api", "web"] }\n'
    'target "api" {\n  context = "services/api"\n  tags = ["r:api"]\n}\n'
    'target "web" {\n  dockerfile = "services/web/Dockerfile"\n  tags = ["r:web"]\n}\n',
    "none": "",
}
COMMANDS = {
    "compose.yaml": "docker compose build",
    "docker-bake.hcl": "docker buildx bake",
    "none": "docker build services/api && docker build -f services/web/Dockerfile .",
}


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_of_a_monorepo_has_its_dockerfile(tmp_path, name):
    for service in ("api", "web"):
        folder = tmp_path / "app" / "services" / service
        folder.mkdir(parents=True)
        (folder / "main.py").write_text("1\n")
        copied = "main.py" if service == "api" else "services/web/main.py"
        (folder / "Dockerfile").write_text(f"FROM python:3.13\nCOPY {copied} ./\n")
    (tmp_path / "app" / name).write_text(SERVICES[name])
    spec = tmp_path / "app" / "buildspec.yml"
    spec.write_text(f"version: 0.2\nphases: {{build: {{commands: [{COMMANDS[name]}]}}}}\n")
    for service, inner in {"api": "services/api", "web": "."}.items():
        chosen = f"services/{service}/Dockerfile"
        settings = Settings(buildspec=spec, dockerfile=chosen)
        options = settings.options
        assert (options.inner, options.chooses) == (inner, False)
        planned = plan_changes(settings.context, options).set_index("scenario")
        assert planned.loc["source", "file"] == f"services/{service}/main.py"
        # all images of the project come from the lab's registry
        target = tmp_path / "out" / service
        bases = {"python:3.13": "lab/python"}
        make_context(settings.context, "source", target, bases, {}, options=options)
        texts = [(target / f"services/{each}/Dockerfile").read_text() for each in ("api", "web")]
        assert all(text.startswith("FROM lab/python\n") for text in texts)
        changed = (target / f"services/{service}/main.py").read_text()
        assert changed != "1\n"
    assert Settings(buildspec=spec).dockerfile == "services/api/Dockerfile"
