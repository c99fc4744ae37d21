"""Charts draw what measures give them, and compute nothing; each has an alt text."""

from analysis.charts.balance import balance
from analysis.charts.canvas import describe, say, show, table
from analysis.charts.counts import denominators, entries_by_kind, entries_over_pushes, hit_matrix
from analysis.charts.landing import landing_lines
from analysis.charts.memos import memos
from analysis.charts.money import month_minutes
from analysis.charts.sweep import sweep_lines, sweep_predictions
from analysis.charts.timeline import timeline
from analysis.charts.times import differences, run_seconds, spent, verdict_matrix

__all__ = [
    "balance",
    "denominators",
    "describe",
    "differences",
    "entries_by_kind",
    "entries_over_pushes",
    "hit_matrix",
    "landing_lines",
    "memos",
    "month_minutes",
    "run_seconds",
    "say",
    "show",
    "spent",
    "sweep_lines",
    "sweep_predictions",
    "table",
    "timeline",
    "verdict_matrix",
]
