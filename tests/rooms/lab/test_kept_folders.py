"""CodeBuild's S3 cache as the lab has it: keys, fallbacks, what is never written again."""

import io
import subprocess
import tarfile

import docker
import pytest

from analysis.errors import HostError
from analysis.lab.agent import run_buildspec
from analysis.lab.kept_folders import FolderKeeper
from analysis.logs import read_logs
from analysis.workload import FolderCache, parse_buildspec

KEY, BEGIN = "layers-$COMMIT", "layers-"


class Host:
    """A host whose files lie in a folder, reached as the engine's API reaches a container."""

    def __init__(self, root):
        self.root, self.container = root, self
        root.mkdir()

    def execute(self, script, env, write, timeout=None):
        done = subprocess.run(["sh", "-c", script], env=env, capture_output=True, cwd=self.root)
        write(done.stdout)
        return done.returncode

    def read(self, script):
        subprocess.run(["sh", "-c", script.replace(" /", f" {self.root}/")], check=True)

    def get_archive(self, path):
        folder = self.root / path[1:]
        if not folder.exists():
            raise docker.errors.NotFound("no such folder")
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            tar.add(folder, arcname=folder.name)
        return [buffer.getvalue()], {}

    def put_archive(self, path, data):
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            tar.extractall(self.root / path[1:], filter="data")


@pytest.fixture
def builds(tmp_path):
    """Builds one after the other on fresh hosts: what each finds of a file that it then writes."""
    archives = {}

    def build(commit, text, cache):
        host = Host(tmp_path / f"{len(list(tmp_path.iterdir()))}")
        keeper = FolderKeeper(host, cache, archives, {"COMMIT": commit})
        said = keeper.restore()
        path = host.root / "opt" / "kept" / "file"
        found = path.read_text() if path.exists() else None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return found, said, keeper.save()

    return build


def test_a_commit_begins_from_the_newest_before_it_and_saves_its_own(builds):
    cache = FolderCache(("/opt/kept",), KEY, (BEGIN,))
    assert builds("a", "1", cache)[0] is None
    assert builds("b", "2", cache)[:2] == ("1", "Downloading S3 cache... layers-a")
    assert builds("c", "3", cache)[0] == "2"


def test_what_has_a_key_is_never_written_again(builds):
    cache = FolderCache(("/opt/kept",), KEY, (BEGIN,))
    builds("a", "1", cache)
    found, _, said = builds("a", "2", cache)
    assert (found, said) == ("1", "The S3 cache layers-a is there already")
    assert builds("a", "3", cache)[0] == "1"


def test_without_a_fallback_another_key_finds_nothing(builds):
    cache = FolderCache(("/opt/kept",), KEY)
    builds("a", "1", cache)
    assert builds("b", "2", cache)[:2] == (None, "No S3 cache was found")


def test_without_a_key_each_build_replaces_what_there_was(builds):
    cache = FolderCache(("/opt/kept", "/opt/none"))
    assert [builds(name, name, cache)[0] for name in "abc"] == [None, "a", "b"]


def test_a_key_may_be_a_command_and_one_that_fails_is_named(builds):
    command = FolderCache(("/opt/kept",), "k-$(echo $COMMIT | tr a-z A-Z)")
    assert builds("abc", "1", command)[2] == "Uploading S3 cache... k-ABC"
    with pytest.raises(HostError, match="can't read the key of a cache: .*exit 3"):
        builds("a", "1", FolderCache(("/opt/kept",), "${COMMIT:?}$(exit 3)${NONE?}"))


def test_the_work_before_and_after_a_build_is_in_its_log_and_its_seconds(tmp_path):
    spec = parse_buildspec("version: 0.2\nphases: {build: {commands: [echo hi, 'exit $CODE']}}\n")
    for code, phases in {
        "0": ["DOWNLOAD_SOURCE", "BUILD", "UPLOAD_ARTIFACTS"],
        "1": ["DOWNLOAD_SOURCE", "BUILD"],
    }.items():
        host, log = Host(tmp_path / code), []
        keeper = FolderKeeper(host, FolderCache(("/opt/kept",)), {}, {})
        result = run_buildspec(spec, {"CODE": code}, host.execute, log.append, keeper=keeper)
        found = read_logs({"log": b"".join(log)}).phases
        assert found["phase"].tolist() == phases
        ends = found["started"] + found["seconds"].map(lambda s: f"{s}s").astype("timedelta64[ns]")
        assert abs((ends.max() - result.finished).total_seconds()) < 0.01
        assert abs((found["started"].min() - result.started).total_seconds()) < 0.01
