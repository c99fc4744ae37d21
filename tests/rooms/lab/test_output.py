"""What a command in a build host prints is whole, however late the client reads it."""

import json
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import docker
import pytest
from docker.models.containers import Container

from analysis.errors import EngineError, HostError
from analysis.lab.host import BuildHost

PRINTED = [b"build host after: begin\n", b"x" * 40_000, b"", b"\xff\n", b"build host after: end\n"]


class Engine(BaseHTTPRequestHandler):
    """An engine that has printed before the client reads its answer: all goes out at once."""

    # pieces of output, bytes that are missing at their end, and the status of the answer
    printed, missing, status = PRINTED, 0, 200

    def do_GET(self):
        self.answer({"ExitCode": 0})

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if not self.path.endswith("/start"):
            self.answer({"Id": "e"})
        elif self.status != 200:
            self.answer({"message": "container c is not running"}, self.status)
        else:
            pieces = [b"\1\0\0\0" + len(each).to_bytes(4, "big") + each for each in self.printed]
            output = b"".join(pieces)
            upgraded = "Upgrade" in self.headers
            head = b"101 UPGRADED\r\nUpgrade: tcp" if upgraded else b"200 OK"
            output = output[: len(output) - self.missing]
            self.wfile.write(b"HTTP/1.1 " + head + b"\r\n\r\n" + output)

    def answer(self, content, status=200):
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Keep quiet."""


@pytest.fixture
def host():
    """A build host of such an engine, which a test may change: `host.engine`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Changed", (Engine,), {}))
    threading.Thread(target=server.serve_forever, args=[0.01]).start()
    address = f"tcp://127.0.0.1:{server.server_port}"
    with closing(docker.DockerClient(base_url=address, version="1.43")) as client:
        host = BuildHost(Container({"Id": "c"}, client), 0.0)
        host.engine = server.RequestHandlerClass
        yield host
    server.shutdown()
    server.server_close()


def test_what_was_printed_before_the_client_reads_is_there(host):
    got = []
    assert host.execute("", {}, got.append) == 0
    assert b"".join(got) == b"".join(PRINTED)


@pytest.mark.parametrize("missing", [1, len(PRINTED[-1]), len(PRINTED[-1]) + 3])
def test_output_that_ends_within_a_piece_is_kept_as_far_as_it_came(host, missing):
    host.engine.missing = missing
    got = []
    host.execute("", {}, got.append)
    kept = len(PRINTED[-1]) - min(missing, len(PRINTED[-1]))
    assert b"".join(got) == b"".join(PRINTED[:-1]) + PRINTED[-1][:kept]


@pytest.mark.parametrize(
    ("status", "error"), [(404, HostError), (409, HostError), (500, EngineError)]
)
def test_an_engine_that_refuses_is_told_as_before(host, status, error):
    host.engine.status = status
    with pytest.raises(error) as caught:
        host.execute("", {}, print)
    assert isinstance(caught.value, HostError) == (error is HostError)
