"""Recorded experiments that the model is tried on."""

import pytest

from analysis.records import read_experiment, read_grid


@pytest.fixture(scope="package")
def lab():
    return read_experiment("data/lab")


@pytest.fixture(scope="package")
def grid():
    return read_grid("data/sweep")


@pytest.fixture(scope="package")
def contexts():
    return read_grid("data/contexts")
