from .again import write_again
from .asked import check_given
from .changes import say_changes, say_images, say_needs, say_unexpected
from .contexts import digest_of, serve_bases
from .estimate import measure_spacing, say_plan
from .forms import OPEN, PLACES, PRESSED, as_is, check_place, form, read_whole, split_names
from .in_lab import Labs
from .looks import run_looks
from .loop import Place, Recorder, Run, find_rank, run_plan
from .manifest import check_facts, gather_facts, list_needs, read_failing, write_facts
from .own import find_project, keep_own, read_diff
from .plan import (
    BuildSequence,
    Plan,
    choose_scenarios,
    choose_strategies,
    choose_written,
    make_plan,
    missing,
    order_sequences,
    plan_sequences,
    say_impossible,
    shuffled,
)
from .progress import Progress
from .recorded import record_folders
from .replay import Replay, find_replay, record_past
from .run import run_experiment
from .settings import (
    Request,
    Setting,
    Settings,
    list_settings,
    read_parameters,
    read_settings,
    read_variables,
    record_settings,
    write_parameters,
)

__all__ = [
    "OPEN",
    "PLACES",
    "PRESSED",
    "BuildSequence",
    "Labs",
    "Place",
    "Plan",
    "Progress",
    "Recorder",
    "Replay",
    "Request",
    "Run",
    "Setting",
    "Settings",
    "as_is",
    "check_facts",
    "check_given",
    "check_place",
    "choose_scenarios",
    "choose_strategies",
    "choose_written",
    "digest_of",
    "find_project",
    "find_rank",
    "find_replay",
    "form",
    "gather_facts",
    "keep_own",
    "list_needs",
    "list_settings",
    "make_plan",
    "measure_spacing",
    "missing",
    "order_sequences",
    "plan_sequences",
    "read_diff",
    "read_failing",
    "read_parameters",
    "read_settings",
    "read_variables",
    "read_whole",
    "record_folders",
    "record_past",
    "record_settings",
    "run_experiment",
    "run_looks",
    "run_plan",
    "say_changes",
    "say_images",
    "say_impossible",
    "say_needs",
    "say_plan",
    "say_unexpected",
    "serve_bases",
    "shuffled",
    "split_names",
    "write_again",
    "write_facts",
    "write_parameters",
]
