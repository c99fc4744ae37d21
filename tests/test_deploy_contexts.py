"""The projects beside the quick start's: what each kind of commit changes of them."""

import json
import shutil

import pytest

import analysis
from analysis.shipped import CONTEXT

CONTEXTS = CONTEXT / "contexts"
# what a commit changes, and the first layer that is to miss
CHANGES = {
    "atlas": {
        "source": ("atlas/atlas.go", "COPY . ."),
        "dependency": ("go.mod", "COPY go.mod go.sum ./"),
        "base": (
            "Dockerfile",
            "FROM public.ecr.aws/docker/library/debian:bookworm-slim AS modules",
        ),
    },
    "board": {
        "source": ("src/browser/page.tsx", "COPY src/ src/"),
        "dependency": ("package.json", "COPY package.json package-lock.json ./"),
        "base": ("Dockerfile", "FROM public.ecr.aws/docker/library/debian:bookworm-slim AS node"),
    },
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_commit_changes_what_its_kind_says(name, tmp_path):
    # of a copy, whose files git shows no changes of
    copy = shutil.copytree(CONTEXTS / name, tmp_path / name)
    planned = analysis.plan_changes(copy).set_index("scenario")
    assert planned["file"].isna().sum() == 2
    for scenario, (file, instruction) in CHANGES[name].items():
        assert planned.loc[scenario, "instruction"] == instruction
        assert planned.loc[scenario, "file"] == file


def test_the_lock_is_of_the_list_and_pins_all_by_hash():
    listed = json.loads((CONTEXTS / "board" / "package.json").read_text())
    locked = json.loads((CONTEXTS / "board" / "package-lock.json").read_text())["packages"]
    asked = locked.pop("")
    for kind in ("dependencies", "devDependencies"):
        assert asked[kind] == listed[kind]
        for name, version in listed[kind].items():
            assert locked[f"node_modules/{name}"]["version"] == version
    assert all(each["integrity"].startswith("sha512-") for each in locked.values())
    assert not any("resolved" in each for each in locked.values())


def test_the_quick_start_s_context_has_none_of_them():
    left_out = (CONTEXT / ".dockerignore").read_text().split()
    assert {CONTEXTS.name, "sweep", "lab", "buildspecs"} <= set(left_out)
