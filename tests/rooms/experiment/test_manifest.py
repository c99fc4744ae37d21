"""What all runs of an experiment have in common, and what is not mixed in."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.errors import RecordError
from analysis.experiment.manifest import (
    check_facts,
    describe_lab,
    gather_facts,
    read_failing,
    write_facts,
)
from analysis.experiment.run import run_experiment
from analysis.experiment.settings import Settings
from analysis.lab import Images
from analysis.records import read_json
from analysis.workload import STORY_NAMES, load_strategies

ROOT = Path(__file__).parents[3]
MACHINE = {"cpus": 2}


@pytest.fixture
def app(tmp_path):
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM node:20\nCOPY . .\n")
    (folder / "main.js").write_text("1\n")
    return folder


@pytest.fixture
def mine(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    write_buildspec(folder, "ls")
    return folder


def write_buildspec(folder, command):
    text = f"version: 0.2\nphases: {{build: {{commands: [{command}]}}}}\n"
    (folder / "mine.yml").write_text(text)


def gather(app, mine, *names, replacements=None, images=None):
    known = load_strategies(mine)
    return gather_facts(app, images or Images(), [known[name] for name in names], replacements)


def finish(folder, run):
    path = folder / "runs" / run / "record.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}")


@pytest.mark.parametrize(
    "data", ["", "{", "\0" * 90, "[]", '{"buildspecs": []}', '{"failing_commits": 7}']
)
def test_what_is_no_experiment_json_is_told_before_anything_is_built(app, mine, tmp_path, data):
    facts = gather(app, mine, "mine")
    (tmp_path / "experiment.json").write_text(data)
    for call in (
        lambda: check_facts(tmp_path, facts),
        lambda: write_facts(tmp_path, facts, MACHINE),
        lambda: read_failing(tmp_path),
    ):
        with pytest.raises(RecordError, match=r"experiment\.json can't be read, .* put back what"):
            call()
    assert (tmp_path / "experiment.json").read_text() == data


def test_the_same_again_is_welcome_and_new_strategies_are_added(app, mine, tmp_path):
    first = gather(app, mine, "mine")
    write_facts(tmp_path, first, MACHINE)
    begun = read_json(tmp_path / "experiment.json")
    assert begun["machine"] == MACHINE
    assert begun["bases"] == {"node:20": "node:20"}
    finish(tmp_path, "mine.cold.01")
    second = gather(app, mine, "mine", "docker")
    check_facts(tmp_path, second)
    write_facts(tmp_path, second, {"cpus": 4})
    added = read_json(tmp_path / "experiment.json")
    assert added == begun | {"buildspecs": second["buildspecs"]}
    assert sorted(path.name for path in tmp_path.glob("experiment*")) == ["experiment.json"]


def test_a_buildspec_that_changed_is_not_mixed_into_its_runs(app, mine, tmp_path):
    write_facts(tmp_path, gather(app, mine, "mine", "docker"), MACHINE)
    write_buildspec(mine, "date")
    check_facts(tmp_path, gather(app, mine, "mine"))
    finish(tmp_path, "mine.v2.cold.01")
    check_facts(tmp_path, gather(app, mine, "mine"))
    finish(tmp_path, "mine.cold.01")
    check_facts(tmp_path, gather(app, mine, "docker"))
    with pytest.raises(RecordError, match=r"runs of mine by another buildspec.*another folder"):
        check_facts(tmp_path, gather(app, mine, "mine", "docker"))


def test_a_change_before_the_first_run_replaces_what_was_noted(app, mine, tmp_path):
    write_facts(tmp_path, gather(app, mine, "mine"), MACHINE)
    write_buildspec(mine, "date")
    changed = gather(app, mine, "mine")
    write_facts(tmp_path, changed, MACHINE)
    finish(tmp_path, "mine.cold.01")
    check_facts(tmp_path, changed)


def test_another_context_image_or_replacement_is_not_mixed_in(app, mine, tmp_path):
    changes = tmp_path / "changes"
    (changes / "source").mkdir(parents=True)
    write_facts(tmp_path, gather(app, mine, "mine"), MACHINE)
    with pytest.raises(RecordError, match=r"replacements differs.*another folder"):
        check_facts(tmp_path, gather(app, mine, "mine", replacements=changes))
    with pytest.raises(RecordError, match="images differs"):
        images = replace(Images(), host="another:1")
        check_facts(tmp_path, gather(app, mine, "mine", images=images))
    (app / "main.js").write_text("2\n")
    with pytest.raises(RecordError, match="context_digest differs"):
        check_facts(tmp_path, gather(app, mine, "mine"))


def test_the_recorded_experiment_can_be_resumed_though_it_says_less(tmp_path):
    there = read_json(ROOT / "data" / "lab" / "experiment.json")
    older = {k: v for k, v in there.items() if k not in ("bases", "replacements", "buildspecs")}
    (tmp_path / "experiment.json").write_text(json.dumps(older))
    finish(tmp_path, "docker.cold.01")
    facts = gather_facts(ROOT / "deploy", Images(**there["images"]), [load_strategies()["docker"]])
    # deploy/ may have changed since it was recorded
    facts["context_digest"] = there["context_digest"]
    check_facts(tmp_path, facts)
    write_facts(tmp_path, facts, MACHINE)
    assert read_json(tmp_path / "experiment.json") == older | {"buildspecs": facts["buildspecs"]}


def test_what_does_not_fit_is_told_before_a_lab_comes_up(app, mine, tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    write_facts(tmp_path, gather(app, mine, "mine", images=Images.from_environment()), MACHINE)
    finish(tmp_path, "mine.cold.01")
    settings = Settings(rounds=1, context=str(app), strategies_folder=str(mine))
    lines = []
    run_experiment(tmp_path, "mine", "cold", settings, lines.append)
    assert lines[-1].startswith("0 builds to run: everything asked for is finished")
    write_buildspec(mine, "date")
    with pytest.raises(RecordError, match="another buildspec"):
        run_experiment(tmp_path, "mine", "source", settings)
    shutil.rmtree(tmp_path / "runs")
    (app / "Dockerfile").write_text("FROM node:22\n")
    with pytest.raises(RecordError, match="context_digest differs"):
        run_experiment(tmp_path, "mine", "cold", settings)


def test_a_secret_argument_is_not_written_and_the_same_again_is_welcome(app, mine, tmp_path):
    facts = gather(app, mine, "mine") | {"arguments": {"NPM_TOKEN": "8fj3kd02kd9s", "PORT": "80"}}
    write_facts(tmp_path, facts, MACHINE)
    text = (tmp_path / "experiment.json").read_text()
    assert "8fj3kd02kd9s" not in text and '"PORT": "80"' in text
    check_facts(tmp_path, facts)
    with pytest.raises(RecordError, match="arguments differs"):
        check_facts(tmp_path, facts | {"arguments": {"PORT": "81"}})


def test_what_no_run_depends_on_may_differ_and_what_differs_is_said(app, mine, tmp_path):
    write_facts(tmp_path, gather(app, mine, "mine"), MACHINE)
    finish(tmp_path, "mine.cold.01")
    (tmp_path / "changes" / "base").mkdir(parents=True)
    images = replace(Images(), store="store:2", newest="newest:2", link="link:2", base="base:2")
    other = gather(app, mine, "mine", images=images, replacements=tmp_path / "changes")
    check_facts(tmp_path, other, ["cold", "source"])
    moved = shutil.copytree(app, tmp_path / "moved")
    check_facts(tmp_path, gather(moved, mine, "mine", "docker", "s3-cache"), ["cold", "base"])
    images = replace(Images(), host="another:1")
    with pytest.raises(
        RecordError, match=r"images differs: host: docker:28\S+ there, another:1 now"
    ):
        check_facts(tmp_path, gather(app, mine, "mine", images=images))
    with pytest.raises(RecordError, match="place differs: lab there, codebuild now"):
        check_facts(tmp_path, other | {"place": "codebuild", "images": {}})


def test_replacements_of_commits_that_no_run_has_may_be_new_and_count_from_then_on(
    app, mine, tmp_path
):
    write_facts(tmp_path, gather(app, mine, "mine"), MACHINE)
    finish(tmp_path, "mine.cold.01")
    dockerfile = tmp_path / "changes" / "base" / "Dockerfile"
    dockerfile.parent.mkdir(parents=True)
    asked = ["cold", "base"]
    for base in ("node:21", "node:22"):
        dockerfile.write_text(f"FROM {base}\nCOPY . .\n")
        facts = gather(app, mine, "mine", replacements=tmp_path / "changes")
        check_facts(tmp_path, facts, asked)
        write_facts(tmp_path, facts, MACHINE)
    finish(tmp_path, "mine.base.01")
    # the same call again
    check_facts(tmp_path, facts, asked)
    write_facts(tmp_path, facts, MACHINE)
    there = read_json(tmp_path / "experiment.json")
    assert there["replacements"] == facts["replacements"]
    assert {"node:20", "node:22"} <= set(there["bases"])
    with pytest.raises(RecordError, match=r"bases differs: node:20: node:20 there, mine:1 now"):
        check_facts(tmp_path, facts | {"bases": facts["bases"] | {"node:20": "mine:1"}}, asked)
    dockerfile.write_text("FROM node:23\n")
    other = gather(app, mine, "mine", replacements=tmp_path / "changes")
    with pytest.raises(RecordError, match="replacements differs: base: "):
        check_facts(tmp_path, other, asked)
    # a call that does not reach that commit says nothing of what it was built with
    check_facts(tmp_path, other, ["cold"])
    write_facts(tmp_path, other, MACHINE)
    assert read_json(tmp_path / "experiment.json")["replacements"] == facts["replacements"]


def test_a_story_is_built_with_what_replaces_its_commits(app, mine, tmp_path):
    write_facts(tmp_path, gather(app, mine, "mine"), MACHINE)
    finish(tmp_path, "mine.cold.01")
    finish(tmp_path, f"mine.{STORY_NAMES[0]}.01")
    (tmp_path / "changes" / "source").mkdir(parents=True)
    other = gather(app, mine, "mine", replacements=tmp_path / "changes")
    check_facts(tmp_path, other, ["cold"])
    with pytest.raises(RecordError, match="replacements differs: source: "):
        check_facts(tmp_path, other, ["cold", *STORY_NAMES])


def test_an_image_counts_from_the_first_strategy_on_that_needs_it(app, mine, tmp_path):
    write_facts(tmp_path, gather(app, mine, "mine"), MACHINE)
    second = gather(app, mine, "s3-cache", images=replace(Images(), store="store:2"))
    check_facts(tmp_path, second)
    write_facts(tmp_path, second, MACHINE)
    assert read_json(tmp_path / "experiment.json")["images"]["store"] == "store:2"
    finish(tmp_path, "s3-cache.cold.01")
    with pytest.raises(RecordError, match="store: store:2 there, store:3 now"):
        check_facts(
            tmp_path, gather(app, mine, "s3-cache", images=replace(Images(), store="store:3"))
        )


def test_an_experiment_that_names_no_link_has_that_of_its_runs(app, mine, tmp_path):
    facts = gather(app, mine, "mine")
    write_facts(tmp_path, facts, MACHINE)
    finish(tmp_path, "mine.cold.01")
    check_facts(tmp_path, facts | {"link": "codebuild"})
    (tmp_path / "runs" / "mine.cold.01" / "record.json").write_text('{"link": "unshaped"}')
    check_facts(tmp_path, facts | {"link": "unshaped"})
    with pytest.raises(RecordError, match="link differs: unshaped there, codebuild now"):
        check_facts(tmp_path, facts | {"link": "codebuild"})


def test_what_the_lab_and_its_link_are_by_then_is_not_mixed(app, mine, tmp_path):
    settings = Settings(link="codebuild")
    facts = gather(app, mine, "mine") | describe_lab(settings)
    write_facts(tmp_path, facts, MACHINE)
    check_facts(tmp_path, facts)
    for name, other in (("lab", 99), ("link_numbers", {"round_trip_ms": 1})):
        with pytest.raises(RecordError, match=f"{name} differs"):
            check_facts(tmp_path, facts | {name: other})
    # those that an older lab recorded do not say which lab that was
    write_facts(tmp_path / "older", gather(app, mine, "mine"), MACHINE)
    check_facts(tmp_path / "older", facts)
