"""What is looked at all at once is told as it is byte by byte."""

import random

import numpy as np

from analysis.logs.alike import are_alike, find_few, is_alike

SEED = random.randrange(1_000_000)
EXAMPLE = b'"},{"time":1767225600,"message":"'


def test_bytes_are_found_wherever_they_stand():
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    for _ in range(300):
        data = bytes(
            chance.choices(b"{ab\xfb", (1, 1, chance.randrange(9), 1), k=chance.randrange(60))
        )
        assert find_few(data, ord("{")).tolist() == [
            at for at, byte in enumerate(data) if byte == ord("{")
        ]


def test_one_byte_in_any_row_tells_that_rows_are_not_alike():
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    for _ in range(300):
        rows = np.array([[*EXAMPLE]] * chance.randrange(1, 200), np.uint8)
        assert are_alike(rows, EXAMPLE)
        row, place = chance.randrange(len(rows)), chance.randrange(len(EXAMPLE))
        rows[row, place] = chance.choice(b'/0159:"},\xb1')
        assert are_alike(rows, EXAMPLE) == is_alike(bytes(rows[row]), EXAMPLE)
        like = bytes(rows[row])[place : place + 1], EXAMPLE[place : place + 1]
        assert is_alike(bytes(rows[row]), EXAMPLE) == (
            like[0] == like[1] or all(map(bytes.isdigit, like))
        )
