from .commit_mix import mix_of_commits, write_mix
from .gaps import hits_over_gap, host_caches
from .kinds import build_kinds
from .missing_layers import missing_steps
from .overview import (
    as_runs,
    cache_seen,
    history_busy,
    history_hits,
    history_overheads,
    name_projects,
)
from .summary import (
    count_timed,
    spread_seconds,
    sum_gaps,
    sum_missing,
    sum_problems,
    summarise_builds,
)
from .trends import phase_minutes, pick_period, slopes, trend

__all__ = [
    "as_runs",
    "build_kinds",
    "cache_seen",
    "count_timed",
    "history_busy",
    "history_hits",
    "history_overheads",
    "hits_over_gap",
    "host_caches",
    "missing_steps",
    "mix_of_commits",
    "name_projects",
    "phase_minutes",
    "pick_period",
    "slopes",
    "spread_seconds",
    "sum_gaps",
    "sum_missing",
    "sum_problems",
    "summarise_builds",
    "trend",
    "write_mix",
]
