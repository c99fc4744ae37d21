from .answers import Answers, find_answers, recall
from .balance import count_cores
from .forked import FORKS, call_all, run_jobs
from .kinds import LOGS, Kind, join_kinds
from .nested import fold, unfold
from .places import CLUSTER_VARIABLE, OFF, VARIABLE, Folder
from .queries import (
    Answer,
    define_athena,
    define_views,
    is_store,
    query_store,
    query_tables,
)
from .reading import Store, read_logs, read_tables

__all__ = [
    "CLUSTER_VARIABLE",
    "FORKS",
    "LOGS",
    "OFF",
    "VARIABLE",
    "Answer",
    "Answers",
    "Folder",
    "Kind",
    "Store",
    "call_all",
    "count_cores",
    "define_athena",
    "define_views",
    "find_answers",
    "fold",
    "is_store",
    "join_kinds",
    "query_store",
    "query_tables",
    "read_logs",
    "read_tables",
    "recall",
    "run_jobs",
    "unfold",
]
