"""How many builds there are to run, and about how long they take."""

import json
import shutil

import pandas as pd

from analysis.experiment.contexts import digest_of
from analysis.experiment.estimate import _say_time, measure_spacing, say_plan
from analysis.experiment.plan import make_plan
from analysis.experiment.settings import Settings
from analysis.lab import Images
from analysis.shipped import CONTEXT, RECORDED


def make_runs(*starts):
    """Runs of (strategy, seconds after the first) each."""
    names, seconds = zip(*starts, strict=True)
    begin = pd.Timestamp("2026-11-01", tz="UTC")
    return pd.DataFrame(
        {"strategy": names, "started": [begin + pd.Timedelta(seconds=each) for each in seconds]}
    )


def say(folder, context):
    settings = Settings(rounds=1, context=context)
    plan = make_plan(folder, ["docker"], ["cold"], settings, Images(), print)
    return say_plan(folder, plan)


def test_spacing_is_from_start_to_start_without_pauses():
    runs = make_runs(("a", 0), ("a", 10), ("b", 30), ("a", 9000), ("b", 9020), ("b", 9060))
    spacing = measure_spacing(runs)
    # a: 10, 20 and 20; b: 40, and the night after the third build is left out
    assert spacing.to_dict() == {"a": 20.0, "b": 40.0}


def test_an_unknown_strategy_takes_as_long_as_the_usual_one():
    spacing = pd.Series({"a": 20.0, "b": 40.0, "c": 60.0})
    said = _say_time(["a", "b", "mine", "mine"], spacing, "as 3 builds did in lab")
    assert said == "about 2 min, if each takes as long as 3 builds did in lab"


def test_the_recorded_builds_tell_of_their_own_dockerfile_alone(tmp_path):
    known = json.loads((RECORDED / "experiment.json").read_text())
    same = known["context_digest"] == digest_of(CONTEXT)
    assert ("builds did in lab" in say(tmp_path, CONTEXT)) == same


def test_nothing_is_known_of_a_dockerfile_until_it_was_built(context, tmp_path):
    unknown = "how long that takes is unknown for this Dockerfile until a build of it has run"
    assert unknown in say(tmp_path / "out", context)
    for number, second in ((2, "10"), (3, "40")):
        name = f"docker.cold.{number:02d}"
        path = shutil.copytree(
            RECORDED / "runs" / "docker.cold.01", tmp_path / "out" / "runs" / name
        )
        record = json.loads((path / "record.json").read_text())
        record |= {"run": name, "round": number, "started": f"2026-11-01T00:00:{second}+00:00"}
        (path / "record.json").write_text(json.dumps(record))
    assert "about 1 min, if each takes as long as 2 builds did in out" in say(
        tmp_path / "out", context
    )
