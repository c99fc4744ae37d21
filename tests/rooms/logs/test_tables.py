"""Columns made without pandas are those that Arrow itself makes, and a process needs no more."""

import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from analysis.logs.arrays import make_array

ROOT = Path(__file__).parents[3]
SEED = 20260301
CHANCE = random.Random(SEED)
MADE = {
    pa.string(): lambda: CHANCE.choice(["", "a", "é", "x" * 50, "\U0001f600", "\0"]),
    pa.int64(): lambda: CHANCE.randrange(-(2**63), 2**63),
    pa.int32(): lambda: CHANCE.randrange(-(2**31), 2**31),
    pa.float64(): lambda: CHANCE.choice([CHANCE.random(), 1, float("inf"), 0.1]),
    pa.bool_(): lambda: CHANCE.random() < 0.5,
    pa.timestamp("ns", tz="UTC"): lambda: (
        datetime(CHANCE.randrange(1900, 2200), 1, 1, tzinfo=UTC)
        + timedelta(microseconds=CHANCE.randrange(10**12))
    ),
}


@pytest.mark.parametrize("kind", MADE, ids=str)
@pytest.mark.parametrize("nulls", [0, 0.3, 1])
@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 200])
def test_a_column_is_the_one_that_arrow_makes(kind, nulls, count):
    values = tuple(None if CHANCE.random() < nulls else MADE[kind]() for _ in range(count))
    made = make_array(values, kind)
    made.validate(full=True)
    assert made.equals(pa.array(values, kind)), (SEED, values)


def test_a_process_that_reads_for_another_loads_no_pandas():
    script = (
        "import pickle, sys; from analysis.store.kinds import LOGS;"
        "tables = LOGS.read([('a', 'data/lab/runs/docker.cold.01/build.log.gz')]);"
        "pickle.dumps(tables);"
        "print(tables['steps'].num_rows > 0, 'pandas' in sys.modules)"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
