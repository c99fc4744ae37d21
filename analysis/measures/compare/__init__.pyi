from .aa import AGAIN, control
from .comparison import COLUMNS, FEWEST, check_baseline, compare, count_luck, pair_rounds
from .intervals import LEVEL, mean_of_rounds, wilson
from .runs import (
    EMULATED,
    RUN,
    left_out,
    mark_emulated,
    mean_by_activity,
    merge_alike,
    order_scenarios,
    pick_comparable,
    sort_rows,
    spread,
    waits,
)
from .simulation import LUCK, read_simulation

__all__ = [
    "AGAIN",
    "COLUMNS",
    "EMULATED",
    "FEWEST",
    "LEVEL",
    "LUCK",
    "RUN",
    "check_baseline",
    "compare",
    "control",
    "count_luck",
    "left_out",
    "mark_emulated",
    "mean_by_activity",
    "mean_of_rounds",
    "merge_alike",
    "order_scenarios",
    "pair_rounds",
    "pick_comparable",
    "read_simulation",
    "sort_rows",
    "spread",
    "waits",
    "wilson",
]
