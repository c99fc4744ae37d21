"""Builds that fail on CodeBuild, and a folder that goes under a call."""

import math
import shutil

import pytest
from clouds import Clock, read_source, run

from analysis.codebuild import clean_up
from analysis.errors import RecordError
from analysis.records import read_experiment, read_json

pytest_plugins = ["aws.fixtures"]

STAMP = "[Container] 2026/11/24 10:00:0{}.000000 "
FAILED = f"""\
{STAMP.format(0)}Entering phase BUILD
{STAMP.format(0)}Running command docker build .
#1 [1/2] FROM docker.io/library/alpine
#1 DONE 0.5s

#2 [2/2] RUN make
#2 0.1 make: no rule
#2 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2
------
 > [2/2] RUN make:
0.1 make: no rule
------
ERROR: failed to build: failed to solve: process "/bin/sh -c make" did not complete
{STAMP.format(3)}Command did not exit successfully docker build . exit status 1
{STAMP.format(3)}Phase complete: BUILD State: FAILED
{STAMP.format(4)}Phase complete: UPLOAD_ARTIFACTS State: SUCCEEDED
"""


@pytest.fixture
def failing(aws, world):
    """An account in which the first build of the commit `source` fails by itself."""
    aws.set_outcome("docker", "source", status="FAILED", phase="BUILD", log=FAILED, times=1)
    return aws


def test_a_failed_run_is_built_anew_where_that_is_asked_for(failing, tmp_path):
    for _ in range(2):
        run(tmp_path, ["docker"], ["cold", "source"], lines=[])
    assert len(failing.builds) == 2
    cold = (tmp_path / "runs/docker.cold.01/record.json").read_bytes()
    run(tmp_path, ["docker"], ["cold", "source"], lines=[], retry="failed")
    assert len(failing.builds) == 4
    assert set(read_experiment(tmp_path).runs["status"]) == {"succeeded"}
    assert (tmp_path / "runs/docker.cold.01/record.json").read_bytes() == cold
    replaced = read_json(tmp_path / "set-aside/docker.source.01.replaced/record.json")
    assert replaced["status"] == "failed"
    run(tmp_path, ["docker"], ["cold", "source"], lines=[], retry="failed")
    assert len(failing.builds) == 4


def test_a_commit_on_which_the_dockerfile_fails_is_left_out_of_later_ones(
    failing, context, tmp_path
):
    lines, names = [], ["cold", "source", "dependency"]
    for rounds in (1, 2):
        run(tmp_path / "out", ["docker"], names, lines=lines, context=context, rounds=rounds)
    told = "the Dockerfile fails on the commit of source (RUN make): later commits are built"
    assert [line.startswith(told) for line in lines].count(True) == 1
    assert read_json(tmp_path / "out/experiment.json")["failing_commits"] == {"source": "RUN make"}
    apps = [read_source(failing, each)["deploy/app.py"] for each in failing.asked.values()]
    cold, source, dependency = apps[:3]
    assert cold == dependency != source
    # the next call, too, though there that commit can be built
    assert apps[3:] == apps[:3]


def test_a_folder_that_is_removed_under_a_call_stops_its_builds(aws, world, tmp_path):
    aws.set_outcome("buildx-push", "cold", after_polls=math.inf)
    folder, clock, gone = tmp_path / "out", Clock(), []

    def sleep(seconds):
        clock.now += seconds
        if len(aws.builds) == 2 and not gone:
            gone.append(folder)
            shutil.rmtree(folder)

    clock.sleep = sleep
    with pytest.raises(RecordError, match="was removed while this call records into"):
        run(folder, ["docker", "buildx-push"], ["cold"], clock, lines=[])
    assert gone and not list(folder.glob("runs/*"))
    assert sorted(build.status for build in aws.builds.values()) == ["STOPPED", "SUCCEEDED"]
    assert clean_up(folder, Clock().sleep) == 2
    left = aws.client("ecr").describe_repositories()["repositories"]
    assert not [each for each in left if "/" in each["repositoryName"]]
