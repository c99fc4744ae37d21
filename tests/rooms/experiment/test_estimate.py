"""How many builds there are to run, and about how long they take."""

import pandas as pd

from analysis.experiment.estimate import find_spacing, measure_spacing, say_time


def make_runs(*starts):
    """Runs of (strategy, seconds after the first) each."""
    names, seconds = zip(*starts, strict=True)
    begin = pd.Timestamp("2026-11-01", tz="UTC")
    return pd.DataFrame(
        {"strategy": names, "started": [begin + pd.Timedelta(seconds=each) for each in seconds]}
    )


def test_spacing_is_from_start_to_start_without_pauses():
    runs = make_runs(("a", 0), ("a", 10), ("b", 30), ("a", 9000), ("b", 9020), ("b", 9060))
    spacing = measure_spacing(runs)
    # a: 10, 20 and 20; b: 40, and the night after the third build is left out
    assert spacing.to_dict() == {"a": 20.0, "b": 40.0}


def test_an_unknown_strategy_takes_as_long_as_the_usual_one():
    spacing = pd.Series({"a": 20.0, "b": 40.0, "c": 60.0})
    said = say_time(["a", "b", "mine", "mine"], spacing, "as 3 builds did in lab")
    assert said == "about 2 min, if each takes as long as 3 builds did in lab"
    assert say_time(["a"], pd.Series(dtype="float64"), "") == (
        "how long that takes is not known: nothing was built yet"
    )


def test_an_empty_folder_is_judged_by_the_recorded_experiment(tmp_path):
    spacing, whose = find_spacing(tmp_path)
    assert whose.endswith("builds did in lab")
    assert spacing.between(1, 300).all()
