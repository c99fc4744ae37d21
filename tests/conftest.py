"""What several test modules share: a lab on a real engine, and a small context to build in it."""

import base64
import gc
import os
import signal
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import pytest

from analysis.errors import EngineError
from analysis.lab import Lab, connect

ROOT = Path(__file__).parent.parent
# what is recorded is read once for all processes of a run; the cache of whoever runs the tests is
# left alone, and those of the store name their own
if "PYTEST_XDIST_WORKER" not in os.environ:
    KEPT = tempfile.TemporaryDirectory(prefix="tests-store-")
    os.environ["CODEBUILD_CACHE_STORE"] = KEPT.name
# what is made while tests are collected stays: to look for garbage in it takes a tenth of the time
gc.disable()
# by which nbformat would know web addresses: to compile its grammars takes each process a second
sys.modules["rfc3987_syntax"] = None
# tests read English unless they say otherwise
os.environ.pop("PAGE_LANGUAGE", None)
# what a shell starts in the background ignores Ctrl-C, and so would programs that tests interrupt
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# a base image of a shell and little else: to pull a real one would take most of a build's time.
# Its name is of this process of this machine: others' tests may use the same engine
SMALL_IMAGE = f"lab-small:tests-{uuid.getnode():x}-{os.getpid()}"
SMALL = (
    "tar -ch $(ldd /bin/sh /bin/sleep /bin/cat | grep -o '/[^ :]*' | sort -u) 2>/dev/null | base64"
)


# what takes long begins early, so that at the end no process is left alone with it
LONG = [
    "tests/test_terraform_apply.py",
    "tests/rooms/reports/test_site.py",
    "tests/rooms/reports/test_pages_read.py",
    "tests/test_wheel.py",
    "tests/test_layers.py",
    "tests/rooms/measures/compare/test_comparison.py",
    "tests/rooms/measures/caching/test_misses.py",
    "tests/rooms/measures/test_inputs.py",
    "tests/test_one_answer.py",
    "tests/rooms/answers/test_asking.py",
]


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers():
    """One process more than processors: some tests wait for programs that they started."""
    return (yield) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Tests of the engine come first and one after the other; then what takes long, then all."""
    items.sort(key=find_turn)
    for item in items:
        group = find_group(item)
        if group and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(group))


def pytest_collection_finish():
    """Look for garbage from now on, in what is made from now on."""
    gc.freeze()
    gc.enable()


def find_turn(item):
    """When a test's turn is: the lower, the earlier."""
    if "engine" in item.fixturenames:
        return -1
    module = item.nodeid.partition("::")[0]
    return LONG.index(module) if module in LONG else len(LONG)


def find_group(item):
    """Whom a test shares its process with: the engine, or what is made once for its module."""
    if "engine" in item.fixturenames:
        return "engine"
    # pytest has no public name for them; a doctest has none
    known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    scopes = {each.scope for fixtures in known.values() for each in fixtures}
    return item.path.stem if "module" in scopes else ""


@pytest.fixture(autouse=True)
def read_anew(request):
    """Tests of reading read: what others have read is of no use to them."""
    if request.path.parent.name in ("logs", "records", "past_builds"):
        request.getfixturevalue("monkeypatch").setenv("CODEBUILD_CACHE_STORE", "off")


@pytest.fixture(scope="session")
def engine():
    """A client of a Docker engine; in CI its absence is an error, elsewhere a reason to skip."""
    try:
        client = connect()
    except EngineError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    yield client
    client.close()


@pytest.fixture(scope="session")
def client(engine):
    """A client of an engine that holds SMALL_IMAGE."""
    text = engine.containers.run(base_image(), ["sh", "-c", SMALL], remove=True)
    repository, _, tag = SMALL_IMAGE.partition(":")
    engine.api.import_image_from_data(base64.b64decode(text), repository, tag)
    yield engine
    engine.images.remove(SMALL_IMAGE)


@pytest.fixture(scope="session")
def lab(client):
    """A lab that is up, shared by the tests that do not break it."""
    with Lab() as lab:
        yield lab


@pytest.fixture
def context(tmp_path):
    """A build context of three quick steps that need no network."""
    return make_small_context(tmp_path)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 64 kB, where this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip("this user can't mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def make_small_context(parent):
    """The folder of that context, in another."""
    folder = parent / "context"
    folder.mkdir()
    (folder / "requirements.txt").write_text("nothing==1.0\n")
    (folder / "app.py").write_text("print('hello')\n")
    (folder / "Dockerfile").write_text(
        f"FROM {SMALL_IMAGE}\n"
        "COPY requirements.txt ./\n"
        "RUN sleep 0.3; cat requirements.txt >/installed\n"
        "COPY app.py ./\n"
    )
    return folder


def base_image():
    """The lab's base image."""
    return os.environ.get("BASE_IMAGE", "public.ecr.aws/docker/library/python:3.13-slim")
