"""Files read by a Dask cluster: the same frames, and a sentence for one that can't be used."""

import dataclasses
import socket
import subprocess
import sys
import threading
from contextlib import suppress

import dask
import pandas as pd
import pytest
from distributed import LocalCluster
from histories import after, assert_same, build_log, read_or_die, write_folder

from analysis import logs, read_experiment, read_history
from analysis.errors import StoreError
from analysis.store import cluster
from analysis.store.kinds import LOGS
from analysis.store.reading import read_logs

# without an address a scheduler listens at 8787, as others on the same machine do
ANY_PORT = "127.0.0.1:0"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A scheduler with two workers, each a process of its own."""
    settings = {
        "distributed.scheduler.allowed-failures": 0,
        "distributed.worker.daemon": False,
        "temporary-directory": str(tmp_path_factory.mktemp("dask")),
    }
    with (
        dask.config.set(settings),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=ANY_PORT) as local,
    ):
        yield local.scheduler_address


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.store.balance._SMALLEST_BATCH", 100_000)
    folder = write_folder(tmp_path / "logs", *[build_log(after(n)) for n in range(20)])
    (folder / "damaged.log.gz").write_bytes(b"\x1f\x8b no gzip")
    (folder / "empty.log").write_text("")
    return folder


def test_a_cluster_reads_what_one_process_reads(address, folder, tmp_path, monkeypatch):
    wanted = logs.read_logs(folder)
    assert_same(read_logs(folder, cluster=address), wanted)
    # kept as well: the cluster is not asked again
    assert_same(read_logs(folder, cluster=address, store=tmp_path / "store"), wanted)
    assert_same(read_logs(folder, cluster="tcp://gone:1", store=tmp_path / "store"), wanted)
    monkeypatch.setenv("CODEBUILD_CACHE_CLUSTER", address)
    texts = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert_same(read_logs(texts), logs.read_logs(texts))


def test_a_cluster_reads_an_experiment(address, monkeypatch):
    wanted = read_experiment("data/control")
    monkeypatch.setattr(cluster, "stamp", lambda source: (1, 2, 3, 4))
    found = read_experiment("data/control", cluster=address)
    assert_same(found.logs, wanted.logs)
    for name in ("runs", "problems", "images"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(wanted, name))
    pd.testing.assert_frame_equal(found.timelines(), wanted.timelines())


def test_a_cluster_reads_a_history(address):
    found = read_history("data/control/runs", limit=5, cluster=address)
    wanted = read_history("data/control/runs", limit=5)
    pd.testing.assert_frame_equal(found.builds, wanted.builds)
    assert_same(found.logs, wanted.logs)


def test_files_that_workers_do_not_see_are_sent_to_them(address, folder, monkeypatch):
    # as if the workers' disk were another one: they find files of other times there
    monkeypatch.setattr(cluster, "stamp", lambda source: (1, 2, 3, 4))
    sources = [*sorted(folder.iterdir()), folder / "gone.log"]
    assert_same(read_logs(sources, cluster=address), logs.read_logs(sources))


def test_a_file_that_ends_workers_is_told_and_the_others_are_read(address):
    kind = dataclasses.replace(LOGS, read=read_or_die)
    sources = [(name, build_log().encode()) for name in ("deadly", "b")]
    (read,) = cluster.read_there(kind, sources, [1, 1], address)
    found = read.tables["logs"].to_pandas().set_index("log")["problem"]
    assert found.index.tolist() == ["deadly", "b"]
    assert found[found.notna()].index.tolist() == ["deadly"]


def test_a_server_that_is_no_cluster_is_told_in_a_sentence(tmp_path):
    log = tmp_path / "build.log"
    log.write_text(build_log())
    with socket.create_server(("127.0.0.1", 0)) as web:
        threading.Thread(target=refuse, args=(web,), daemon=True).start()
        address = f"tcp://127.0.0.1:{web.getsockname()[1]}"
        # in a process of its own: the client that failed leaves its thread behind
        script = (
            "import sys; from analysis.commands import run_command_line\n"
            "from analysis.store import cluster; cluster._SECONDS = 1\n"
            "sys.exit(run_command_line(sys.argv[1:]))"
        )
        given = ["calibrate", str(log), "--cluster", address]
        command = [sys.executable, "-c", script, *given]
        done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"answers at '{address}' (something else does): give" in done.stderr


def refuse(web):
    """Answer each call as a web server does that does not understand it."""
    with suppress(OSError):
        while True:
            web.accept()[0].sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_a_cluster_that_can_t_be_used_is_told_in_a_sentence(address, folder, monkeypatch):
    monkeypatch.setattr(cluster, "_SECONDS", 1)
    for wrong in ("tcp://127.0.0.1:1", "nonsense://x", "no address"):
        with pytest.raises(StoreError, match="No Dask scheduler answers at"):
            read_logs(folder, cluster=wrong)
    with (
        LocalCluster(n_workers=0, dashboard_address=ANY_PORT) as empty,
        pytest.raises(StoreError, match="has no workers"),
    ):
        read_logs(folder, cluster=empty.scheduler_address)
    other = dataclasses.replace(LOGS, rooms=("logs", "words"))
    monkeypatch.setattr(cluster, "hash_sources", lambda rooms: "another")
    with pytest.raises(StoreError, match="install the same version of this package there"):
        cluster.read_there(other, [("a", b"a")], [1], address)
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(StoreError, match=r"pip install 'codebuild-cache-analysis\[cluster\]'"):
        read_logs(folder, cluster=address)
