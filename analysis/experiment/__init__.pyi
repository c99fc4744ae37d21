from .contexts import digest_of, serve_bases
from .estimate import say_plan
from .manifest import check_facts, gather_facts, write_facts
from .run import (
    Plan,
    Progress,
    Settings,
    choose_scenarios,
    choose_strategies,
    find_place,
    list_needs,
    make_plan,
    missing,
    run_experiment,
    shuffled,
)

__all__ = [
    "Plan",
    "Progress",
    "Settings",
    "check_facts",
    "choose_scenarios",
    "choose_strategies",
    "digest_of",
    "find_place",
    "gather_facts",
    "list_needs",
    "make_plan",
    "missing",
    "run_experiment",
    "say_plan",
    "serve_bases",
    "shuffled",
    "write_facts",
]
