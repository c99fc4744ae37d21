from .answer import draw_answer
from .canvas import describe, say, show, show_each, show_some, some, table
from .claims import memos
from .counts import denominators, entries_by_kind, entries_over_pushes, hit_matrix
from .folds import fold, stack
from .gains_and_costs import balance
from .grid import grid_lines, grid_predictions, sweep_lines, sweep_predictions
from .host_reuse import landing_lines
from .live import TABLE_SCRIPT, TABLE_WORDS, is_live, write_dress
from .money import month_minutes
from .past_builds import gap_points, history_spent, missing_bars, phase_bars, trend_lines
from .picture import Chart
from .sharing import shared_hits
from .style import STYLE
from .times import differences, run_seconds, spent, verdict_matrix
from .units import ENDS, MONTH, PARTS, RATES, SECONDS, SEEN, STORED
from .waterfall import timeline, timelines

__all__ = [
    "ENDS",
    "MONTH",
    "PARTS",
    "RATES",
    "SECONDS",
    "SEEN",
    "STORED",
    "STYLE",
    "TABLE_SCRIPT",
    "TABLE_WORDS",
    "Chart",
    "balance",
    "denominators",
    "describe",
    "differences",
    "draw_answer",
    "entries_by_kind",
    "entries_over_pushes",
    "fold",
    "gap_points",
    "grid_lines",
    "grid_predictions",
    "history_spent",
    "hit_matrix",
    "is_live",
    "landing_lines",
    "memos",
    "missing_bars",
    "month_minutes",
    "phase_bars",
    "run_seconds",
    "say",
    "shared_hits",
    "show",
    "show_each",
    "show_some",
    "some",
    "spent",
    "stack",
    "sweep_lines",
    "sweep_predictions",
    "table",
    "timeline",
    "timelines",
    "trend_lines",
    "verdict_matrix",
    "write_dress",
]
