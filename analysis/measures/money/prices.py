"""What a unit of something costs, as far as it is known."""

import pandas as pd

from analysis.errors import UnknownName


def find_price(prices: pd.DataFrame, item: str, unit: str) -> pd.Series:
    """The row of what is sold by that unit, its usd null when unknown; else UnknownName."""
    rows = prices[prices["unit"].eq(unit)].set_index("item", drop=False)
    if item not in rows.index:
        raise UnknownName(f"price by the {unit} of", item, rows.index)
    return rows[rows.index == item].iloc[0]
