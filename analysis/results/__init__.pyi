from .experiment import Experiment
from .once import once
from .reading import lend_experiment, read_experiment, read_grid, read_sweep, to_experiment
from .summary import describe_builds, list_places, say_dates
from .tables import list_tables
from .trials import Trials, read_trials

__all__ = [
    "Experiment",
    "Trials",
    "describe_builds",
    "lend_experiment",
    "list_places",
    "list_tables",
    "once",
    "read_experiment",
    "read_grid",
    "read_sweep",
    "read_trials",
    "say_dates",
    "to_experiment",
]
