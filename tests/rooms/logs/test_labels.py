"""Real build logs, found through REALLOGS, against labels.json: what a person read in their text.

Each label is a field: of a log its format, encoding, phases (with how they ended), number of
commands, exit codes that are told and number of builds; of a build what the frames say of it, its
steps by kind, its layers by status, and how many stages and targets its steps name.
"""

import hashlib
import json
import os
from pathlib import Path

import pandas as pd
import pytest

from analysis.logs import read_logs

FOLDER = os.environ.get("REALLOGS")
pytestmark = pytest.mark.skipif(not FOLDER, reason="REALLOGS names no folder of real build logs")
LABELS = json.loads((Path(__file__).parent / "labels.json").read_bytes())
BUILD = ["builder", "failed", "cache_import", "cache_export", "cache_export_seconds"]
BUILD += ["image_export_seconds"]
AIM = 0.998


def list_values(column):
    """The values of a column, None for null."""
    return [None if pd.isna(each) else each for each in column.tolist()]


def count_values(column):
    """Value -> how often, of the known ones."""
    return column.dropna().value_counts().to_dict()


def read_fields(logs):
    """field -> value of a log, each of its builds' under the number of the build."""
    log = logs.logs.iloc[0]
    fields = {name: log[name] for name in ("format", "encoding")}
    phases = zip(logs.phases["phase"], list_values(logs.phases["status"]), strict=True)
    fields |= {f"phase {name}": status for name, status in phases}
    codes = logs.commands["exit_code"].dropna().astype(int)
    fields |= {"commands": len(logs.commands), "exit codes": codes[codes.ne(0)].tolist()}
    fields["builds"] = len(logs.builds)
    for number, build in enumerate(logs.builds.to_dict("records")):
        steps = logs.steps[logs.steps["build"].eq(build["build"])]
        layers = steps[steps["kind"].eq("layer")]
        told = {name: None if pd.isna(build[name]) else build[name] for name in BUILD}
        told |= {f"steps {kind}": n for kind, n in count_values(steps["kind"]).items()}
        told |= {f"layers {status}": n for status, n in count_values(layers["status"]).items()}
        told |= {"stages": steps["stage"].nunique(), "targets": steps["target"].nunique()}
        fields |= {f"build {number} {name}": value for name, value in told.items()}
    return fields


def list_labels(label):
    """field -> value of a label, named as read_fields names them."""
    fields = {name: label[name] for name in ("format", "encoding", "commands")}
    fields |= {f"phase {name}": status for name, status in label["phases"].items()}
    fields |= {"exit codes": label["exit_codes"], "builds": len(label["builds"])}
    for number, build in enumerate(label["builds"]):
        told = {name: build[name] for name in (*BUILD, "stages", "targets")}
        told |= {f"steps {kind}": n for kind, n in build["steps"].items()}
        told |= {f"layers {status}": n for status, n in build["layers"].items()}
        fields |= {f"build {number} {name}": value for name, value in told.items()}
    return fields


def test_the_logs_are_those_that_were_labelled():
    for name, label in LABELS.items():
        data = (Path(FOLDER) / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == label["sha256"], name


def test_nearly_every_field_is_read_right():
    number, wrong = 0, []
    for name, label in LABELS.items():
        read, labelled = read_fields(read_logs(Path(FOLDER) / name)), list_labels(label)
        number += len(read.keys() | labelled.keys())
        wrong += [
            f"{name}: {field} is {labelled.get(field)!r}, read as {read.get(field)!r}"
            for field in sorted(read.keys() | labelled.keys())
            if read.get(field) != labelled.get(field)
        ]
    print(*wrong, sep="\n")
    share = 1 - len(wrong) / number
    print(f"{number - len(wrong)} of {number} fields are read right: {100 * share:.2f} %")
    assert share >= AIM, wrong
