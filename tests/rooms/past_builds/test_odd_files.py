"""What people's folders hold: odd names, links, descriptions in every shape; told, never fatal."""

import gzip
import json
import math
import os
import random
from datetime import UTC, datetime, timedelta

import pytest
from histories import FIRST, after, build_log, write_folder

from analysis.errors import SourceError
from analysis.past_builds.described import describe_build, read_moment
from analysis.past_builds.reading import read_history
from analysis.past_builds.told import read_told

IDS = [f"{n:08d}-0000-4000-8000-000000000000" for n in range(9)]


def tell(history):
    """what -> problem."""
    return dict(zip(history.problems["what"], history.problems["problem"], strict=True))


def describe(number, **changes):
    """A build as CodeBuild describes it, of 60 seconds, an hour after the one before."""
    begin = FIRST + timedelta(hours=number)
    phase = {"phaseType": "BUILD", "phaseStatus": "SUCCEEDED", "durationInSeconds": 55}
    return {
        "id": f"web:{IDS[number]}",
        "projectName": "web",
        "buildStatus": "SUCCEEDED",
        "startTime": begin.timestamp(),
        "endTime": begin.timestamp() + 60,
        "phases": [phase | {"startTime": begin.timestamp(), "endTime": begin.timestamp() + 55}],
    } | changes


def test_names_that_are_not_utf_8_are_shown_and_told_apart(tmp_path):
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)
    for name in (b"a\xff.log", b"a\xfe.log", b"\xc3\xa9.log", b"x" * 250 + b".log"):
        with open(folder + b"/" + name, "wb") as file:
            file.write(build_log().encode())
    with open(folder + b"/bad\xff.log.gz", "wb") as file:
        file.write(b"\x1f\x8bnot gzip")
    history = read_history(os.fsdecode(folder))
    assert set(history.builds["id"]) == {r"a\xff.log", r"a\xfe.log", "é.log", "x" * 250 + ".log"}
    assert history.builds["project"].eq(r"caf\xe9").all()
    assert r"bad\xff.log.gz is a damaged gzip file" in tell(history)[r"bad\xff.log.gz"]
    assert history.source.endswith(r"caf\xe9")


def test_links_that_lead_nowhere_in_a_circle_or_to_a_folder_are_told(tmp_path):
    folder = write_folder(tmp_path / "app", build_log(), build_log(after(9)))
    (folder / "gone.log").symlink_to(folder / "absent.log")
    (folder / "circle").symlink_to(folder / "circle")
    (folder / "up").symlink_to(tmp_path)
    (folder / "a.log").symlink_to(folder / "01.log")
    os.mkfifo(folder / "pipe.log")
    history = read_history(folder)
    assert history.builds["id"].tolist() == ["00.log", "01.log"]
    told = tell(history)
    assert "absent.log, which does not exist: restore" in told["gone.log"]
    assert "leads back to itself: remove it" in told["circle"]
    assert f"a link to a folder, which is not followed: name {tmp_path}" in told["up"]
    assert "is the same file as" in told["a.log"]
    assert "no file but a FIFO: save the log as a file" in told["pipe.log"]
    assert len(told) == 5


def test_a_link_to_a_folder_or_file_elsewhere_is_read_where_it_is_named(tmp_path):
    write_folder(tmp_path / "app", build_log())
    (tmp_path / "link").symlink_to(tmp_path / "app")
    other = write_folder(tmp_path / "other")
    (other / "one.log").symlink_to(tmp_path / "app" / "00.log")
    assert len(read_history(tmp_path / "link").builds) == 1
    assert read_history(other).builds["id"].tolist() == ["one.log"]


def test_an_unreadable_folder_and_file_are_told(tmp_path, monkeypatch):
    folder = write_folder(tmp_path / "app", build_log())
    write_folder(folder / "secret", build_log())
    real = os.scandir

    def refuse(path):
        if str(path).endswith("secret"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    # root may read everything: the refusal has to be made
    monkeypatch.setattr("analysis.past_builds.walk.os.scandir", refuse)
    history = read_history(folder)
    assert len(history.builds) == 1
    assert "secret can't be read (Permission denied): check its permissions." in str(tell(history))
    with pytest.raises(SourceError, match=r"secret can't be read \(Permission denied\)"):
        read_history(folder / "secret")


FORMS = {
    "the answer": lambda builds: json.dumps({"builds": builds, "buildsNotFound": []}),
    "a bare list": json.dumps,
    "lists in lists": lambda builds: json.dumps([[builds[:1]], [[builds[1:]]]]),
    "answers in a list": lambda builds: json.dumps([{"builds": [each]} for each in builds]),
    "answers in a row": lambda builds: "".join(json.dumps({"builds": [b]}) for b in builds),
    "a line each": lambda builds: "\n".join(map(json.dumps, builds)),
    "one build started": lambda builds: "\n".join(json.dumps({"build": b}) for b in builds),
    "told twice": lambda builds: json.dumps({"builds": [*builds, *builds]}),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_descriptions_come_in_every_form_that_the_command_line_prints(tmp_path, form, encoding):
    (tmp_path / f"{IDS[1]}.log").write_text(build_log())
    builds = [describe(1), describe(2), describe(3)]
    path = tmp_path / "builds.json.gz"
    path.write_bytes(gzip.compress(FORMS[form](builds).encode(encoding)))
    history = read_history(tmp_path)
    assert history.builds["id"].tolist() == [each["id"] for each in builds]
    assert history.builds["log"].notna().tolist() == [True, False, False]
    assert history.builds["seconds"].tolist() == [60.0] * 3
    assert history.builds["project"].eq("web").all()
    assert set(tell(history)) == {each["id"] for each in builds[1:]}


def test_of_a_build_told_twice_what_ended_last_counts(tmp_path):
    running = describe(1, buildStatus="IN_PROGRESS", endTime=None, phases=[])
    (tmp_path / "a.json").write_text(json.dumps([describe(1)]))
    (tmp_path / "b.json").write_text(json.dumps([running]))
    assert read_history(tmp_path).builds["status"].tolist() == ["succeeded"]


def test_two_logs_of_one_build_are_one_build_and_the_other_is_told(tmp_path):
    (tmp_path / f"{IDS[1]}.log").write_text(build_log())
    (tmp_path / f"{IDS[1]}.txt").write_text(build_log())
    (tmp_path / "builds.json").write_text(json.dumps([describe(1)]))
    history = read_history(tmp_path)
    assert history.builds["id"].tolist() == [f"web:{IDS[1]}"]
    assert "names the same build as" in tell(history)[f"{IDS[1]}.txt"]


DAMAGED = {
    '{"builds": [{"id": "web:1", "buildStatus"': "is not whole JSON",
    '{"builds": ' + "[" * 100_000: "nested too deeply",
    '{"builds": null}': "tells of no build",
    '{"builds": []}': "tells of no build",
    '{"builds": 5}': "1 value that no build's id is in",
    '{"builds": {"id": 5}}': "1 value that no build's id is in",
    '{"builds": [1, "x", null, [], {}, {"id": ""}, {"id": ["a"]}]}': "6 values that no build's id",
    '{"builds": [], "buildsNotFound": ["web:1"]}': "names 1 build that CodeBuild did not find",
    '{"buildStatus": "SUCCEEDED"}': "1 value that no build's id is in",
}


@pytest.mark.parametrize("text", DAMAGED, ids=lambda text: text[:40])
def test_a_description_that_cant_be_used_is_told_with_the_cure(tmp_path, text):
    write_folder(tmp_path, build_log())
    (tmp_path / "builds.json").write_text(text)
    history = read_history(tmp_path)
    assert history.builds["id"].tolist() == ["00.log"]
    assert DAMAGED[text] in tell(history)["builds.json"]


def test_a_log_as_json_is_no_description(tmp_path):
    path = tmp_path / "log.json"
    path.write_text(json.dumps({"events": [{"message": '{"builds": ["a"]}', "timestamp": 1}]}))
    assert read_told(path) is None


MOMENT = datetime(2026, 9, 7, 8, 0, 0, tzinfo=UTC)
MOMENTS = [
    MOMENT,
    MOMENT.replace(tzinfo=None),
    MOMENT.timestamp(),
    int(MOMENT.timestamp()),
    MOMENT.timestamp() * 1000,
    int(MOMENT.timestamp() * 1e6),
    str(MOMENT.timestamp()),
    f"{MOMENT.timestamp() * 1000:.0f}",
    "2026-09-07T08:00:00Z",
    "2026-09-07T10:00:00+02:00",
    " 2026-09-07T08:00:00.000000000Z ",
    "2026-09-07 08:00:00",
    "20260907T080000Z",
]
NONE = [
    None, "", "soon", True, False, 0, -1, 5, "5", math.nan, math.inf, -math.inf, 10**400, 1e308,
    "9" * 5000, "nan", "inf", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", [], {},
    ["2026-09-07"], "2026-13-45", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("value", MOMENTS, ids=str)
def test_a_time_is_read_as_it_is_printed(value):
    assert read_moment(value) == MOMENT


@pytest.mark.parametrize("value", NONE, ids=lambda value: repr(value)[:20])
def test_what_is_no_time_is_unknown(value):
    assert read_moment(value) is None


ODD = [None, True, 5, -1, 1.5, math.nan, math.inf, 10**400, "", "x", "55", "\ud800", [], [1], {},
       {"a": 1}, [[]], ["x", None], "2026-09-07T08:00:00Z", 1772611200000]  # fmt: skip
KEYS = ["projectName", "buildStatus", "startTime", "endTime", "phases", "environment", "cache"]
PHASE_KEYS = ["phaseType", "phaseStatus", "startTime", "endTime", "durationInSeconds"]


@pytest.mark.parametrize("key", KEYS)
def test_a_value_that_cant_be_what_it_is_called_costs_that_value_alone(key):
    for value in ODD:
        found = describe_build(describe(1) | {key: value})
        assert found.id == f"web:{IDS[1]}"
        assert found.known["project"]
        if key != "phases":
            assert [each.phase for each in found.phases] == ["BUILD"]


def make_odd(rng):
    """A description with some values odd, some missing."""
    item = describe(rng.randrange(9))
    item["environment"] = {key: rng.choice(ODD) for key in ("type", "computeType", "dockerServer")}
    item["cache"] = {key: rng.choice(ODD) for key in ("type", "modes")}
    for key in rng.sample(KEYS, rng.randrange(4)):
        item[key] = rng.choice(ODD)
    for phase in item["phases"] if isinstance(item["phases"], list) else ():
        if isinstance(phase, dict):
            for key in rng.sample(PHASE_KEYS, rng.randrange(3)):
                phase[key] = rng.choice(ODD)
    for key in rng.sample(KEYS, rng.randrange(3)):
        del item[key]
    return item


@pytest.mark.parametrize("seed", range(8))
def test_odd_descriptions_never_crash_and_lose_no_build(tmp_path, seed):
    print(f"seed {seed}")
    rng = random.Random(seed)
    items = [make_odd(rng) for _ in range(12)]
    (tmp_path / "builds.json").write_text(json.dumps({"builds": items}))
    (tmp_path / f"{IDS[1]}.log").write_text(build_log())
    history = read_history(tmp_path)
    assert {each["id"] for each in items} <= {*history.builds["id"], f"web:{IDS[1]}"}
    assert history.builds["id"].is_unique
    assert history.builds["seconds"].dropna().between(0, 1e9).all()


def test_two_builds_with_one_name_are_told_apart(tmp_path):
    folder = write_folder(tmp_path, build_log())
    (folder / "builds.json").write_text(json.dumps([{"id": "00.log", "projectName": "web"}]))
    assert sorted(read_history(folder).builds["id"]) == ["00.log", "00.log (2)"]
