"""The port behind which the test AWS is: counts and checks each request before moto has it."""

import json
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
from moto.core.base_backend import BackendDict
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from aws import REGION, codebuild, ecr, guard, lifecycle, logs, projects
from aws.builds import make_outcome
from aws.checks import JSON, QUERY, Call, read_call
from aws.images import archive_image, load_listing
from aws.registry import Registry
from aws.replay import read_past
from aws.starts import add_finished
from aws.state import State
from aws.world import REGISTRY, make_world

Start = Callable[..., Any]


class LocalAWS(State):
    """The test AWS as tests have it."""

    def __init__(self, endpoint: str = "") -> None:
        super().__init__()
        self.endpoint = endpoint
        self.clients: dict[tuple[str, str], Any] = {}

    def reset(self) -> None:
        """An empty account, and nothing set."""
        BackendDict.reset()
        self.clear()

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which any client reaches this AWS and no other."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/nonexistent/config",
            "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent/credentials",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }

    def client(self, service: str, region: str = REGION) -> Any:
        """A boto3 client of a service here, whatever the environment says."""
        if (service, region) not in self.clients:
            self.clients[service, region] = boto3.client(
                service,
                endpoint_url=self.endpoint,
                region_name=region,
                aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            )
        return self.clients[service, region]

    def make_world(self) -> dict[str, str]:
        """Make what Terraform makes; the settings (CODEBUILD_PROJECT, …) that name it."""
        settings = make_world(self.client)
        self.requests.clear()
        self.calls.clear()
        return settings

    def load_images(self, repository: str, listing: Mapping[str, Any]) -> None:
        """Let a repository of this name hold a listing ({"imageDetails", "manifests"})."""
        load_listing({"ECR_REPOSITORY_URL": f"{REGISTRY}/{repository}"}, listing, 0, REGION)

    def archive(self, repository: str, tag: str) -> None:
        """Let the image of this tag be in the archive."""
        archive_image(repository, tag, self.now(), REGION)

    def add_build(
        self,
        project: str,
        started: float,
        *,
        log: bytes | str = b"",
        status: str = "SUCCEEDED",
        phase: str = "",
        variables: Mapping[str, str] | None = None,
    ) -> str:
        """A build of a project that is over since long; its id. `started`: seconds since 1970."""
        text = log.encode() if isinstance(log, str) else log
        outcome = make_outcome(status, text, phase)
        return add_finished(self, project, started, outcome, variables or {})

    def add_history(self, project: str) -> list[str]:
        """Every recorded build of `experiment` as one of a project's past; their ids, in order."""
        return [
            add_finished(self, project, started, outcome, variables)
            for started, outcome, variables in read_past(self.experiment)
        ]


class Moto(DomainDispatcherApplication):
    """moto, which looks for a host's service in its folders once and not with each request."""

    def __init__(self) -> None:
        super().__init__(create_backend_app)
        self.found: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        """The service behind a host."""
        if host not in self.found:
            self.found[host] = super().get_backend_for_host(host)
        return self.found[host]


class Gate:
    """In front of moto: counts and checks requests, gives the answers that tests ask for."""

    def __init__(self, aws: LocalAWS) -> None:
        self.aws, self.lock = aws, threading.RLock()
        self.moto, self.registry = Moto(), Registry(aws)

    def __call__(self, environ: dict[str, Any], start: Start) -> list[bytes]:
        if environ["PATH_INFO"].startswith("/v2/"):
            return self.registry(environ, start)
        call = read_call(environ)
        with self.lock:
            self.aws.requests[call.operation] += 1
            self.aws.calls.append(call)
            if call.problems:
                return self.refuse(call, "ValidationException", "; ".join(call.problems), start)
            if self.aws.policy and (words := guard.find_denied(self.aws.policy, call)):
                return self.deny(call, words, environ, start)
            fault = self.aws.take_fault(call)
            if fault and not fault.late:
                return say_error(call, fault.status, fault.code, fault.message, environ, start)
            if fault:
                self.pass_on(environ, ignore_start)
                return say_error(call, fault.status, fault.code, fault.message, environ, start)
            try:
                return self.pass_on(environ, start)
            except Exception:
                return self.refuse(call, "NotImplemented", traceback.format_exc(limit=-3), start)

    def pass_on(self, environ: dict[str, Any], start: Start) -> list[bytes]:
        """moto's answer."""
        return list(self.moto(environ, start))

    def deny(self, call: Call, words: str, environ: dict[str, Any], start: Start) -> list[bytes]:
        """The answer to who may not ask; of objects to be deleted S3 says it one by one."""
        if call.operation == "DeleteObjects":
            told = "<Code>AccessDenied</Code><Message>Access Denied</Message>"
            keys = [each["Key"] for each in call.params["Delete"]["Objects"]]
            errors = "".join(f"<Error><Key>{key}</Key>{told}</Error>" for key in keys)
            start("200 OK", [("Content-Type", "text/xml")])
            return [f"<DeleteResult>{errors}</DeleteResult>".encode()]
        code, status = (
            ("AccessDenied", 403) if call.protocol != JSON else ("AccessDeniedException", 400)
        )
        return say_error(call, status, code, words, environ, start)

    def refuse(self, call: Call, code: str, words: str, start: Start) -> list[bytes]:
        """An error that is held against who asked, and isn't asked for again."""
        self.aws.violations.append(f"{call}: {words}")
        return say_error(call, 400, code, words, {}, start)


def ignore_start(*_: Any) -> None:
    """Take the head of an answer that nobody gets."""


def say_error(
    call: Call, status: int, code: str, message: str, environ: Mapping[str, Any], start: Start
) -> list[bytes]:
    """An error in the form of the call's protocol."""
    if call.protocol == JSON:
        kind, text = "application/x-amz-json-1.1", json.dumps({"__type": code, "message": message})
    else:
        kind, text = "text/xml", f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        if call.protocol == QUERY:
            text = f"<ErrorResponse>{text}<RequestId>0</RequestId></ErrorResponse>"
    body = b"" if environ.get("REQUEST_METHOD") == "HEAD" else text.encode()
    start(f"{status} Error", [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]


class QuietHandler(MotoRequestHandler):
    """Handles a request without a line about it."""

    def log(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def serve(port: int = 0) -> Iterator[LocalAWS]:
    """The test AWS, served on a loopback port (0: any) until the block ends."""
    aws = LocalAWS()
    for service in (codebuild, projects, logs, ecr, lifecycle, guard):
        service.install(aws)
    server = make_server("127.0.0.1", port, Gate(aws), threaded=True, request_handler=QuietHandler)
    aws.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield aws
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
