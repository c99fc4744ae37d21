"""What is finished can be read; what can't be is built again; a full disk is told."""

import gzip
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest
from recorded_run import RECORD

from analysis.errors import RecordError
from analysis.records import disk, read_experiment, recording, writing
from analysis.records.lock import check_lock, is_locked, lock_folder

LISTING = {"imageDetails": [], "manifests": {}}
FILES = ("record.json", "build.log.gz", "images.json.gz", "history.json.gz")
DAMAGE = {
    "empty": lambda data: b"",
    "halved": lambda data: data[: len(data) // 2],
    "a byte short": lambda data: data[:-3],
    "NUL": lambda data: bytes(len(data)),
    "NUL at its end": lambda data: data[: len(data) // 2] + bytes(len(data) // 2),
    "a bit flipped": lambda data: data[:20] + bytes([data[20] ^ 255]) + data[21:],
}


def write(folder, anew=False, **changes):
    return writing.write_run(folder, RECORD | changes, b"log\n" * 40, LISTING, {"a": 1}, anew)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_run_that_can_t_be_read_is_not_finished_and_is_written_again(tmp_path, name, damage):
    run = write(tmp_path)
    assert recording.is_finished(tmp_path, run.name)
    spoiled = DAMAGE[damage]((run / name).read_bytes())
    (run / name).write_bytes(spoiled)
    assert not recording.is_finished(tmp_path, run.name)
    assert name in recording.explain_damage(run)
    write(tmp_path, seconds=9.4)
    assert recording.read_records(tmp_path).runs["seconds"].tolist() == [9.4]
    assert (tmp_path / "set-aside" / f"{run.name}.damaged" / name).read_bytes() == spoiled


@pytest.mark.parametrize("name", FILES)
def test_a_run_without_one_of_its_files_is_not_finished(tmp_path, name):
    run = write(tmp_path)
    (run / name).unlink()
    assert not recording.is_finished(tmp_path, run.name)


def test_a_record_of_another_run_or_with_odd_values_is_not_finished(tmp_path):
    run = write(tmp_path)
    (run / "record.json").write_bytes(writing.to_json(RECORD | {"round": "one"}))
    assert not recording.is_finished(tmp_path, run.name)
    (run / "record.json").write_bytes(writing.to_json(RECORD | {"run": "docker.cold.02"}))
    assert not recording.is_finished(tmp_path, run.name)


def test_a_record_of_a_later_format_is_never_overwritten(tmp_path):
    run = write(tmp_path)
    (run / "record.json").write_bytes(writing.to_json(RECORD | {"format": 2}))
    with pytest.raises(RecordError, match="never overwritten"):
        write(tmp_path)


def test_files_and_folders_are_on_disk_before_they_count(tmp_path, monkeypatch):
    synced, place = [], tmp_path.resolve()
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("this system does not tell which file is synced")
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(os.readlink(f"/proc/self/fd/{fd}")))
    run = write(place)
    part = f"{run}.part"
    *files, folder, above = synced[-len(FILES) - 2 :]
    assert set(files) == {f"{part}/{name}" for name in FILES}
    assert (folder, above) == (part, str(run.parent))
    # what was made for it
    assert {str(place), str(place / "runs")} <= set(synced)
    disk.replace_file(place / "experiment.json", b"{}")
    assert synced[-2:] == [str(place / "experiment.json.part"), str(place)]
    disk.set_aside(place, run, "replaced")
    assert synced[-2:] == [str(place / "set-aside"), str(run.parent)]


def test_a_run_that_is_asked_for_anew_is_replaced_and_kept_aside_each_time(tmp_path):
    write(tmp_path)
    write(tmp_path, anew=True, seconds=9.4)
    write(tmp_path, anew=True, seconds=9.3)
    aside = sorted(path.name for path in (tmp_path / "set-aside").iterdir())
    assert aside == ["docker.cold.01.replaced", "docker.cold.01.replaced-2"]
    assert recording.read_records(tmp_path).runs["seconds"].tolist() == [9.3]


def test_a_full_disk_is_one_sentence_and_leaves_what_is_finished(small_disk):
    first = write(small_disk)
    noise = random.Random(5).randbytes(100_000)
    record = RECORD | {"run": "docker.source.01", "scenario": "source"}
    with pytest.raises(RecordError, match=r"disk that holds .*disk is full \(.* MB free\): remove"):
        writing.write_run(small_disk, record, noise, LISTING, {})
    assert [path.name for path in (small_disk / "runs").iterdir()] == [first.name]
    writing.write_run(small_disk, record, b"log\n", LISTING, {})
    with pytest.raises(RecordError, match="is full"):
        disk.replace_file(small_disk / "experiment.json", noise)
    with pytest.raises(RecordError, match="is full"):
        disk.write_output(small_disk / "found.json", noise.hex())
    assert not [*small_disk.glob("found*")]
    assert not list(small_disk.glob("*.part"))


def test_a_folder_that_can_not_be_copied_whole_is_told_with_what_to_free(small_disk, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for name in "abc":
        (source / name).write_bytes(40_000 * b"x")
    told = r"^The disk that holds .*disk is full \(.*\): free some there, or let TMPDIR name"
    full = pytest.raises(RecordError, match=told)
    with full, disk.full_errors(small_disk, temporary=True):
        shutil.copytree(source, small_disk / "copy")
    # what can't be copied for another reason is told as it is
    with pytest.raises(shutil.Error), disk.full_errors(small_disk, temporary=True):
        raise shutil.Error([("a", "b", "[Errno 13] Permission denied: 'a'")])


def test_a_folder_that_can_t_be_written_is_told(tmp_path):
    denied = PermissionError(13, "Permission denied", str(tmp_path))
    told = pytest.raises(RecordError, match=r"can't be written \(Permission denied\)")
    with told, disk.writing_errors(tmp_path):
        raise denied


def test_a_folder_is_locked_by_one_call_which_is_named(tmp_path):
    folder = tmp_path / "new" / "folder"
    with lock_folder(folder):
        assert is_locked(folder)
        told = pytest.raises(RecordError, match=rf"by process {os.getpid()} on .* since 20")
        with told, lock_folder(folder):
            pass
    assert not is_locked(folder)
    assert not (tmp_path / "new").exists()


def test_the_lock_of_a_process_that_was_killed_is_free(tmp_path):
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom analysis.records import lock_folder\n"
        "with lock_folder(Path(sys.argv[1])):\n print('held', flush=True)\n time.sleep(600)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"held\n"
    with pytest.raises(RecordError, match=f"process {process.pid} on "), lock_folder(tmp_path):
        pass
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with lock_folder(tmp_path):
        assert (tmp_path / "in-use.json").exists()
    assert not (tmp_path / "in-use.json").exists()


@pytest.mark.parametrize("removed", ["lock", "folder"])
def test_a_lock_that_was_removed_is_told_and_that_of_the_next_call_stays(tmp_path, removed):
    folder, lock = tmp_path / "out", tmp_path / "out" / "in-use.json"
    check_lock(folder)
    with lock_folder(folder):
        check_lock(folder)
        shutil.rmtree(folder) if removed == "folder" else lock.unlink()
        with pytest.raises(RecordError, match=r"in-use\.json was removed while this call records"):
            check_lock(folder)
        # another call's
        folder.mkdir(exist_ok=True)
        lock.write_text("{}")
        with pytest.raises(RecordError, match="was removed while"):
            check_lock(folder)
    assert lock.read_text() == "{}"
    check_lock(folder)


WRITE = """
import itertools, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from recorded_run import RECORD
from analysis.records import writing
for number in itertools.count(1):
    record = RECORD | {"run": f"docker.cold.{number:02d}", "round": number}
    writing.write_run(Path(sys.argv[1]), record, b"log" * 9999, {}, {"a": ["b"] * 999})
"""


def test_a_kill_at_any_moment_leaves_whole_runs_alone(tmp_path):
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    rng, known = random.Random(seed), {}
    for attempt in range(3):
        folder = tmp_path / str(attempt)
        helpers = os.path.dirname(sys.modules["recorded_run"].__file__)
        process = subprocess.Popen([sys.executable, "-c", WRITE, str(folder), helpers])
        while not (folder / "runs").exists() and process.poll() is None:
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.2))
        process.kill()
        process.wait()
        runs = [path for path in (folder / "runs").iterdir() if not path.name.endswith(".part")]
        known[attempt] = [recording.explain_damage(run) for run in runs]
        assert set(known[attempt]) <= {None}
        assert len(list((folder / "runs").iterdir())) - len(runs) <= 1


def test_damaged_gzip_without_a_header_is_told(tmp_path):
    run = write(tmp_path)
    (run / "build.log.gz").write_bytes(gzip.compress(b""))
    assert "is empty" in recording.explain_damage(run)


def test_a_path_that_tables_of_runs_can_not_name_is_told_before_anything_is_written(tmp_path):
    folder = tmp_path / "caf\udce9"
    # what was recorded from inside of it, by a path without that name
    write(folder)
    cure = r"caf\\xe9.* not UTF-8.*rename that folder, or go into it"
    with pytest.raises(RecordError, match=cure):
        read_experiment(folder)
    with pytest.raises(RecordError, match=cure), lock_folder(folder / "runs"):
        pass


def test_a_folder_whose_path_is_not_utf_8_is_read_from_inside(tmp_path, monkeypatch):
    folder = tmp_path / "caf\udce9"
    write(folder / "own")
    monkeypatch.chdir(folder)
    assert read_experiment("own").runs["run"].tolist() == ["docker.cold.01"]
