"""How much the rounds of one comparison vary, told also by what the others do.

With three rounds a comparison's own deviation is little more than a guess; forty comparisons of
the same experiment are not. Smyth's moderated t (Statistical Applications in Genetics and
Molecular Biology 3, 2004) draws each variance towards what is usual among them, as far as the
variances are alike: where they differ, nothing is drawn and Student's t remains.
"""

import numpy as np
from scipy.special import digamma, polygamma

# of fewer comparisons there is no saying what is usual
FEWEST_VARIANCES = 8
# a variance of 0 is chance: it is taken for this share of the usual one, as limma does
_LEAST_SHARE = 1e-5
_MAX_STEPS, _PRECISION = 50, 1e-8


def moderate(deviation: np.ndarray, degrees: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(deviation, degrees of freedom) of each comparison, moderated; null stays null.

    As they are when there are fewer than FEWEST_VARIANCES known or most of those are 0.
    """
    deviation, degrees = np.array(deviation, dtype=float), np.array(degrees, dtype=float)
    known = ~np.isnan(deviation) & ~np.isnan(degrees)
    variances, own = deviation[known] ** 2, degrees[known]
    if len(variances) < FEWEST_VARIANCES or np.median(variances) == 0:
        return deviation, degrees
    variances = np.maximum(variances, _LEAST_SHARE * np.median(variances))
    usual, weight = fit_usual(variances, own)
    if np.isinf(weight):
        deviation[known] = np.sqrt(usual)
    else:
        deviation[known] = np.sqrt((weight * usual + own * variances) / (weight + own))
    degrees[known] = np.minimum(own + weight, own.sum())
    return deviation, degrees


def fit_usual(variances: np.ndarray, degrees: np.ndarray) -> tuple[float, float]:
    """(usual variance, degrees of freedom it is worth; infinite when all are alike)."""
    logs = np.log(variances) - digamma(degrees / 2) + np.log(degrees / 2)
    excess = logs.var(ddof=1) - polygamma(1, degrees / 2).mean()
    if excess <= 0:
        return float(np.exp(logs.mean())), np.inf
    weight = 2 * invert_trigamma(excess)
    usual = np.exp(logs.mean() + digamma(weight / 2) - np.log(weight / 2))
    return float(usual), float(weight)


def invert_trigamma(value: float) -> float:
    """The y whose trigamma is `value`, by Newton's method as in Smyth's appendix."""
    y = 0.5 + 1 / value
    for _ in range(_MAX_STEPS):
        trigamma = polygamma(1, y)
        step = trigamma * (1 - trigamma / value) / polygamma(2, y)
        y += step
        if abs(step) < _PRECISION * y:
            break
    return float(y)
