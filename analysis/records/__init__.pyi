from .background import (
    SIMULATION_COLUMNS,
    SIMULATION_SHARES,
    read_elsewhere,
    read_public_logs,
    read_simulation,
)
from .bases import add_base_seconds
from .buildspecs import (
    AS_SHIPPED,
    CHANGED,
    NOT_KNOWN,
    NOT_SHIPPED,
    WRITTEN,
    are_written,
    compare_buildspecs,
    read_written,
)
from .columns import COLUMN_DEFAULTS
from .commits import HISTORY, list_history, mark_commits
from .disk import (
    ASIDE,
    full_errors,
    make_folder,
    replace_file,
    set_aside,
    write_output,
    writing_errors,
)
from .histories import HISTORIES
from .host_speeds import UNITS, Speeds, read_host, to_speeds
from .inputs import Need, takes, to_grid
from .listings import LISTINGS
from .lock import check_lock, is_locked, lock_folder
from .media_types import read_media
from .pressure import PRESSED, flag_pressure
from .prices import REGION, read_prices
from .recording import (
    CHANGES,
    COLUMNS,
    FAILING,
    FORMAT,
    explain_damage,
    is_finished,
    read_facts,
    read_json,
    read_record,
    read_records,
    run_name,
)
from .runs import Experiment, read_experiment, read_grid, read_runs
from .speeds import RATES, read_speeds
from .targets import split_targets
from .timeline import read_timeline, read_timelines
from .validity import judge_runs, mark_hits
from .writing import to_json, write_run

__all__ = [
    "ASIDE",
    "AS_SHIPPED",
    "CHANGED",
    "CHANGES",
    "COLUMNS",
    "COLUMN_DEFAULTS",
    "FAILING",
    "FORMAT",
    "HISTORIES",
    "HISTORY",
    "LISTINGS",
    "NOT_KNOWN",
    "NOT_SHIPPED",
    "PRESSED",
    "RATES",
    "REGION",
    "SIMULATION_COLUMNS",
    "SIMULATION_SHARES",
    "UNITS",
    "WRITTEN",
    "Experiment",
    "Need",
    "Speeds",
    "add_base_seconds",
    "are_written",
    "check_lock",
    "compare_buildspecs",
    "explain_damage",
    "flag_pressure",
    "full_errors",
    "is_finished",
    "is_locked",
    "judge_runs",
    "list_history",
    "lock_folder",
    "make_folder",
    "mark_commits",
    "mark_hits",
    "read_elsewhere",
    "read_experiment",
    "read_facts",
    "read_grid",
    "read_host",
    "read_json",
    "read_media",
    "read_prices",
    "read_public_logs",
    "read_record",
    "read_records",
    "read_runs",
    "read_simulation",
    "read_speeds",
    "read_timeline",
    "read_timelines",
    "read_written",
    "replace_file",
    "run_name",
    "set_aside",
    "split_targets",
    "takes",
    "to_grid",
    "to_json",
    "to_speeds",
    "write_output",
    "write_run",
    "writing_errors",
]
