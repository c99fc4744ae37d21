"""Commits of a git history as scenarios: what is planned, written, recorded and gone on with."""

import json
from dataclasses import replace

import pytest
from git_history import DOCKERFILE, commit, list_names, make_app

from analysis.errors import ContextError, SettingError
from analysis.experiment import Settings, make_plan, read_settings, write_facts
from analysis.experiment.replay import find_replay, record_mix
from analysis.lab import Images


@pytest.fixture
def context(tmp_path):
    return make_app(tmp_path / "app")


def plan(folder, settings):
    told = []
    found = make_plan(folder, ["docker"], (), settings, Images(), told.append)
    return found, told


def test_commits_are_the_scenarios_after_the_one_before_them(context, tmp_path):
    settings = read_settings({"context": str(context), "commits": "4"}, Settings)
    assert settings.rounds == 1
    found, _ = plan(tmp_path / "run", settings)
    names = list_names(context)
    assert found.scenarios == ["cold", names[1], names[3], names[4]]
    assert found.facts["bases"] == {"node:20": "node:20", "node:22": "node:22"}
    said = list(found.replay.say())
    assert said[0].startswith(f"{names[1]} source: source; first to miss: COPY app.js .")
    assert "broken: left out" in said[1] and "absent" in said[1]


def test_contexts_are_those_of_the_commits_on_served_images(context, tmp_path):
    replay = find_replay(Settings(context=context, commits="2"), tmp_path / "run")
    cold, base, _ = replay.scenarios
    replay.write(base, tmp_path / "base", {"node:22": "lab:1"})
    assert (tmp_path / "base/Dockerfile").read_text().startswith("FROM lab:1\n")
    # what is before the first one can't be built, and so what is before that stands for it
    replay.write(cold, tmp_path / "cold", {})
    assert (tmp_path / "cold/Dockerfile").read_text() == DOCKERFILE
    assert cold == "cold"


def test_the_same_call_goes_on_with_the_same_commits(context, tmp_path):
    settings = Settings(context=context, commits="2", rounds=1)
    found, _ = plan(tmp_path / "run", settings)
    (tmp_path / "run").mkdir()
    write_facts(tmp_path / "run", found.facts, {})
    recorded = json.loads((tmp_path / "run/experiment.json").read_text())
    assert [row["kind"] for row in recorded["history"]] == ["base", "dependency"]
    changes = [recorded["changes"][row["commit"]]["layers"][0] for row in recorded["history"]]
    told = ["FROM node:22", "COPY package.json ."]
    assert [each["instruction"] for each in changes] == told
    commit(context, "later", {"app.js": "5"})
    again, _ = plan(tmp_path / "run", settings)
    assert again.scenarios == found.scenarios
    other, _ = plan(tmp_path / "other", settings)
    assert other.scenarios != found.scenarios


def test_of_the_package_s_own_history_only_commits_that_are_built_tell_a_mix(context, monkeypatch):
    monkeypatch.setattr("analysis.experiment.replay.is_own", lambda folder: True)
    assert record_mix(Settings(context=context)) == {}
    mix = record_mix(Settings(context=context, commits="3"))["mix"]
    # one of the three can't be built
    assert mix["origin"] == "the last 2 commits; base and unchanged assumed"


def test_the_mix_of_the_history_is_recorded_and_none_elsewhere(context, tmp_path):
    mix = record_mix(Settings(context=context))["mix"]
    assert mix["origin"] == "the last 3 commits; base and unchanged assumed"
    assert "source 28.33" in mix["shares"]
    assert record_mix(Settings()) == {}
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain/Dockerfile").write_text("FROM a:1\n")
    assert record_mix(Settings(context=tmp_path / "plain")) == {}


def test_what_is_no_range_is_told(context):
    for text in ("all", "0", "-x"):
        with pytest.raises(SettingError, match="COMMITS"):
            read_settings({"context": str(context), "commits": text}, Settings)
    with pytest.raises(ContextError, match="nowhere"):
        find_replay(replace(Settings(context=context), commits="nowhere..HEAD"), context)
