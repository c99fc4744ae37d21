"""Prices: read as written, unknown where the file says so, a damaged file named by its line."""

import pandas as pd
import pytest

from analysis.errors import PriceError, UnknownName
from analysis.measures.money import find_price
from analysis.prose import say_price
from analysis.records.prices import COLUMNS, read_prices

HEAD = "item,unit,usd,region,date,source\n"
LINE = "general1.small,minute,0.005,us-east-1,2026-11-24,a price list\n"


def read(folder, text):
    path = folder / "prices.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_prices(path)


def test_the_file_of_the_package_is_whole():
    prices = read_prices()
    assert prices.dtypes.astype(str).to_dict() == COLUMNS
    assert prices[["unit", "region", "date", "source"]].notna().all(axis=None)
    assert find_price(prices, "general1.small", "minute")["usd"] == 0.005
    assert find_price(prices, "ecr.storage", "GB-month")["usd"] == 0.1


def test_an_unknown_price_is_null_and_its_source_says_why():
    prices = read_prices()
    unknown = prices[prices["usd"].isna()]
    assert {"docker-server", "general1.xlarge"} <= set(unknown["item"])
    assert unknown["source"].str.startswith("unknown: ").all()


def test_a_price_in_words_has_place_date_and_source(tmp_path):
    prices = read(tmp_path, HEAD + LINE + "docker-server,minute,,us-east-1,2026-11-24,\n")
    assert say_price(prices.iloc[0]) == (
        "The price of a minute of general1.small is 0.005 USD "
        "(us-east-1, 2026-11-24; a price list)."
    )
    assert "is unknown (us-east-1, 2026-11-24; no source given)" in say_price(prices.iloc[1])


def test_a_region_has_its_own_prices_and_never_another_s():
    tokyo = read_prices(region="ap-northeast-1")
    assert set(tokyo["region"]) == {"ap-northeast-1"}
    assert set(tokyo["item"]) == set(read_prices()["item"])
    assert find_price(tokyo, "s3.storage", "GB-month")["usd"] == 0.025
    assert find_price(read_prices(), "s3.storage", "GB-month")["usd"] == 0.023
    minute = find_price(tokyo, "general1.small", "minute")
    assert pd.isna(minute["usd"])
    assert say_price(minute) == (
        "The price of a minute of general1.small is unknown (ap-northeast-1; prices.csv has none)."
    )


def test_a_region_that_the_file_lacks_has_no_price():
    nowhere = read_prices(region="xx-nowhere-1")
    assert nowhere["usd"].isna().all() and len(nowhere) == len(read_prices())


def test_regions_may_price_the_same_item(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text(HEAD + LINE + LINE.replace("us-east-1", "eu-west-1").replace("0.005", "0.006"))
    usd = [read_prices(path, region)["usd"].tolist() for region in ("us-east-1", "eu-west-1")]
    assert usd == [[0.005], [0.006]]


@pytest.mark.parametrize("name, meant", [("general1.smal", "general1.small"), ("arm1.larg", "arm")])
def test_a_misspelt_item_is_told_with_what_was_meant(name, meant):
    with pytest.raises(UnknownName, match=f"{name}.*did you mean '{meant}"):
        find_price(read_prices(), name, "minute")


def test_what_is_sold_by_another_unit_is_no_compute_type():
    with pytest.raises(UnknownName, match="price by the minute of 'ecr.storage'"):
        find_price(read_prices(), "ecr.storage", "minute")


@pytest.mark.parametrize(
    "text, said",
    [
        (HEAD + LINE + LINE.replace("0.005", "0.5 cents").replace("small", "a"), "line 3, has a p"),
        (HEAD + LINE.replace("0.005", "-1"), "line 2, has a price that is no number"),
        (HEAD + LINE.replace("0.005", "inf"), "line 2, has a price that is no number"),
        (HEAD + LINE.replace("2026-11-24", "24.11.2026"), "line 2, has no date"),
        (HEAD + LINE.replace("general1.small", ""), "line 2, lacks item, unit or region"),
        (HEAD + LINE + "\n" + LINE, "line 3, lacks item, unit or region"),
        (HEAD + LINE + LINE, "line 3, repeats an item of its region"),
        (HEAD + LINE.replace("\n", ",more,more\n"), "can't be read as CSV|has a price|has no date"),
        (
            "item,unit\n",
            "lacks usd, region, date and source: its first line must be item,unit,usd",
        ),
        ("", "can't be read as CSV"),
        (b"item\xff\xfe,unit\n", "can't be read as CSV"),
    ],
)
def test_a_damaged_file_is_named_with_the_fact_and_the_cure(tmp_path, text, said):
    with pytest.raises(PriceError, match=said) as caught:
        read(tmp_path, text)
    assert str(tmp_path / "prices.csv") in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PriceError, match=r"absent\.csv can't be read"):
        read_prices(tmp_path / "absent.csv")


def test_a_file_without_lines_keeps_its_types(tmp_path):
    prices = read(tmp_path, HEAD)
    assert prices.empty
    assert prices.dtypes.astype(str).to_dict() == COLUMNS
    assert isinstance(prices, pd.DataFrame)
