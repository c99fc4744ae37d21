from .experiment import Experiment
from .reading import read_experiment, read_grid, read_sweep, to_experiment
from .summary import describe_builds, list_places, say_dates
from .tables import list_tables
from .ties import find_tied

__all__ = [
    "Experiment",
    "describe_builds",
    "find_tied",
    "list_places",
    "list_tables",
    "read_experiment",
    "read_grid",
    "read_sweep",
    "say_dates",
    "to_experiment",
]
