"""Histories from files: exported logs, what CodeBuild said of them, and this package's own runs."""

import json
import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from histories import after, build_log, write_folder

from analysis.errors import SettingError, SourceError
from analysis.past_builds.described import describe_build
from analysis.past_builds.frames import BUILDS, PHASES, idle_gaps
from analysis.past_builds.origin import Origin, read_origin, read_since
from analysis.past_builds.reading import read_history
from analysis.prose import say_history

ROOT = Path(__file__).parents[3]
REAL = Path(os.environ.get("REALLOGS", "none"))
RUNS = str(ROOT / "data" / "lab" / "runs")
UUID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
# what `aws codebuild batch-get-builds` writes, with what this package reads of it
DESCRIBED = {
    "id": f"app:{UUID}",
    "projectName": "app",
    "buildStatus": "TIMED_OUT",
    "startTime": "2026-09-07T10:00:00.000000+02:00",
    "endTime": "2026-09-07T10:01:00.500000+02:00",
    "environment": {"type": "ARM_CONTAINER", "computeType": "BUILD_GENERAL1_LARGE"},
    "cache": {"type": "LOCAL", "modes": ["LOCAL_SOURCE_CACHE", "LOCAL_DOCKER_LAYER_CACHE"]},
    "phases": [
        {"phaseType": "SUBMITTED", "phaseStatus": "SUCCEEDED", "durationInSeconds": 0,
         "startTime": "2026-09-07T10:00:00+02:00", "endTime": "2026-09-07T10:00:00.250+02:00"},
        {"phaseType": "PROVISIONING", "phaseStatus": "SUCCEEDED", "durationInSeconds": 24,
         "startTime": "2026-09-07T10:00:00.250+02:00"},
        {"phaseType": "BUILD", "phaseStatus": "TIMED_OUT", "durationInSeconds": 36,
         "startTime": "2026-09-07T10:00:24.500+02:00", "endTime": "2026-09-07T10:01:00+02:00"},
        {"phaseType": "COMPLETED", "startTime": "2026-09-07T10:01:00.500+02:00"},
    ],
}  # fmt: skip


def test_a_folder_of_logs_is_a_history_in_order(tmp_path):
    folder = write_folder(tmp_path / "app", build_log(after(30)), build_log(after(0)))
    history = read_history(folder)
    builds = history.builds
    assert builds.dtypes.astype(str).to_dict() == BUILDS
    assert history.phases.dtypes.astype(str).to_dict() == PHASES
    assert builds["id"].tolist() == ["01.log", "00.log"]
    assert builds["project"].tolist() == ["app", "app"]
    assert builds["started"].tolist() == [after(0), after(30)]
    # 30 minutes less the 15.1 s that the first took
    assert builds["idle_gap"].iloc[1] == pytest.approx(30 * 60 - 15.1)
    assert pd.isna(builds["idle_gap"].iloc[0])
    assert set(history.logs.steps["log"]) == set(builds["log"])


def test_what_a_log_does_not_tell_stays_unknown(tmp_path):
    text = build_log()
    folder = write_folder(
        tmp_path, text, text.replace("SUCCEEDED", "FAILED"), "#1 [1/1] FROM a\n#1 CACHED\n"
    )
    builds = read_history(folder).builds.set_index("id")
    # the agent's last phase is not in the log
    assert pd.isna(builds.loc["00.log", "status"])
    assert builds.loc["01.log", "status"] == "failed"
    assert builds.loc["02.log", ["status", "started", "seconds", "idle_gap", "cache"]].isna().all()
    assert builds["finished"].notna().sum() == 2


def test_what_codebuild_said_of_a_build_is_found_beside_its_log(tmp_path):
    other = DESCRIBED | {"id": "app:11111111-1111-1111-1111-111111111111", "startTime": 1.8e9}
    (tmp_path / f"{UUID}.log").write_text(build_log())
    (tmp_path / "builds.json").write_text(json.dumps({"builds": [DESCRIBED, other, {"id": 7}]}))
    history = read_history(tmp_path)
    row = history.builds.set_index("id").loc[f"app:{UUID}"]
    assert row["status"] == "timed out"
    assert row["log"] == f"app:{UUID}"
    assert row["started"] == datetime(2026, 9, 7, 8, tzinfo=UTC)
    assert row["seconds"] == 36.0
    assert row["compute"] == "arm1.large"
    assert row["cache"] == "LOCAL_DOCKER_LAYER_CACHE, LOCAL_SOURCE_CACHE"
    own = history.phases[history.phases["id"].eq(row.name)].set_index("phase")
    assert own["seconds"].to_dict() == {"SUBMITTED": 0.25, "PROVISIONING": 24.0, "BUILD": 35.5}
    assert pd.isna(history.builds.set_index("id").loc[other["id"], "log"])
    problems = history.problems.set_index("what")["problem"]
    assert problems[other["id"]].startswith("its log is not among the files: save it there")
    assert "builds.json holds 1 value that no build's id is in" in problems["builds.json"]


def test_a_docker_server_and_odd_values_of_a_description():
    server = {"environment": {"dockerServer": {"computeType": "x"}}, "cache": {"type": "NO_CACHE"}}
    assert describe_build({"id": "a:b"} | server).known["cache"] == "Docker server"
    odd = {"id": "a:b", "phases": ["x", {"phaseType": None}], "cache": 1, "startTime": "soon"}
    found = describe_build(odd | {"endTime": -1e30, "environment": None})
    assert found.phases == []
    assert {name for name, value in found.known.items() if value is not None} == {"project"}


def test_runs_of_this_package_are_builds_of_their_strategy():
    history = read_history(f"{RUNS}/local-layer-cache.*")
    builds = history.builds
    assert set(builds["project"]) == {"local-layer-cache"}
    assert builds["emulated"].all()
    assert builds["status"].eq("succeeded").all()
    assert builds["idle_gap"].isna().sum() == builds["id"].str.contains("cold").sum()
    assert history.logs.logs["problem"].isna().all()
    waited = history.phases[history.phases["phase"].eq("PROVISIONING")]
    assert waited["id"].nunique() == len(builds)
    assert history.problems.empty


def test_a_relative_source_is_looked_for_beside_the_package_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len(read_history("data/lab/runs/docker.cold.*").builds) >= 3


def test_a_damaged_run_and_a_file_that_is_no_log_are_told_and_left_out(tmp_path):
    shutil.copytree(Path(RUNS) / "docker.cold.01", tmp_path / "docker.cold.01")
    bad = tmp_path / "docker.cold.02"
    bad.mkdir()
    (bad / "record.json").write_text("{")
    (tmp_path / "notes.txt").write_text("nothing")
    (tmp_path / ".hidden").write_text("nothing")
    history = read_history(tmp_path)
    assert history.builds["id"].tolist() == ["docker.cold.01"]
    assert history.problems["what"].tolist() == ["docker.cold.02", "notes.txt"]


def test_limit_keeps_the_newest_and_since_those_from_then_on(tmp_path):
    folder = write_folder(
        tmp_path, *(build_log(after(10 * n)) for n in range(4)), "#1 [1/1] FROM a\n#1 CACHED\n"
    )
    newest = read_history(folder, limit=2)
    assert newest.left_out == 3
    assert "3 builds not shown, being older or of unknown time." in say_history(newest)
    assert newest.builds["id"].tolist() == ["02.log", "03.log"]
    assert set(newest.logs.steps["log"]) == {"02.log", "03.log"}
    # the gap to a build that is not shown is known all the same
    assert newest.builds["idle_gap"].notna().all()
    late = read_history(folder, since=after(20).isoformat())
    assert late.builds["id"].tolist() == ["04.log", "02.log", "03.log"]


def test_credentials_and_account_numbers_are_not_shown(tmp_path):
    layers = {"RUN curl -u me:hunter2 x": 1.0, "RUN NPM_TOKEN=abc npm ci": 1.0}
    command = "docker login -p hunter2 123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    folder = write_folder(tmp_path, build_log(layers=layers, command=command))
    history = read_history(folder)
    shown = history.logs.steps["name"].str.cat(sep=" ") + history.logs.commands["command"].str.cat()
    assert not re.search("hunter2|abc|123456789012", shown)
    assert "RUN NPM_TOKEN=REDACTED npm ci" in history.logs.steps["name"].tolist()


def test_nothing_to_read_is_told_with_the_cure(tmp_path):
    with pytest.raises(SourceError, match="names no file.*give a folder"):
        read_history(tmp_path / "absent")
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(SourceError, match=r"has no builds.*notes\.txt holds neither"):
        read_history(tmp_path)
    with pytest.raises(SourceError, match=f"^{tmp_path}/notes.txt has no builds: give"):
        read_history(tmp_path / "notes.txt")
    write_folder(tmp_path, build_log())
    with pytest.raises(SourceError, match="no builds since 2030-01-01: take an earlier time"):
        read_history(tmp_path, since="2030-01-01")
    with pytest.raises(SettingError, match="limit 0"):
        read_history(tmp_path, limit=0)
    with pytest.raises(SettingError, match=r"since 'soon' is not a time: .*30 days"):
        read_history(tmp_path, since="soon")


def test_a_source_says_what_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_folder(tmp_path / "mine")
    assert read_origin("app") == Origin("project", "app", guessed=True)
    assert read_origin("mine") == Origin("folder", "mine")
    assert read_origin("project:mine") == Origin("project", "mine")
    assert read_origin("log group: plain") == Origin("log group", "plain")
    group = Origin("log group", "/aws/codebuild/app", guessed=True)
    assert read_origin("/aws/codebuild/app") == group
    assert read_origin(str(tmp_path)) == Origin("folder", str(tmp_path))
    assert read_origin(f"{tmp_path}/no/such") == Origin("folder", f"{tmp_path}/no/such")
    assert read_origin("/aws/codebuild/app/") == Origin("folder", "/aws/codebuild/app/")
    assert read_origin("logs/app.log") == Origin("folder", "logs/app.log")
    assert read_origin("s3://b/a/c") == Origin("bucket", "b", "a/c")
    arn = "arn:aws:codebuild:eu-west-1:123456789012:project/app"
    assert read_origin(arn) == Origin("project", "app", region="eu-west-1")
    arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/codebuild/app:*"
    assert read_origin(arn) == Origin("log group", "/aws/codebuild/app", region="eu-west-1")


def test_since_is_a_date_or_an_age():
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert read_since("", now) is None
    assert read_since("2026-11-01") == datetime(2026, 11, 1, tzinfo=UTC)
    assert read_since("2026-11-01T02:00+02:00") == datetime(2026, 11, 1, tzinfo=UTC)
    assert read_since("2 weeks", now) == datetime(2026, 11, 10, 12, tzinfo=UTC)
    assert read_since("1 day", now) == datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_gap_is_counted_from_the_last_end_and_unknown_after_an_unknown_one():
    starts, ends = [0, 5, 12, 20, 30], [10, 8, None, 25, 40]
    builds = pd.DataFrame(
        {
            "project": "app",
            "started": [after(minute) for minute in starts],
            "finished": [pd.NaT if minute is None else after(minute) for minute in ends],
        }
    )
    gaps = idle_gaps(builds) / 60
    # the second began while the first was running
    assert gaps.iloc[[1, 2, 4]].tolist() == [-5, 2, 5]
    assert gaps.isna().tolist() == [True, False, False, True, False]


@pytest.mark.skipif(not REAL.is_dir(), reason="REALLOGS names no folder of real logs")
def test_real_logs_are_read_and_nothing_else_becomes_a_build():
    history = read_history(REAL)
    logs = sorted(path.name for path in REAL.glob("*.log"))
    assert sorted(history.builds["id"]) == logs
    assert history.builds["seconds"].dropna().gt(0).all()
    shown = history.logs.commands["command"].str.cat(sep=" ")
    assert not re.search(r"\d{12}\.dkr", shown)


def test_builds_of_unknown_projects_have_no_build_before(tmp_path):
    builds = read_history(
        write_folder(tmp_path, *(build_log(after(10 * n)) for n in range(3)))
    ).builds
    assert idle_gaps(builds).notna().tolist() == [False, True, True]
    unknown = builds.assign(project=pd.Series(None, builds.index, dtype="string"))
    assert idle_gaps(unknown).isna().all()
