from .breakeven import NOT_RUN, BreakEven, predict_break_even
from .cells import list_cells
from .conditions import Conditions
from .contexts import name_context, name_link, read_known
from .model import Model, fit_model
from .validation import summarise_validation, validate_model

__all__ = [
    "NOT_RUN",
    "BreakEven",
    "Conditions",
    "Model",
    "fit_model",
    "list_cells",
    "name_context",
    "name_link",
    "predict_break_even",
    "read_known",
    "summarise_validation",
    "validate_model",
]
