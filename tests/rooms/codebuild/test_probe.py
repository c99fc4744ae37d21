"""What a build host is asked by the buildspec itself, and taken out of the log again."""

import json
import subprocess

import pytest

from analysis.codebuild.probe import (
    EMPTY_HOST,
    HOST_AFTER,
    HOST_BEFORE,
    add_probes,
    move_stamps,
    remove_probes,
)
from analysis.codebuild.record_probe import BEGIN, COMMAND, END
from analysis.errors import BuildspecError
from analysis.lab import read_versions as read_versions_of
from analysis.lab import run_buildspec
from analysis.logs import read_logs
from analysis.workload import load_strategies, parse_buildspec

DF = '{"Type":"Images","TotalCount":"%s"}\n{"Type":"Build Cache","TotalCount":"%s"}\n'
VERSIONS = (
    '{"engine": "28.5.2", "storage_driver": "overlay2"}\n'
    "github.com/docker/buildx v0.29.1 abcdef\n"
    '{"Name":"default","Current":false,"Nodes":[{"Version":"v0.25.1"}]}\n'
    '{"Name":"brave","Current":true,"Nodes":[{"Version":"v0.25.2"}]}\n'
)


def printed(step, text):
    return f"{step.command('').rstrip()}\n{step.mark}: begin\n{text}{step.mark}: end\n"


def make_log(before="", after=VERSIONS, day="2026/11/01"):
    """A log in which the steps took 1, 2 and 4 s beside a build of 10 s."""
    return (
        f"[Container] {day} 00:00:00.000000 Entering phase INSTALL\n"
        f"[Container] {day} 00:00:00.500000 Running command {printed(HOST_BEFORE, before)}\n"
        f"[Container] {day} 00:00:01.500000 Running command docker build .\n"
        "#1 DONE 9.0s\n"
        f"[Container] {day} 00:00:11.500000 Phase complete: BUILD State: SUCCEEDED\n"
        f"\n[Container] {day} 00:00:11.500000 Running command {printed(HOST_AFTER, after)}\n"
        f"[Container] {day} 00:00:13.500000 Running command {COMMAND.rstrip()}\n{BEGIN}\n{END}\n\n"
        f"[Container] {day} 00:00:17.500000 Phase complete: POST_BUILD State: SUCCEEDED\n"
    ).encode()


@pytest.mark.parametrize("name", load_strategies())
def test_every_strategy_keeps_its_commands_between_those_that_are_added(name):
    buildspec = load_strategies()[name].buildspec
    changed = parse_buildspec(add_probes(buildspec.text))
    own = [each for phase in buildspec.phases for each in phase.commands]
    all_of_them = [each for phase in changed.phases for each in phase.commands]
    assert all_of_them[1:-2] == own
    assert all_of_them[0].startswith(f"# {HOST_BEFORE.title}") and EMPTY_HOST not in all_of_them[0]
    assert all_of_them[-2].startswith(f"# {HOST_AFTER.title}")
    assert all_of_them[-1] == COMMAND
    assert changed.variables == buildspec.variables


def test_a_used_host_is_emptied_where_that_is_asked_for_before_it_is_counted():
    text = load_strategies()["local-layer-cache"].buildspec.text
    first = parse_buildspec(add_probes(text, emptied=True)).phases[0].commands[0]
    assert first.index("system prune") < first.index("builder prune") < first.index("system df")


def test_what_is_no_buildspec_is_told():
    with pytest.raises(BuildspecError):
        add_probes("phases: []")


def test_a_shell_takes_every_step_and_goes_on_where_docker_is_absent():
    spec = parse_buildspec(add_probes("version: 0.2\nphases: {build: {commands: [ls]}}"))
    first, own, after, record = (each for phase in spec.phases for each in phase.commands)
    assert own == "ls"
    for command in (first, after, record):
        call = ["/bin/sh", "-c", command]
        result = subprocess.run(call, env={"PATH": "/nowhere"}, capture_output=True, text=True)
        assert "yntax" not in result.stderr
        assert result.stdout.endswith(": end\n")


def test_the_steps_are_taken_out_with_their_time():
    taken = remove_probes(make_log(DF % (0, 0)))
    assert taken.seconds == 1 + 2 + 4
    assert [line for line in taken.log.decode().splitlines() if line] == [
        "[Container] 2026/11/01 00:00:01.000000 Entering phase INSTALL",
        "[Container] 2026/11/01 00:00:01.500000 Running command docker build .",
        "#1 DONE 9.0s",
        "[Container] 2026/11/01 00:00:11.500000 Phase complete: BUILD State: SUCCEEDED",
        "[Container] 2026/11/01 00:00:11.500000 Phase complete: POST_BUILD State: SUCCEEDED",
    ]
    logs = read_logs({"log": taken.log})
    assert logs.commands["command"].tolist() == ["docker build ."]
    assert logs.commands["seconds"].tolist() == [10.0]


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        (DF % (0, 0), True),
        (DF % (0, 3), False),
        ("", None),
        ("Cannot connect to the Docker daemon\n", None),
        ('{"Type":"Images"}\n', None),
        ('{"TotalCount":"many"}\n', None),
    ],
)
def test_a_host_is_empty_used_or_unknown(text, empty):
    assert remove_probes(make_log(text)).empty is empty


@pytest.mark.parametrize("before", ["", "WARNING: Error loading config file: denied\n"])
def test_versions_are_those_of_the_builder_in_use(before):
    assert remove_probes(make_log(after=before + VERSIONS)).versions == {
        "engine": "28.5.2",
        "buildx": "v0.29.1",
        "buildkit": "v0.25.2",
        "storage_driver": "overlay2",
    }


def test_versions_come_from_the_buildspecs_own_command_where_no_step_told_them():
    log = (
        b"[Container] 2026/11/01 00:00:00.000000 Running command docker version\n"
        b"Docker 28.5.2\ngithub.com/docker/buildx v0.29.1 abcdef\n"
    )
    assert remove_probes(log).versions == {"engine": "28.5.2", "buildx": "v0.29.1"}
    assert remove_probes(b"").versions == {}


def test_a_log_without_the_steps_stays_as_it_is():
    for log in (b"", b"#1 DONE 0.1s\n", make_log()[:700]):
        assert remove_probes(log[:200]).log == log[:200]
        assert remove_probes(log[:200]).empty is None


def test_whole_seconds_stay_whole_and_a_day_may_end_meanwhile():
    stamp = b"[Container] 2019/12/31 23:59:59"
    log = stamp + b" Entering phase BUILD\nno " + stamp + b"\n"
    assert move_stamps(log, 2.0).splitlines() == [
        b"[Container] 2020/01/01 00:00:01 Entering phase BUILD",
        b"no [Container] 2019/12/31 23:59:59",
    ]


def test_json_that_a_build_prints_is_no_version():
    taken = remove_probes(make_log(after=json.dumps({"Current": True}) + "\n"))
    assert taken.versions == {}


def test_a_real_host_says_the_same_as_when_it_is_asked(lab):
    text = "version: 0.2\nphases:\n  build: {commands: [docker volume create used]}\n"
    host, said = lab.start_host(), []
    try:
        for emptied in (False, False, True):
            log: list[bytes] = []
            spec = parse_buildspec(add_probes(text, emptied))
            result = run_buildspec(spec, {}, host.execute, log.append)
            assert result.status == "succeeded", b"".join(log).decode()
            said.append(remove_probes(b"".join(log)))
        assert [taken.empty for taken in said] == [True, False, True]
        assert said[0].versions == read_versions_of(host)
    finally:
        host.remove()
    logs = read_logs({"log": said[0].log})
    assert logs.commands["command"].tolist() == ["docker volume create used"]
    # the volume's name, which the command prints
    assert logs.logs["unread_lines"].tolist() == [1]
    print(f"the steps took {said[0].seconds:.1f} s")
