from .answer import headline, say_advice, say_answer, say_exports, say_grounds, say_legend
from .breakeven import LISTED, list_predictions, say_grid, say_sweep
from .caching import say_hits, say_host_reuse, say_landings, say_misses, say_public_logs
from .intervals import say_counted, say_interval, say_mean
from .month import say_mixes, say_month, say_months, say_price
from .past_builds import say_cache_seen, say_gaps, say_history, say_minutes, say_missing, say_trend
from .seconds import (
    say_balance,
    say_builder_cost,
    say_overhead,
    say_path,
    say_spent,
    say_unexplained,
    say_unread,
)
from .storage import say_growth, say_kinds, say_media, say_previews, say_rollbacks, say_store
from .trust import list_speeds, say_aa, say_control, say_pressure, say_simulation, say_speeds

__all__ = [
    "LISTED",
    "headline",
    "list_predictions",
    "list_speeds",
    "say_aa",
    "say_advice",
    "say_answer",
    "say_balance",
    "say_builder_cost",
    "say_cache_seen",
    "say_control",
    "say_counted",
    "say_exports",
    "say_gaps",
    "say_grid",
    "say_grounds",
    "say_growth",
    "say_history",
    "say_hits",
    "say_host_reuse",
    "say_interval",
    "say_kinds",
    "say_landings",
    "say_legend",
    "say_mean",
    "say_media",
    "say_minutes",
    "say_misses",
    "say_missing",
    "say_mixes",
    "say_month",
    "say_months",
    "say_overhead",
    "say_path",
    "say_pressure",
    "say_previews",
    "say_price",
    "say_public_logs",
    "say_rollbacks",
    "say_simulation",
    "say_speeds",
    "say_spent",
    "say_store",
    "say_sweep",
    "say_trend",
    "say_unexplained",
    "say_unread",
]
