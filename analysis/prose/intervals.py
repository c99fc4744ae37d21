"""Counts and means with their 95 % intervals, in words."""

import pandas as pd

from analysis.languages import translate
from analysis.measures.compare import wilson
from analysis.prose.template import say
from analysis.words import UNKNOWN, count_words


def say_interval(count: int, number: int) -> str:
    """`95 % interval 70 to 100 %` of a share by wilson, `interval unknown` of nothing."""
    low, high = wilson(count, number)
    return say("intervals.share", low=100 * low, high=high) if number else say("intervals.no_share")


def say_counted(count: float, number: float, word: str) -> str:
    """`7 of 10 builds (95 % interval 40 to 89 %)`."""
    interval, whole = say_interval(int(count), int(number)), count_words(int(number), word)
    return say("intervals.counted", count=int(count), number=whole, interval=interval)


def say_outcome(count: float, number: float, word: str) -> str:
    """`6 of 6 builds`: an outcome that all have, or none, is a count; say_counted of others."""
    if number and count in (0, number):
        return say_count(count, number, word)
    return say_counted(count, number, word)


def say_count(count: float, number: float, word: str) -> str:
    """`7 of 10 builds`: what follows from the kinds of builds, of which nothing was sampled."""
    return say("intervals.count", count=int(count), number=count_words(int(number), word))


def say_mean(mean: float, low: float, high: float, rounds: int) -> str:
    """`9.6 s (mean of 3 rounds, 95 % interval 8.9 to 10.3 s)`."""
    if pd.isna(mean):
        return translate(UNKNOWN)
    known = pd.notna(low)
    bounds = say("intervals.bounds", low=low, high=high) if known else say("intervals.no_bounds")
    return say("intervals.mean", mean=mean, rounds=rounds, bounds=bounds)
