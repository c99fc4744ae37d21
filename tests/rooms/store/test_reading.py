"""Files read here, by processes and from a store: the same frames each way, whatever happens."""

import dataclasses
import gzip
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from histories import after, assert_same, build_log, write_folder

from analysis import logs
from analysis.errors import StoreError
from analysis.store import keys, pool
from analysis.store.batches import Batches
from analysis.store.kinds import LOGS
from analysis.store.places import Folder
from analysis.store.reading import read_logs, read_tables

ROOT = Path(__file__).parents[3]
RUNS = ROOT / "data" / "control" / "runs"


@pytest.fixture
def folder(tmp_path):
    """Logs of several kinds: real ones, empty, damaged, no log, twice the same, unreadable."""
    texts = [build_log(after(minutes)) for minutes in (0, 30, 60)]
    folder = write_folder(tmp_path / "logs", *texts, texts[0], "", "no log at all\n")
    (folder / "damaged.log.gz").write_bytes(gzip.compress(texts[0].encode())[:-9])
    for path in sorted(RUNS.glob("*.01/build.log.gz"))[:6]:
        (folder / f"{path.parent.name}.log.gz").write_bytes(path.read_bytes())
    (folder / "zz.log").symlink_to(folder / "gone")
    return folder


@pytest.fixture
def eager(monkeypatch):
    """Processes are used for little work, too, in batches of a few files."""
    monkeypatch.setattr(pool, "_WORTH_PROCESSES", 0)
    monkeypatch.setattr("analysis.store.balance._SMALLEST_BATCH", 60_000)


def list_files(folder):
    return sorted(folder.iterdir())


def test_processes_read_what_one_process_reads(folder, eager):
    sources = {"text": build_log(after(90)).encode(), **{p.name: p for p in list_files(folder)}}
    weights = [1_000_000] * len(sources)
    read = pool.read_batches(LOGS, [*sources.items()], weights, workers=2)
    assert len(read) > 4
    assert_same(logs.join_tables([each.tables for each in read]), logs.read_logs(sources))


def test_relative_paths_are_from_where_the_caller_is(folder, eager, monkeypatch):
    for place in (folder, folder.parent):
        monkeypatch.chdir(place)
        names = [str(path.relative_to(place)) for path in list_files(folder)]
        assert_same(read_logs(names), logs.read_logs(names))


# as the processes of a pool find it by its name
def read_or_die(batch):
    for name, _ in batch:
        if name == "deadly":
            os.kill(os.getpid(), signal.SIGKILL)
        if name == "odd":
            raise ZeroDivisionError("odd")
    return LOGS.read(batch)


def test_a_file_that_ends_its_process_is_told_and_the_others_are_read():
    kind = dataclasses.replace(LOGS, read=read_or_die)
    text = build_log().encode()
    sources = [(name, text) for name in ("a", "odd", "deadly", "b")]
    batches = [sources[:2], sources[2:]]
    # this process takes no batch itself, as it would end
    pooled = pool.start_pool(1)
    waiting = [pooled.submit(pool._read_there, os.getcwd(), kind, batch) for batch in batches]
    read = pool.join([pool._await(kind, w, b) for w, b in zip(waiting, batches, strict=True)])
    found = read.tables["logs"].to_pandas().set_index("log")["problem"]
    assert found.index.tolist() == [name for name, _ in sources]
    assert found[found.notna()].to_dict() == {
        "odd": "odd could not be read (ZeroDivisionError('odd')): it is left out.",
        "deadly": "deadly ended the process that read it (out of memory?): it is left out.",
    }
    assert read.failed == {"odd", "deadly"}


SCRIPT = """
import sys
from pathlib import Path
from analysis.store import pool, read_logs
pool._WORTH_PROCESSES = 0
logs = read_logs(sys.argv[1], store="off")
print(len(logs.logs), flush=True)
"""


def test_a_script_needs_no_guard(folder, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, script, folder], env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) == len(logs.read_logs(folder).logs)


def test_a_store_gives_what_was_read_and_reads_only_what_is_new(folder, tmp_path, monkeypatch):
    store = tmp_path / "store"
    read = []
    real = LOGS.read
    kind = dataclasses.replace(LOGS, read=lambda batch: read.extend(batch) or real(batch))

    def read_all():
        read.clear()
        sources = [(str(path), path) for path in list_files(folder)]
        return logs.join_tables([read_tables(kind, sources, store=store)])

    def read_here():
        return logs.read_logs(list_files(folder))

    assert_same(read_all(), read_here())
    # one of two files with the same content is read
    assert len(read) == len(list_files(folder)) - 1
    assert_same(read_all(), read_here())
    # what could not be read is not kept
    assert [source.name for _, source in read] == ["zz.log"]
    (folder / "01.log").write_text(build_log(after(45)))
    (folder / "a.log").write_text(build_log(after(50)))
    (folder / "00.log").rename(folder / "b.log")
    assert_same(read_all(), read_here())
    assert sorted(source.name for _, source in read) == ["01.log", "a.log", "zz.log"]


def test_a_name_that_is_no_utf_8_is_kept_as_it_is_shown(folder, tmp_path):
    (folder / os.fsdecode(b"\xff.log")).write_text(build_log(after(5)))
    (folder / os.fsdecode(b"\xfe.log")).write_text("")
    for _ in range(2):
        assert_same(read_logs(folder, store=tmp_path / "store"), logs.read_logs(folder))


def test_another_reader_reads_anew(folder, tmp_path):
    store = tmp_path / "store"
    read_logs(folder, store=store)
    other = dataclasses.replace(LOGS, rooms=("logs", "store"))
    assert other.folder != LOGS.folder
    assert Batches(Folder(store), other).names() == []


def list_kept(store):
    return sorted(path for path in store.rglob("*.parquet"))


@pytest.mark.parametrize("damage", ["gone", "empty", "halved", "zeros", "flipped", "other"])
def test_a_damaged_batch_is_read_anew_and_replaced(folder, tmp_path, damage):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    store = tmp_path / "store"
    wanted = read_logs(folder, store=store)
    for number in range(len(list_kept(store))):
        path = list_kept(store)[number]
        data = bytearray(path.read_bytes())
        if damage == "gone":
            path.unlink()
        elif damage == "flipped":
            data[chance.randrange(4, len(data) - 8)] ^= 1 << chance.randrange(8)
        elif damage == "other":
            data = bytearray(list_kept(store)[number - 1].read_bytes())
        else:
            data = {"empty": b"", "halved": data[: len(data) // 2], "zeros": bytes(len(data))}[
                damage
            ]
        if damage != "gone":
            path.write_bytes(data)
        assert_same(read_logs(folder, store=store), wanted)
        assert_same(read_logs(folder, store=store), wanted)


def test_many_small_batches_are_joined(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.store.batches._MANY", 4)
    store = tmp_path / "store"
    texts = [build_log(after(minutes)) for minutes in range(9)]
    for count in range(1, 10):
        folder = write_folder(tmp_path / "logs", *texts[:count])
        assert_same(read_logs(folder, store=store), logs.read_logs(folder))
    batches = Batches(Folder(store), LOGS)
    assert len(batches.names()) <= 4
    for table in LOGS.schemas:
        assert batches.names(table) == batches.names()


def test_a_file_that_changes_after_its_key_was_found_is_not_kept(tmp_path):
    store, path = tmp_path / "store", tmp_path / "a.log"
    path.write_text(build_log(after(0)))

    def read(batch):
        path.write_text(build_log(after(60)))
        return LOGS.read(batch)

    kind = dataclasses.replace(LOGS, read=read)
    read_tables(kind, [("a", path)], store=store)
    assert list_kept(store) == []


def test_keys_of_unchanged_files_are_remembered(tmp_path, monkeypatch):
    memory, path = tmp_path / "seen.sqlite", tmp_path / "a.log"
    path.write_text("one")
    old = time.time() - 60
    os.utime(path, (old, old))
    monkeypatch.setattr(keys, "SETTLED", -(1 << 62))
    (first,) = keys.find_keys([("a", path)], memory)
    monkeypatch.setattr(keys, "_hash", lambda source: "hashed")
    assert keys.find_keys([("a", path)], memory) == [first]
    path.write_text("two")
    os.utime(path, (old, old))
    assert keys.find_keys([("a", path)], memory)[0].key == "hashed"
    memory.write_bytes(b"no table" * 100)
    assert keys.find_keys([("a", path)], memory)[0].key == "hashed"


def test_a_file_that_changed_lately_is_looked_at_again(tmp_path):
    memory, path = tmp_path / "seen.sqlite", tmp_path / "a.log"
    path.write_text("one")
    found = keys.find_keys([("a", path)], memory)
    assert keys._recall(memory, [os.fsencode(path)]) == {}
    assert keys.find_keys([("a", path)], memory) == found


def test_a_store_that_was_asked_for_must_work_and_a_cache_need_not(folder, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match="file/store can't be used"):
        read_logs(folder, store=tmp_path / "file" / "store")
    monkeypatch.setenv("CODEBUILD_CACHE_STORE", str(tmp_path / "file" / "store"))
    monkeypatch.setattr("analysis.store.reading._WORTH_KEEPING", 0)
    assert_same(read_logs(folder), logs.read_logs(folder))


def test_the_cache_is_where_the_environment_says_and_small_inputs_leave_it_alone(
    folder, tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CODEBUILD_CACHE_STORE", raising=False)
    read_logs(folder)
    assert not (tmp_path / "cache").exists()
    monkeypatch.setattr("analysis.store.reading._WORTH_KEEPING", 0)
    read_logs(folder, store="off")
    assert not (tmp_path / "cache").exists()
    read_logs(folder)
    kept = list_kept(tmp_path / "cache" / "codebuild-cache" / "tables")
    assert len(kept) == len(LOGS.schemas)
    assert {path.stat().st_mode & 0o077 for path in kept} == {0}
    monkeypatch.setenv("CODEBUILD_CACHE_STORE", str(tmp_path / "elsewhere"))
    read_logs(folder)
    assert len(list_kept(tmp_path / "elsewhere")) == len(LOGS.schemas)


def test_a_pipe_is_told_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.log")
    assert keys.find_keys([("a", tmp_path / "a.log")], None) == [keys.Key(None)]


# ends itself at a moment of its work on the store: so many files opened, renamed or removed in it
KILLED = """
import os, signal, sys
from analysis.store import read_logs
left = int(sys.argv[3])
def step(event, arguments):
    global left
    if event in ("open", "os.rename", "os.remove", "os.mkdir") and sys.argv[2] in str(arguments[0]):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(step)
read_logs(sys.argv[1], store=sys.argv[2])
"""


@pytest.mark.parametrize("kills", [int(os.environ.get("KILLS", "2"))])
def test_kills_while_a_store_is_written_leave_right_frames(folder, tmp_path, kills):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    store = tmp_path / "store"
    died = 0
    for number in range(kills):
        (folder / "00.log").write_text(build_log(after(1000 + number)))
        wanted = logs.read_logs(folder)
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        arguments = [sys.executable, "-c", KILLED, folder, store, str(chance.randrange(20))]
        died += subprocess.run(arguments, env=environment).returncode == -signal.SIGKILL
        assert_same(read_logs(folder, store=store), wanted)
        assert_same(read_logs(folder, store=store), wanted)
    print(f"{died} of {kills} killed")


INTERRUPTED = """
import os, signal, sys
from analysis.store import balance, pool, read_logs
balance._SMALLEST_BATCH = 100_000
pool._count_workers = lambda weight: 2
real = pool.read_one
def read_one(kind, batch):
    # Ctrl-C at a terminal: every process of the group gets it
    os.killpg(0, signal.SIGINT)
    return real(kind, batch)
pool.read_one = read_one
try:
    read_logs(sys.argv[1], store=sys.argv[2])
except KeyboardInterrupt:
    print("stopped")
"""


HELD = """
import signal
from analysis.store.live import holding_interrupts, start_pool
pool = start_pool(1)
with holding_interrupts():
    pool.submit(len, "")
    print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()))
pool.shutdown()
"""


def test_the_first_process_that_starts_gets_no_interrupt_either():
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", HELD], env=environment, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_an_interrupt_stops_all_processes_and_says_nothing(folder, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(INTERRUPTED)
    for number in range(40):
        (folder / f"more{number}.log").write_text(build_log(after(number)) * 200)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, script, folder, tmp_path / "store"],
        env=environment, capture_output=True, text=True, start_new_session=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "stopped\n", "")
    assert list_kept(tmp_path / "store") == []
