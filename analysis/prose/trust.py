"""How far the verdicts can be trusted: an A/A test and a simulation, in words."""

import pandas as pd

from analysis.measures.compare import summarise_aa, summarise_simulation
from analysis.prose.intervals import say_counted
from analysis.prose.template import say
from analysis.records import KEPT_HOSTS


def say_aa(table: pd.DataFrame) -> str:
    """How many verdicts were wrong, the widest difference, and how often 0 lay in the interval."""
    facts = summarise_aa(table)
    if not facts:
        return say("trust.no_aa")
    number = facts["number"]
    wrong = say_counted(facts.pop("wrong"), number, "comparison")
    missed = say_counted(facts.pop("missed"), number, "interval")
    return say("trust.aa", wrong=wrong, missed=missed, **facts)


# the name that it had
say_control = say_aa


def say_simulation(table: pd.DataFrame) -> str:
    """The worst of each number over all settings, those with a pool of kept hosts apart."""
    kept = table["noise"] == KEPT_HOSTS
    said = [say("trust.simulation", **summarise_simulation(table[~kept]))]
    if kept.any():
        said.append(say("trust.kept_hosts", **summarise_simulation(table[kept])))
    return " ".join(said)
