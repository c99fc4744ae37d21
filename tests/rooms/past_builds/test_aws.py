"""Histories out of CodeBuild, CloudWatch and S3: pages, what is missing, and what AWS refuses."""

import gzip
from functools import partial

import boto3
import pandas as pd
import pytest
from histories import after, build_log
from pandas.testing import assert_frame_equal

from analysis.aws import Aws
from analysis.errors import AccountError, BusyError, CloudError, SourceError
from analysis.past_builds.bucket import find_objects
from analysis.past_builds.codebuild import NO_LOG, RUNNING, fetch_log
from analysis.past_builds.hosts import read_host_logs
from analysis.past_builds.reading import read_history
from analysis.store import read_logs

pytest_plugins = ["aws.fixtures"]
PROJECT, GROUP = "docker-cache", "/aws/codebuild/docker-cache"


def add(aws, minutes, **changes):
    """A finished build that many minutes after the first."""
    begin = after(minutes)
    return aws.add_build(PROJECT, begin.timestamp(), **{"log": build_log(begin)} | changes)


def test_a_project_s_builds_come_with_phases_status_and_log(aws, world):
    ids = [add(aws, 0), add(aws, 60, status="FAILED"), add(aws, 90, status="FAULT", log=b"")]
    history = read_history(PROJECT)
    builds = history.builds
    assert builds["id"].tolist() == ids
    assert builds["status"].tolist() == ["succeeded", "failed", "fault"]
    assert builds["project"].eq(PROJECT).all()
    assert builds["compute"].eq("general1.small").all()
    assert builds["log"].notna().tolist() == [True, True, False]
    assert history.problems["what"].tolist() == [ids[2]]
    phases = history.phases[history.phases["id"].eq(ids[0])].set_index("phase")["seconds"]
    assert phases["QUEUED"] == pytest.approx(1.2, abs=0.01)
    assert phases["PROVISIONING"] == pytest.approx(8.4, abs=0.01)
    waited = phases[["SUBMITTED", "QUEUED", "PROVISIONING"]].sum()
    assert builds["seconds"][0] == pytest.approx(phases.sum() - waited, abs=0.1)
    assert builds["idle_gap"][1] == pytest.approx(3600 - phases.sum(), abs=0.1)
    assert history.logs.steps["log"].nunique() == 2


def test_hundreds_of_builds_are_asked_for_in_hundreds_and_no_more_than_wanted(aws, world):
    for number in range(230):
        add(aws, number, log=b"")
    history = read_history(PROJECT, limit=205)
    assert len(history.builds) == 205
    assert history.builds["started"].is_monotonic_increasing
    assert history.builds["started"].iloc[-1].timestamp() == after(229).timestamp()
    assert aws.requests["ListBuildsForProject"] == aws.requests["BatchGetBuilds"] == 3
    aws.requests.clear()
    assert len(read_history(PROJECT, since=after(225).isoformat()).builds) == 5
    assert aws.requests["BatchGetBuilds"] == 1


def test_a_long_log_is_read_to_its_end_over_empty_pages(aws, world):
    aws.events_per_page, aws.empty_pages = 7, 2
    add(aws, 0)
    history = read_history(PROJECT)
    assert history.logs.logs["lines"].tolist() == [build_log(after(0)).count("\n")]
    assert history.logs.steps["status"].eq("ran").all()


def test_a_running_build_is_there_without_its_log(aws, world):
    aws.after_polls = 50
    aws.client("codebuild").start_build(projectName=PROJECT)
    history = read_history(PROJECT)
    assert history.builds["status"].tolist() == ["in progress"]
    assert history.builds["finished"].isna().all()
    assert history.problems["problem"].tolist() == [RUNNING]


def test_a_log_that_retention_removed_is_told(aws, world):
    build = add(aws, 0)
    stream = build.rpartition(":")[2]
    aws.client("logs").delete_log_stream(logGroupName=GROUP, logStreamName=stream)
    history = read_history(PROJECT)
    assert history.builds["status"].tolist() == ["succeeded"]
    assert "retention" in history.problems["problem"][0]


def test_a_log_that_is_only_in_s3_is_found_there(aws, world):
    bucket = world["CACHE_BUCKET"]
    text = build_log().encode()
    aws.client("s3").put_object(Bucket=bucket, Key="logs/1.gz", Body=gzip.compress(text))
    reader = Aws(world["AWS_REGION"])
    where = {"s3LogsArn": f"arn:aws:s3:::{bucket}/logs/1"}
    log, problem = fetch_log(reader, where)
    assert gzip.decompress(log) == text
    assert problem is None
    assert "lifecycle" in fetch_log(reader, {"s3LogsArn": f"arn:aws:s3:::{bucket}/logs/2"})[1]
    assert fetch_log(reader, {}) == (None, NO_LOG)


def test_a_log_group_is_a_history_without_codebuild_s_word(aws, world):
    for number in range(3):
        add(aws, 10 * number)
    history = read_history(GROUP, limit=2)
    assert history.builds["project"].tolist() == [PROJECT] * 2
    assert history.builds["started"].tolist() == [after(10), after(20)]
    assert history.builds["compute"].isna().all()
    assert aws.requests["BatchGetBuilds"] == 0
    assert len(read_history(GROUP, since=after(15).isoformat()).builds) == 1


def test_host_speeds_are_read_from_a_project_and_from_s3(aws, world):
    layer = "sha256:" + "a" * 64
    log = build_log(after(0)).replace(
        "#0 building with",
        f"#4 [1/2] FROM node\n#4 {layer} 40.00MB / 40.00MB 2.0s done\n"
        f"#4 extracting {layer} 1.0s done\n#4 DONE 3.0s\n\n#0 building with",
    )
    assert layer in log
    add(aws, 0, log=log)
    bucket = world["CACHE_BUCKET"]
    aws.client("s3").put_object(
        Bucket=bucket, Key="calibrate/1.gz", Body=gzip.compress(log.encode())
    )
    builds, problems = read_host_logs([PROJECT, f"s3://{bucket}/calibrate/", "/aws/absent"])
    assert builds["unpack_mbps"].tolist() == [40.0, 40.0]
    assert problems["what"].tolist() == ["/aws/absent"]
    with pytest.raises(SourceError, match="no log that can be read"):
        read_host_logs(["/aws/absent"])


def test_an_s3_prefix_is_a_history(aws, world):
    client, bucket = aws.client("s3"), world["CACHE_BUCKET"]
    for number in range(3):
        body = gzip.compress(build_log(after(10 * number)).encode())
        client.put_object(Bucket=bucket, Key=f"builds/app/{number}.gz", Body=body)
    client.put_object(Bucket=bucket, Key="builds/app/", Body=b"")
    client.put_object(Bucket=bucket, Key="else/3.gz", Body=b"x")
    history = read_history(f"s3://{bucket}/builds/")
    assert history.builds["started"].tolist() == [after(0), after(10), after(20)]
    assert history.builds["project"].eq("app").all()
    assert history.builds["id"][0] == f"s3://{bucket}/builds/app/0.gz"
    with pytest.raises(SourceError, match="has no builds"):
        read_history(f"s3://{bucket}/nothing/")


def put(aws, bucket, name, minutes):
    """Write a log, compressed, as CodeBuild does."""
    body = gzip.compress(build_log(after(minutes)).encode(), mtime=0)
    aws.client("s3").put_object(Bucket=bucket, Key=f"builds/app/{name}.gz", Body=body)


def put_in_parts(aws, bucket, name, minutes):
    """Write a log in parts, for which S3 has an ETag that is no digest."""
    client, where = aws.client("s3"), {"Bucket": bucket, "Key": f"builds/app/{name}.gz"}
    body = gzip.compress(build_log(after(minutes)).encode(), mtime=0)
    upload = where | {"UploadId": client.create_multipart_upload(**where)["UploadId"]}
    tag = client.upload_part(**upload, PartNumber=1, Body=body)["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": tag}]}
    assert client.complete_multipart_upload(**upload, MultipartUpload=parts)["ETag"].endswith('-1"')


def count_fetched(aws, read):
    """(what reading gives, how many objects it fetched)."""
    before = aws.requests["GetObject"]
    return read(), aws.requests["GetObject"] - before


@pytest.mark.parametrize("write", [put, put_in_parts])
def test_objects_that_did_not_change_are_fetched_once(aws, world, tmp_path, write):
    bucket = world["CACHE_BUCKET"]
    for number in range(5):
        write(aws, bucket, number, 10 * number)
    read = partial(read_history, f"s3://{bucket}/builds/", store=tmp_path / "store")
    first, fetched = count_fetched(aws, read)
    assert fetched == 5 and len(first.builds) == 5
    again, fetched = count_fetched(aws, read)
    assert fetched == 0
    for frame in ("logs", "phases", "commands", "builds", "steps", "parts"):
        assert_frame_equal(getattr(again.logs, frame), getattr(first.logs, frame))
    assert_frame_equal(again.builds, first.builds)
    # one is written anew with other content, one with the same, one is added, one goes
    write(aws, bucket, 1, 100)
    write(aws, bucket, 2, 20)
    write(aws, bucket, 5, 50)
    aws.client("s3").delete_object(Bucket=bucket, Key="builds/app/0.gz")
    changed, fetched = count_fetched(aws, read)
    assert fetched == 2
    assert changed.builds["started"].tolist() == [after(each) for each in (20, 30, 40, 50, 100)]
    assert count_fetched(aws, partial(read, store="off"))[1] == 5


def test_logs_of_builds_that_ended_are_fetched_once(aws, world, tmp_path):
    ids = [add(aws, number) for number in range(4)]
    read = partial(read_history, PROJECT, store=tmp_path / "store")
    first = read()
    assert first.builds["id"].tolist() == ids and aws.requests["GetLogEvents"] >= len(ids)
    aws.requests.clear()
    again = read()
    assert aws.requests["GetLogEvents"] == 0
    for frame in ("logs", "phases", "commands", "builds", "steps", "parts"):
        assert_frame_equal(getattr(again.logs, frame), getattr(first.logs, frame))
    # one more ended long ago, and one a moment ago, which may not have all its lines yet
    add(aws, 9)
    now = pd.Timestamp.now("UTC") - pd.Timedelta(seconds=60)
    aws.add_build(PROJECT, now.timestamp(), log=build_log(now))
    counts = []
    for _ in range(2):
        aws.requests.clear()
        assert len(read().builds) == 6
        counts.append(aws.requests["GetLogEvents"])
    assert counts[0] == 2 * counts[1] > 0


def test_speeds_of_objects_that_did_not_change_need_no_fetching(aws, world, tmp_path):
    bucket = world["CACHE_BUCKET"]
    put(aws, bucket, 1, 0)
    read = partial(read_host_logs, [f"s3://{bucket}/builds/"], store=tmp_path / "store")
    (first, _), fetched = count_fetched(aws, read)
    assert fetched == 1
    (again, _), fetched = count_fetched(aws, read)
    assert fetched == 0
    assert_frame_equal(again, first)


@pytest.mark.parametrize("kept", [True, False])
def test_an_object_that_can_not_be_fetched_is_told_and_read_the_next_time(
    aws, world, tmp_path, kept
):
    bucket = world["CACHE_BUCKET"]
    for number in range(3):
        put(aws, bucket, number, 10 * number)
    read = partial(
        read_history, f"s3://{bucket}/builds/", store=tmp_path / "store" if kept else "off"
    )
    aws.fail("GetObject", "AccessDenied", "no", times=1)
    history = read()
    assert len(history.builds) == 3 and history.builds["log"].notna().sum() == 2
    assert history.problems["problem"].str.contains("its log can't be had").sum() == 1
    again, fetched = count_fetched(aws, read)
    assert fetched == (1 if kept else 3)
    assert again.problems.empty and again.builds["log"].notna().all()


def test_an_object_that_changes_after_it_was_listed_is_not_kept_for_the_old_one(
    aws, world, tmp_path
):
    bucket, store = world["CACHE_BUCKET"], tmp_path / "store"
    put(aws, bucket, 1, 10)
    client = Aws(world["AWS_REGION"])
    listed = find_objects(client, bucket, "builds/", None, 9)
    put(aws, bucket, 1, 70)
    for _ in range(2):
        read = partial(read_logs, {each.id: each.log for each in listed}, store=store)
        assert count_fetched(aws, read)[1] == 1
    history, fetched = count_fetched(
        aws, partial(read_history, f"s3://{bucket}/builds/", store=store)
    )
    assert fetched == 1 and history.builds["started"].tolist() == [after(70)]


def test_what_is_not_there_is_told_with_the_place_to_look(aws, world):
    with pytest.raises(
        SourceError, match=r"no CodeBuild project 'absent' in us-east-1.*AWS_REGION"
    ):
        read_history("absent")
    with pytest.raises(SourceError, match="no log group /aws/codebuild/absent in us-east-1"):
        read_history("/aws/codebuild/absent")
    with pytest.raises(SourceError, match="no bucket 'absent'"):
        read_history("s3://absent/logs")
    with pytest.raises(
        SourceError, match="docker-cache has no builds: CodeBuild keeps them for a year"
    ):
        read_history(PROJECT)


def test_no_credentials_old_ones_and_no_region_say_what_to_do(aws, world, monkeypatch):
    aws.fail("ListBuildsForProject", "ExpiredTokenException", "The security token is expired")
    with pytest.raises(AccountError, match="credentials have expired.*log in.*exported logs"):
        read_history(PROJECT)
    aws.fail("ListBuildsForProject", "AccessDeniedException", "User: arn:aws:iam::123456789012:u")
    with pytest.raises(AccountError, match="does not allow it") as caught:
        read_history(PROJECT)
    assert "123456789012" not in str(caught.value)
    # a session keeps the credentials that it found
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(AccountError, match="no AWS credentials"):
        read_history(PROJECT)
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    said = "no file or folder 'docker-cache' here.*project:docker-cache.*set AWS_REGION"
    with pytest.raises(AccountError, match=said):
        read_history(PROJECT)
    with pytest.raises(AccountError, match=r"\ANo AWS region is set"):
        read_history(f"project:{PROJECT}")


def test_a_log_that_aws_does_not_give_is_told_and_its_build_stays(aws, world):
    ids = [add(aws, 0), add(aws, 60), add(aws, 90)]
    aws.fail("GetLogEvents", "AccessDeniedException", "no", times=1)
    aws.fail("GetLogEvents", "SomethingNew", "odd", times=1)
    history = read_history(PROJECT)
    assert history.builds["id"].tolist() == ids
    assert history.builds["status"].eq("succeeded").all()
    assert history.builds["log"].notna().sum() == 1
    told = " ".join(history.problems["problem"])
    assert told.count("its log can't be had") == 2
    assert "AWS does not allow it" in told and "SomethingNew: odd" in told


def test_throttling_is_waited_out_and_told_when_it_does_not_end(aws, world, monkeypatch):
    add(aws, 0)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    aws.throttle("GetLogEvents", 1)
    with pytest.raises(BusyError, match="throttles"):
        read_history(PROJECT)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "3")
    aws.throttle("GetLogEvents", 1)
    assert len(read_history(PROJECT).builds) == 1


def test_an_unknown_answer_is_an_error_of_ours(aws, world):
    aws.fail("ListBuildsForProject", "SomethingNew", "odd")
    with pytest.raises(CloudError, match="SomethingNew: odd"):
        read_history(PROJECT)
