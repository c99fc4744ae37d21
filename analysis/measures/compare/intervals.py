"""95 % intervals of what was counted, and of what was measured in rounds, with words for them."""

import math

import pandas as pd
from scipy.special import stdtrit

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


def mean_of_rounds(frame: pd.DataFrame, column: str) -> tuple[float, float, float, int]:
    """(mean, low, high, rounds) of the means of each round, by Student's t; nulls stay out.

    Builds of one round have its drift in common, so that rounds are what counts. No interval
    of fewer than 2.
    """
    means = frame.groupby("round")[column].mean().dropna()
    number, mean = len(means), float(means.mean())
    if number < 2:
        return mean, math.nan, math.nan, number
    half = float(stdtrit(number - 1, (1 + LEVEL) / 2) * means.std() / math.sqrt(number))
    return mean, mean - half, mean + half, number
