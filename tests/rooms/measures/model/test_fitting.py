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
    told = least_squares(errors, start, **settings)
    found = least_squares(
        errors, start, jac=lambda values: _find_slopes(errors, values, most), **settings
    )
    assert np.allclose(found.x, told.x, rtol=1e-6, atol=1e-8)
    assert found.nfev == told.nfev
    at = np.minimum(start + 1e-9, most)
    assert np.isfinite(_find_slopes(errors, at, most)).all()
