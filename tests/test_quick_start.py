"""The quick start's docker lines, word for word, in a build host that pushes to the test AWS."""

import base64
import shlex
import threading
from pathlib import Path

import pytest
from aws.client import list_images
from aws.registry import Registry
from aws.server import QuietHandler
from conftest import SMALL_IMAGE
from werkzeug.serving import make_server

from analysis.lab import start_host

pytest_plugins = ["aws.fixtures"]

ROOT = Path(__file__).parent.parent
NAME = "docker-cache"
# after the address is known: the AWS CLI itself is not in the lab's build hosts
LOGIN = "aws ecr get-login-password"
BUILDS = ("docker build --tag", "docker buildx build --load", "docker buildx build --push")


def read_lines():
    """The lines of the quick start from the login on."""
    blocks = (ROOT / "docs" / "aws.md").read_text().split("```")
    (block,) = (each for each in blocks if LOGIN in each)
    return LOGIN + block.partition(LOGIN)[2]


@pytest.fixture
def registry(aws, lab):
    """The address at which the lab's network has what docker pushes to in the test AWS."""
    lab.network.reload()
    gateway = lab.network.attrs["IPAM"]["Config"][0]["Gateway"]
    server = make_server(gateway, 0, Registry(aws), threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"{gateway}:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def host(lab, registry, context):
    """A build host that reaches it, with a context in ./deploy/."""
    path = context / "Dockerfile"
    served = lab.serve(SMALL_IMAGE, "small", "1")
    path.write_text(path.read_text().replace(SMALL_IMAGE, served))
    registries = [registry, lab.private.address, lab.public.address]
    host = start_host(
        lab.client, lab.images.host, lab.network.name, lab.id, registries, lab.nameservers
    )
    host.put(context, "deploy")
    yield host
    host.remove()


def test_the_docker_lines_of_the_quick_start_work_as_they_are_written(aws, world, registry, host):
    (data,) = aws.client("ecr").get_authorization_token()["authorizationData"]
    password = base64.b64decode(data["authorizationToken"]).decode().partition(":")[2]
    lines = read_lines()
    assert [each for each in BUILDS if each not in lines] == []
    script = (
        f"aws() {{ echo {shlex.quote(password)}; }}\n"
        f"export ECR_REPOSITORY_URL={registry}/{NAME}\nset -e\n{lines}"
    )
    said = host.read(script)
    assert "Login Succeeded" in said
    images = list_images(aws, NAME)
    kinds = images["kind"].value_counts()
    assert kinds["cache"] == 1 and set(kinds.index) == {"image", "cache"}
    assert sorted(images["tags"].explode().dropna()) == ["cache", "latest"]


def test_without_a_login_nothing_is_pushed(aws, world, registry, host):
    image = f"{registry}/{NAME}:latest"
    said = host.read(f"docker build -q -t {image} deploy >/dev/null; docker push {image} 2>&1 || :")
    assert "no basic auth credentials" in said
    assert aws.client("ecr").describe_images(repositoryName=NAME)["imageDetails"] == []
