"""Counts and means with their 95 % intervals, in words."""

import pandas as pd

from analysis.measures.compare import wilson
from analysis.words import UNKNOWN, count_words, say_share


def say_interval(count: int, number: int) -> str:
    """`95 % interval 70 to 100 %` of a share by wilson, `interval unknown` of nothing."""
    low, high = wilson(count, number)
    return f"95 % interval {100 * low:.0f} to {say_share(high)}" if number else "interval unknown"


def say_counted(count: int, number: int, word: str) -> str:
    """`7 of 10 builds (95 % interval 40 to 89 %)`."""
    return f"{count} of {count_words(number, word)} ({say_interval(count, number)})"


def say_mean(mean: float, low: float, high: float, rounds: int) -> str:
    """`9.6 s (mean of 3 rounds, 95 % interval 8.9 to 10.3 s)`."""
    if pd.isna(mean):
        return UNKNOWN
    bounds = "no interval" if pd.isna(low) else f"95 % interval {low:.1f} to {high:.1f} s"
    return f"{mean:.1f} s (mean of {count_words(rounds, 'round')}, {bounds})".replace("-", "−")
