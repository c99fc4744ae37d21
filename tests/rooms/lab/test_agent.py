"""The agent runs buildspecs as CodeBuild does: real commands in a real shell, on this machine."""

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime

import pytest

from analysis.lab import agent
from analysis.lab.agent import run_buildspec
from analysis.workload import parse_buildspec

# an agent's line: CodeBuild's own form, with microseconds
LINE = re.compile(r"^\[Container\] (\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d{6}) (.*)$")


class Build:
    """What became of one buildspec: its result and its log."""

    def __init__(self, text, folder, env=None, time_limit=None, version="0.2", begin="."):
        self.folder, self.output = folder, []
        spec, write = parse_buildspec(f"version: {version}\n{text}"), self.output.append
        self.result = run_buildspec(spec, env or {}, self.execute, write, time_limit, folder=begin)
        self.log = b"".join(self.output).decode("utf-8", "replace")

    def execute(self, script, env, write, timeout):
        """Run a script with sh in `folder`, as a build host does."""
        process = subprocess.Popen(
            ["sh", "-c", "exec 2>&1\n" + script],
            env={"PATH": os.environ["PATH"], **env},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            write(process.communicate()[0])
            raise TimeoutError(f"stopped after {timeout:.1f} s") from None
        write(output)
        return process.returncode

    @property
    def said(self):
        """The agent's own lines, without their time."""
        return [m[2] for m in map(LINE.match, self.log.split("\n")) if m]

    @property
    def printed(self):
        """What the commands printed: all lines that are not the agent's nor of a command."""
        ran = "\n".join(command["command"] for command in self.result.commands).split("\n")
        lines = [line for line in self.log.split("\n") if line and not LINE.match(line)]
        return [line for line in lines if line not in ran]

    @property
    def phases(self):
        return [(phase["phase"], phase["status"]) for phase in self.result.phases]


@pytest.fixture
def build(tmp_path, monkeypatch):
    monkeypatch.setattr(agent, "STATE", str(tmp_path / "state"))
    folder = tmp_path / "source"
    folder.mkdir()
    return lambda text, **options: Build(text, folder, **options)


def phases(**commands):
    """A buildspec whose phases run these commands."""
    lines = "".join(f"  {name}: {{commands: {list(each)}}}\n" for name, each in commands.items())
    return "phases:\n" + lines


def test_phases_run_in_codebuilds_order_whatever_the_files(build):
    done = build(phases(post_build=["echo 4"], build=["echo 2", "echo 3"], install=["echo 1"]))
    assert done.printed == ["1", "2", "3", "4"]
    assert done.phases == [
        ("INSTALL", "succeeded"),
        ("BUILD", "succeeded"),
        ("POST_BUILD", "succeeded"),
    ]
    assert (done.result.status, done.result.exit_code) == ("succeeded", 0)


@pytest.mark.parametrize(
    ("failing", "entered"),
    [
        ("install", ["INSTALL"]),
        ("pre_build", ["INSTALL", "PRE_BUILD"]),
        ("build", ["INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD"]),
        ("post_build", ["INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD"]),
    ],
)
def test_a_failed_phase_ends_the_build_except_that_post_build_follows_build(
    build, failing, entered
):
    names = ("install", "pre_build", "build", "post_build")
    done = build(phases(**{n: ["exit 7", "echo after"] if n == failing else [":"] for n in names}))
    assert [name for name, _ in done.phases] == entered
    assert [name.lower() for name, status in done.phases if status == "failed"] == [failing]
    assert (done.result.status, done.result.exit_code) == ("failed", 7)
    assert "after" not in done.printed


def test_on_failure_abort_keeps_post_build_from_running(build):
    done = build(
        "phases: {build: {on-failure: ABORT, commands: ['false']}, post_build: {commands: [ls]}}"
    )
    assert done.phases == [("BUILD", "failed")]
    assert done.result.status == "failed"


def test_on_failure_continue_enters_the_next_phase(build):
    done = build(
        "phases: {install: {on-failure: CONTINUE, commands: ['false']}, build: {commands: [':']}}"
    )
    assert done.phases == [("INSTALL", "failed"), ("BUILD", "succeeded")]
    assert done.result.status == "succeeded"


def test_finally_runs_after_a_failure_and_its_own_failure_fails_the_phase(build):
    done = build("phases: {build: {commands: ['false', echo no], finally: [echo last]}}")
    assert done.printed == ["last"]
    assert done.result.status == "failed"
    done = build("phases: {build: {commands: [echo yes], finally: [exit 3, echo last]}}")
    assert done.printed == ["yes", "last"]
    assert done.phases == [("BUILD", "failed")]
    assert done.result.exit_code == 3


def test_commands_know_whether_the_build_is_succeeding(build):
    show = "echo succeeding=$CODEBUILD_BUILD_SUCCEEDING"
    done = build(phases(build=[show, "false"], post_build=[show]))
    assert done.printed == ["succeeding=1", "succeeding=0"]


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_commands_share_directory_and_variables(build, shell):
    if not shutil.which(shell):
        pytest.skip(f"no {shell} on this machine")
    done = build(
        f"""
env: {{shell: {shell}, variables: {{TAG: latest}}}}
phases:
  install:
    commands:
      - mkdir sub && cd sub
      - plain="it's \\"quoted\\" \\$HOME"
      - |
        export LINES="one
        two"
  build:
    commands:
      - basename "$PWD"
      - echo "$plain"
      - env | grep -c '^plain=' || true
      - env | grep '^LINES=' && echo "$LINES" | wc -l
      - TAG=v2
      - echo "tag $TAG"
"""
    )
    assert done.result.status == "succeeded"
    assert [line.strip() for line in done.printed] == [
        "sub",
        'it\'s "quoted" $HOME',
        "0",
        "LINES=one",
        "2",
        "tag v2",
    ]


def test_a_command_of_several_lines_is_one_command(build):
    text = """
phases:
  build:
    commands:
      - |
        for n in 1 2; do
          echo "line $n" \\
            end
        done
        exit 5
"""
    done = build(text)
    assert [command["exit_code"] for command in done.result.commands] == [5]
    assert done.printed[:2] == ["line 1 end", "line 2 end"]
    assert "Running command for n in 1 2; do" in done.said


def test_bash_runs_what_sh_cannot(build):
    if not shutil.which("bash"):
        pytest.skip("no bash on this machine")
    text = (
        "env: {shell: bash}\nphases: {build: {commands: ['a=(1 2); echo ${a[1]} $((1+1))', false]}}"
    )
    done = build(text)
    assert done.printed == ["2 2"]
    assert done.result.exit_code == 1


def test_environment_overrides_the_buildspecs_variables(build):
    text = "env: {variables: {TAG: latest, B: b}}\n" + phases(build=["echo $TAG $B $CODEBUILD_CI"])
    assert build(text, env={"TAG": "v1"}).printed == ["v1 b true"]


def test_a_build_finds_nothing_of_the_one_before_on_a_kept_host(build):
    first = build(phases(build=["TAG=old; LEFT=1; mkdir -p sub; cd sub"]), env={"TAG": "v1"})
    assert first.result.status == "succeeded"
    second = build(
        phases(build=["echo $TAG ${LEFT:-nothing}", 'basename "$PWD"']), env={"TAG": "v2"}
    )
    assert second.printed == ["v2 nothing", "source"]


def test_output_comes_between_the_lines_of_its_command_and_fds_are_merged(build):
    done = build(phases(build=["echo out; echo err >&2", "printf 'no newline'", "true"]))
    assert done.printed == ["out", "err", "no newline"]
    lines = done.log.split("\n")
    assert LINE.match(lines[lines.index("no newline") + 2])[2] == "Running command true"


def test_the_log_says_what_codebuilds_says(build):
    done = build("phases: {build: {commands: [echo hello, exit 3]}}")
    assert done.said == [
        "Running on a build host of the lab",
        "Phases found in YAML: 1",
        " BUILD: 2 commands",
        "Entering phase BUILD",
        "Running command echo hello",
        "Running command exit 3",
        "Command did not exit successfully exit 3 exit status 3",
        "Phase complete: BUILD State: FAILED",
        "Phase context status code: COMMAND_EXECUTION_ERROR Message: "
        "Error while executing command: exit 3. Reason: exit status 3",
    ]
    fine = build(phases(build=["true"]))
    assert fine.said[-2:] == [
        "Phase complete: BUILD State: SUCCEEDED",
        "Phase context status code:  Message: ",
    ]


def test_times_in_log_and_result_agree_and_never_go_back(build):
    before = datetime.now(UTC)
    done = build(phases(install=["true"], build=["true", "true"]))
    times = [
        datetime.strptime(m[1], "%Y/%m/%d %H:%M:%S.%f").replace(tzinfo=UTC)
        for m in map(LINE.match, done.log.split("\n"))
        if m
    ]
    assert times == sorted(times)
    assert before <= done.result.started <= times[0]
    assert times[-1] <= done.result.finished
    started = [row["started"] for row in done.result.phases + done.result.commands]
    assert set(started) <= set(times)
    inside = sum(command["seconds"] for command in done.result.commands)
    assert inside <= sum(phase["seconds"] for phase in done.result.phases) <= done.result.seconds


def test_a_build_over_its_time_limit_is_given_up(build):
    text = """
phases:
  build: {commands: [echo begun; exec sleep 600, echo never], finally: [echo never]}
  post_build: {commands: [echo never]}
"""
    done = build(text, time_limit=5.0)
    assert (done.result.status, done.result.exit_code) == ("timed out", 124)
    assert done.printed == ["begun"]
    assert done.phases == [("BUILD", "failed")]
    assert done.result.commands[0]["exit_code"] is None
    assert "Build timed out: stopped after" in done.log
    assert done.result.seconds < 60
    assert done.said[-1].endswith(
        "Build timed out while executing command: echo begun; exec sleep 600."
    )


def test_output_that_is_no_utf8_is_passed_on_byte_by_byte(build):
    done = build("""
phases:
  build:
    commands:
      - printf '\\377\\376\\r\\n'
""")
    assert b"\xff\xfe\r\n" in b"".join(done.output)


def test_version_0_1_gives_each_command_a_shell_of_its_own(build, tmp_path):
    text = "phases: {build: {commands: ['cd /; A=b; export A', 'echo ${A:-none} $PWD']}}"
    done = Build(text, tmp_path / "source", version="0.1")
    assert done.printed == [f"none {tmp_path / 'source'}"]


def test_a_retried_build_runs_all_its_phases_again(build, tmp_path):
    count = tmp_path / "count"
    text = f"""
phases:
  install: {{commands: ['echo x >>{count}; A=$(wc -l <{count})']}}
  build:
    on-failure: RETRY-3-.*exit status 7
    commands: ['[ "$A" -ge 3 ] || exit 7']
  post_build: {{commands: [echo succeeding=$CODEBUILD_BUILD_SUCCEEDING]}}
"""
    done = build(text)
    assert (done.result.status, done.result.exit_code) == ("succeeded", 0)
    assert done.printed == ["succeeding=1"]
    assert [line for line in done.said if line.startswith("Retrying")] == [
        "Retrying the build (1 of at most 3)",
        "Retrying the build (2 of at most 3)",
    ]


def test_a_build_is_not_retried_for_another_failure_or_too_often(build):
    text = "phases: {{build: {{on-failure: {}, commands: ['exit 7']}}}}"
    for action, tries in (("RETRY-2", 3), ("RETRY-0", 1), ("RETRY-2-status 9", 1)):
        done = build(text.format(action))
        assert (done.result.status, len(done.phases)) == ("failed", tries)


def test_commands_begin_in_the_folder_that_is_named(build, tmp_path):
    (tmp_path / "source" / "app").mkdir()
    done = Build(phases(build=['basename "$PWD"']), tmp_path / "source", begin="app")
    assert done.printed == ["app"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
@pytest.mark.skipif(not shutil.which("su"), reason="no su on this machine")
def test_run_as_names_the_user_of_a_phase_or_of_all(build, tmp_path):
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents[:3]:
        folder.chmod(0o755)
    text = """
run-as: nobody
phases:
  install: {run-as: root, commands: [id -un, A=kept]}
  build: {commands: [id -un, echo $A]}
  post_build: {run-as: nobody-here, commands: [id -un]}
"""
    done = build(text)
    assert done.printed[:3] == ["root", "nobody", "kept"]
    assert "the host has no user" in done.printed[3]
    assert done.printed[4] == "root"
