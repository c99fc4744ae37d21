"""A project's own build: told before it, checked, and with its secrets nowhere."""

import gzip
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import SMALL_IMAGE

from analysis import records
from analysis.errors import BuildspecError, ContextError, ImageError
from analysis.experiment import contexts
from analysis.experiment.changes import say_changes, say_needs, say_unexpected
from analysis.experiment.plan import make_plan
from analysis.experiment.run import run_experiment
from analysis.experiment.settings import Settings
from analysis.lab import Images
from analysis.records import read_experiment
from analysis.workload import load_strategies

CONTROL = Path(__file__).parents[3] / "data" / "control"
DOCKERFILE = """\
# syntax=registry.invalid/frontend:1
ARG IMAGE
FROM $IMAGE AS base
ARG VERSION
COPY services/api/requirements.txt ./
RUN --mount=type=cache,target=/cache --mount=type=secret,id=token,required=true \\
    cat requirements.txt /run/secrets/token; echo got $VERSION; echo 1 >>/cache/builds
FROM base AS prod
COPY services/api/ ./
RUN cat main.py
FROM registry.invalid/never:1 AS dev
RUN false
"""


@pytest.fixture
def project(tmp_path):
    """A monorepo of two services, one of which is built."""
    for name, text in {
        "services/api/Dockerfile": DOCKERFILE,
        "services/api/requirements.txt": "nothing==1.0\n",
        "services/api/main.py": "x = 1\n",
        "services/web/index.js": "1\n",
        "a.py": "1\n",
        ".dockerignore": "services/web\n",
    }.items():
        path = tmp_path / "repository" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "repository"


def settings(project, **more):
    values = {
        "rounds": 1,
        "context": project,
        "dockerfile": "services/api/Dockerfile",
        "target": "prod",
        "build_args": {"VERSION": "7", "IMAGE": SMALL_IMAGE},
        "secrets": "id=token,env=MADE_UP_TOKEN",
        "env": {"MODE": "made-up-mode"},
    }
    return Settings(**(values | more))


def test_what_changes_is_told_before_it_and_kept(project, tmp_path):
    chosen = settings(project)
    assert list(say_changes(chosen, ["cold", "source", "dependency", "base"])) == [
        "cold: a first build with nothing to reuse; layers that a cache can give: none",
        "source: services/api/main.py changes (the deepest layer that copies source files takes it "
        "first); the first layer to miss should be COPY services/api/ ./",
        "dependency: services/api/requirements.txt changes (no step is known that installs "
        "dependencies: it is the first list that is copied); the first layer to miss should be "
        "COPY services/api/requirements.txt ./",
        "base: a newer image takes the place of FROM $IMAGE AS base; all on it should miss",
    ]
    plan = make_plan(tmp_path / "out", ["docker"], ["source"], chosen, Images(), print)
    assert plan.facts["changes"]["source"]["layers"] == [
        {"stage": "prod", "position": 1, "instruction": "COPY services/api/ ./"}
    ]
    assert set(plan.facts["bases"]) == {"registry.invalid/frontend:1", SMALL_IMAGE}
    command = plan.sequences[0].strategy.buildspec.phases[-1].commands[0]
    assert '--file "$CONTEXT"/services/api/Dockerfile --target prod' in command
    assert "made-up" not in json.dumps(plan.facts["secrets"])


def test_what_lacks_is_asked_for_before_anything_is_built(project, tmp_path):
    def plan(**more):
        return make_plan(tmp_path, ["docker"], ["cold"], settings(project, **more), Images(), print)

    with pytest.raises(ContextError, match="IMAGE .* and VERSION .*: give BUILD_ARGS="):
        plan(build_args={})
    with pytest.raises(ContextError, match="requires token: give SECRETS='id=token,src=FILE'"):
        plan(secrets="")
    with pytest.raises(ContextError, match="has no api.Dockerfile"):
        plan(dockerfile="api.Dockerfile")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "docker.yml").write_text(
        "version: 0.2\nphases: {build: {commands: [make]}}\n"
    )
    with pytest.raises(BuildspecError, match="no docker build command that can be seen"):
        plan(strategies_folder=tmp_path / "mine")


def test_who_keeps_cache_mounts_is_told(project):
    known = load_strategies()
    (line,) = say_needs(settings(project), [known["docker"], known["docker-server"]])
    assert line.startswith("cache mounts (/cache): of these strategies kept by docker-server;")
    (project / "services/api/Dockerfile").write_text(
        "FROM a AS prod\nARG IMAGE VERSION\nRUN --mount=type=secret,id=other x\n"
    )
    (line,) = say_needs(settings(project), [known["docker"]])
    assert "nobody gives: other" in line


def test_another_frontend_that_is_out_of_reach_is_told_and_left_out(project, tmp_path, monkeypatch):
    said, chosen = [], settings(project)

    def ensure(client, image, setting, say):
        if "frontend" in image:
            raise ImageError("no")

    monkeypatch.setattr(contexts, "ensure_image", ensure)
    lab = SimpleNamespace(client=None, images=Images(), say=said.append)
    lab.serve_base = lambda image, tag: f"lab/base:{tag}"
    bases = contexts.choose_bases(project, Images(), options=chosen.options)
    with contexts.contexts_for(lab, project, ["cold"], bases, options=chosen.options) as made:
        text = (made["cold"] / "services/api/Dockerfile").read_text()
        assert made.absent_syntax == "registry.invalid/frontend:1"
        assert not (made["cold"] / "services/web").exists()
    assert text.startswith("ARG IMAGE\nFROM lab/base:1 AS base\n")
    assert text.endswith("FROM registry.invalid/never:1 AS dev\nRUN false\n")
    assert any("BuildKit's built-in frontend reads the Dockerfile" in line for line in said)


@pytest.fixture(scope="module")
def secret():
    return "made-up-token-4711"


def test_settings_reach_builds_and_secrets_no_record(
    client, project, tmp_path, monkeypatch, secret
):
    monkeypatch.setenv("MADE_UP_TOKEN", secret)
    lines = []
    chosen = settings(project, link="unshaped")
    run_experiment(tmp_path / "out", ["docker-server"], ["cold", "source"], chosen, lines.append)
    experiment = read_experiment(tmp_path / "out")
    assert experiment.runs["status"].eq("succeeded").all()
    assert experiment.runs["valid"].all()
    log = gzip.decompress(open(experiment.runs["log"].iloc[0], "rb").read()).decode()
    assert "got 7" in log
    assert "***" in log
    assert "--secret id=token,env=MADE_UP_TOKEN" in log
    for path in (tmp_path / "out").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            text = gzip.decompress(data) if path.suffix == ".gz" else data
            assert secret.encode() not in text, path
    assert secret not in "\n".join(lines)
    assert records.read_json(tmp_path / "out" / "experiment.json")["absent_syntax"]
    assert not list(say_unexpected(tmp_path / "out"))
    first = experiment.logs.steps.query("status == 'ran' and kind == 'layer'")
    assert "COPY services/api/ ./" in set(first["name"])


def test_a_layer_that_missed_first_elsewhere_is_told(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    control = records.read_json(CONTROL / "experiment.json")
    changes = {
        "source": {
            "file": "x.py",
            "layers": [{"stage": "", "position": 0, "instruction": "COPY x"}],
        }
    }
    (folder / "experiment.json").write_text(json.dumps(control | {"changes": changes}))
    (folder / "runs").symlink_to((CONTROL / "runs").resolve())
    (line,) = say_unexpected(folder)
    assert line.startswith("source: x.py was changed, and COPY x should have been the first layer")
    assert "it was COPY app/ app/: give another file by SOURCE_FILE" in line
