from .aa import AGAIN, control, judge_aa
from .blocks import is_replay
from .commits import list_rare
from .comparison import (
    COLUMNS,
    MARGIN,
    MIN_BUILDS_OF_EACH_HOST,
    check_baseline,
    compare,
    pair_rounds,
)
from .intervals import LEVEL, mean_of_rounds, wilson
from .levels import FALSE_REPORTS, LOOKS, find_level
from .mixes import average_rounds, compare_mix, compare_totals, list_open, weigh_rounds
from .planning import MIN_ROUNDS, find_smallest
from .pools import count_rarer_hosts
from .pressure import summarise_pressure
from .rules import MixRules, list_mix_rules
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
from .summary import long_rounds, summarise_aa, summarise_simulation

__all__ = [
    "AGAIN",
    "COLUMNS",
    "EMULATED",
    "FALSE_REPORTS",
    "LEVEL",
    "LOOKS",
    "MARGIN",
    "MIN_BUILDS_OF_EACH_HOST",
    "MIN_ROUNDS",
    "RUN",
    "MixRules",
    "average_rounds",
    "check_baseline",
    "compare",
    "compare_mix",
    "compare_totals",
    "control",
    "count_rarer_hosts",
    "find_level",
    "find_smallest",
    "is_replay",
    "judge_aa",
    "left_out",
    "list_mix_rules",
    "list_open",
    "list_rare",
    "long_rounds",
    "mark_emulated",
    "mean_by_activity",
    "mean_of_rounds",
    "merge_alike",
    "order_scenarios",
    "pair_rounds",
    "pick_comparable",
    "sort_rows",
    "spread",
    "summarise_aa",
    "summarise_pressure",
    "summarise_simulation",
    "waits",
    "weigh_rounds",
    "wilson",
]
