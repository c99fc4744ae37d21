"""What an answer is computed from, as data: for a page on which readers put in their own numbers.

Another mix is measured as the answer's own is: whoever has the seconds of each round and
compare_mix's rules gets its intervals. Other work and other links are what the model makes of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis import measures
from analysis.answers.asking import take_experiment
from analysis.answers.calibrated import find_model, find_off
from analysis.answers.fields import Answer, plain
from analysis.answers.gates import list_unrestarted
from analysis.measures.compare import (
    EMULATED,
    count_rarer_hosts,
    is_replay,
    list_mix_rules,
    order_scenarios,
)
from analysis.measures.money import BUILDS, COMPUTE, count_minutes, find_price
from analysis.records import read_prices
from analysis.results import Experiment

_PARTS = ["work", "moved", "compressed", "sent", "linked"]
# digits of seconds: thousandths are less than anyone sees
_DIGITS = 4


def list_numbers(
    experiment: Experiment | pd.DataFrame, found: Answer, others: Sequence[Experiment] = ()
) -> dict[str, Any]:
    """What a mix, a month, work, a link and a price make of these runs, in types that JSON has.

    `experiment`, `found`: what analysis.answer took and gave.

    baseline, mix (scenario -> share), scenarios (those built, in a history's order), rules
    (compare_mix's), commits (whether rounds are those of a history), off (share of a modelled
    change by which it may be off, 95 %), builds (a month), price and server_price (usd of a minute,
    null: unknown; item, region, date), ranges (work in seconds and link in Mbit/s: value, low,
    high; null without a model) and strategies, the baseline first: name, emulated, server (its bill
    is the server's, too), unrestarted (the restart of its engine is not in its seconds), seconds
    and billed (minutes) by scenario and round, hosts (builds on the rarer kind of kept host by
    scenario, null without a pool), parts (Model.list_parts' numbers by scenario). `others` widen
    what was run.
    """
    experiment = take_experiment(experiment)
    runs = experiment.comparable
    scenarios = order_scenarios(runs) if len(runs) else []
    model = find_model(experiment, found.baseline, None, others)
    skipped = set(list_unrestarted(experiment))
    strategies = [
        each | {"unrestarted": each["name"] in skipped}
        for each in _list_strategies(runs, scenarios, model, found.baseline)
    ]
    return plain(
        {
            "baseline": found.baseline,
            "mix": found.mix,
            "scenarios": scenarios,
            "rules": list_mix_rules(max(len(strategies) - 1, 1))._asdict(),
            "commits": is_replay(runs),
            "off": None if model is None else find_off(model),
            "builds": BUILDS,
            **_find_prices(experiment.region),
            "ranges": {"work": None, "link": None} if model is None else _list_ranges(model),
            "strategies": strategies,
        }
    )


def _list_ranges(model: measures.Model) -> dict[str, dict[str, float]]:
    """value, low and high of work and link: as recorded, and as far as was run."""
    work, link = float(model.found["total_work"].iloc[0]), model.get_value("link_mbit")
    least, most = model.ranges["work_factor"]
    low, high = model.ranges["link_mbit"]
    return {
        "work": {"value": work, "low": least * work, "high": most * work},
        "link": {"value": link, "low": low, "high": high},
    }


def _find_prices(region: str) -> dict[str, dict[str, Any]]:
    """price (of CodeBuild's hosts) and server_price (of its Docker server) of a region."""
    prices = read_prices(region=region)
    found = {"price": COMPUTE, "server_price": "docker-server"}
    return {name: _find_price(prices, item) for name, item in found.items()}


def _find_price(prices: pd.DataFrame, item: str) -> dict[str, Any]:
    """item, usd (of a minute), region and date of a price."""
    row = find_price(prices, item, "minute")
    date = None if pd.isna(row["date"]) else f"{row['date']:%Y-%m-%d}"
    return {"item": item, "usd": row["usd"], "region": row["region"], "date": date}


def _list_strategies(
    runs: pd.DataFrame, scenarios: Sequence[str], model: measures.Model | None, baseline: str
) -> list[dict[str, Any]]:
    """A dict a strategy, as list_numbers says."""
    if runs.empty:
        return []
    minutes = count_minutes(runs)
    keys = ["strategy", "scenario", "round"]
    table = minutes.groupby(keys)[["seconds", "billed_minutes"]].median().astype("float64")
    rounds = sorted(runs["round"].dropna().unique())
    hosts, parts = count_rarer_hosts(runs).to_dict(), _index_parts(model)
    served = runs.groupby("strategy")["host"].agg(lambda host: bool(host.eq("server").any()))
    names = sorted(
        runs["strategy"].dropna().unique(), key=lambda name: (_strip(name) != baseline, name)
    )
    return [
        {
            "name": _strip(name),
            "emulated": name.endswith(EMULATED),
            "server": served[name],
            "seconds": _spread_out(table["seconds"], name, scenarios, rounds),
            "billed": _spread_out(table["billed_minutes"], name, scenarios, rounds),
            "hosts": _pick(hosts, [(scenario, name) for scenario in scenarios]),
            "parts": _pick(parts, [(name, scenario) for scenario in scenarios]),
        }
        for name in names
    ]


def _strip(name: str) -> str:
    return name.removesuffix(f" {EMULATED}")


def _spread_out(
    values: pd.Series, name: str, scenarios: Sequence[str], rounds: Sequence[Any]
) -> list[list[float]]:
    """A strategy's values, a list a scenario with a value a round; NaN where there is none."""
    own = values.xs(name, level="strategy").unstack("round")
    return (
        own.reindex(index=pd.Index(scenarios), columns=pd.Index(rounds))
        .round(_DIGITS)
        .to_numpy()
        .tolist()
    )


def _index_parts(model: measures.Model | None) -> dict[Any, list[float]]:
    """(strategy, scenario) -> its parts of a model; nothing without one."""
    if model is None:
        return {}
    table = model.list_parts().set_index(["strategy", "scenario"])[_PARTS].round(_DIGITS)
    return dict(zip(table.index, table.to_numpy().tolist(), strict=True))


def _pick(values: Mapping[Any, Any], keys: Sequence[Any]) -> list[Any] | None:
    """The values of keys in order, null for those that lack one; null when all do."""
    found = [values.get(key) for key in keys]
    return None if all(each is None for each in found) else found
