"""The builds' own records in a log: put there by a real buildspec, taken out again whole."""

import base64
import gzip
import json

import pytest
import yaml
from conftest import SMALL_IMAGE

from analysis.codebuild.record_probe import BEGIN, COMMAND, END, add_record_probe, take_record
from analysis.lab import read_history, run_buildspec
from analysis.logs import read_logs
from analysis.workload import load_strategies, parse_buildspec

SPEC = "version: 0.2\nphases:\n  build: {commands: [docker build deploy/]}\n"


def commands_of(text, phase="post_build"):
    return next(each.commands for each in parse_buildspec(text).phases if each.name == phase)


@pytest.mark.parametrize("name", load_strategies())
def test_every_strategy_keeps_its_commands_and_gets_one_more(name):
    buildspec = load_strategies()[name].buildspec
    changed = parse_buildspec(add_record_probe(buildspec.text))
    assert changed.variables == buildspec.variables
    assert changed.phases[:-1] == buildspec.phases
    assert changed.phases[-1].commands == (COMMAND,)


def test_it_comes_last_where_a_build_pushes_afterwards():
    for value in (["docker push x", "ls"], "docker push x"):
        text = yaml.safe_dump(
            yaml.safe_load(SPEC) | {"phases": {"post_build": {"commands": value}}}
        )
        assert commands_of(add_record_probe(text))[0] == "docker push x"
        assert commands_of(add_record_probe(text))[-1] == COMMAND


def make_log(text, stamps=("00:00:10.000000", "00:00:14.500000")):
    """A log with a step that printed `text`."""
    start, end = (f"[Container] 2026/11/01 {each}" for each in stamps)
    return (
        "[Container] 2026/11/01 00:00:01.000000 Entering phase BUILD\n"
        f"\n{start} Running command {COMMAND.rstrip()}\n"
        f"{BEGIN}\n{text}{END}\n{end} Phase complete: POST_BUILD State: SUCCEEDED\n"
    ).encode()


def encode(*values):
    data = gzip.compress("\n".join(map(json.dumps, values)).encode(), mtime=0)
    return base64.encodebytes(data).decode()


def test_the_step_is_taken_out_with_its_time():
    inspect = {"Ref": "b", "StartedAt": "2026-11-01T00:00:02.1Z"}
    older = {"Ref": "a", "StartedAt": "2026-10-31T23:59:59Z"}
    text = encode({"ref": "x/b"}, inspect, {"vertexes": []}, {"logs": []}, {"ref": "x/a"}, older)
    taken = take_record(make_log(text))
    assert taken.log.decode().splitlines() == [
        "[Container] 2026/11/01 00:00:01.000000 Entering phase BUILD",
        "[Container] 2026/11/01 00:00:14.500000 Phase complete: POST_BUILD State: SUCCEEDED",
    ]
    assert taken.seconds == 4.5
    (build,) = taken.records["builds"]
    assert build == {"ref": "x/b", "inspect": inspect, "rawjson": [{"vertexes": []}, {"logs": []}]}


CUT = encode({"ref": "a"})[:20] + "\n"


@pytest.mark.parametrize("text", ["", "H4sI\n", "no base64 at all\n", CUT])
def test_a_damaged_record_is_told_and_does_not_stay_in_the_log(text):
    taken = take_record(make_log(text))
    assert taken.records["builds"] == []
    assert text == "" or "damaged" in taken.records["problem"]
    assert BEGIN.encode() not in taken.log
    assert taken.seconds == 4.5


def test_a_log_without_the_step_stays_as_it_is():
    for log in (b"", b"#1 DONE 0.1s\n", make_log("").partition(END.encode() + b"\n[")[0]):
        assert take_record(log).log == log
        assert take_record(log).records == {"builds": []}


def name_of(build):
    """A build's record without what says by which builder: asked there, names are short."""
    return build | {"ref": build["ref"].rpartition("/")[2]}


def test_a_real_build_says_the_same_as_its_host_does_when_asked(lab, context):
    text = add_record_probe(SPEC)
    host = lab.start_host()
    try:
        base = lab.serve(SMALL_IMAGE, "small", "1")
        dockerfile = (context / "Dockerfile").read_text().replace(SMALL_IMAGE, base)
        (context / "Dockerfile").write_text(dockerfile)
        host.put(context, "deploy")
        log = []
        result = run_buildspec(parse_buildspec(text), {}, host.execute, log.append)
        asked = read_history(host, [])
    finally:
        host.remove()
    assert result.status == "succeeded", b"".join(log).decode()
    taken = take_record(b"".join(log))
    assert len(asked["builds"]) == 1
    assert [name_of(b) for b in taken.records["builds"]] == [name_of(b) for b in asked["builds"]]
    logs = read_logs({"log": taken.log})
    assert logs.commands["command"].tolist() == ["docker build deploy/"]
    assert logs.logs["unread_lines"].tolist() == [0]
    assert 0 < taken.seconds < result.seconds
    print(f"the step took {taken.seconds:.1f} s and {len(b''.join(log)) - len(taken.log)} bytes")
