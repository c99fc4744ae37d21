from .breakeven import NOT_RUN, BreakEven, predict_break_even
from .cells import list_cells
from .conditions import Conditions
from .model import Model, fit_model
from .speeds import Speeds
from .validation import summarise_validation, validate_model

__all__ = [
    "NOT_RUN",
    "BreakEven",
    "Conditions",
    "Model",
    "Speeds",
    "fit_model",
    "list_cells",
    "predict_break_even",
    "summarise_validation",
    "validate_model",
]
