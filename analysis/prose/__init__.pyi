from .breakeven import LISTED, list_predictions, say_sweep
from .headline import headline
from .month import say_month, say_months
from .pages import (
    say_builder_cost,
    say_growth,
    say_hits,
    say_overhead,
    say_rollbacks,
    say_spent,
    say_store,
    say_unexplained,
)

__all__ = [
    "LISTED",
    "headline",
    "list_predictions",
    "say_builder_cost",
    "say_growth",
    "say_hits",
    "say_month",
    "say_months",
    "say_overhead",
    "say_rollbacks",
    "say_spent",
    "say_store",
    "say_sweep",
    "say_unexplained",
]
