from .answers import Answers, find_answers, recall
from .kinds import LOGS, Kind
from .nested import fold, unfold
from .places import OFF, VARIABLE
from .reading import Store, read_logs, read_tables

__all__ = [
    "LOGS",
    "OFF",
    "VARIABLE",
    "Answers",
    "Kind",
    "Store",
    "find_answers",
    "fold",
    "read_logs",
    "read_tables",
    "recall",
    "unfold",
]
