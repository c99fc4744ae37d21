"""A project in a host: all its files, with the context of a scenario at its place."""

import io
import tarfile

import pytest

from analysis.lab.host import SOURCE, BuildHost
from analysis.lab.project import Project


class Container:
    """Unpacks what is put into it below a folder."""

    def __init__(self, folder):
        self.folder = folder

    def put_archive(self, path, data):
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            tar.extractall(self.folder / path.lstrip("/"), filter="tar")


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    for name, text in {
        "buildspec.yml": "version: 0.2",
        "ci/build.sh": "#!/bin/sh",
        "services/api/app.py": "old",
        "services/api/node_modules/a.js": "",
        ".git/HEAD": "ref",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    changed = tmp_path / "changed"
    changed.mkdir()
    (changed / "app.py").write_text("new")
    return root, changed


@pytest.mark.parametrize("with_git", [False, True])
def test_the_context_of_a_scenario_takes_the_place_of_the_projects(tmp_path, project, with_git):
    root, changed = project
    host = BuildHost(Container(tmp_path / "host"), 0.0)
    Project(root, "services/api", with_git).put(host, changed, "deploy", fresh=True)
    there = tmp_path / "host" / SOURCE.lstrip("/") / "deploy"
    assert (there / "services/api/app.py").read_text() == "new"
    assert (there / "ci/build.sh").is_file() and (there / "buildspec.yml").is_file()
    assert not (there / "services/api/node_modules").exists()
    assert (there / ".git/HEAD").is_file() == with_git
    assert (root / "services/api/app.py").read_text() == "old"


def test_a_context_that_is_the_project_is_laid_over_it(tmp_path, project):
    root, changed = project
    host = BuildHost(Container(tmp_path / "host"), 0.0)
    Project(root).put(host, changed, "deploy", fresh=True)
    there = tmp_path / "host" / SOURCE.lstrip("/") / "deploy"
    assert (there / "app.py").read_text() == "new" and (there / "buildspec.yml").is_file()
