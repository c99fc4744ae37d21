"""Measures: frames in, frames or sentences out."""

from analysis.measures.breakeven import break_even
from analysis.measures.claims import claims
from analysis.measures.comparison import compare
from analysis.measures.findings import (
    say_builder_cost,
    say_growth,
    say_hits,
    say_overhead,
    say_rollbacks,
    say_spent,
    say_unexplained,
)
from analysis.measures.footprint import count_entries, count_rollbacks, entries_per_push
from analysis.measures.headline import headline
from analysis.measures.hits import (
    cache_outcomes,
    hit_rates,
    hits_by_run,
    layer_hits,
    rates_by_denominator,
)
from analysis.measures.overheads import builder_costs, busy_map, overhead_map
from analysis.measures.rollbacks import keep_newest
from analysis.measures.spread import (
    left_out,
    mark_emulated,
    mean_by_activity,
    merge_alike,
    pick_comparable,
    spread,
)

__all__ = [
    "break_even",
    "builder_costs",
    "busy_map",
    "cache_outcomes",
    "claims",
    "compare",
    "count_entries",
    "count_rollbacks",
    "entries_per_push",
    "headline",
    "hit_rates",
    "hits_by_run",
    "keep_newest",
    "layer_hits",
    "left_out",
    "mark_emulated",
    "mean_by_activity",
    "merge_alike",
    "overhead_map",
    "pick_comparable",
    "rates_by_denominator",
    "say_builder_cost",
    "say_growth",
    "say_hits",
    "say_overhead",
    "say_rollbacks",
    "say_spent",
    "say_unexplained",
    "spread",
]
