"""What the tests of the CodeBuild path share: a clock that jumps, a client that dies on demand."""

import io
import zipfile
from dataclasses import dataclass, field

from analysis.aws import Aws
from analysis.codebuild import Options, run_on_codebuild
from analysis.experiment import Settings


class Killed(BaseException):
    """A client that is gone from one moment to the next."""


@dataclass
class Clock:
    """Time that passes only where someone waits for it."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.waits.append(seconds)
        self.now += seconds


def run(folder, strategies, scenarios, clock=None, concurrency=2, lines=None, **settings):
    """The folder of an experiment run to its end on the test AWS; `lines` takes what is told."""
    clock = clock or Clock()
    options = Options(concurrency, "yes", clock.clock, clock.sleep)
    report = print if lines is None else lines.append
    settings = Settings(**({"rounds": 1} | settings))
    return run_on_codebuild(folder, strategies, scenarios, settings, options, report)


def read_source(aws, request):
    """Path -> content of what a build was given."""
    bucket, _, key = request.data["source"]["location"].partition("/")
    data = aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def die_at(monkeypatch, operation, when, nth=1):
    """Let the client be gone before its n-th request of an operation, or right after its answer."""
    left = [nth]

    def die(**_):
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    make = Aws.client

    def client(self, service):
        known = service in self.clients
        made = make(self, service)
        if not known:
            event = "before-call" if when == "before" else "after-call"
            made.meta.events.register(f"{event}.*.{operation}", die)
        return made

    monkeypatch.setattr(Aws, "client", client)
