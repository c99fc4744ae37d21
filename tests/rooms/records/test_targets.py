"""Builds of several targets: whether a run of one is valid, and which record is of which target."""

from pathlib import Path

import pandas as pd
import pytest
from records import record, vertex

from analysis.logs import read_logs
from analysis.measures.seconds import critical_path, mark_critical
from analysis.records.build_steps import list_timelines
from analysis.records.named_records import list_shown, name_records
from analysis.records.recording import COLUMNS
from analysis.records.timeline import read_timeline
from analysis.records.validity import judge_runs

FOLDER = Path(__file__).parents[2] / "bake"
COLD, SOURCE = ((FOLDER / f"{name}.log").read_bytes() for name in ("cold", "source"))
FACTS = {"status": "succeeded", "expect": "succeeded", "host": "fresh", "host_empty": True}


def judge(**texts):
    """Scenario -> why its run, of this log, can't be compared."""
    logs = read_logs(texts)
    rows = [
        dict.fromkeys(COLUMNS)
        | FACTS
        | {"run": name, "log": name, "scenario": name, "strategy": "s", "round": 1}
        | {"started": pd.Timestamp("2026-11-29", tz="UTC") + pd.Timedelta(hours=at)}
        for at, name in enumerate(texts)
    ]
    runs = pd.DataFrame(rows)
    judged = judge_runs(runs, logs.builds, logs.steps, logs.commands)
    return judged.set_index("run")["invalid_reason"].to_dict()


def test_runs_of_several_targets_pass():
    assert [why for why in judge(cold=COLD, source=SOURCE).values() if pd.notna(why)] == []


def test_a_target_that_was_not_cold_is_named():
    why = judge(cold=SOURCE)["cold"]
    assert "a cold start that had 10 layers from a cache (targets api and web)" in why
    text = SOURCE.replace(b"#11 CACHED", b"#11 DONE 0.1s").replace(
        b"#20 DONE", b"#20 0.1 x\n#20 DONE"
    )
    warm = text.replace(b"#13 CACHED", b"#13 DONE 0.1s").replace(b"#15 CACHED", b"#15 DONE 0.1s")
    assert "(target web)" in judge(cold=warm)["cold"]


def test_a_target_whose_import_was_lost_is_named():
    found = b"#8 inferred cache manifest type: application/vnd.oci.image.manifest.v1+json done\n"
    failed = b"#8 ERROR: failed to configure registry cache importer: registry:5000/web:cache: "
    lost = SOURCE.replace(found + b"#8 DONE 0.0s", failed + b"not found")
    assert lost != SOURCE
    why = judge(cold=COLD, source=lost)["source"]
    assert why == "the cache it should have found was not imported (target web)"


def test_layers_that_targets_of_one_build_have_in_common_are_no_hits_of_a_cache():
    text = (
        b"#1 [web deps 2/3] COPY a ./\n#1 CACHED\n\n#2 [api deps 2/3] COPY a ./\n#2 DONE 0.1s\n\n"
        b"#3 [web deps 3/3] RUN w\n#3 DONE 1.0s\n\n#4 [api deps 3/3] RUN a\n#4 DONE 1.0s\n\n"
        b"#5 [api] exporting to image\n#5 DONE 0.1s\n\n#6 [web] exporting to image\n#6 DONE 0.1s\n"
    )
    assert pd.isna(judge(cold=text)["cold"])


def test_what_an_earlier_build_of_the_run_made_and_pushed_is_no_warm_start():
    first = "#1 [base 2/2] RUN tools\n#1 {0}\n\n#2 exporting to image\n#2 DONE 0.5s\n\n"
    later = (
        "#1 importing cache manifest from r:base\n#1 inferred cache manifest type: x done\n"
        "#1 DONE 0.1s\n\n#2 [base 2/2] RUN tools\n#2 CACHED\n\n#3 [stage-1 1/1] COPY a b\n"
        "#3 DONE 0.1s\n\n#4 exporting to image\n#4 DONE 0.5s\n"
    )
    head = '#0 building with "default" instance using docker driver\n\n'
    text = head + first.format("DONE 2.0s") + head + later
    assert pd.isna(judge(cold=text.encode())["cold"])
    warm = head + first.format("CACHED") + head + later
    assert "from a cache" in judge(cold=warm.encode())["cold"]


RECORDS = {
    "api": record(
        vertex("s", "[deps 1/2] FROM base", (0, 0.1)),
        vertex("t", "[deps 2/2] RUN tools", (0.1, 2.1), inputs="s"),
        vertex("u", "[stage-1 2/2] COPY a b", (2.1, 5.1), inputs="t"),
    ),
    "web": record(
        vertex("s", "[deps 1/2] FROM base", (0, 0.1)),
        vertex("t", "[deps 2/2] RUN tools", (0.1, 2.1), inputs="s"),
        vertex("v", "[stage-1 2/2] COPY a b", (2.1, 3.1), inputs="t"),
    ),
}
LOG = (
    b"#1 [web deps 1/2] FROM base\n#1 DONE 0.1s\n\n#2 [api deps 2/2] RUN tools\n#2 DONE 2.0s\n\n"
    b"#3 [web stage-1 2/2] COPY a b\n#3 DONE 1.0s\n\n#4 [api stage-1 2/2] COPY a b\n#4 DONE 3.0s\n"
)


@pytest.mark.parametrize("order", [("api", "web"), ("web", "api")])
def test_a_record_is_of_the_target_whose_steps_it_has(order):
    (shown,) = list_shown(read_logs(LOG).steps).values()
    records = list_timelines([RECORDS[name] for name in order])
    assert [each.target for each in name_records(records, shown)] == [*order]
    assert name_records(records[:1], shown) is None


def test_each_target_has_its_own_path_and_its_own_marks():
    rows = [read_timeline([RECORDS[name]]).assign(run="r", target=name) for name in ("api", "web")]
    timeline = pd.concat(rows, ignore_index=True).astype({"target": "string"})
    path = critical_path(timeline)
    assert path.groupby("target")["seconds"].sum().round(1).to_dict() == {"api": 5.1, "web": 3.1}
    marked = mark_critical(timeline, "r")
    ends = marked[marked["name"].eq("COPY a b")].set_index("target")["critical"]
    assert ends.to_dict() == {"api": ((2.1, 5.1),), "web": ((2.1, 3.1),)}
