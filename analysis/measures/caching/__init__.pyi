from .commits import check_commits
from .docker_builds import list_builds
from .expected import check_first_misses
from .hits import (
    add_rates,
    build_rates,
    cache_outcomes,
    hit_rates,
    hits_by_run,
    hits_by_target,
    join_alike,
    layer_hits,
    rates_by_denominator,
    rates_by_target,
    untold_targets,
    widen_rates,
)
from .host_pool import (
    LIFETIME,
    host_reuse,
    landing_chance,
    landing_chances,
    landings,
    local_hits,
    reuse_chance,
    reuse_chances,
    widen_chances,
)
from .misses import explain_log, explain_misses, frame_misses
from .misses_by_run import first_misses, misses_by_run
from .mounts import cache_mounts
from .shared_references import compare_references, shared_references
from .summary import summarise_misses, summarise_reuse

__all__ = [
    "LIFETIME",
    "add_rates",
    "build_rates",
    "cache_mounts",
    "cache_outcomes",
    "check_commits",
    "check_first_misses",
    "compare_references",
    "explain_log",
    "explain_misses",
    "first_misses",
    "frame_misses",
    "hit_rates",
    "hits_by_run",
    "hits_by_target",
    "host_reuse",
    "join_alike",
    "landing_chance",
    "landing_chances",
    "landings",
    "layer_hits",
    "list_builds",
    "local_hits",
    "misses_by_run",
    "rates_by_denominator",
    "rates_by_target",
    "reuse_chance",
    "reuse_chances",
    "shared_references",
    "summarise_misses",
    "summarise_reuse",
    "untold_targets",
    "widen_chances",
    "widen_rates",
]
