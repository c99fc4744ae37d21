"""BuildKit's own record of every recorded build agrees with what its plain log was read as."""

from pathlib import Path

import pytest
from witness import compare_with_inspect, compare_with_rawjson

from analysis.logs import read_logs
from analysis.records import read_json

DATA = Path(__file__).parents[3] / "data" / "lab"
RUNS = sorted(path.parent for path in DATA.rglob("history.json.gz"))


def test_every_recorded_step_is_as_buildkit_recorded_it():
    if not RUNS:
        pytest.skip(f"{DATA} holds no recorded runs")
    compared, differences = 0, []
    steps = read_logs({str(run): run / "build.log.gz" for run in RUNS}).steps
    for run in RUNS:
        builds = read_json(run / "history.json.gz")["builds"]
        shown = steps[steps["log"] == str(run)]
        for compare in (compare_with_rawjson, compare_with_inspect) if builds else ():
            found = compare(shown, builds)
            compared += found.compared
            differences += [f"{run.name}: {each}" for each in found.differences]
    print(f"{len(RUNS)} runs, {compared} values compared, {len(differences)} differ")
    assert not differences, "\n".join(differences)
    assert compared


def vertex(digest, name, *spans, **more):
    return [
        {"vertexes": [{"digest": digest, "name": name, "started": a, "completed": b, **more}]}
        for a, b in spans
    ]


def at(second):
    return f"2026-01-01T00:00:{second:09.6f}Z"


LOG = b"#1 [b 2/3] RUN a\n#1 DONE 3.0s\n\n#2 [b 3/3] RUN c\n#2 CACHED\n"
STEPS = read_logs(LOG).steps
RAW = [
    *vertex("1", "[b 2/3] RUN a", (at(1), at(3)), (at(2), at(3.5)), (at(5), at(5.5))),
    *vertex("2", "[b 3/3] RUN c", (at(6), at(6)), cached=True),
]
INSPECT = {"NumTotalSteps": 2, "NumCompletedSteps": 2, "NumCachedSteps": 1}


def test_intervals_are_merged_and_all_agrees():
    build = {"rawjson": RAW, "inspect": INSPECT}
    assert compare_with_rawjson(STEPS, [build]) == (2, [])
    assert compare_with_inspect(STEPS, [build]) == (3, [])


def test_each_difference_is_named():
    slow = vertex("1", "[b 2/3] RUN a", (at(1), at(5)))
    other = vertex("2", "[b 3/3] RUN c", (at(6), at(6)), error="exit code: 1")
    build = {"rawjson": [*slow, *other, *vertex("3", "x", (at(1), at(2)))], "inspect": INSPECT}
    compared, differences = compare_with_rawjson(STEPS, [build])
    assert compared == 2
    assert differences == [
        "build 0: 'RUN a' 3.0 s, in the record 4.000",
        "build 0: 'RUN c' cached, in the record failed",
        "build 0: 'x' is not in the log",
    ]
    build["inspect"] = INSPECT | {"NumCachedSteps": 2}
    assert len(compare_with_inspect(STEPS, [build]).differences) == 1


def test_another_number_of_builds_is_an_error():
    with pytest.raises(AssertionError, match="1 builds in the log, 0 recorded"):
        compare_with_rawjson(STEPS, [])


BASE = b"#1 [b 1/2] FROM base:1\n\n#2 [b 2/2] RUN c\n#2 DONE 1.0s\n\n#3 exporting to image\n"


@pytest.mark.parametrize(("end", "differences"), [(b"#3 DONE 0.5s\n", 0), (b"", 2)])
def test_a_base_without_an_end_in_the_log_ran_where_the_image_was_exported(end, differences):
    steps = read_logs(BASE + end).steps
    assert steps["status"].tolist()[0] == "unfinished"
    raw = [
        *vertex("1", "[b 1/2] FROM base:1", (at(1), at(1))),
        *vertex("2", "[b 2/2] RUN c", (at(1), at(2))),
        *vertex("3", "exporting to image", (at(2), at(2.5))),
    ]
    assert len(compare_with_rawjson(steps, [{"rawjson": raw}]).differences) == differences
