"""The fit's own slopes, all computed at once, are those that scipy computes one by one."""

import random

import numpy as np
from scipy.optimize import least_squares

from analysis.measures.model.fitting import _find_slopes

SEED = random.randrange(1_000_000)


def test_a_fit_by_slopes_at_once_finds_what_scipy_finds():
    print(f"seed {SEED}")
    made = np.random.default_rng(SEED)
    factors, measured = made.uniform(0, 3, (6, 40)), made.uniform(1, 9, 40)
    most = np.array([1.0, 5.0, 2.0, 0.5, 9.0, 3.0])

    def errors(values):
        return np.log1p(values @ factors) - np.log(measured)

    settings = {"bounds": (0, most), "loss": "soft_l1", "f_scale": 0.1}
    start = np.clip(most * made.uniform(0, 1, 6), 1e-6, most - 1e-6)

    def fit(**more):
        one = least_squares(errors, start, max_nfev=1, **settings, **more)
        return one.jac, least_squares(errors, start, **settings, **more)

    slopes, told = fit()
    ours, found = fit(jac=lambda values: _find_slopes(errors, values, most))
    # as far as a difference over a step of 1e-8 tells; a fit stops where its cost does
    assert np.allclose(ours, slopes, rtol=0, atol=1e-7)
    assert np.isclose(found.cost, told.cost, rtol=1e-7)
    assert found.nfev == told.nfev
    at = np.minimum(start + 1e-9, most)
    assert np.isfinite(_find_slopes(errors, at, most)).all()
