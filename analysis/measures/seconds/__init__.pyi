from .breakeven import break_even
from .breakeven_check import ERROR, SERIES, busy_by_link, check_break_even
from .critical_path import critical_path
from .gains_and_costs import balance
from .host_speeds import host_speeds
from .overheads import ACTIVITIES, BUSY, builder_costs, busy_map, overhead_map
from .path_seconds import (
    burdened,
    mark_critical,
    overhead_on_path,
    path_map,
    path_seconds,
    pick_run,
    with_cache_overhead,
)
from .summary import (
    compare_links,
    largest_activities,
    rank_by_path,
    split_overhead,
    sum_balance,
    summarise_builders,
    summarise_errors,
    summarise_unexplained,
)

__all__ = [
    "ACTIVITIES",
    "BUSY",
    "ERROR",
    "SERIES",
    "balance",
    "break_even",
    "builder_costs",
    "burdened",
    "busy_by_link",
    "busy_map",
    "check_break_even",
    "compare_links",
    "critical_path",
    "host_speeds",
    "largest_activities",
    "mark_critical",
    "overhead_map",
    "overhead_on_path",
    "path_map",
    "path_seconds",
    "pick_run",
    "rank_by_path",
    "split_overhead",
    "sum_balance",
    "summarise_builders",
    "summarise_errors",
    "summarise_unexplained",
    "with_cache_overhead",
]
