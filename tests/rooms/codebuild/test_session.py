"""Experiments on the test AWS: run, cut off at every point, resumed, and paid once."""

import json
import math
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest
from aws import ACCOUNT
from clouds import Clock, Killed, die_at, run

from analysis import measures, records
from analysis.codebuild import Options, run_on_codebuild, say_on_codebuild
from analysis.codebuild.cleanup import clean_up
from analysis.codebuild.ledger import CLOSED, DIRTY, OPEN, Ledger, count_paid
from analysis.errors import (
    AccountError,
    CloudError,
    ConsentError,
    RecordError,
    SettingError,
    UnknownName,
)
from analysis.experiment import Settings, run_experiment
from analysis.records import lock_folder, read_experiment

pytest_plugins = ["aws.fixtures"]

ROOT = Path(__file__).parents[3]
LAB = ROOT / "data" / "lab"
TWO = ["cold", "source"]


def repositories(aws):
    found = aws.client("ecr").describe_repositories()["repositories"]
    return sorted(each["repositoryName"] for each in found)


OWN = ["docker-cache", "docker-cache-cache"]


@pytest.fixture
def alone(world, monkeypatch):
    """A world in which a cache lies beside its images, as in the lab."""
    monkeypatch.delenv("CACHE_REPOSITORY_URL")
    return world


def test_an_experiment_leaves_what_the_lab_s_leaves(aws, alone, tmp_path):
    lines = []
    names = ["docker", "registry-cache", "container-push", "docker-driver-cache-to"]
    run(tmp_path, names, ["cold", "unchanged", "source"], lines=lines)
    found, labs = read_experiment(tmp_path), read_experiment(LAB)
    assert found.runs["invalid_reason"].dropna().tolist() == []
    assert found.problems.empty
    assert found.runs.columns.equals(labs.runs.columns)
    assert found.runs.dtypes.equals(labs.runs.dtypes)
    columns = ["strategy", "scenario", "status", "exit_code", "host", "engine", "storage_driver"]
    theirs = labs.runs.set_index("run").loc[found.runs["run"], columns].reset_index(drop=True)
    assert found.runs[columns].equals(theirs)
    assert set(found.runs["place"]) == {"codebuild"}
    assert not found.runs["emulated"].any()
    kinds = [each.images.groupby("run")["kind"].value_counts() for each in (found, labs)]
    assert kinds[0].equals(kinds[1].loc[found.images["run"].unique()].reindex(kinds[0].index))
    assert repositories(aws) == OWN
    assert "12 builds were started" in lines[-1]
    print(f"{len(aws.builds)} builds: {dict(aws.requests)}")


def test_a_cache_in_a_repository_of_its_own_counts_and_takes_no_image_s_place(aws, world, tmp_path):
    run(tmp_path, ["registry-cache"], ["cold", "unchanged", "source"])
    found, labs = read_experiment(tmp_path), read_experiment(LAB)
    assert found.problems.empty
    assert (found.images["kind"].eq("cache") == found.images["apart"]).all()
    labs = labs.runs[labs.runs["run"].isin(found.runs["run"])], labs.images
    counts = [measures.count_entries(*each) for each in ((found.runs, found.images), labs)]
    numbers = ["entries", "image", "cache", "untagged", "new"]
    assert counts[0][numbers].equals(counts[1][numbers])
    kept = [measures.keep_newest(*each, 2) for each in ((found.runs, found.images), labs)]
    assert [table["builds_kept"].tolist() for table in kept] == [[2, 2], [1, 1]]


def test_a_record_says_what_codebuild_says(aws, alone, tmp_path):
    run(tmp_path, ["docker"], TWO)
    record = json.loads((tmp_path / "runs" / "docker.source.01" / "record.json").read_text())
    build = record["build"]
    assert build["id"] in aws.builds
    assert (build["project"], build["minutes"]) == (alone["CODEBUILD_PROJECT"], 1)
    assert build["compute_type"] == "BUILD_GENERAL1_SMALL"
    assert [phase["phase"] for phase in build["phases"]][:3] == [
        "SUBMITTED",
        "QUEUED",
        "PROVISIONING",
    ]
    assert record["provisioning_seconds"] == pytest.approx(8.4)
    assert record["queue_seconds"] == pytest.approx(1.3)
    assert record["idle_gap"] >= 0
    assert record["host_empty"] is True
    log = records.read_json(tmp_path / "runs" / "docker.cold.01" / "history.json.gz")
    assert len(log["builds"]) == 1
    text = (tmp_path / "experiment.json").read_text()
    assert "123456789012" not in text and '"region": "us-east-1"' in text


def test_seconds_are_the_build_s_without_its_waits_and_our_own_steps(aws, alone, tmp_path):
    run(tmp_path, ["docker"], ["cold"])
    found, lab = (
        read_experiment(each).runs.set_index("run").loc["docker.cold.01"]
        for each in (tmp_path, LAB)
    )
    assert found["seconds"] == pytest.approx(lab["seconds"], abs=0.3)


def test_what_is_finished_is_never_built_again(aws, alone, tmp_path):
    run(tmp_path, ["docker"], TWO)
    first = (tmp_path / "runs" / "docker.cold.01" / "record.json").read_bytes()
    requests = aws.requests.total()
    lines = []
    run(tmp_path, ["docker"], TWO, lines=lines)
    assert lines == [f"0 builds to run: everything asked for is finished in {tmp_path}."]
    assert aws.requests.total() == requests
    run(tmp_path, ["docker", "buildx-push"], TWO)
    assert len(aws.builds) == 4
    assert (tmp_path / "runs" / "docker.cold.01" / "record.json").read_bytes() == first


def test_a_sequence_that_goes_further_than_before_begins_anew_and_is_recorded_once(
    aws, alone, tmp_path
):
    run(tmp_path, ["docker"], ["cold"])
    lines = []
    run(tmp_path, ["docker"], TWO, lines=lines)
    assert lines[0].startswith("2 builds to run on CodeBuild")
    assert len(aws.builds) == 3
    assert len(read_experiment(tmp_path).runs) == 2
    assert read_experiment(tmp_path).runs["valid"].all()


def test_a_commit_is_never_built_after_a_later_one(aws, alone, tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        die_at(patch, "StartBuild", "before", 3)
        with pytest.raises(Killed):
            run(tmp_path, ["docker"], ["cold", "source", "dependency"])
    assert len(aws.builds) == 2
    order, lines = ["cold", "unchanged", "source", "dependency"], []
    run(tmp_path, ["docker"], order, lines=lines)
    assert lines[0].startswith("4 builds to run on CodeBuild")
    assert [aws.asked[each].scenario for each in aws.builds][2:] == order
    runs = read_experiment(tmp_path).runs
    assert (len(runs), runs["valid"].all()) == (4, True)


def test_an_experiment_does_not_go_on_with_other_hosts(aws, alone, tmp_path):
    run(tmp_path, ["docker"], ["cold"])
    codebuild, name = aws.client("codebuild"), alone["CODEBUILD_PROJECT"]
    (project,) = codebuild.batch_get_projects(names=[name])["projects"]
    large = project["environment"] | {"computeType": "BUILD_GENERAL1_LARGE"}
    codebuild.update_project(name=name, environment=large)
    words = "had BUILD_GENERAL1_SMALL .* and has BUILD_GENERAL1_LARGE"
    with pytest.raises(RecordError, match=words):
        run(tmp_path, ["docker"], TWO)
    assert len(aws.builds) == 1


def test_a_project_whose_logs_can_not_be_read_is_told_before_it_is_paid(aws, alone, tmp_path):
    logs = {"cloudWatchLogs": {"status": "DISABLED"}}
    name = alone["CODEBUILD_PROJECT"]
    aws.client("codebuild").update_project(name=name, logsConfig=logs)
    with pytest.raises(AccountError, match=f"{name} writes no log to CloudWatch"):
        run(tmp_path, ["docker"], ["cold"])
    assert len(aws.builds) == 0


@pytest.mark.parametrize("names", [("My_App", "my-app"), ("μ",)])
def test_strategies_that_would_share_a_repository_are_told(aws, alone, tmp_path, names):
    (tmp_path / "mine").mkdir()
    for name in names:
        (tmp_path / "mine" / f"{name}.yml").write_text(
            "version: 0.2\nphases: {build: {commands: [ls]}}\n"
        )
    with pytest.raises(SettingError, match="rename its buildspec"):
        run(tmp_path / "out", names, ["cold"], strategies_folder=tmp_path / "mine")
    assert len(aws.builds) == 0


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("operation", "nth"),
    [
        ("CreateRepository", 1),
        ("StartBuild", 1),
        ("StartBuild", 2),
        ("BatchGetBuilds", 2),
        ("GetLogEvents", 2),
        ("DescribeImages", 2),
        ("BatchGetImage", 1),
        ("DeleteRepository", 1),
    ],
)
def test_a_client_that_dies_anywhere_pays_no_build_twice(
    aws, alone, tmp_path, operation, nth, when
):
    with pytest.MonkeyPatch.context() as patch:
        die_at(patch, operation, when, nth)
        with pytest.raises(Killed):
            run(tmp_path, ["docker"], TWO)
    run(tmp_path, ["docker"], TWO)
    assert len(aws.builds) == 2
    assert count_paid(tmp_path)[0] == 2
    found = read_experiment(tmp_path)
    assert found.runs["valid"].tolist() == [True, True]
    assert repositories(aws) == OWN
    assert aws.requests["StartBuild"] <= 3


def test_a_client_that_dies_while_a_run_is_written_reads_its_build_again(
    aws, alone, tmp_path, monkeypatch
):
    with pytest.MonkeyPatch.context() as patch:

        def die(*_):
            raise Killed

        patch.setattr(records, "write_run", die)
        with pytest.raises(Killed):
            run(tmp_path, ["docker"], TWO)
    run(tmp_path, ["docker"], TWO)
    assert len(aws.builds) == 2
    assert read_experiment(tmp_path).runs["valid"].all()


def test_builds_of_many_sequences_are_picked_up_by_their_ids(aws, alone, tmp_path):
    clock = Clock()

    def sleep(seconds):
        if aws.requests["StartBuild"] >= 3:
            raise Killed
        clock.now += seconds

    clock.sleep = sleep
    names = ["docker", "buildx-push", "buildx-load"]
    with pytest.raises(Killed):
        run(tmp_path, names, TWO, clock, concurrency=3)
    lines = []
    run(tmp_path, names, TWO, concurrency=3, lines=lines)
    assert sum("picks up the build" in line for line in lines) == 3
    assert len(aws.builds) == 6
    assert len(read_experiment(tmp_path).runs) == 6


def test_an_interrupt_stops_the_builds_and_the_same_call_goes_on(aws, alone, tmp_path):
    aws.set_outcome(scenario="source", after_polls=math.inf, times=2)
    clock, lines = Clock(), []

    def sleep(seconds):
        clock.now += seconds
        if clock.now > 300:
            raise KeyboardInterrupt

    clock.sleep = sleep
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, ["docker", "buildx-push"], TWO, clock, lines=lines)
    ends = sorted(build.status for build in aws.builds.values())
    assert ends == ["STOPPED", "STOPPED", "SUCCEEDED", "SUCCEEDED"]
    assert any(line.startswith("2 builds stopped. Repositories kept") for line in lines)
    assert len(read_experiment(tmp_path).runs) == 2
    run(tmp_path, ["docker", "buildx-push"], TWO)
    found = read_experiment(tmp_path)
    assert found.runs["valid"].tolist() == [True] * 4
    # what was stopped may have pushed: both sequences begin anew
    assert len(aws.builds) == 4 + 4
    assert repositories(aws) == OWN


def test_an_interrupt_before_anything_was_pushed_costs_no_finished_build(aws, alone, tmp_path):
    clock = Clock()

    def sleep(seconds):
        clock.now += seconds
        if aws.requests["StartBuild"] == 2:
            raise KeyboardInterrupt

    clock.sleep = sleep
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, ["docker"], TWO, clock)
    assert Ledger.open(tmp_path, "docker-01").state == OPEN
    run(tmp_path, ["docker"], TWO)
    assert len(aws.builds) == 3
    assert read_experiment(tmp_path).runs["valid"].all()


def test_no_more_builds_at_once_than_asked_for(aws, alone, tmp_path):
    most = []
    clock = Clock()

    def sleep(seconds):
        clock.now += seconds
        most.append(sum(not build.done for build in aws.builds.values()))

    clock.sleep = sleep
    names = ["docker", "buildx-push", "buildx-load", "container-push", "inline-cache"]
    run(tmp_path, names, ["cold"], clock, concurrency=3)
    assert max(most) == 3


def test_sequences_that_share_hosts_run_one_after_the_other(aws, alone, tmp_path):
    clock, most = Clock(), []

    def sleep(seconds):
        clock.now += seconds
        most.append(sum(not build.done for build in aws.builds.values()))

    clock.sleep = sleep
    run(tmp_path, ["local-layer-cache"], TWO, clock, concurrency=4, rounds=2)
    assert max(most) == 1
    runs = read_experiment(tmp_path).runs
    assert runs["valid"].all()
    assert set(runs.loc[runs["scenario"] == "cold", "host"]) == {"fresh"}


def test_what_breaks_off_is_told_kept_and_made_up_for(aws, alone, tmp_path):
    aws.set_outcome("docker", "source", status="FAULT", phase="BUILD", times=1)
    with pytest.raises(CloudError, match="1 sequences broke off: docker in round 1.*same call"):
        run(tmp_path, ["docker", "buildx-push"], TWO)
    assert len(read_experiment(tmp_path).runs) == 3
    assert Ledger.open(tmp_path, "docker-01").state == DIRTY
    run(tmp_path, ["docker", "buildx-push"], TWO)
    assert read_experiment(tmp_path).runs["valid"].tolist() == [True] * 4
    assert len(aws.builds) == 4 + 2


def test_without_credentials_nothing_is_started(aws, alone, tmp_path, monkeypatch):
    # a session keeps the credentials that it found
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(AccountError, match="no AWS credentials"):
        run(tmp_path, ["docker"], TWO)
    assert not aws.builds and not list(tmp_path.glob("runs/*"))


def test_credentials_that_expire_leave_builds_running_and_say_how_many(aws, alone, tmp_path):
    lines, clock = [], Clock()

    def sleep(seconds):
        clock.now += seconds
        if aws.requests["StartBuild"] == 2 and not aws.faults:
            aws.fail("BatchGetBuilds", "ExpiredTokenException", "expired")

    clock.sleep = sleep
    with pytest.raises(AccountError, match="log in"):
        run(tmp_path, ["docker", "buildx-push"], ["cold"], clock, lines=lines)
    assert lines[-1].endswith("2 builds go on: the same call picks them up.")
    run(tmp_path, ["docker", "buildx-push"], ["cold"])
    assert len(aws.builds) == 2


def test_failed_and_late_builds_are_runs_as_in_the_lab(aws, alone, tmp_path):
    aws.set_outcome("docker", "cold", status="TIMED_OUT", phase="BUILD")
    run(tmp_path, ["docker", "docker-driver-cache-to"], TWO)
    runs = read_experiment(tmp_path).runs.set_index("run")
    late = runs.loc["docker.cold.01"]
    assert (late["status"], late["exit_code"], late["valid"]) == ("timed out", 124, False)
    assert late["seconds"] > 0
    failing = runs.loc["docker-driver-cache-to.source.01"]
    assert (failing["status"], failing["exit_code"], failing["valid"]) == ("failed", 1, True)


def test_a_newer_base_is_built_once_and_kept_for_those_that_need_it(aws, alone, tmp_path):
    run(tmp_path, ["docker", "buildx-push"], ["cold", "base"])
    assert len(aws.builds) == 1 + 4
    (bases,) = (build for build in aws.asked.values() if "BASES" in build.env)
    assert bases.env["BASES"] == "public.ecr.aws/docker/library/python:3.13-slim"
    assert repositories(aws) == OWN
    key = bases.data["source"]["location"].partition("/")[2]
    assert key.startswith(f"contexts/{bases.env['EXPERIMENT_ID']}/cold.")
    keys = aws.client("s3").list_objects_v2(Bucket=alone["SOURCE_BUCKET"])["Contents"]
    # and the empty one of the attempts
    assert len([each for each in keys if each["Size"]]) == 2


def test_a_newer_base_that_fails_ends_it_before_more_is_paid(aws, alone, tmp_path):
    stamp = "[Container] 2026/11/24 21:00:00.000000"
    log = f"{stamp} Entering phase PRE_BUILD\n{stamp} Phase complete: PRE_BUILD State: FAILED\n"
    failing = {"status": "FAILED", "phase": "PRE_BUILD", "log": log}
    aws.set_outcome(when=lambda build: "BASES" in build.env, **failing)
    with pytest.raises(CloudError, match="newer base images.*REPLACEMENTS/base"):
        run(tmp_path, ["docker"], ["cold", "base"])
    assert len(aws.builds) == 1
    run(tmp_path, ["docker"], ["cold"])
    assert len(aws.builds) == 2


def test_a_base_that_the_user_gives_needs_no_newer_one(aws, alone, tmp_path, context):
    changes = tmp_path / "changes" / "base"
    changes.mkdir(parents=True)
    (changes / "Dockerfile").write_text("FROM python:3.14-slim\nCOPY app.py ./\n")
    settings = {"context": context, "replacements": tmp_path / "changes"}
    run(tmp_path / "out", ["docker"], ["cold", "base"], **settings)
    assert len(aws.builds) == 2


def test_what_it_takes_is_said_before_anything_is_asked(aws, alone, tmp_path):
    said = say_on_codebuild(tmp_path, ["docker"], TWO, Settings(rounds=2), Options(2))
    assert re.match(
        r"4 builds to run on CodeBuild in .*, strategies: 1, scenarios: 2, rounds: 2; about \d+ "
        r"min with 2 at once, about 0\.0\d USD for \d+ min of general1\.small, if each takes as "
        r"long as \d+ builds did in lab and 35 s more\.",
        said,
    )
    assert aws.requests == {"BatchGetProjects": 1}
    assert not any(tmp_path.iterdir())


def test_prices_that_are_not_known_are_said_to_be(aws, alone, tmp_path):
    aws.client("codebuild").update_project(
        name=alone["CODEBUILD_PROJECT"],
        environment={
            "type": "LINUX_CONTAINER",
            "computeType": "BUILD_GENERAL1_XLARGE",
            "image": "aws/codebuild/standard:7.0",
        },
    )
    said = say_on_codebuild(tmp_path, ["docker", "docker-server"], TWO)
    assert "at a price that is not known" in said
    assert "the price of general1.xlarge and Docker server in us-east-1 is not known" in said


def test_nothing_starts_without_a_yes(aws, alone, tmp_path, monkeypatch):
    for confirm in ("", "no", "maybe"):
        options = Options(1, confirm)
        with pytest.raises(ConsentError, match="Nothing was started.*CONFIRM=yes"):
            run_on_codebuild(tmp_path, ["docker"], ["cold"], Settings(rounds=1), options, print)
    assert aws.requests["StartBuild"] == aws.requests["CreateRepository"] == 0
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(("answer", "builds"), [("yes", 1), ("no", 0), ("", 0)])
def test_in_a_terminal_it_asks(aws, alone, tmp_path, monkeypatch, answer, builds):
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    monkeypatch.setattr("builtins.input", lambda prompt: answer)
    clock = Clock()
    options = Options(1, "", clock.clock, clock.sleep)
    call = (tmp_path, ["docker"], ["cold"], Settings(rounds=1), options, print)
    if builds:
        run_on_codebuild(*call)
    else:
        with pytest.raises(ConsentError, match="was not yes"):
            run_on_codebuild(*call)
    assert len(aws.builds) == builds


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("CONCURRENCY", "7")
    monkeypatch.setenv("CONFIRM", "yes")
    assert (Options.from_environment().concurrency, Options.from_environment().confirm) == (
        7,
        "yes",
    )
    monkeypatch.delenv("CONCURRENCY")
    assert Options.from_environment().concurrency == 4
    for text in ("0", "-1", "many"):
        monkeypatch.setenv("CONCURRENCY", text)
        with pytest.raises(SettingError, match="CONCURRENCY"):
            Options.from_environment()


def test_strategies_without_a_place_are_left_out_and_told(aws, alone, tmp_path, monkeypatch):
    monkeypatch.delenv("CODEBUILD_SERVER_PROJECT")
    lines = []
    run(tmp_path, ["docker", "docker-server"], ["cold"], lines=lines)
    assert lines[0].startswith("strategy docker-server is left out: it needs a project")
    assert len(aws.builds) == 1


def test_mistakes_are_told_before_anything_is_asked_of_aws(aws, alone, tmp_path, monkeypatch):
    with pytest.raises(UnknownName, match="did you mean 'docker'"):
        run(tmp_path, ["dockr"], ["cold"])
    with pytest.raises(SettingError, match="LINK=20ms"):
        run(tmp_path, ["docker"], ["cold"], link="20ms")
    monkeypatch.delenv("ECR_REPOSITORY_URL")
    with pytest.raises(AccountError, match="ECR_REPOSITORY_URL not set"):
        run(tmp_path, ["docker"], ["cold"])
    assert aws.requests.total() == 0


def test_runs_of_the_lab_and_of_aws_are_not_mixed(aws, alone, tmp_path, context):
    run(tmp_path, ["docker"], ["cold"], context=context)
    with pytest.raises(RecordError, match="of another experiment"):
        run_experiment(tmp_path, ["docker"], ["cold"], Settings(context=context))
    (context / "app.py").write_text("print('other')\n")
    with pytest.raises(RecordError, match="context_digest differs"):
        run(tmp_path, ["buildx-push"], ["cold"], context=context)


def test_cleaning_up_stops_and_removes_what_is_left_and_keeps_the_runs(aws, world, tmp_path):
    aws.set_outcome(scenario="source", after_polls=math.inf)
    clock = Clock()

    def sleep(seconds):
        clock.now += seconds
        if clock.now > 300:
            raise Killed

    clock.sleep = sleep
    with pytest.raises(Killed):
        run(tmp_path, ["registry-cache"], ["cold", "source", "base"], clock)
    assert len(repositories(aws)) == 5
    assert clean_up(tmp_path, clock.sleep) == 3
    assert repositories(aws) == OWN
    assert sorted(build.status for build in aws.builds.values())[0] == "STOPPED"
    assert Ledger.open(tmp_path, "registry-cache-01").state == CLOSED
    assert clean_up(tmp_path, clock.sleep) == 0
    assert len(read_experiment(tmp_path).runs) == 1


def test_a_call_that_lacks_nothing_removes_what_no_other_builds_with(aws, alone, tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        # the first is that of the attempts before a build is paid
        die_at(patch, "DeleteRepository", "before", 2)
        with pytest.raises(Killed):
            run(tmp_path, ["docker"], ["cold"], lines=[])
    left = repositories(aws)
    assert len(left) == 3
    with lock_folder(tmp_path):
        run(tmp_path, ["docker"], ["cold"], lines=[])
        assert repositories(aws) == left
    run(tmp_path, ["docker"], ["cold"], lines=[])
    assert repositories(aws) == OWN and len(aws.builds) == 1


def test_a_call_that_lacks_nothing_leaves_a_build_that_is_under_way(aws, alone, tmp_path):
    run(tmp_path, ["docker"], ["cold"], lines=[])
    clock = Clock()

    def sleep(seconds):
        clock.now += seconds
        if len(aws.builds) == 3:
            raise Killed

    clock.sleep = sleep
    with pytest.raises(Killed):
        run(tmp_path, ["docker"], TWO, clock, lines=[])
    run(tmp_path, ["docker"], ["cold"], lines=[])
    assert len(repositories(aws)) == 3
    run(tmp_path, ["docker"], TWO, lines=[])
    assert len(aws.builds) == 3 and repositories(aws) == OWN
    assert read_experiment(tmp_path).runs["valid"].tolist() == [True, True]


def test_cleaning_up_goes_on_after_what_it_can_not_remove(aws, world, tmp_path):
    aws.set_outcome(scenario="source", status="FAULT")
    with pytest.raises(CloudError, match="broke off"):
        run(tmp_path, ["docker", "buildx-push"], TWO)
    assert len(repositories(aws)) == 4
    aws.fail("DeleteRepository", "InvalidParameterException", "no")
    with pytest.raises(CloudError, match=r"1 repositories removed.*buildx-push-01 \(While"):
        clean_up(tmp_path, Clock().sleep)
    assert clean_up(tmp_path, Clock().sleep) == 1
    assert repositories(aws) == OWN
    # under credentials of another account it is refused, and not told that nothing is there
    removals = [call for call in aws.calls if call.operation == "DeleteRepository"]
    assert {call.params["registryId"] for call in removals} == {ACCOUNT}


CLIENT = """\
import sys
from analysis.codebuild import scheduler
from analysis.commands import run_command_line
scheduler.POLL_SECONDS = 0.05
sys.exit(run_command_line(sys.argv[1:]))
"""


def start_client(aws, alone, folder, scenarios="cold,source"):
    arguments = ["experiment", "--place", "codebuild", "--strategies", "docker,buildx-push"]
    arguments += ["--scenarios", scenarios, "--rounds", "1", "--experiment", str(folder)]
    return subprocess.Popen(
        [sys.executable, "-c", CLIENT, *arguments],
        cwd=ROOT,
        env={**os.environ, "CONFIRM": "yes", "CONCURRENCY": "2"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(condition, process):
    deadline = time.monotonic() + 300
    while not condition() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert condition(), process.communicate(timeout=10)


def test_a_process_that_is_killed_leaves_its_builds_to_the_next(aws, alone, tmp_path):
    aws.set_outcome(scenario="source", after_polls=math.inf, times=2)
    process = start_client(aws, alone, tmp_path)
    wait_until(lambda: len(aws.builds) == 4, process)
    process.kill()
    process.communicate(timeout=60)
    started = sorted(aws.builds)
    for build in aws.builds.values():
        build.after_polls = 2
    again = start_client(aws, alone, tmp_path)
    output, errors = again.communicate(timeout=300)
    assert again.returncode == 0, errors
    assert sorted(aws.builds) == started
    assert len(read_experiment(tmp_path).runs) == 4
    assert "4 builds were started" in output
    print(f"killed and resumed: {len(aws.builds)} builds paid for 4 runs")


def test_a_process_that_is_interrupted_stops_its_builds_and_says_so(aws, alone, tmp_path):
    aws.set_outcome(scenario="source", after_polls=math.inf)
    process = start_client(aws, alone, tmp_path)
    wait_until(lambda: len(aws.builds) == 4, process)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "builds stopped" in output
    assert "the same command runs the rest" in errors
    assert "Traceback" not in errors
    assert all(build.done for build in aws.builds.values())


def test_the_dry_run_says_what_it_takes_and_the_refusal_what_to_say(aws, alone, tmp_path):
    base = [sys.executable, "-m", "analysis", "experiment", "--place", "codebuild"]
    base += ["--experiment", str(tmp_path), "--strategies", "docker", "--rounds", "1"]
    result = subprocess.run([*base, "--dry-run"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "\n6 builds to run on CodeBuild in" in result.stdout
    result = subprocess.run(
        base, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert result.returncode == 1
    assert "CONFIRM=yes" in result.stderr and "Traceback" not in result.stderr
    assert len(aws.builds) == 0
