"""ECR's preview beside ours: agreement, each kind of difference, and none asked."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from analysis.aws import Preview, read_preview
from analysis.measures.storage.ecr_previews import COLUMNS, compare_previews, differing
from analysis.prose import say_previews
from analysis.records import read_json
from analysis.registry import preview_lifecycle, read_images

pytest_plugins = ["aws.fixtures"]
ROOT = Path(__file__).parents[4]
NOW = datetime(2026, 11, 25, tzinfo=UTC)
POLICY = json.dumps(
    {
        "rules": [
            {
                "rulePriority": 1,
                "selection": {
                    "tagStatus": "any",
                    "countType": "imageCountMoreThan",
                    "countNumber": 2,
                },
                "action": {"type": "expire"},
            }
        ]
    }
)
LISTING = read_json(ROOT / "data" / "lab" / "runs" / "container-push.base.01" / "images.json.gz")


def preview(acted):
    """A preview by an ECR that lets these digests expire."""
    images = read_images(LISTING["imageDetails"], LISTING["manifests"])
    frame = pd.DataFrame({"digest": acted, "action": "expire", "rule": 1})
    return Preview("app", POLICY, images, frame)


def expired(count_children):
    images = read_images(LISTING["imageDetails"], LISTING["manifests"])
    table = preview_lifecycle(images, POLICY, NOW, count_children)
    return table.loc[table["action"].eq("expire"), "digest"].tolist()


@pytest.mark.parametrize("counts", [False, True])
def test_an_ecr_that_does_as_one_reading_says_agrees_with_it(counts):
    found = preview(expired(counts))
    table = compare_previews(found, NOW)
    own, other = ("counted", "left_out") if counts else ("left_out", "counted")
    assert table.dtypes.astype(str).to_dict() == COLUMNS
    assert table["ecr"].equals(table[own].rename("ecr"))
    assert table["differs"].tolist() == table["ecr"].ne(table[other]).tolist()
    rows = differing(table)
    assert len(rows) == table["differs"].sum() > 0
    assert rows["digest"].str.len().eq(19).all()
    sentences = say_previews(found, table)
    assert sentences[0] == f"ECR would expire {len(expired(counts))} of 15 entries of app."
    full = "counted" if counts else "left out"
    assert f"children of an index {full} says the same of 15 of 15." in " ".join(sentences)


def test_an_entry_that_is_gone_by_now_is_told():
    found = preview(["sha256:gone"])
    table = compare_previews(found, NOW)
    assert len(table) == 15
    assert table["ecr"].eq("keep").all()
    assert say_previews(found, table)[-1].startswith("1 entry of its preview had gone")


def test_without_a_repository_nobody_was_asked():
    table = compare_previews(None)
    assert table.dtypes.astype(str).to_dict() == COLUMNS
    assert differing(table).empty
    assert say_previews(None, table) == ["No repository was named, so ECR was not asked."]


def test_the_test_aws_and_our_reading_without_children_agree(aws, world):
    aws.load_images("docker-cache", LISTING)
    found = read_preview(world["ECR_REPOSITORY_URL"], POLICY, sleep=lambda _: None)
    table = compare_previews(found)
    assert table["ecr"].eq(table["left_out"]).all()
    assert table["differs"].any()
