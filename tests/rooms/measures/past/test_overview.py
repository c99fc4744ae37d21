"""What a history shows: hits, minutes, trends, missing layers and gaps, of logs of known times."""

import dataclasses
import math

import pandas as pd
import pytest
from histories import FIRST, IMPORTED, LAYERS, after, build_log, write_folder

from analysis.measures.past.gaps import hits_over_gap, host_caches, name_gap
from analysis.measures.past.missing_layers import missing_steps, name_layer
from analysis.measures.past.overview import cache_seen, history_busy, history_overheads
from analysis.measures.past.trends import _find_slope, phase_minutes, slopes, trend
from analysis.past_builds import read_history
from analysis.prose import (
    say_cache_seen,
    say_gaps,
    say_history,
    say_minutes,
    say_missing,
    say_past,
    say_trend,
)

WEEK = 7 * 24 * 60


@pytest.fixture
def read(tmp_path):
    """The history of logs with these texts, in a project `app`."""
    return lambda *logs: read_history(write_folder(tmp_path / "app", *logs))


def test_the_glance_counts_what_there_is_and_says_what_is_unknown(read):
    failed = build_log(after(10)).replace("SUCCEEDED", "FAILED")
    history = read(build_log(), failed, build_log(after(2 * 24 * 60)))
    assert say_history(history) == [
        "3 builds of app, 2026-09-07 to 2026-09-09: 2 unknown and 1 failed.",
        "3 logs read, 0 builds without one.",
        "A build of app takes 15.1 s after provisioning (median, 15.1 to 15.1 s, n = 2).",
    ]


def test_all_projects_together_are_told_in_few_sentences(read):
    history = read(build_log(cached=LAYERS), build_log(after(10)))
    said = say_past(history, cache_seen(history), phase_minutes(history))
    assert said[1:] == [
        "2 logs read, 0 builds without one.",
        "1 of 2 builds (95 % interval 9 to 91 %) had a layer from a cache.",
        "Most minutes go to BUILD (100 %).",
    ]
    said = say_past(history, cache_seen(history)[:0], phase_minutes(history)[:0])
    assert said[2:] == ["No docker build with layers was found in any log."]


def test_caches_are_counted_by_build_with_an_interval(read):
    lost = (("importing cache manifest from r:c", (), "ERROR: r:c: not found"),)
    history = read(
        build_log(cached=LAYERS),
        build_log(after(10), cached=LAYERS[:1], more=IMPORTED),
        build_log(after(20), more=lost),
        build_log(after(30), command="true").partition("#0 ")[0],
    )
    row = cache_seen(history).iloc[0]
    assert row["builds"] == 3
    assert row["with_hits"] == 2
    assert (row["low"], row["high"]) == pytest.approx((0.208, 0.939), abs=0.001)
    assert row["median_rate"] == 0.5
    assert row[["imported", "import_lost", "no_import"]].tolist() == [1, 1, 1]
    (said,) = say_cache_seen(cache_seen(history))
    assert "2 of 3 builds had a layer from a cache (95 % interval 21 to 94 %)" in said
    assert "1 of 2 imports found no cache" in said


def test_minutes_are_those_of_all_builds_by_phase(read):
    history = read(build_log(seconds=59.9), build_log(after(10), seconds=119.9))
    table = phase_minutes(history)
    assert table["phase"].tolist() == ["BUILD"]
    assert table["minutes"].iloc[0] == pytest.approx(3.0)
    assert table["median_seconds"].iloc[0] == pytest.approx(90.0)
    assert table["share"].tolist() == [1.0]
    assert say_minutes(table) == [
        "app: 3.0 minutes, of which BUILD 100 %; QUEUED and PROVISIONING unknown, as no log tells."
    ]
    assert "unknown" in say_minutes(table[:0])[0]


def test_overheads_add_up_to_the_builds_that_did_not_fail(read):
    failed = build_log(after(10), seconds=99).replace("SUCCEEDED", "FAILED")
    history = read(build_log(), failed)
    means = history_overheads(history)
    assert means["n"].eq(1).all()
    assert means["seconds"].sum() == pytest.approx(15.1)
    busy = history_busy(history).set_index("activity")["seconds"]
    assert busy["work"] == 10.0
    assert busy["no step explains"] == pytest.approx(1.5)


def test_busy_seconds_without_times_of_commands_have_no_rest(read):
    history = read("#1 [1/2] FROM a\n#1 DONE 1.0s\n\n#2 [2/2] RUN make\n#2 DONE 4.0s\n")
    busy = history_busy(history).set_index("activity")["seconds"]
    assert busy["work"] == 4.0
    assert "no step explains" not in busy
    assert history_overheads(history).empty


def test_a_trend_has_medians_and_quartiles_by_week_day_or_build(read):
    logs = [
        build_log(after(n * WEEK + m), seconds=10 * (n + 1) + m) for n in range(5) for m in range(4)
    ]
    history = read(*logs)
    table = trend(history)
    seconds = table[table["measure"].eq("seconds")]
    assert seconds["every"].eq("week").all()
    assert seconds["n"].tolist() == [4] * 5
    assert seconds["period"].iloc[0] == pd.Timestamp("2026-09-07", tz="UTC")
    assert seconds["median"].tolist() == pytest.approx([11.6 + 10 * n for n in range(5)])
    assert seconds["lower"].iloc[0] == pytest.approx(10.85)
    assert seconds["upper"].iloc[0] == pytest.approx(12.35)
    assert len(trend(history, "build")) == 40
    assert trend(history, "day")["period"].nunique() == 5
    rows = slopes(history).set_index("measure")
    assert rows.loc["seconds", "slope"] == pytest.approx(10, abs=1)
    assert 0 < rows.loc["seconds", "low"] < rows.loc["seconds", "high"]
    assert rows.loc["rate", "slope"] == 0
    said = say_trend(history)
    assert any("A build of app changes: +10" in text for text in said)
    assert any("The hit rate of app shows no significant change" in text for text in said)


def test_a_short_history_and_one_without_times_have_no_trend(read, tmp_path):
    assert "too short for a trend" in say_trend(read(build_log(), build_log(after(30))))[0]
    plain = read_history(write_folder(tmp_path / "b", "#1 [1/1] FROM a\n#1 CACHED\n"))
    assert "The 0 builds with a known time" in say_trend(plain)[0]
    assert trend(plain).empty


def test_the_layers_that_cost_most_come_first_with_what_was_made_before(read):
    history = read(
        *(build_log(after(10 * n)) for n in range(3)), build_log(after(40), cached=LAYERS)
    )
    table = missing_steps(history).set_index("layer")
    assert table.index.tolist() == ["RUN install", "COPY app"]
    row = table.loc["RUN install"]
    assert row[["builds", "ran", "seconds", "median_seconds"]].tolist() == [4, 3, 24.0, 8.0]
    # the first had to run
    assert row["could_save"] == 16.0
    assert say_missing(missing_steps(history))[:2] == [
        "Layers ran for 30.0 s in all; 67 % of it at most had been made before: 20.0 s.",
        "RUN install in app took 24.0 s, in 3 of 4 docker builds; a cache could have saved at "
        "most 16.0 s of it.",
    ]


def test_what_the_log_shows_to_have_changed_could_not_be_saved(read):
    # the second build hits the first layer, so its cache was there: the files of COPY differ
    history = read(build_log(), build_log(after(10), cached=("RUN install",)))
    row = missing_steps(history).set_index("layer").loc["COPY app"]
    assert (row["ran"], row["could_save"], row["why"]) == (2, 0.0, "files changed")


def test_another_instruction_and_its_followers_could_not_be_saved(read):
    old = {"RUN a": 1.0, "RUN install": 8.0, "RUN test": 4.0}
    new = {"RUN a": 1.0, "RUN install -q": 9.0, "RUN test": 4.0}
    history = read(build_log(layers=old), build_log(after(10), layers=new, cached=("RUN a",)))
    table = missing_steps(history).set_index("layer")
    assert table.loc["RUN install -q", ["could_save", "why"]].tolist() == [0, "instruction changed"]
    assert table.loc["RUN test", ["ran", "could_save"]].tolist() == [2, 0]
    assert table.loc["RUN test", "why"] == "instruction changed before it"


def test_a_layer_s_name_is_without_what_differs_from_build_to_build():
    assert name_layer("RUN  a\n  b") == "RUN a b"
    assert name_layer("COPY --from=x@sha256:" + 32 * "0a" + " / /") == "COPY --from=x… / /"
    assert name_layer("LABEL commit=0a1b2c3d4e5f6a7b8c9d") == "LABEL commit=…"
    assert name_layer("ARG DATE=2026-11-24T10:00:00Z") == "ARG DATE=…"
    assert name_layer("RUN pip install flask==3.1.0") == "RUN pip install flask==3.1.0"
    assert name_layer("RUN deadbeefcafe") == "RUN deadbeefcafe"


def test_without_times_what_was_made_before_is_unknown(read):
    plain = "#1 [1/2] FROM a\n#1 DONE 1.0s\n\n#2 [2/2] RUN make\n#2 DONE 4.0s\n"
    table = missing_steps(read(plain, plain))
    assert table["seconds"].tolist() == [8.0]
    assert table["could_save"].isna().all()
    assert "which build came first is unknown" in say_missing(table)[0]
    assert say_missing(table[:0]) == ["No log tells how long a layer took."]


def test_the_host_s_cache_is_counted_by_the_gap_before_a_build(read):
    history = read(
        build_log(),
        build_log(after(1.25), cached=LAYERS),
        build_log(after(8.5), cached=LAYERS),
        build_log(after(16)),
        build_log(after(100), cached=LAYERS, more=IMPORTED),
        build_log(after(200), more=IMPORTED),
    )
    table = hits_over_gap(history).set_index("gap")
    assert table.index.tolist() == ["0 to 2 min", "5 to 10 min", "1 to 4 h"]
    assert table["builds"].tolist() == [1, 2, 0]
    assert table["used"].tolist() == [1, 1, 0]
    # with another cache, hits or none say nothing of the host's
    assert table["unclear"].tolist() == [0, 0, 2]
    assert table.loc["5 to 10 min", ["low", "high"]].tolist() == pytest.approx(
        [0.0945, 0.9055], abs=1e-3
    )
    assert math.isnan(table.loc["1 to 4 h", "share"])
    assert say_gaps(hits_over_gap(history)) == [
        "app: a cache of the host was seen in 2 of 3 builds (95 % interval 21 to 94 %), at most "
        "5 to 10 min after the one before; 2 builds asked another cache."
    ]


def test_builds_that_ran_side_by_side_have_no_gap(read):
    history = read(build_log(seconds=600), build_log(after(5), cached=LAYERS))
    (said,) = say_gaps(hits_over_gap(history))
    assert said.startswith("app: a cache of the host was seen in 1 of 1 build (")
    assert said.endswith("), each while another ran.")


def test_a_legacy_build_that_names_a_cache_says_nothing_of_the_host_s(read):
    legacy = (
        "Sending build context to Docker daemon  2.048kB\nStep 1/2 : FROM base\n"
        " ---> 0123456789ab\nStep 2/2 : RUN make\n ---> Running in 0123456789ab\n"
        " ---> 1123456789ab\nSuccessfully built 1123456789ab"
    )
    named = build_log(command="docker build --cache-from r:latest .")
    body = named.partition("#0 ")[0] + legacy + "\n" + named.rpartition("\n\n")[2]
    plain = body.replace(" --cache-from r:latest", "")
    assert host_caches(read(body, plain))["used"].isna().tolist() == [True, False]


def test_builds_that_overlap_and_gaps_of_hours_have_their_words():
    assert name_gap(-math.inf, 0) == "overlapping"
    assert name_gap(30, 60) == "30 to 60 min"
    assert name_gap(240, math.inf) == "over 4 h"
    assert say_gaps(pd.DataFrame()) == [
        "No log tells both of layers and of the time since the project's build before."
    ]


def test_a_history_without_a_docker_build_says_so(read):
    history = read(build_log(command="true").partition("#0 ")[0])
    assert say_cache_seen(cache_seen(history)) == [
        "No docker build with layers was found in any log."
    ]
    assert missing_steps(history).empty
    assert hits_over_gap(history).empty
    assert history_busy(history).empty


def test_builds_of_unknown_projects_are_not_of_one_project(read):
    history = read(*(build_log(after(10 * n)) for n in range(3)))
    builds = history.builds.assign(project=pd.Series(None, history.builds.index, dtype="string"))
    table = missing_steps(dataclasses.replace(history, builds=builds))
    assert table["ran"].tolist() == [3, 3]
    assert table["could_save"].isna().all()
    assert table["why"].str.startswith("unknown").all()


def test_the_slope_of_many_builds_is_that_of_an_even_choice_of_them(monkeypatch):
    monkeypatch.setattr("analysis.measures.past.trends._MOST", 50)
    weeks = pd.to_timedelta(range(2_000), unit="h")
    seconds = [100 + 2 * n / (7 * 24) for n in range(2_000)]
    values = pd.DataFrame({"period": FIRST + weeks, "median": seconds})
    assert _find_slope(values) == pytest.approx((2, 2, 2))
