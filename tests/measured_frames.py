"""Every public measure with the frames of a recorded experiment that it takes."""

from functools import cache
from pathlib import Path

import pandas as pd

import analysis
from analysis import measures
from analysis.records import read_experiment, read_media

CONTROL = Path(__file__).parents[1] / "data" / "control"
SHARES = {"unchanged": 0.5, "source": 0.5}
CHANGES = {
    "source": {
        "file": "app/prices.py",
        "layers": [{"stage": "build", "position": 6, "instruction": "COPY app/ app/"}],
    }
}
# the arguments after the frames, where there is no default or the default finds nothing
MORE = {
    "check_commits": {"history": [{"commit": "source"}], "facts": {"changes": CHANGES}},
    "check_first_misses": {"changes": CHANGES},
    "compare_mix": {"mix": SHARES},
    "explain_misses": {"after": "LOG"},
    "layer_hits": {"scenario": "source"},
    "mark_critical": {"run": "RUN"},
    "merge_alike": {"columns": ["seconds"]},
    "month": {"mix": SHARES, "builds": 10, "compute": "general1.small", "prices": "PRICES"},
    "month_storage": {"mix": SHARES, "builds": 10, "prices": "PRICES"},
    "pick_run": {"scenario": "source"},
    "push_by_push": {"column": "entries"},
    "spread": {"column": "seconds"},
}
# frames that an experiment does not stand for
OWN = {
    "activities": lambda e: measures.overhead_map(e.runs, e.logs),
    "chances": lambda e: measures.landing_chances(),
    "frame": lambda e: e.runs,
    "previews": lambda e: pd.DataFrame({"digest": ["sha256:1"], "differs": [True]}),
    "preview": lambda e: analysis.preview_lifecycle(e.images, POLICY),
    "images": lambda e: e.images,
    "layers": lambda e: measures.layer_hits(e, "source"),
    "media": lambda e: read_media(e.runs).merge(e.runs[["run", "strategy"]], on="run"),
}
POLICY = {
    "rules": [
        {
            "rulePriority": 1,
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1},
            "action": {"type": "expire"},
        }
    ]
}
PUBLIC = {name: getattr(measures, name) for name in dir(measures)}
TAKING = {name: each for name, each in PUBLIC.items() if hasattr(each, "needs")}


@cache
def find_frame(find):
    """A frame of the experiment, found once for all tests."""
    return find(read_experiment(CONTROL))


def find_frames(measure):
    """The frames of an experiment, by parameter."""
    needs = {name: need.find or OWN[name] for name, need in measure.needs.items()}
    return {name: find_frame(find) for name, find in needs.items() if name != "problems"}


def find_more(name, experiment):
    row = experiment.runs.iloc[0]
    named = {"LOG": row["log"], "RUN": row["run"], "PRICES": analysis.read_prices()}
    more = MORE.get(name, {}).items()
    return {
        key: named.get(value, value) if isinstance(value, str) else value for key, value in more
    }
