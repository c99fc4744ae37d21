"""What most runs of a group have: the usual value of a column."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import pandas as pd


def find_usual(
    facts: pd.DataFrame, name: str, keys: Sequence[str], more_than: float = 0
) -> list[Any]:
    """For each run, what most runs of the same keys have; of as many what most of all runs have,

    or the earliest. None where the keys are not known, or not more than that share of the known
    values is such a one.
    """
    groups = facts.groupby([*keys]).ngroup()
    known = facts[name].notna() & groups.ge(0)
    started = facts["started"].reset_index(drop=True)
    ordered = started.sort_values(kind="stable").index.to_numpy()
    ordered = ordered[known.to_numpy()[ordered]]
    counts: dict[int, Counter[Any]] = defaultdict(Counter)
    rows = zip(groups.iloc[ordered].tolist(), facts[name].iloc[ordered].tolist(), strict=True)
    for group, value in rows:
        counts[group][value] += 1
    overall = Counter(facts[name].iloc[ordered].tolist())
    usual = {}
    for group, each in counts.items():
        value, times = max(each.items(), key=lambda item: (item[1], overall[item[0]]))
        usual[group] = value if times > more_than * each.total() else None
    return [usual.get(group) for group in groups.tolist()]
