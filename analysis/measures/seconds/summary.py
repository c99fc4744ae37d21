"""The few numbers of seconds that matter in a sentence: largest parts, medians, what is hidden."""

from typing import Any

import pandas as pd

from analysis.measures.compare import mean_of_rounds
from analysis.measures.seconds.path_seconds import with_cache_overhead
from analysis.workload import pick_scenario

# less does not matter in a sentence, in seconds
_MIN_SECONDS = 0.5
WORK = "work"


def largest_activities(means: pd.DataFrame, scenario: str) -> pd.DataFrame:
    """strategy, total, n, activity, seconds, share: the two largest activities of the quickest
    and of the slowest strategy of a scenario, of mean_by_activity's rows.
    """
    rows = pick_scenario(means, scenario)
    totals = rows.groupby("strategy", sort=False)["seconds"].sum().sort_values()
    ends = list(dict.fromkeys([*totals.index[:1], *totals.index[-1:]]))
    if not ends:
        return rows.assign(total=pd.Series(dtype="float64"), share=pd.Series(dtype="float64"))
    table = pd.concat(rows[rows["strategy"] == name].nlargest(2, "seconds") for name in ends)
    total = table["strategy"].map(totals)
    number = table["strategy"].map(rows.groupby("strategy")["n"].max())
    return table.assign(total=total, n=number, share=table["seconds"] / total)


def split_overhead(busy: pd.DataFrame, scenario: str) -> pd.DataFrame:
    """strategy, work, rest (seconds), largest ({activity: seconds}): busy time in a scenario."""
    rows = busy[busy["scenario"].eq(scenario) & busy["seconds"].notna()]
    table = rows.pivot(index="strategy", columns="activity", values="seconds")
    found = []
    for name, row in table.iterrows():
        rest = row.drop(WORK)
        largest = rest[rest >= _MIN_SECONDS].nlargest(3).to_dict()
        found.append((name, row[WORK], rest.sum(), largest))
    return pd.DataFrame(found, columns=["strategy", "work", "rest", "largest"])


def summarise_builders(costs: pd.DataFrame) -> dict[str, float]:
    """n, mean, low, high (seconds), share, pull, of builder_costs' rows; or {}.

    mean, share: means of rounds; low, high: of all builds; pull: median.
    """
    known = costs.dropna(subset=["share"])
    if known.empty:
        return {}
    return {
        "n": len(known),
        "mean": mean_of_rounds(known, "seconds")[0],
        "low": known["seconds"].min(),
        "high": known["seconds"].max(),
        "share": mean_of_rounds(known, "share")[0],
        "pull": known["pull_seconds"].median(),
    }


def summarise_unexplained(busy: pd.DataFrame) -> dict[str, Any]:
    """n (runs), median, worst (seconds), run (the worst's), of busy_map's rows; or {}."""
    rows = busy[busy["activity"].eq("no step explains")].dropna(subset=["seconds"])
    if rows.empty:
        return {}
    worst = rows.nlargest(1, "seconds").iloc[0]
    median = rows["seconds"].median()
    return {"n": len(rows), "median": median, "worst": worst["seconds"], "run": worst["run"]}


def rank_by_path(overhead: pd.DataFrame, scenario: str) -> tuple[pd.DataFrame, float]:
    """(with_cache_overhead's rows of a scenario, most on the path first; share that is hidden)."""
    rows = with_cache_overhead(overhead)
    rows = rows[rows["scenario"] == scenario].sort_values("on_path", ascending=False)
    whole = rows[["busy", "on_path"]].max(axis=1).sum()
    return rows, 1 - rows["on_path"].sum() / whole if whole else float("nan")


def sum_balance(table: pd.DataFrame, scenario: str) -> pd.DataFrame:
    """strategy, n, net (s), saved, paid ({activity: s}), of balance's rows; the least net first."""
    found = []
    for name, rows in pick_scenario(table, scenario).groupby("strategy"):
        seconds = rows.set_index("activity")["difference"]
        saved = -seconds[seconds <= -_MIN_SECONDS].sort_values()
        paid = seconds[seconds >= _MIN_SECONDS].sort_values(ascending=False)
        found.append((name, rows["n"].max(), seconds.sum(), saved.to_dict(), paid.to_dict()))
    sums = pd.DataFrame(found, columns=["strategy", "n", "net", "saved", "paid"])
    return sums.sort_values("net", kind="stable", ignore_index=True)


def summarise_errors(checked: pd.DataFrame) -> dict[str, Any]:
    """number, held, apart, open (predictions by interval of their error), mean, worst, percent
    (seconds, seconds, %), link (of the worst), of check_break_even's rows; or {}. One prediction
    a link and strategy.
    """
    known = checked.dropna(subset=["error"]).drop_duplicates(["link", "strategy"])
    if known.empty:
        return {}
    sure = known.dropna(subset=["error_low"])
    held = (sure["error_low"] <= 0) & (sure["error_high"] >= 0)
    worst = known.assign(size=known["error"].abs()).nlargest(1, "size").iloc[0]
    return {
        "number": len(known),
        "held": int(held.sum()),
        "apart": int((~held).sum()),
        "open": len(known) - len(sure),
        "mean": known["error"].abs().mean(),
        "worst": abs(worst["error"]),
        "percent": abs(worst["percent"]),
        "link": worst["link"],
    }


def compare_links(checked: pd.DataFrame) -> pd.DataFrame:
    """strategy, low, low_link, high, high_link (measured break-even, s), apart (by intervals).

    A row a strategy that was measured over two links or more.
    """
    known = checked.dropna(subset=["measured"]).drop_duplicates(["link", "strategy"])
    found = []
    for strategy, rows in known.groupby("strategy", sort=False):
        if len(rows) > 1:
            low, high = (rows.loc[rows["measured"].agg(end)] for end in ("idxmin", "idxmax"))
            apart = bool(low["measured_high"] < high["measured_low"])
            ends = (low["measured"], low["link"], high["measured"], high["link"])
            found.append((strategy, *ends, apart))
    columns = ["strategy", "low", "low_link", "high", "high_link", "apart"]
    return pd.DataFrame(found, columns=columns)
