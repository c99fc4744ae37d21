"""How far the verdicts can be trusted: an A/A test and a simulation, in words."""

from typing import Any

import pandas as pd

from analysis.measures import summarise_validation
from analysis.measures.compare import summarise_aa, summarise_pressure, summarise_simulation
from analysis.prose.breakeven import say_errors
from analysis.prose.intervals import say_counted
from analysis.prose.template import say
from analysis.records import CHANGED, NOT_KNOWN, NOT_SHIPPED, PRESSED, SIMULATION_SHARES
from analysis.rows import list_records, list_rows
from analysis.words import SPEEDS, join_sentences, say_sentence

_SHORT = 12


def say_buildspecs(told: pd.DataFrame) -> list[str]:
    """Whether strategies were recorded as they are shipped, of compare_buildspecs' rows."""
    said = _say_changed(told[told["buildspec"].eq(CHANGED)])
    unknown, own = (told[told["buildspec"].eq(each)] for each in (NOT_KNOWN, NOT_SHIPPED))
    if len(unknown):
        said.append(say("trust.buildspecs_unknown", strategies=unknown["strategy"].tolist()))
    if len(own):
        said.append(say("trust.buildspecs_own", strategies=own["strategy"].tolist()))
    return said or [say("trust.buildspecs_same")]


def _say_changed(changed: pd.DataFrame) -> list[str]:
    """That strategies were recorded with other buildspecs: one sentence, none of no row."""
    if len(changed) > 1:
        names, runs = changed["strategy"].tolist(), changed["runs"].sum()
        facts = {"number": len(names), "strategies": names, "runs": runs}
        return [say("trust.buildspecs_changed", **facts)]
    return [
        say(
            "trust.buildspec_changed",
            **row | {name: row[name][:_SHORT] for name in ("recorded", "shipped")},
        )
        for row in list_records(changed)
    ]


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
    """The worst of each share over all settings, and what few rounds tell."""
    return say("trust.simulation", **summarise_simulation(table))


def say_trials(
    again: pd.DataFrame, simulated: pd.DataFrame, checked: pd.DataFrame, validated: pd.DataFrame
) -> list[str]:
    """A sentence a trial: A/A test, simulation, predicted break-even, the model elsewhere."""
    facts = summarise_aa(again)
    wrong = say_counted(facts["wrong"], facts["number"], "comparison") if facts else ""
    return [
        say("trust.itself", wrong=wrong) if facts else say("trust.no_aa"),
        say("trust.simulated", **summarise_simulation(simulated)),
        say_errors(checked),
        *(say("trust.model", **row) for row in _list_unfitted(validated)),
    ]


def _list_unfitted(validated: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of contexts that the model was not fitted to, all of them together."""
    if validated.empty:
        return []
    return list_records(
        summarise_validation(validated).query("context == 'all' and left_out == 'context'")
    )


def list_simulation(table: pd.DataFrame) -> pd.DataFrame:
    """read_simulation's rows in percent, each share with its Monte Carlo error as a text."""
    shares = {
        name: [
            f"{100 * value:.1f} ± {100 * error:.1f}"
            for value, error in zip(table[name], table[f"{name} error"], strict=True)
        ]
        for name in SIMULATION_SHARES
    }
    noise = table["noise"].mul(100).round().astype("int64")
    return table[["rounds", "noise", "setting", "experiments"]].assign(noise=noise, **shares)


def say_pressure(runs: pd.DataFrame) -> str:
    """How many of these runs were under pressure, and how much longer they took."""
    facts = summarise_pressure(runs)
    if not facts["known"]:
        return say("trust.pressure_unknown", runs=len(runs))
    if not facts["number"]:
        return say("trust.no_pressure", **facts)
    longer = say("trust.longer", **facts) if facts["n"] else say("trust.none_quiet")
    return join_sentences([say("trust.pressure", limit=PRESSED, **facts), longer])


def list_speeds(table: pd.DataFrame, elsewhere: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """host_speeds' rows beside those of other hosts: speed, unit, where, median, low, high, n.

    Speeds that nothing tells are left out; those of the table were measured by `runs`.
    """
    own = table[table["n"].gt(0)].assign(where=_name_place(runs))
    rows = pd.concat([own, elsewhere.assign(median=float("nan"))])
    place = rows["speed"].map({name: number for number, name in enumerate(SPEEDS)})
    rows = rows.assign(place=place).sort_values("place", kind="stable", ignore_index=True)
    columns = ["speed", "where", "unit", "median", "low", "high", "n"]
    return rows.assign(speed=rows["speed"].map(SPEEDS))[columns]


def say_speeds(table: pd.DataFrame, elsewhere: pd.DataFrame, runs: pd.DataFrame) -> list[str]:
    """A sentence a speed that is known here and elsewhere: how far the one is from the other."""
    said = []
    for own in list_rows(table[table["n"].gt(0)]):
        others = elsewhere[elsewhere["speed"].eq(own.speed)]
        facts = {"speed": SPEEDS[own.speed], "unit": own.unit, "here": _name_place(runs)}
        beside = [_say_elsewhere(row) for row in list_rows(others)]
        if beside:
            told = say("trust.speed", median=own.median, n=own.n, beside=beside, **facts)
            said.append(say_sentence(told))
    return said


def _name_place(runs: pd.DataFrame) -> str:
    """Where runs were measured, in a few words."""
    return say("trust.lab" if runs["place"].eq("lab").all() else "trust.these_builds")


def _say_elsewhere(row: Any) -> str:
    """How fast hosts elsewhere are, in words."""
    ends = "trust.elsewhere" if row.low != row.high else "trust.elsewhere_one"
    return say(ends, low=row.low, high=row.high, where=row.where, n=row.n)
