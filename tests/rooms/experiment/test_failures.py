"""Builds that fail: whose fault it is, what is recorded, and what comes after."""

import pytest
from conftest import SMALL_IMAGE

from analysis.errors import BaselineError, EngineError, LabError, RecordError, SettingError
from analysis.experiment import Labs, Settings, read_settings, run_experiment
from analysis.experiment.contexts import Contexts
from analysis.experiment.failures import check_baseline, find_failing_commit
from analysis.records import lock_folder, read_experiment, read_json, write_run

LOG = b"""\
[Container] 2026/11/24 10:00:00.000000 Entering phase BUILD
[Container] 2026/11/24 10:00:00.100000 Running command docker build .
#1 [1/2] FROM docker.io/library/alpine
#1 DONE 0.5s

#2 [2/2] RUN make
#2 0.1 make: no rule, password=hunter22secret
#2 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2
------
 > [2/2] RUN make:
0.1 make: no rule, password=hunter22secret
------
ERROR: failed to build: failed to solve: process "/bin/sh -c make" did not complete
[Container] 2026/11/24 10:00:09.500000 Command did not exit successfully docker build .
[Container] 2026/11/24 10:00:09.500000 Phase complete: BUILD State: FAILED
"""


def record(folder, status, number=1, strategy="docker", scenario="cold"):
    """The record of a run that ended so, a cold one of the baseline where nothing else is said."""
    facts = {"format": 1, "run": f"{strategy}.{scenario}.{number:02d}", "strategy": strategy}
    facts |= {"scenario": scenario, "round": number, "place": "lab", "emulated": False}
    facts |= {"host": "fresh", "order": 0, "started": "2026-11-24T10:00:00+00:00"}
    facts |= {"status": status, "expect": "succeeded"}
    write_run(folder, facts, LOG, {}, {})
    return facts


def test_a_baseline_that_failed_is_told_with_its_last_lines_and_its_log(tmp_path):
    check_baseline(tmp_path)
    record(tmp_path, "failed")
    with pytest.raises(BaselineError, match="RETRY=failed") as told:
        check_baseline(tmp_path)
    text = str(told.value)
    assert " > [2/2] RUN make:" in text
    assert "ERROR: failed to build: failed to solve" in text
    assert "hunter22secret" not in text
    assert str(tmp_path / "runs" / "docker.cold.01" / "build.log.gz") in text
    assert "[Container]" not in text
    record(tmp_path, "succeeded", 2)
    check_baseline(tmp_path)


def test_a_baseline_that_timed_out_stops_nothing(tmp_path):
    record(tmp_path, "timed out")
    check_baseline(tmp_path)


def test_a_commit_is_not_blamed_for_a_strategy_that_failed_before_it(tmp_path):
    record(tmp_path, "failed", strategy="own")
    own = record(tmp_path, "failed", strategy="own", scenario="source")
    assert find_failing_commit(tmp_path, own, LOG) is None
    record(tmp_path, "succeeded")
    other = record(tmp_path, "failed", scenario="source")
    assert find_failing_commit(tmp_path, other, LOG) == "RUN make"
    record(tmp_path, "failed", scenario="unchanged")
    assert find_failing_commit(tmp_path, other, LOG) is None


@pytest.mark.parametrize("retry", ["failed", "pressed", ""])
def test_retry_is_failed_or_pressed_or_nothing(retry):
    assert read_settings({"retry": retry}).retry == retry
    with pytest.raises(SettingError, match="RETRY is 'all': give failed, pressed, or nothing"):
        read_settings({"retry": "all"})


def test_later_contexts_are_made_anew_without_a_commit(tmp_path):
    made = []

    def make(name, target, without):
        made.append((name, sorted(without)))
        target.mkdir()

    contexts = Contexts(tmp_path, ["cold", "source", "dependency", "base"], make)
    made.clear()
    contexts.leave_out(["dependency"])
    assert made == [("base", ["dependency"])]
    contexts.leave_out({"dependency": "RUN pip"})
    assert len(made) == 1


def test_a_folder_in_use_is_refused_before_a_lab_comes_up(context, tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    with lock_folder(tmp_path / "out"), pytest.raises(RecordError, match="is in use by process"):
        run_experiment(tmp_path / "out", "docker", "cold", Settings(rounds=1, context=context))


@pytest.fixture(scope="module")
def labs(client):
    """One lab for the experiments of these tests."""
    with Labs() as labs:
        yield labs


def break_commit(folder, name):
    """Replacements with a Dockerfile on which a commit can't be built."""
    (folder / name).mkdir(parents=True)
    text = f"FROM {SMALL_IMAGE}\nCOPY app.py requirements.txt ./\nRUN echo spoiled; exit 3\n"
    (folder / name / "Dockerfile").write_text(text)
    return folder


def test_a_commit_on_which_the_dockerfile_fails_is_left_out_of_later_ones(
    client, context, tmp_path, labs
):
    broken = break_commit(tmp_path / "changes", "source")
    settings = Settings(rounds=1, context=context, replacements=broken)
    out, lines = tmp_path / "out", []
    names = ["cold", "source", "dependency"]
    run_experiment(out, ["docker"], names, settings, lines.append, labs)
    runs = read_experiment(out).runs.set_index("scenario")
    assert runs["status"].to_dict() == {
        "cold": "succeeded",
        "source": "failed",
        "dependency": "succeeded",
    }
    assert read_json(out / "experiment.json")["failing_commits"] == {
        "source": "RUN echo spoiled; exit 3"
    }
    assert any("later commits are built without it" in line for line in lines)
    before = (out / "runs" / "docker.source.01" / "record.json").read_bytes()
    retry = Settings(rounds=1, context=context, replacements=broken, retry="failed")
    run_experiment(out, ["docker"], names, retry, lines.append, labs)
    assert (out / "set-aside" / "docker.source.01.replaced" / "record.json").read_bytes() == before
    assert read_json(out / "runs" / "docker.source.01" / "record.json")["status"] == "failed"


def test_a_baseline_that_fails_stops_all_at_once_and_at_the_next_call(
    client, context, tmp_path, labs
):
    (context / "Dockerfile").write_text(f"FROM {SMALL_IMAGE}\nRUN echo spoiled; exit 3\n")
    settings, out = Settings(rounds=2, context=context), tmp_path / "out"
    for _ in range(2):
        with pytest.raises(BaselineError, match="(?s)docker.cold.01 failed.*exit code: 3"):
            run_experiment(out, ["docker"], ["cold"], settings, str, labs)
    assert [path.name for path in (out / "runs").iterdir()] == ["docker.cold.01"]


def test_what_fails_for_the_network_is_built_again_by_the_next_call(
    client, context, tmp_path, labs
):
    said = "echo 'dial tcp: lookup packages.example: Temporary failure in name resolution'"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "lost.yml").write_text(
        f'version: 0.2\nphases:\n  build:\n    commands:\n      - "{said}; exit 1"\n'
    )
    mine = Settings(rounds=1, context=context, strategies_folder=tmp_path / "mine")
    with pytest.raises(LabError, match="lost.cold.01 failed for the network") as told:
        run_experiment(tmp_path / "out", ["lost"], ["cold"], mine, str, labs)
    assert not isinstance(told.value, EngineError)
    assert not list((tmp_path / "out").glob("runs/*"))


def test_a_registry_that_dies_is_the_lab_s_fault_and_no_run(client, context, tmp_path):
    (tmp_path / "mine").mkdir()
    text = (
        "version: 0.2\nphases:\n  build:\n    commands:\n"
        "      - docker build --tag $ECR_REPOSITORY_URL:1 $CONTEXT\n      - sleep 3\n"
        "      - docker push $ECR_REPOSITORY_URL:1\n"
    )
    (tmp_path / "mine" / "docker.yml").write_text(text)
    settings = Settings(rounds=1, context=context, strategies_folder=tmp_path / "mine")
    out = tmp_path / "out"
    with Labs() as labs:

        def kill(line):
            if line.startswith("1 of 1"):
                (lab,) = labs.list_ids()
                chosen = {"label": f"codebuild-cache-lab={lab}", "ancestor": labs.images.registry}
                for each in client.containers.list(filters=chosen):
                    each.kill()

        with pytest.raises(EngineError, match="the lab's (private|public) registry does not run"):
            run_experiment(out, ["docker"], ["cold"], settings, kill, labs)
    assert not list(out.glob("runs/*"))
    run_experiment(out, ["docker"], ["cold"], settings, str)
    assert read_json(out / "runs" / "docker.cold.01" / "record.json")["exit_code"] == 0
