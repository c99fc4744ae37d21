"""The host of a Docker server: its client reaches it, the steps of builds do not."""

import base64

import pytest
from conftest import base_image

from analysis.lab.host import HostKind

PORT, IMAGE = 9876, "lab-bash:tests"
# an image of what a step needs to knock at an address
TOOLS = (
    "tar -ch $(ldd /bin/bash /usr/bin/timeout | grep -o '/[^ :]*' | sort -u) 2>/dev/null | base64"
)
STEP = """\
for address in {addresses}; do
  timeout 2 /bin/bash -c "</dev/tcp/$address/{port}" && found=reached || found=closed
  echo $found $address
done
[ -e /var/run/docker.sock ] && echo socket || echo no socket
"""


@pytest.fixture(scope="module")
def image(lab, engine):
    text = engine.containers.run(base_image(), ["sh", "-c", TOOLS], remove=True)
    name, _, tag = IMAGE.partition(":")
    engine.api.import_image_from_data(base64.b64decode(text), name, tag)
    yield lab.serve(IMAGE, name, tag)
    engine.images.remove(IMAGE)


@pytest.fixture
def server(lab):
    yield from start(lab, HostKind.SERVER)


@pytest.fixture
def mine(lab):
    yield from start(lab, HostKind.PLAIN)


@pytest.fixture
def other(lab):
    yield from start(lab, HostKind.PLAIN)


def start(lab, kind):
    host = lab.start_host(kind)
    yield host
    host.remove()


def build(host, image, addresses):
    """What a RUN step of a build on a host prints."""
    step = STEP.format(addresses=" ".join(addresses), port=PORT)
    run = 'RUN ["/bin/bash", "/step.sh"]'
    host.put_files({"/w/Dockerfile": f"FROM {image}\nCOPY step.sh /\n{run}\n", "/w/step.sh": step})
    return host.read("docker build --no-cache --progress plain /w 2>&1")


def test_only_its_client_reaches_a_docker_server(lab, image, server, mine, other):
    mine.use_server(server)
    addresses = [server.address, "172.17.0.1"]
    # on the server itself, where the client's builds run, and on a host beside it
    said = [build(mine, image, addresses), build(other, image, addresses[:1])]
    for text in said:
        assert "reached" not in text
        assert f"closed {server.address}" in text and "no socket" in text
    name = "docker info --format '{{.Name}}'"
    assert mine.read(name) == server.read(name) != other.read(name)
    # the step does find what is open
    server.read("iptables -F SERVER || iptables-legacy -F SERVER")
    assert f"reached {server.address}" in build(mine, image, addresses)


def test_the_next_client_takes_the_place_of_the_last(lab, server, mine, other):
    for host in (mine, other):
        host.use_server(server)
    assert other.read("docker version --format '{{.Server.Version}}'")
    assert "closed" in mine.read("timeout 3 docker version >/dev/null 2>&1 || echo closed")
