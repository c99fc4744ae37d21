"""Which layers of an image are its base's, a stage's that it begins from, and its own."""

import pandas as pd
import pytest

from analysis.measures.model.sizes import find_inherited, size_bases


def make_layers(stages, final):
    """Layers of stage -> (position of the first, number), as BuildKit counts them."""
    rows = [
        (stage, position, stage == final)
        for stage, (first, number) in stages.items()
        for position in range(first, first + number)
    ]
    return pd.DataFrame(rows, columns=["stage", "position", "final"])


@pytest.mark.parametrize(
    ("stages", "final", "listed", "inherited"),
    [
        # FROM image AS node; FROM node AS build; FROM node: base, two of node, three of its own
        ({"node": (2, 2), "stage-2": (1, 3), "build": (1, 8)}, "stage-2", 6, "node"),
        # FROM image AS build; FROM scratch: the image holds nothing but its own
        ({"build": (2, 7), "stage-1": (1, 2)}, "stage-1", 2, None),
        # FROM image, twice
        ({"run": (2, 3), "build": (2, 8)}, "run", 4, None),
        # FROM image, with two layers of the base
        ({"": (2, 3)}, "", 5, None),
    ],
)
def test_a_stage_that_begins_from_another_holds_its_layers(stages, final, listed, inherited):
    assert find_inherited(make_layers(stages, final), listed) == inherited


def test_a_base_that_no_image_holds_is_sized_by_how_long_its_pull_took():
    assert size_bases({"FROM a": 6.0}, 60.0, None) == {"FROM a": 60.0}
    assert size_bases({}, 60.0, None) == {"": 60.0}
    # the image's own comes last, whatever was pulled first
    two = size_bases({"FROM run": 6.0, "FROM build": 30.0}, 60.0, 0.1)
    assert list(two.items()) == [("FROM build", pytest.approx(300.0)), ("FROM run", 60.0)]
    scratch = size_bases({"FROM build": 6.0}, 0.0, 0.1)
    assert list(scratch.items()) == [("FROM build", pytest.approx(60.0)), ("", 0.0)]
