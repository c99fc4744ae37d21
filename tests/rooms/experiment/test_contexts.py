"""Contexts: which image stands for which FROM, and what tells one context from another."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from analysis.errors import ContextError, RecordError, UnknownName
from analysis.experiment import Labs, Settings, make_plan
from analysis.experiment.contexts import (
    choose_bases,
    contexts_for,
    digest_of,
    digest_replacements,
    say_replaced,
)
from analysis.lab import Images

DEPLOY = Path(__file__).parents[3] / "deploy"
PYTHON = Images().base
LAB = Images(base="lab-base:1")


def write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


def test_base_image_stands_for_the_default_base_alone(tmp_path):
    assert choose_bases(DEPLOY, LAB) == {PYTHON: "lab-base:1"}
    assert choose_bases(DEPLOY, Images()) == {PYTHON: PYTHON}
    node = write(tmp_path, Dockerfile="FROM node:20\n")
    assert choose_bases(node, LAB) == {"node:20": "node:20"}
    both = write(tmp_path, Dockerfile=f"FROM node:20 AS a\nFROM {PYTHON}\n")
    assert choose_bases(both, LAB) == {"node:20": "node:20", PYTHON: "lab-base:1"}


def test_images_that_are_copied_from_are_served_too(tmp_path):
    app = write(tmp_path, Dockerfile="# syntax=d/f:1\nFROM node:20\nCOPY --from=uv:1 /uv /bin/\n")
    assert list(choose_bases(app, LAB)) == ["d/f:1", "node:20", "uv:1"]


def test_a_replacement_is_said_in_words():
    bases = {"node:20": "node:20", PYTHON: "lab-base:1"}
    assert say_replaced(bases) == [f"FROM {PYTHON} is replaced by lab-base:1 (BASE_IMAGE)"]


def test_a_dockerfile_that_replaces_the_context_s_has_bases_too(tmp_path):
    node = write(tmp_path / "app", Dockerfile="FROM node:20\n")
    write(tmp_path / "changes" / "base", Dockerfile="FROM node:22\n")
    write(tmp_path / "changes" / "source", index_js="1")
    assert list(choose_bases(node, LAB, tmp_path / "changes")) == ["node:20", "node:22"]


class Shelf(SimpleNamespace):
    """An engine that has every image, and a registry that takes each under its name and a tag."""

    def say(self, text):
        pass

    def serve_base(self, image, tag):
        return self.keep(image, image, tag)

    def serve_newer(self, image, tag):
        return self.keep(f"newer {image}", image, tag)

    def keep(self, what, image, tag):
        name = f"lab/{image.partition(':')[0]}:{tag}"
        self.kept[name] = what
        return name


def test_images_of_one_name_and_two_tags_are_served_as_two(tmp_path):
    found = SimpleNamespace(tags=["a"])
    client = SimpleNamespace(images=SimpleNamespace(get=lambda image: found))
    lab = Shelf(images=LAB, client=client, kept={})
    app = write(tmp_path, Dockerfile="FROM node:20 AS a\nFROM node:20-slim\n")
    with contexts_for(lab, app, ["cold", "base"], choose_bases(app, LAB)) as contexts:
        read = {name: (path / "Dockerfile").read_text().split() for name, path in contexts.items()}
    assert [lab.kept[word] for word in read["cold"] if "/" in word] == ["node:20", "node:20-slim"]
    assert [lab.kept[word] for word in read["base"] if "/" in word] == [
        "newer node:20",
        "newer node:20-slim",
    ]
    assert not any(path.exists() for path in contexts.values())


def test_copies_lie_in_the_lab_s_folder_which_goes_with_it(tmp_path):
    app = write(tmp_path / "app", Dockerfile=f"FROM {PYTHON}\n", main_py="1")
    settings, labs = Settings(context=app, rounds=1, link="unshaped"), Labs(LAB)
    plan = make_plan(tmp_path / "out", "docker", ["cold", "unchanged"], settings, LAB, str)
    lab = Shelf(images=LAB, client=None, kept={}, folder=tmp_path / "lab")
    lab.folder.mkdir()
    labs._open[settings.link, frozenset(plan.needs)] = lab
    with labs.open_place(plan, settings, str, tmp_path / "out") as place:
        assert len(place.contexts) == 2
        assert all(lab.folder in path.parents for path in place.contexts.values())
    assert not any(lab.folder.iterdir())


def test_copies_that_do_not_fit_on_the_disk_are_told_and_none_stays(small_disk, tmp_path):
    lab = Shelf(images=LAB, client=None, kept={})
    app = write(tmp_path / "app", Dockerfile=f"FROM {PYTHON}\n", data="x" * 100_000)
    copies = contexts_for(lab, app, ["cold"], choose_bases(app, LAB), folder=small_disk)
    with pytest.raises(RecordError, match="is full .*TMPDIR"), copies:
        pass
    assert list(small_disk.iterdir()) == []


def test_a_digest_is_of_what_a_build_may_see(tmp_path):
    app = write(tmp_path / "a", Dockerfile="FROM a:1\n", main_py="1")
    before = digest_of(app)
    assert before == digest_of(write(tmp_path / "b", Dockerfile="FROM a:1\n", main_py="1"))
    write(app, main_py="2")
    assert digest_of(app) != before
    with pytest.raises(ContextError, match="none is not a folder"):
        digest_of(tmp_path / "none")


def test_a_dockerfile_that_is_left_out_of_the_context_is_part_of_the_digest(tmp_path):
    app = write(tmp_path, Dockerfile="FROM a:1\n", main_py="1")
    (app / ".dockerignore").write_text("Dockerfile\n")
    before = digest_of(app)
    write(app, Dockerfile="FROM a:2\n")
    assert digest_of(app) != before


def test_replacements_are_told_apart_by_scenario(tmp_path):
    assert digest_replacements(None) == {}
    write(tmp_path / "source", main_py="1")
    before = digest_replacements(tmp_path)
    write(tmp_path / "dependency", go_mod="1")
    after = digest_replacements(tmp_path)
    assert list(after) == ["dependency", "source"]
    assert after["source"] == before["source"] != after["dependency"]
    write(tmp_path / "depandency", go_mod="1")
    with pytest.raises(UnknownName, match="did you mean 'dependency'"):
        digest_replacements(tmp_path)
