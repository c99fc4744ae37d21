"""95 % intervals of what was counted, and of what was measured in rounds, with words for them."""

import math

import pandas as pd
from scipy.special import stdtrit

from analysis.words import UNKNOWN, count_words, say_share

LEVEL = 0.95
# the normal distribution's quantile for LEVEL
Z = 1.959964


def wilson(count: int, number: int) -> tuple[float, float]:
    """(low, high) of a share `count` of `number`; both null when there is nothing to count.

    The score interval: E. B. Wilson, Journal of the American Statistical Association 22 (1927),
    209-212. It stays between 0 and 1 and says something of few and of all, too.
    """
    if not number:
        return math.nan, math.nan
    share, weight = count / number, Z * Z / number
    middle = (share + weight / 2) / (1 + weight)
    half = Z * math.sqrt(share * (1 - share) / number + weight / (4 * number)) / (1 + weight)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def say_interval(count: int, number: int) -> str:
    """`95 % interval 70 to 100 %` of a share by wilson, `interval unknown` of nothing."""
    low, high = wilson(count, number)
    return f"95 % interval {100 * low:.0f} to {say_share(high)}" if number else "interval unknown"


def say_counted(count: int, number: int, word: str) -> str:
    """`7 of 10 builds (95 % interval 40 to 89 %)`."""
    return f"{count} of {count_words(number, word)} ({say_interval(count, number)})"


def mean_of_rounds(frame: pd.DataFrame, column: str) -> tuple[float, float, float, int]:
    """(mean, low, high, rounds) of the means of each round, by Student's t; nulls stay out.

    Builds of one round have its drift in common, so that rounds are what counts. No interval
    of fewer than 2.
    """
    means = frame.groupby("round")[column].mean().dropna()
    number = len(means)
    if number < 2:
        return means.mean(), math.nan, math.nan, number
    half = stdtrit(number - 1, (1 + LEVEL) / 2) * means.std() / math.sqrt(number)
    return means.mean(), means.mean() - half, means.mean() + half, number


def say_mean(mean: float, low: float, high: float, rounds: int) -> str:
    """`9.6 s (mean of 3 rounds, 95 % interval 8.9 to 10.3 s)`."""
    if pd.isna(mean):
        return UNKNOWN
    bounds = "no interval" if pd.isna(low) else f"95 % interval {low:.1f} to {high:.1f} s"
    return f"{mean:.1f} s (mean of {count_words(rounds, 'round')}, {bounds})".replace("-", "−")
