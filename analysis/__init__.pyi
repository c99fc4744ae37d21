from . import charts, measures, prose
from .answers import Answer, answer
from .claims import claims
from .doctor import diagnose
from .experiment import Settings, run_experiment
from .languages import speak
from .measures import (
    compare,
    compare_mix,
    count_entries,
    critical_path,
    explain_misses,
    hit_rates,
    mix_of_commits,
    month,
    overhead_map,
    read_mix,
)
from .past_builds import read_history
from .prose import headline
from .records import (
    Speeds,
    read_prices,
    read_public_logs,
    read_runs,
    read_simulation,
    read_timeline,
    read_timelines,
)
from .registry import preview_lifecycle, read_images
from .results import read_experiment, read_grid, read_sweep
from .store import read_logs
from .workload import classify_commits, load_strategies, plan_changes

__all__ = [
    "Answer",
    "Settings",
    "Speeds",
    "answer",
    "charts",
    "claims",
    "classify_commits",
    "compare",
    "compare_mix",
    "count_entries",
    "critical_path",
    "diagnose",
    "explain_misses",
    "headline",
    "hit_rates",
    "load_strategies",
    "measures",
    "mix_of_commits",
    "month",
    "overhead_map",
    "plan_changes",
    "preview_lifecycle",
    "prose",
    "read_experiment",
    "read_grid",
    "read_history",
    "read_images",
    "read_logs",
    "read_mix",
    "read_prices",
    "read_public_logs",
    "read_runs",
    "read_simulation",
    "read_sweep",
    "read_timeline",
    "read_timelines",
    "run_experiment",
    "speak",
]
