"""Prices of one dated file, those of one region, as far as they are known."""

import math
from pathlib import Path

import pandas as pd

from analysis import shipped
from analysis.errors import PriceError
from analysis.words import join_words

PRICES = shipped.PRICES
# whose prices count where nothing ran on AWS
REGION = "us-east-1"
COLUMNS = {
    "item": "string",
    "unit": "string",
    "usd": "float64",
    "region": "string",
    "date": "datetime64[ns]",
    "source": "string",
}
_KEYS = ["item", "unit", "region"]


def read_prices(path: str | Path = PRICES, region: str = REGION) -> pd.DataFrame:
    """item, unit, usd (price of a unit; null: unknown), region, date, source of a CSV file.

    Prices are those of one region: what the file prices in others alone is unknown there.
    PriceError when it is missing or damaged, with the line.

    >>> prices = analysis.read_prices()
    >>> prices.loc[prices["item"].eq("ecr.storage"), ["item", "unit"]]
              item      unit
    8  ecr.storage  GB-month
    """
    try:
        table = pd.read_csv(path, dtype="string", skip_blank_lines=False)
    except (OSError, ValueError) as error:
        raise PriceError(f"{path} can't be read as CSV ({error}): restore it.") from error
    missing = [name for name in COLUMNS if name not in table]
    if missing:
        first = ",".join(COLUMNS)
        raise PriceError(f"{path} lacks {join_words(missing)}: its first line must be {first}.")
    usd = pd.to_numeric(table["usd"], errors="coerce").astype("float64")
    date = pd.to_datetime(table["date"], format="%Y-%m-%d", errors="coerce")
    no_price = table["usd"].notna() & ~(usd.ge(0) & usd.lt(math.inf))
    _check_lines(path, table[_KEYS].isna().any(axis="columns"), "lacks item, unit or region")
    again = table[["item", "region"]].duplicated()
    _check_lines(path, again, "repeats an item of its region: keep one of them")
    _check_lines(path, no_price, "has a price that is no number of USD: empty means unknown")
    _check_lines(path, date.isna(), "has no date: write it like 2026-11-24")
    table = table.assign(usd=usd, date=date)[list(COLUMNS)].astype(COLUMNS)
    return _pick_region(table, region, Path(path).name)


def _pick_region(table: pd.DataFrame, region: str, name: str) -> pd.DataFrame:
    """The rows of a region, and one without a price for each item of other regions alone."""
    there = table[table["region"].eq(region)]
    absent = table[~table["item"].isin(there["item"])].drop_duplicates("item")
    absent = absent.assign(usd=math.nan, region=region, date=None, source=f"{name} has none")
    return pd.concat([there, absent.astype(COLUMNS)], ignore_index=True)


def _check_lines(path: str | Path, wrong: pd.Series, fact: str) -> None:
    """PriceError that names the first line of a CSV file that is wrong, if any is."""
    if wrong.any():
        # the first line names the columns
        raise PriceError(f"{path}, line {int(wrong.to_numpy().argmax()) + 2}, {fact}.")
