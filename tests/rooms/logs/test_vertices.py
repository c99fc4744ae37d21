"""Lines that tell of steps are found together as a pattern finds them one after the other."""

import random
import re

import pytest

from analysis.logs.vertices import find_vertices

SEED = 20260302
# the number, the line, and the lines of the same number after it that tell of progress
PATTERN = re.compile(rb"\n#([0-9]++) ([^0-9\n][^\n]*+)((?:\n#\1 [a-z][^\n]*+(?<! done))*+)")
PIECES = [
    b"\n",
    b"\n",
    b"#",
    b"#1 ",
    b"#12 ",
    b"#12",
    b" ",
    b"x",
    b"done",
    b" done",
    b"5",
    b"0.1 y",
]
PIECES += [b"sha256:ab", b"DONE", b"\n#3 a", b"\n#3 b", b"\n#1 down", b"\n#12345 b", b"\n#05 c"]
PIECES += [b"\n#5 c", b"\n#5 d done", b"\xff", b"\n\n", b"12345", b"\n#5 "]


def find_by_pattern(text):
    before, *found = PATTERN.split(b"\n" + text.removesuffix(b"\n"))
    if text == b"\n":
        before = text
    groups = zip(found[::4], found[1::4], found[2::4], found[3::4], strict=True)
    return before, [(*a, a[2].count(b"\n"), gap, gap.count(b"\n")) for *a, gap in groups]


def find_together(text):
    before, found = find_vertices(text)
    return before, [
        (number, line, text[end:last], more, text[last:until], after)
        for number, line, end, more, last, until, after in found
    ]


def test_texts_made_up_at_random():
    chance = random.Random(SEED)
    told = 0
    for _ in range(4000):
        text = b"".join(chance.choices(PIECES, k=chance.randint(1, 30)))
        if re.search(rb"^#\d{6}", text, re.M):
            continue
        found = find_together(text)
        assert found == find_by_pattern(text), (SEED, text)
        told += len(found[1])
    assert told > 4000


@pytest.mark.parametrize("digits", [5, 6, 7, 8, 30])
def test_a_number_may_have_any_number_of_digits(digits):
    number = b"1" * digits
    before, [first, last] = find_together(b"x\n#%b a b\n#%b 1\n#%b DONE 2.0s" % ((number,) * 3))
    assert before == b"\nx"
    assert first[:2] == (number, b"a b") and first[4:] == (b"\n#%b 1" % number, 1)
    assert last == (number, b"DONE 2.0s", b"", 0, b"", 0)
