"""Charts draw what measures give them, and compute nothing; each has an alt text."""

from analysis.charts.balance import balance
from analysis.charts.canvas import describe, say, show, show_each, table
from analysis.charts.counts import denominators, entries_by_kind, entries_over_pushes, hit_matrix
from analysis.charts.history import (
    gap_points,
    history_spent,
    missing_bars,
    phase_bars,
    trend_lines,
)
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
    "gap_points",
    "history_spent",
    "hit_matrix",
    "landing_lines",
    "memos",
    "missing_bars",
    "month_minutes",
    "phase_bars",
    "run_seconds",
    "say",
    "show",
    "show_each",
    "spent",
    "sweep_lines",
    "sweep_predictions",
    "table",
    "timeline",
    "trend_lines",
    "verdict_matrix",
]
