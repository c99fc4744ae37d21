"""What several test modules share: a lab on a real engine, and a small context to build in it."""

import os
from pathlib import Path

import pytest

from analysis.builders import engine
from analysis.builders.lab import Lab
from analysis.errors import EngineError

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def client():
    """A client of a Docker engine. In CI its absence is an error, elsewhere a reason to skip."""
    try:
        client = engine.connect()
    except EngineError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    yield client
    client.close()


@pytest.fixture(scope="session")
def lab(client):
    """A lab that is up, shared by the tests that do not break it."""
    with Lab() as lab:
        yield lab


@pytest.fixture
def context(tmp_path, monkeypatch):
    """A build context of three quick steps that need no network."""
    folder = tmp_path / "context"
    folder.mkdir()
    (folder / "requirements.txt").write_text("nothing==1.0\n")
    (folder / "app.py").write_text("print('hello')\n")
    (folder / "Dockerfile").write_text(
        f"FROM {base_image()}\n"
        "COPY requirements.txt ./\n"
        "RUN sleep 0.3; cat requirements.txt >/installed\n"
        "COPY app.py ./\n"
    )
    return folder


def base_image():
    """The lab's base image."""
    return os.environ.get("BASE_IMAGE", "public.ecr.aws/docker/library/python:3.13-slim")
