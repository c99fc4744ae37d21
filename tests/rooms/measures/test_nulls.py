"""Nulls at random places of the frames that measures take: nothing crashes, and no null is a key.

A null key joins nothing: it is as good as a name that occurs nowhere else.
"""

import dataclasses
import itertools
import random

import numpy as np
import pandas as pd
import pytest
from measured_frames import CONTROL, TAKING, find_frames, find_more

from analysis.logs import Logs
from analysis.records import read_experiment

KEYS = ("run", "log", "digest", "path", "history", "images")
NOBODY, NUMBERS = "nobody's", itertools.count(1000)
SEED = random.randrange(1_000_000)


@pytest.fixture(scope="module")
def control():
    return read_experiment(CONTROL)


def change(value, make):
    """A frame, or all frames of logs, changed by a function."""
    if not isinstance(value, Logs):
        return make(value)
    return Logs(
        **{each.name: make(getattr(value, each.name)) for each in dataclasses.fields(value)}
    )


def pick_cells(frame, columns, rng):
    """column -> which rows are to be null: some columns, few or many or all of their rows."""
    chosen = [name for name in columns if name in frame and rng.random() < 0.6]
    return {
        name: np.array([rng.random() < share for _ in range(len(frame))], dtype=bool)
        for name in chosen
        for share in [rng.choice([0.03, 0.3, 1.0])]
    }


def put_nulls(frame, cells):
    """The frame with nulls in these cells, in a type that can hold them."""
    for name, rows in cells.items():
        kind = {"int64": "Int64", "bool": "boolean"}.get(str(frame[name].dtype))
        column = frame[name] if kind is None else frame[name].astype(kind)
        frame = frame.assign(**{name: column.mask(rows)})
    return frame


def put_nulls_anywhere(frame, rng):
    """The frame with nulls in any of its columns."""
    return put_nulls(frame, pick_cells(frame, frame, rng))


def pick_keys(frame, rng):
    """pick_cells of keys: the run is one of its hits and of what it left in a registry."""
    keys = KEYS if "rate" in frame or "digest" in frame else KEYS[1:]
    return pick_cells(frame, keys, rng)


def put_null_keys(frame, rng):
    """The frame with nulls among its keys."""
    return put_nulls(frame, pick_keys(frame, rng))


def put_own_keys(frame, rng):
    """The frame with a name that occurs nowhere else in the place of each of these nulls."""
    for name, rows in pick_keys(frame, rng).items():
        column = frame[name].copy()
        column[rows] = [f"{NOBODY} {next(NUMBERS)}" for _ in range(rows.sum())]
        frame = frame.assign(**{name: column})
    return frame


def keep_known(result):
    """The rows of a result with keys that are known, and are of the recorded experiment."""
    for name in (each for each in KEYS if each in result):
        own = result[name].astype("string").str.startswith(NOBODY).fillna(True)
        result = result[~own]
    return result


def list_sorted(result):
    """The rows of a frame, whatever their order and types."""
    columns = (result[name].tolist() for name in result)
    return list(result), sorted(map(repr, zip(*columns, strict=True)))


def call(name, control, make, seed):
    """A measure's result, of its frames changed by a function of frame and random numbers."""
    rng = random.Random(f"{name} {seed}")
    frames = find_frames(TAKING[name])
    given = {key: change(value, lambda frame: make(frame, rng)) for key, value in frames.items()}
    return TAKING[name](**given, **find_more(name, control))


@pytest.mark.parametrize("name", TAKING)
def test_nulls_anywhere_crash_nothing(control, name):
    print(f"seed {SEED}")
    call(name, control, put_nulls_anywhere, SEED)


@pytest.mark.parametrize("name", TAKING)
def test_a_null_key_is_as_good_as_a_name_that_nothing_else_has(control, name):
    print(f"seed {SEED}")
    found = call(name, control, put_null_keys, SEED)
    wanted = call(name, control, put_own_keys, SEED)
    if isinstance(found, pd.DataFrame):
        assert list_sorted(keep_known(found)) == list_sorted(keep_known(wanted))
