"""Which Docker caching strategy pays on CodeBuild: builds, readers, measures, charts.

What notebooks use is found here; each name is imported from its module when first asked for, so
that a part of the package costs only what it needs itself.
"""

from importlib import import_module
from typing import Any

NAMES = {
    "read_logs": "analysis.logs",
    "read_runs": "analysis.runs",
    "read_sweep": "analysis.runs",
    "read_experiment": "analysis.runs",
    "read_history": "analysis.history",
    "read_timeline": "analysis.timeline",
    "read_timelines": "analysis.timeline",
    "read_images": "analysis.registry",
    "preview_lifecycle": "analysis.registry",
    "run_experiment": "analysis.experiment",
    "Settings": "analysis.experiment",
    "load_strategies": "analysis.strategies",
    "hit_rates": "analysis.measures",
    "explain_misses": "analysis.measures",
    "compare": "analysis.measures",
    "overhead_map": "analysis.measures",
    "critical_path": "analysis.measures",
    "count_entries": "analysis.measures",
    "claims": "analysis.measures",
    "headline": "analysis.measures",
    "month": "analysis.measures",
    "read_mix": "analysis.measures",
    "read_prices": "analysis.measures",
    "charts": "analysis.charts",
}
__all__ = sorted(NAMES)


def __getattr__(name: str) -> Any:
    """The public name, imported now."""
    if name not in NAMES:
        raise AttributeError(f"analysis has no {name!r}: {', '.join(__all__)}")
    module = import_module(NAMES[name])
    return module if NAMES[name] == f"analysis.{name}" else getattr(module, name)
