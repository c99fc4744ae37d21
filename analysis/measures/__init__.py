"""Measures: frames in, frames or sentences out."""

from analysis.measures.balance import balance, say_balance
from analysis.measures.breakeven import break_even
from analysis.measures.claims import claims
from analysis.measures.comparison import compare
from analysis.measures.control import control, say_control
from analysis.measures.critical import critical_path
from analysis.measures.findings import (
    say_builder_cost,
    say_growth,
    say_hits,
    say_overhead,
    say_rollbacks,
    say_spent,
    say_store,
    say_unexplained,
)
from analysis.measures.footprint import (
    count_entries,
    count_rollbacks,
    entries_per_push,
    push_by_push,
)
from analysis.measures.headline import headline
from analysis.measures.history import (
    cache_seen,
    history_busy,
    history_hits,
    history_overheads,
    say_cache_seen,
    say_history,
)
from analysis.measures.history_gaps import hits_over_gap, host_caches, say_gaps
from analysis.measures.history_steps import missing_steps, say_missing
from analysis.measures.history_time import phase_minutes, say_minutes, say_trend, slopes, trend
from analysis.measures.hits import (
    cache_outcomes,
    hit_rates,
    hits_by_run,
    layer_hits,
    rates_by_denominator,
    widen_rates,
)
from analysis.measures.landing import (
    landing_chances,
    landings,
    local_hits,
    read_public_logs,
    say_landings,
    say_public_logs,
    widen_chances,
)
from analysis.measures.misses import explain_misses
from analysis.measures.money import month, month_storage, read_mix
from analysis.measures.overheads import builder_costs, busy_map, overhead_map
from analysis.measures.paths import (
    burdened,
    mark_critical,
    overhead_on_path,
    path_map,
    path_seconds,
    pick_run,
    say_path,
    say_unread,
)
from analysis.measures.predecessors import first_misses, misses_by_run, say_misses
from analysis.measures.predictions import list_predictions, say_sweep
from analysis.measures.previews import compare_previews, differing, say_previews
from analysis.measures.prices import find_price, read_prices
from analysis.measures.rollbacks import keep_newest
from analysis.measures.savings import say_month, say_months
from analysis.measures.simulation import read_simulation, say_simulation
from analysis.measures.spread import (
    left_out,
    mark_emulated,
    mean_by_activity,
    merge_alike,
    pick_comparable,
    spread,
    waits,
)
from analysis.measures.sweep import busy_by_link, check_break_even

__all__ = [
    "balance",
    "break_even",
    "builder_costs",
    "burdened",
    "busy_by_link",
    "busy_map",
    "cache_outcomes",
    "cache_seen",
    "check_break_even",
    "claims",
    "compare",
    "compare_previews",
    "control",
    "count_entries",
    "count_rollbacks",
    "critical_path",
    "differing",
    "entries_per_push",
    "explain_misses",
    "find_price",
    "first_misses",
    "headline",
    "history_busy",
    "history_hits",
    "history_overheads",
    "hit_rates",
    "hits_by_run",
    "hits_over_gap",
    "host_caches",
    "keep_newest",
    "landing_chances",
    "landings",
    "layer_hits",
    "left_out",
    "list_predictions",
    "local_hits",
    "mark_critical",
    "mark_emulated",
    "mean_by_activity",
    "merge_alike",
    "misses_by_run",
    "missing_steps",
    "month",
    "month_storage",
    "overhead_map",
    "overhead_on_path",
    "path_map",
    "path_seconds",
    "phase_minutes",
    "pick_comparable",
    "pick_run",
    "push_by_push",
    "rates_by_denominator",
    "read_mix",
    "read_prices",
    "read_public_logs",
    "read_simulation",
    "say_balance",
    "say_builder_cost",
    "say_cache_seen",
    "say_control",
    "say_gaps",
    "say_growth",
    "say_history",
    "say_hits",
    "say_landings",
    "say_minutes",
    "say_misses",
    "say_missing",
    "say_month",
    "say_months",
    "say_overhead",
    "say_path",
    "say_previews",
    "say_public_logs",
    "say_rollbacks",
    "say_simulation",
    "say_spent",
    "say_store",
    "say_sweep",
    "say_trend",
    "say_unexplained",
    "say_unread",
    "slopes",
    "spread",
    "trend",
    "waits",
    "widen_chances",
    "widen_rates",
]
