"""Where a store can be: S3 as well as a folder; what is left over in it goes."""

import os
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest
from histories import after, assert_same, build_log, write_folder
from moto.server import ThreadedMotoServer

from analysis import logs
from analysis.errors import StoreError
from analysis.store import LOGS, query_store, read_logs
from analysis.store.batches import Batches
from analysis.store.places import Bucket, Folder


@pytest.fixture(scope="module")
def server():
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def bucket(server, monkeypatch):
    """A bucket of a server of S3 that every client finds."""
    settings = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "a", "AWS_REGION": "us-east-1"}
    for name, value in (settings | {"AWS_ENDPOINT_URL": server}).items():
        monkeypatch.setenv(name, value)
    boto3.client("s3", "us-east-1").create_bucket(Bucket="tables")
    return "tables"


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path / "logs", build_log(after(0)), build_log(after(9)), "")


def test_a_store_in_s3_gives_what_was_read(bucket, folder):
    store = f"s3://{bucket}/kept tables"
    for _ in range(2):
        assert_same(read_logs(folder, store=store), logs.read_logs(folder))
    batches = Batches(Bucket(store), LOGS)
    assert len(batches.names()) == 1
    assert query_store("select count(*) from logs", store, [LOGS]).rows == [(3,)]
    (folder / "more.log").write_text(build_log(after(30)))
    assert_same(read_logs(folder, store=store), logs.read_logs(folder))
    assert len(batches.names()) == 2
    # a damaged object is replaced
    client, prefix = boto3.client("s3"), f"kept tables/{LOGS.folder}/steps/"
    for item in client.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]:
        client.put_object(Bucket=bucket, Key=item["Key"], Body=b"damaged")
    for _ in range(2):
        assert_same(read_logs(folder, store=store), logs.read_logs(folder))


def test_a_bucket_that_is_not_there_is_told(bucket, folder):
    with pytest.raises(StoreError, match="s3://no-such-bucket/x can't be used"):
        read_logs(folder, store="s3://no-such-bucket/x")


@pytest.mark.parametrize("name", ["nonsense://x", "gs2://bucket"])
def test_a_name_that_is_no_place_is_told(folder, name):
    with pytest.raises(StoreError, match="can't hold a store"):
        read_logs(folder, store=name)


def make_old(path):
    old = time.time() - 7200
    os.utime(path, (old, old))


def test_what_a_write_left_goes_after_an_hour(folder, tmp_path):
    store = tmp_path / "store"
    read_logs(folder, store=store)
    steps = store / LOGS.folder / "steps"
    (whole,) = steps.iterdir()
    for name in ("0.parquet", "1.parquet", ".part-0", ".part-1"):
        (steps / name).write_bytes(whole.read_bytes())
    for name in ("0.parquet", ".part-0"):
        make_old(steps / name)
    # neither is in what is asked
    rows = query_store("select count(distinct log) from steps", store, [LOGS]).rows
    assert rows == [(2,)]
    (folder / "more.log").write_text(build_log(after(30)))
    assert_same(read_logs(folder, store=store), logs.read_logs(folder))
    left = {path.name for path in steps.iterdir()}
    assert {"1.parquet", ".part-1"} < left and not {"0.parquet", ".part-0"} & left


def test_a_cache_that_grows_too_large_loses_what_was_written_first(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("CODEBUILD_CACHE_STORE", str(tmp_path / "store"))
    monkeypatch.setattr("analysis.store.reading._WORTH_KEEPING", 0)
    read_logs(folder)
    first = [*Path(tmp_path / "store").rglob("*.parquet")]
    for path in first:
        make_old(path)
    size = sum(path.stat().st_size for path in first)
    monkeypatch.setattr("analysis.store.reading._LIMIT", size)
    (folder / "more.log").write_text(build_log(after(30)))
    assert_same(read_logs(folder), logs.read_logs(folder))
    kept = [*Path(tmp_path / "store").rglob("*.parquet")]
    assert sum(path.stat().st_size for path in kept) <= size
    assert_same(read_logs(folder), logs.read_logs(folder))
    assert len(Batches(Folder(tmp_path / "store"), LOGS).names()) >= 1


TOGETHER = """
import sys, time
from pathlib import Path
from analysis.store import read_logs, reading
real = reading.read_batches
def read(*given):
    # until all have found the store empty
    Path(sys.argv[3], sys.argv[4]).touch()
    while len(list(Path(sys.argv[3]).iterdir())) < 3:
        time.sleep(0.01)
    return real(*given)
reading.read_batches = read
read_logs(sys.argv[1], store=sys.argv[2])
"""


def test_what_several_processes_read_at_once_is_kept_once(folder, tmp_path):
    (tmp_path / "ready").mkdir()
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    arguments = [sys.executable, "-c", TOGETHER, folder, tmp_path / "store", tmp_path / "ready"]
    started = [subprocess.Popen([*arguments, str(n)], env=environment) for n in range(3)]
    assert [process.wait() for process in started] == [0, 0, 0]
    rows = query_store("select log from logs", tmp_path / "store", [LOGS]).rows
    assert len(rows) == len(set(rows)) == 3
