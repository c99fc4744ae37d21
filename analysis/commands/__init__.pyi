from .experiment import build, run_rounds
from .history import make_history_report

__all__ = [
    "build",
    "make_history_report",
    "run_rounds",
]
