"""Numbers and lists in words: signs, units, plurals, and null as unknown."""

import math

import pandas as pd
import pytest

from analysis import words

NULL = math.nan


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (words.say_seconds(12.34), "12.3 s"),
        (words.say_seconds(0.123), "0.12 s"),
        (words.say_seconds(NULL), "unknown"),
        (words.say_range(-1.25, 3.5), "−1.2 to 3.5 s"),
        (words.say_range(NULL, 3.5), "unknown"),
        (words.say_difference(-1.5, -2.0, -1.0, 3), "−1.5 s [−2.0 to −1.0 s, n = 3]"),
        (words.say_difference(1.5, NULL, NULL, 2), "+1.5 s [no interval, n = 2]"),
        (words.say_difference(NULL, NULL, NULL, 0), "unknown [n = 0]"),
        (words.say_share(0.345), "34 %"),
        (words.say_share(NULL), "unknown"),
        (words.join_words(["a", "b", "c"]), "a, b and c"),
        (words.join_words(["a", "b"], "or"), "a or b"),
        (words.join_words([]), "none"),
        (words.join_few(list("abcd")), "a, b, c and d"),
        (words.join_few(list("abcde")), "a, b, c and 2 more"),
        (words.say_n(pd.Series([6, 6])), "n=6"),
        (words.say_n(pd.Series([3, 6, 5])), "n=3 to 6"),
        (words.say_n(pd.Series([], dtype="int64")), "n=0"),
        (words.count_words(1, "entry"), "1 entry"),
        (words.count_words(3, "entry"), "3 entries"),
        (words.count_words(2, "push"), "2 pushes"),
        (words.count_words(0, "run"), "0 runs"),
        (words.say_sentence("a thing."), "A thing."),
    ],
)
def test_what_is_said(said, text):
    assert said == text
