from .conditions import Conditions
from .model import Model, fit_model
from .speeds import Speeds
from .validation import summarise_validation, validate_model

__all__ = [
    "Conditions",
    "Model",
    "Speeds",
    "fit_model",
    "summarise_validation",
    "validate_model",
]
