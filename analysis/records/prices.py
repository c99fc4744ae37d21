"""Prices of one dated file, as far as they are known."""

import math
from pathlib import Path

import pandas as pd

from analysis import shipped
from analysis.errors import PriceError
from analysis.words import join_words

PRICES = shipped.PRICES
COLUMNS = {
    "item": "string",
    "unit": "string",
    "usd": "float64",
    "region": "string",
    "date": "datetime64[ns]",
    "source": "string",
}


def read_prices(path: str | Path = PRICES) -> pd.DataFrame:
    """item, unit, usd (price of a unit; null: unknown), region, date, source of a CSV file.

    PriceError when it is missing or damaged, with the line.
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
    check_lines(path, table[["item", "unit"]].isna().any(axis="columns"), "lacks item or unit")
    check_lines(path, table["item"].duplicated(), "repeats an item: keep one of them")
    check_lines(path, no_price, "has a price that is no number of USD: empty means unknown")
    check_lines(path, date.isna(), "has no date: write it like 2026-11-24")
    return table.assign(usd=usd, date=date)[list(COLUMNS)].astype(COLUMNS)


def check_lines(path: str | Path, wrong: pd.Series, fact: str) -> None:
    """PriceError that names the first line of a CSV file that is wrong, if any is."""
    if wrong.any():
        # the first line names the columns
        raise PriceError(f"{path}, line {int(wrong.to_numpy().argmax()) + 2}, {fact}.")
