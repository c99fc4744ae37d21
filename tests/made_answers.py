"""Answers of as many strategies and kinds of commit as one likes, with made-up numbers."""

import dataclasses
import itertools

from measured import make_runs

from analysis.answers import answer
from analysis.words import CLOSE, FASTER, SLOWER

VERDICTS = (FASTER, CLOSE, SLOWER)
PRICE = {
    "entries_a_push": 4.0,
    "entries_a_push_baseline": 1.0,
    "policy_keeps_entries": 3,
    "builds_pushed": 5.0,
    "builds_kept_children_left_out": 1.0,
    "builds_kept_children_counted": 0.0,
    "builds_a_month": 600,
    "compute": "general1.small",
    "minutes_a_month": -110.0,
    "usd_a_month": -0.5,
    "storage_usd_a_month": 0.3,
    "storage_usd_a_month_baseline": 0.9,
}


def make_answer(strategies=3, kinds=4, **changes):
    """An answer of so many made-up strategies and kinds of commit."""
    about = {"docker": [20.0, 20.2, 19.9], "best-of-them": [9.0, 9.3, 8.8]}
    found = answer(make_runs({name: {"source": seconds} for name, seconds in about.items()}))
    names = ["best-of-them", *(f"registry-cache-variant-{n:02d}" for n in range(2, strategies))]
    named = [make_row(name, number) for number, name in enumerate(names)]
    emulated = make_row("docker-server", 0) | {"emulated": True}
    scenarios = ["source", *(f"kind-{n:02d}-of-commit" for n in range(1, kinds))]
    commits = [
        each | {"scenario": scenario}
        for scenario, each in itertools.product(scenarios, [*named, emulated])
    ]
    base = [{"strategy": "docker", "scenario": each, "seconds": 20.0} for each in scenarios]
    mix = {name: (kinds - number) / sum(range(kinds + 1)) for number, name in enumerate(scenarios)}
    facts = {"strategies": [*named, emulated], "commits": [*base, *commits], "mix": mix}
    turns = {"condition": "boot", "unit": "s", "value": 9.0, "turns_at": 14.0, "turns_to": "docker"}
    facts |= {"price": PRICE, "flips": [turns], "emulated": emulated, "place": "lab"}
    return dataclasses.replace(found, **facts | changes)


def make_row(name, number):
    difference = -11.0 + number
    seconds = {"seconds": 20 + difference, "difference": difference}
    ends = {"low": difference - 1, "high": difference + 1}
    verdict = VERDICTS[min(number // 4, 2)]
    return {"strategy": name, "emulated": False, "n": 6, "verdict": verdict} | seconds | ends
