from .background import KEPT_HOSTS, SIMULATION_COLUMNS, read_public_logs, read_simulation
from .columns import COLUMN_DEFAULTS
from .histories import HISTORIES
from .inputs import Need, takes, to_grid
from .listings import LISTINGS
from .media_types import read_media
from .prices import REGION, read_prices
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
    "COLUMN_DEFAULTS",
    "FORMAT",
    "HISTORIES",
    "KEPT_HOSTS",
    "LISTINGS",
    "REGION",
    "SIMULATION_COLUMNS",
    "Experiment",
    "Need",
    "is_finished",
    "judge_runs",
    "read_experiment",
    "read_grid",
    "read_json",
    "read_media",
    "read_prices",
    "read_public_logs",
    "read_record",
    "read_records",
    "read_runs",
    "read_simulation",
    "read_timeline",
    "read_timelines",
    "run_name",
    "takes",
    "to_grid",
    "to_json",
    "write_run",
]
