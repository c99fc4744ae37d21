from .recording import (
    COLUMNS,
    FORMAT,
    is_finished,
    read_json,
    read_record,
    read_records,
    run_name,
    to_json,
    write_run,
)
from .runs import Experiment, read_experiment, read_grid, read_runs
from .timeline import read_timeline, read_timelines
from .validity import judge_runs

__all__ = [
    "COLUMNS",
    "FORMAT",
    "Experiment",
    "is_finished",
    "judge_runs",
    "read_experiment",
    "read_grid",
    "read_json",
    "read_record",
    "read_records",
    "read_runs",
    "read_timeline",
    "read_timelines",
    "run_name",
    "to_json",
    "write_run",
]
