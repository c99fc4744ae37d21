"""What the index shows beneath the answer: the reader's own numbers, and the winner's buildspec."""

import json
import math
from collections.abc import Mapping, Sequence
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.answers import Answer, list_numbers
from analysis.prose import say_advice, tabulate_sizes
from analysis.prose.template import list_texts, say
from analysis.records import are_written, read_written
from analysis.redaction import redact
from analysis.results import Experiment
from analysis.words import CLOSE, FASTER, SAME, SLOWER, UNTOLD, say_percent
from analysis.workload import load_strategies, say_commit

# a verdict in the script's words
_VERDICTS = {FASTER: "faster", SLOWER: "slower", SAME: "same", CLOSE: "close", UNTOLD: "untold"}
# as far as sliders go where nothing that was run says how far: builds a month, USD a minute
_MOST_BUILDS, _MOST_USD = 5000, 0.25
# signs that would end a script, or a line of it
_UNSAFE = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
_CONTEXT = 3


def list_yours(
    experiment: Experiment | pd.DataFrame, found: Answer, others: Sequence[Experiment] = ()
) -> dict[str, Any] | None:
    """What yours.html.j2 shows of an answer; null where nothing was compared."""
    numbers = list_numbers(experiment, found, others)
    if not found.strategies or not numbers["strategies"]:
        return None
    texts = list_texts("yours")
    told = {row["strategy"]: _VERDICTS.get(row["verdict"]) for row in found.strategies}
    advice = say_advice(found)
    data = numbers | {"texts": texts, "verdicts": told, "advice": advice}
    return {
        "texts": texts,
        "mix": [_show_share(name, found.mix) for name in numbers["scenarios"]],
        "builds": {"value": numbers["builds"], "most": _MOST_BUILDS},
        "price": _show_price(numbers["price"]),
        "conditions": [_show_range(name, each) for name, each in numbers["ranges"].items()],
        "rows": [_show_row(row, found.baseline) for row in _sort_rows(found)],
        "json": write_json(data),
        "diff": diff_buildspecs(found, experiment),
    }


def list_sizes(sizes: pd.DataFrame, found: Answer) -> dict[str, Any] | None:
    """What yours.html.j2 shows of answer_sizes' projects; null for fewer than two."""
    heads, rows = tabulate_sizes(sizes, found)
    texts = {name: say(f"sizes.{name}") for name in ("title", "caption")}
    return {"texts": texts, "heads": heads, "rows": rows} if rows else None


def write_json(data: Any) -> str:
    """JSON that may stand in a script of a page, whatever texts are in it."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_UNSAFE)


def _show_share(scenario: str, mix: Mapping[str, float]) -> dict[str, Any]:
    """A kind of commit with its share in percent."""
    percent = 100 * mix.get(scenario, 0.0)
    words = say_commit(scenario)
    return {"scenario": scenario, "words": words, "percent": percent, "shown": say_percent(percent)}


def _show_price(price: Mapping[str, Any]) -> dict[str, Any]:
    """The price of a minute, 0 on the slider while unknown."""
    known = price["usd"] is not None
    return {
        "label": say("yours.price", **{**price, "date": price["date"] or say("yours.no_date")}),
        "value": price["usd"] or 0,
        "most": max(_MOST_USD, 2 * (price["usd"] or 0)),
        "shown": f"{price['usd']:.4f} USD" if known else say("yours.price_unknown"),
    }


def _show_range(name: str, ends: Mapping[str, float] | None) -> dict[str, Any]:
    """A condition with its slider's ends, or with what there is to say where it has none."""
    label = say(f"yours.{name}")
    if ends is None:
        return {"name": name, "label": label, "fixed": say("yours.no_model")}
    value, low, high = (ends[each] for each in ("value", "low", "high"))
    shown = say(f"yours.{name}_value", value=value)
    if not low < high or not low > 0:
        return {"name": name, "label": label, "fixed": say("yours.one_value", value=shown)}
    if name == "link":
        # the position on a logarithmic scale
        value, low, high = math.log(value / low) / math.log(high / low), 0, 1
    return {
        "name": name,
        "label": label,
        "shown": shown,
        "value": value,
        "low": low,
        "high": high,
        "fixed": "",
    }


def _sort_rows(found: Answer) -> list[Mapping[str, Any]]:
    """The strategies, the quickest first, those that the lab only stands in for last."""
    return sorted(found.strategies, key=lambda row: bool(row["emulated"]))


def _show_row(row: Mapping[str, Any], baseline: str) -> dict[str, str]:
    """A strategy as measured, in a table's words."""
    verdict = _VERDICTS.get(row["verdict"] or "", "baseline")
    own = row["strategy"] == baseline
    return {
        "name": row["strategy"],
        "shown": say("yours.emulated" if row["emulated"] else "yours.plain", **row),
        "seconds": _sign(row["seconds"], ""),
        "difference": "" if own else _sign(row["difference"]),
        "ends": ""
        if row["low"] is None
        else say("yours.ends", low=_sign(row["low"]), high=_sign(row["high"])),
        "verdict": say(f"yours.verdict_{verdict}"),
        "tone": verdict if verdict in (_VERDICTS[FASTER], _VERDICTS[SLOWER]) else "",
    }


def _sign(value: float | None, sign: str = "+") -> str:
    """A number with one decimal place and its sign, a dash for what is unknown."""
    return "–" if value is None else f"{value:{sign}z.1f}".replace("-", "−")


def diff_buildspecs(
    found: Answer, experiment: Experiment | pd.DataFrame | None = None
) -> dict[str, Any] | None:
    """The buildspec of the strategy to use and how it differs from the baseline's, as shipped.

    Where the experiment wrote it from a buildspec of the user's own: how it differs from that.
    Null where the answer is to change nothing, or a buildspec of either is not to be had.
    """
    if found.verdict != FASTER:
        return None
    facts = experiment.facts if isinstance(experiment, Experiment) else {}
    if isinstance(experiment, Experiment) and are_written(facts):
        own = read_written(experiment.folder, str(found.strategy), facts)
        name = Path(facts["folders"]["buildspec"]).name
        return _show_blocks(str(found.strategy), name, *map(redact, own)) if own else None
    shipped = load_strategies()
    if not {found.strategy, found.baseline} <= {*shipped}:
        return None
    before, after = (shipped[str(each)] for each in (found.baseline, found.strategy))
    old, new = (each.buildspec.text.splitlines(keepends=True) for each in (before, after))
    names = [f"{each.name}.yml" for each in (before, after)]
    diff = "".join(unified_diff(old, new, names[0], names[1], n=_CONTEXT))
    return _show_blocks(after.name, before.name, diff, after.buildspec.text)


def _show_blocks(strategy: str, baseline: str, diff: str, text: str) -> dict[str, Any]:
    """A diff and a whole buildspec as the template takes them."""
    facts = {"strategy": strategy, "baseline": baseline}
    return {
        "title": say("yours.buildspec", **facts),
        "blocks": [
            {"summary": say("yours.diff", **facts), "text": diff},
            {"summary": say("yours.whole", **facts), "text": text},
        ],
    }
