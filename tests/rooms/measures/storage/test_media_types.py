"""The forms of entries that strategies leave, each once."""

import analysis
from analysis import measures


def test_each_form_of_entry_is_told_once_with_the_strategies_that_leave_it():
    recorded = analysis.read_experiment("data/sweep/100mbit.8s")
    media = recorded.media()
    table = measures.media_by_kind(media).set_index("kind")
    assert not table.reset_index().drop(columns=["n", "strategies"]).duplicated().any()
    assert table["n"].sum() == len(media)
    assert table.loc["cache", "artifact_type"] == "application/vnd.buildkit.cacheconfig.v0"
    assert table.loc["cache", "strategies"] == "registry-cache"
    told = {name for names in table["strategies"] for name in names.split(", ")}
    assert told == set(media["strategy"]) == set(recorded.comparable["strategy"])
