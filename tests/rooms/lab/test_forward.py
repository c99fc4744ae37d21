"""The proxy that steps of builds fetch through: it passes on what it is asked for."""

import http.client
import http.server
import socket
import subprocess
import sys
import threading
import time

import pytest
from conftest import base_image

from analysis.lab import forward
from analysis.lab.lab import Lab
from analysis.workload import read_link


class Origin(http.server.BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        data = f"{self.command} {self.path} {self.headers['Host']} {body.decode()}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-Asked", self.headers.get("Connection", ""))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture
def origin():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def proxy():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = (
        open(forward.__file__)
        .read()
        .replace(f"PORT, _CHUNK, _HEAD = {forward.PORT}", f"PORT, _CHUNK, _HEAD = {port}")
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.02)
    yield port
    process.kill()
    process.wait()


def ask(port, method, target, body=None):
    """(status, text) of a request to the proxy."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, target, body)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_a_request_with_a_whole_address_is_passed_on_with_its_body(proxy, origin):
    for method, body in (("GET", None), ("POST", "x" * 200_000)):
        status, text = ask(proxy, method, f"http://127.0.0.1:{origin}/a?b=c", body)
        assert status == 200
        assert text.startswith(f"{method} http://127.0.0.1:{origin}/a?b=c 127.0.0.1:{origin}")
        assert text.endswith(body or " ")


def test_a_tunnel_carries_several_requests(proxy, origin):
    connection = http.client.HTTPConnection("127.0.0.1", proxy, timeout=30)
    connection.set_tunnel("127.0.0.1", origin)
    for number in range(3):
        connection.request("GET", f"/{number}")
        assert connection.getresponse().read().decode().startswith(f"GET /{number} ")
    connection.close()


def test_a_server_that_is_not_there_is_told(proxy):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        status, text = ask(proxy, "GET", f"http://127.0.0.1:{port}/")
        assert status == 502 and "Connect call failed" in text
        connection = http.client.HTTPConnection("127.0.0.1", proxy, timeout=30)
        connection.set_tunnel("127.0.0.1", port)
        with pytest.raises(OSError, match="502"):
            connection.request("GET", "/")


def test_it_answers_for_itself_and_not_for_what_is_no_request(proxy):
    assert ask(proxy, "GET", "/") == (200, "")
    for sent in (b"nonsense\r\n\r\n", b"", b"GET http://[/ HTTP/1.1\r\n\r\n", b"\xff" * 70_000):
        with socket.create_connection(("127.0.0.1", proxy), timeout=30) as client:
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
            answer = client.recv(100)
            assert answer.startswith(b"HTTP/1.1 502") or not sent
    assert ask(proxy, "GET", "/") == (200, "")


STEP = """\
FROM {base}
RUN python3 -c "import urllib.request as r; print(len(r.urlopen('http://{address}/v2/').read()))"
"""


def test_what_a_step_fetches_passes_the_link(client):
    with Lab(link=read_link("1ms")) as lab:
        assert lab.run_fetches == "link"
        host = lab.start_host()
        try:
            # a server that is not behind the link itself: its container, not its address there
            address = lab.servers["public"].address
            base = lab.serve_base(base_image(), "1")
            host.put_files({"/w/Dockerfile": STEP.format(base=base, address=address)})
            for builder in ("true", "docker buildx create --use"):
                host.read(builder)
                began = received(lab)
                said = host.read("docker buildx build --no-cache --progress plain /w 2>&1")
                assert received(lab) > began, said
        finally:
            host.remove()


def received(lab):
    """Bytes that the proxy was sent so far."""
    found = lab.servers["proxy"].container.stats(stream=False)["networks"]
    return sum(each["rx_bytes"] for each in found.values())


def test_an_unshaped_lab_has_no_proxy(lab):
    assert lab.run_fetches == "direct" and lab.proxy is None
