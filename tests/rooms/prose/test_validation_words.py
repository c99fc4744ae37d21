"""What is said of predictions where nothing was fitted."""

import pandas as pd

from analysis import measures, prose


def test_each_way_of_leaving_out_has_its_sentence_with_its_number():
    row = {"seconds": 10.0, "predicted": 11.0, "low": 9.0, "high": 12.0, "n": 3, "error": 0.1}
    means = {"mean": 15.0, "mean_error": 0.5, "shifted": 12.0, "shifted_error": 0.2}
    names = {"context": "go", "link": "codebuild", "strategy": "docker", "scenario": "source"}
    rows = [{**names, **row, **means, "left_out": way} for way in ("context", "link", "link")]
    said = prose.say_validation(pd.DataFrame(rows))
    assert len(said) == 2
    assert "10 % off (median of 1 median)" in said[0]
    assert "knows no context is 50 % off" in said[0]
    assert "90 % intervals hold 100 %" in said[0]
    assert "median of 2 medians; the means 50 % and 20 %" in said[1]
    assert prose.say_validation(measures.validate_model([])) == [
        "The model of builds' seconds is unchecked: leaving out takes several contexts or links."
    ]
