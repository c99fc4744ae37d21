"""What builds on AWS will cost: by the prices of the region they are to run in."""

import json
import shutil
from pathlib import Path

import pytest

from analysis.codebuild.costs import _read_typical, sum_prices
from analysis.records import read_prices

LAB = Path(__file__).parents[3] / "data" / "lab" / "runs"
BILLED = {"general1.small": 20, "arm1.small": 10}


def test_minutes_are_priced_by_their_region():
    usd, unknown = sum_prices(BILLED, read_prices(region="us-east-1"), server=False)
    assert usd == pytest.approx(20 * 0.005 + 10 * 0.0034) and unknown == ()


def test_a_region_without_prices_is_not_billed_as_virginia():
    usd, unknown = sum_prices(BILLED, read_prices(region="ap-northeast-1"), server=True)
    assert usd is None
    assert unknown == (*BILLED, "Docker server")


def test_a_compute_type_of_no_region_is_unknown():
    usd, unknown = sum_prices({"general1.huge": 1}, read_prices(), server=False)
    assert (usd, unknown) == (None, ("general1.huge",))


@pytest.mark.parametrize(("place", "more"), [("lab", 24.0 + 11.0), ("codebuild", 90.0 + 11.0)])
def test_what_builds_took_before_has_the_provisioning_that_codebuild_told(tmp_path, place, more):
    folder = tmp_path / "runs" / "docker.cold.01"
    shutil.copytree(LAB / "docker.cold.01", folder)
    path = folder / "record.json"
    record = json.loads(path.read_text()) | {"place": place, "provisioning_seconds": 90.0}
    path.write_text(json.dumps(record))
    typical, whose = _read_typical(tmp_path)
    seconds = record["seconds"] + more
    assert typical["docker"] == (pytest.approx(seconds), -(-seconds // 60))
    assert whose.endswith("provisioning included" if place == "codebuild" else "35 s more")
