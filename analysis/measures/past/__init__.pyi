from .gaps import hits_over_gap, host_caches, say_gaps
from .missing_layers import missing_steps, say_missing
from .overview import (
    cache_seen,
    history_busy,
    history_hits,
    history_overheads,
    say_cache_seen,
    say_history,
)
from .trends import phase_minutes, say_minutes, say_trend, slopes, trend

__all__ = [
    "cache_seen",
    "history_busy",
    "history_hits",
    "history_overheads",
    "hits_over_gap",
    "host_caches",
    "missing_steps",
    "phase_minutes",
    "say_cache_seen",
    "say_gaps",
    "say_history",
    "say_minutes",
    "say_missing",
    "say_trend",
    "slopes",
    "trend",
]
