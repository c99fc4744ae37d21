"""Whose fault a failed build is: engine, servers and link are asked, and the log's end is read."""

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import docker
import pytest

from analysis.errors import CloudError, EngineError, ImageError, LabError
from analysis.lab import engine
from analysis.lab.boot import wait_for_engine
from analysis.lab.ecr import AWS, ECR, ECR_LINK
from analysis.lab.lab import LINK, STORE
from analysis.lab.probe import check_failure, check_retries
from analysis.lab.servers import LINK_PATH, REGISTRY_PATH, Server

FULL = b"#9 ERROR: failed to extract layer: write /a: no space left on device\n"
OTHER = b"#9 ERROR: exit code: 1\n"


@pytest.fixture
def answers():
    """Path -> (status, what is answered there) of a server on loopback, and its port."""
    known = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, text = known.get(self.path, (404, ""))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield SimpleNamespace(known=known, port=server.server_port)
        server.shutdown()


def serve(port=1, status="running", log=b"", gone=None):
    """A server of a lab: what the engine says of its container, and where it answers."""

    def reload():
        if gone:
            raise gone

    container = SimpleNamespace(status=status, reload=reload, logs=lambda tail: log)
    return Server(container, "10.0.0.2:5000", port)


@pytest.fixture
def make_lab(tmp_path, monkeypatch):
    """A lab whose engine keeps its data in a folder of this machine, with these servers."""
    monkeypatch.setenv("HOST_DATA", "disk")
    monkeypatch.setattr(engine, "FREE_GB", 0)

    def make(bucket=None, **servers):
        known = {
            "DockerRootDir": str(tmp_path),
            "MemTotal": 8_000_000_000,
            "Name": socket.gethostname(),
        }
        client = SimpleNamespace(info=lambda: known)
        return SimpleNamespace(client=client, servers=servers, store=bucket)

    return make


def tell(lab, log=OTHER, expected=False, own=(), seen=None):
    """What is said of a failed build; "" where it is the build's own fault.

    `seen`: GB free that its host sees.
    """
    host = SimpleNamespace(read_free=lambda: seen)
    try:
        check_failure(lab, "docker.cold.01", log, expected, host, dict(own))
    except LabError as error:
        text = str(error)
        assert text.startswith("docker.cold.01 failed")
        assert text.endswith("It is not recorded; the same call builds it again.")
        return ("all end: " if isinstance(error, EngineError) else "one ends: ") + text
    return ""


def test_a_full_disk_of_the_engine_is_told_with_what_to_free(make_lab, monkeypatch):
    lab = make_lab()
    # what is full elsewhere, as in a step's own tmpfs, is the build's own fault
    assert tell(lab, FULL) == ""
    monkeypatch.setattr(engine, "FREE_GB", 10**9)
    assert tell(lab, OTHER) == ""
    said = tell(lab, FULL)
    assert said.startswith("all end: ") and "the disk of the Docker engine is full (" in said
    assert "GB free at" in said and "docker system prune" in said
    assert "the disk of the Docker engine is full (" in tell(lab, FULL, expected=True)
    # long before the end, it did not end the build
    assert tell(lab, FULL + 30 * OTHER) == ""


def test_programs_in_c_say_the_same_with_a_capital(make_lab, monkeypatch):
    log = b"#9 0.3 cp: error writing 'b': No space left on device\n" + OTHER
    assert tell(make_lab(), log) == ""
    monkeypatch.setenv("HOST_DATA", "memory")
    assert "the memory that holds the data of build hosts is full" in tell(make_lab(), log)
    monkeypatch.setattr(engine, "FREE_GB", 10**9)
    assert "the disk of the Docker engine is full (" in tell(make_lab(), log)


def test_what_an_engine_elsewhere_says_of_a_full_disk_is_believed(make_lab):
    lab = make_lab()
    lab.client.info()["DockerRootDir"] = "/nowhere/on/this/machine"
    assert "the disk of the Docker engine is full: free some" in tell(lab, FULL)


def test_a_host_sees_the_disk_of_an_engine_that_this_machine_does_not(make_lab, monkeypatch):
    monkeypatch.setattr(engine, "FREE_GB", 4)
    lab = make_lab()
    assert "is full (0.0 GB free" in tell(lab, FULL, seen=0.0)
    assert "is full (0.0 GB free" in tell(lab, OTHER, seen=0.0)
    assert tell(lab, FULL, seen=50.0) == ""
    # a folder of the same name on another machine's disk says nothing
    lab.client.info()["Name"] = "elsewhere"
    assert engine.find_space(lab.client)[1] is None


@pytest.mark.parametrize("words", [b"d0b1: Retrying in 5 seconds\n", b"#9 0.2 retrying in 1s\n"])
def test_a_push_that_a_full_disk_held_up_is_no_run(make_lab, words):
    full = make_lab(private=serve(log=b"err.detail: no space left on device"))
    for lab, log in ((make_lab(private=serve()), words), (full, OTHER)):
        check_retries(lab, "docker.cold.01", log)
    with pytest.raises(EngineError, match="had to push again, .* private registry was full: free"):
        check_retries(full, "docker.cold.01", words + OTHER)


def test_a_disk_that_is_full_to_the_last_byte_is_told_whatever_a_log_says(make_lab, monkeypatch):
    usage = SimpleNamespace(free=5_000_000)
    monkeypatch.setattr(engine.shutil, "disk_usage", lambda folder: usage)
    assert "the disk of the Docker engine is full (0.0 GB" in tell(make_lab(), OTHER)


def test_a_server_s_volume_that_is_full_is_told_by_its_own_log(make_lab):
    lab = make_lab(private=serve(log=b"level=error err.detail: no space left on device"))
    assert "the disk of the lab's private registry is full" in tell(lab)


def test_the_memory_of_build_hosts_that_is_full_is_told(make_lab, monkeypatch):
    monkeypatch.setenv("HOST_DATA", "memory")
    assert "the memory that holds the data of build hosts is full: HOST_DATA=disk" in tell(
        make_lab(), FULL
    )


@pytest.mark.parametrize(
    ("server", "words"),
    [
        (serve(status="exited"), "the lab's private registry does not run (exited)"),
        (serve(status="paused"), "the lab's private registry does not run (paused)"),
        (serve(gone=docker.errors.NotFound("no")), "the lab's private registry is gone"),
        (serve(gone=OSError("broken")), "the lab's private registry can't be asked for (broken)"),
        (serve(), "the lab's private registry does not answer ("),
    ],
)
def test_a_server_that_does_not_serve_is_told(make_lab, server, words):
    said = tell(make_lab(private=server))
    assert said.startswith("all end: ") and words in said


def test_a_registry_is_asked_by_its_own_path(make_lab, answers):
    lab = make_lab(private=serve(answers.port))
    assert "does not answer (Not Found)" in tell(lab)
    answers.known[REGISTRY_PATH] = 200, "{}"
    assert tell(lab) == ""


def test_a_link_that_leads_nowhere_is_told(make_lab, answers):
    answers.known |= {REGISTRY_PATH: (200, "{}"), LINK_PATH: (200, "2.12.0")}
    servers = {name: serve(answers.port) for name in ("private", "public", LINK)}
    open_to = {name: {"enabled": True} for name in ("private", "public")}
    for proxies, words in (
        (open_to, ""),
        (open_to | {"public": {"enabled": False}}, "link does not lead to: public"),
        ({}, "link does not lead to: private, public"),
    ):
        answers.known["/proxies"] = 200, json.dumps(proxies)
        said = tell(make_lab(**servers))
        assert words in said if words else said == ""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (ECR, "the lab's registry of ECR's names does not"),
        (AWS, "the lab's AWS does not"),
        (ECR_LINK, "the lab's link before ECR's names does not"),
    ],
)
def test_what_a_sequence_alone_has_is_asked_too(make_lab, name, words):
    for server in (serve(status="exited"), serve()):
        said = tell(make_lab(), own={name: server})
        assert said.startswith("all end: ") and words in said
    full = serve(log=b"write: no space left on device")
    assert "is full: free some where the Docker engine keeps volumes" in tell(
        make_lab(), own={name: full}
    )


def test_a_pull_tells_what_the_engine_says_of_it():
    def pull(said):
        def get(image):
            raise docker.errors.ImageNotFound("no")

        api = SimpleNamespace(pull=lambda repository, **options: iter([{}, {"error": said}]))
        client = SimpleNamespace(images=SimpleNamespace(get=get), api=api)
        engine.ensure_image(client, "node:20", "BASE_IMAGE")

    with pytest.raises(EngineError, match=r"node:20 \(BASE_IMAGE\).*disk.* is full: free some"):
        pull("write /var/lib/docker/tmp/a: no space left on device")
    with pytest.raises(ImageError, match="can't be pulled: manifest unknown"):
        pull("manifest unknown")


def test_a_host_that_does_not_start_on_a_full_disk_ends_all():
    words = b"failed to start daemon: mkdir /var/lib/docker: no space left on device"
    container = SimpleNamespace(
        status="exited", reload=lambda: None, logs=lambda tail: words, attrs={}
    )
    with pytest.raises(EngineError, match="disk of the Docker engine is full: free some"):
        wait_for_engine(container, time.monotonic() + 60)


def test_a_store_that_can_not_be_listed_is_told(make_lab):
    def fail(prefix):
        raise CloudError("no answer")

    store = SimpleNamespace(list_objects=fail)
    assert "the lab's S3 store does not answer (no answer)" in tell(
        make_lab(bucket=store, **{STORE: serve()})
    )


@pytest.mark.parametrize(
    "words",
    [
        "curl: (6) Could not resolve host: example.com",
        "npm ERR! code EAI_AGAIN",
        'Get "https://x/v2/": net/http: TLS handshake timeout',
        "ERROR: 503 Service Unavailable",
        "toomanyrequests: You have reached your pull rate limit",
    ],
)
def test_what_a_network_could_not_do_ends_one_sequence_unless_it_was_to_fail(make_lab, words):
    log = f"#9 0.1 {words}\n#9 ERROR: exit code: 1\n".encode()
    said = tell(make_lab(), log)
    assert said.startswith("one ends: ") and "failed for the network" in said
    assert tell(make_lab(), log, expected=True) == ""
    assert tell(make_lab(), log + 30 * OTHER) == ""
    assert tell(make_lab(), b"[Container] " + log.splitlines()[0] + b"\n" + OTHER) == ""
