"""What builds on AWS will cost: by the prices of the region they are to run in."""

import pytest

from analysis.codebuild.costs import sum_prices
from analysis.records import read_prices

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
