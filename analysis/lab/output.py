"""What a command in a container prints, all of it and as it comes."""

import contextlib
from collections.abc import Iterator

import docker
import requests
from docker.errors import create_api_error_from_http_exception
from urllib3.exceptions import HTTPError

# of a piece of output: its stream and its size
_HEAD_BYTES = 8


def follow_output(api: docker.APIClient, command: str) -> Iterator[bytes]:
    """Start a command that exec_create made; what it prints, piece by piece. APIError, OSError.

    The client's own exec_start reads the socket beside the buffer that held the answer's head, and
    loses what came with it: the first lines of a command, where the client was slow
    (https://github.com/docker/docker-py/issues/3332). Pieces:
    https://docs.docker.com/reference/api/engine/version/v1.43/#tag/Container/operation/ContainerAttach
    """
    address = f"{api.base_url}/v{api.api_version}/exec/{command}/start"
    asked = {"Detach": False, "Tty": False}
    with contextlib.closing(api.post(address, json=asked, stream=True)) as answer:
        try:
            answer.raise_for_status()
            while len(head := answer.raw.read(_HEAD_BYTES)) == _HEAD_BYTES:
                yield answer.raw.read(int.from_bytes(head[4:], "big"))
        except requests.HTTPError as error:
            create_api_error_from_http_exception(error)
        except HTTPError as error:
            raise ConnectionError(f"a command's output broke off: {error}") from error
