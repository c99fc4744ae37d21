"""What a build does: its buildspec, for real, in a build host of a lab.

    aws.runner = LabRunner(lab)

The lab's private registry stands for ECR, its images for those that a Dockerfile names. A project
with a local cache keeps its host, one with a Docker server keeps that. What is in the lab's
registry and S3 store afterwards is what ECR and the bucket have; the log is there when the build
is over.
"""

import io
import stat
import tempfile
import threading
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from moto.ecr.models import ecr_backends
from moto.s3.models import s3_backends

from analysis.experiment import serve_bases
from analysis.lab import BUCKET, SETTING, BuildJob, Images, Lab, Result, Store, run_buildspec
from analysis.workload import STORE, Buildspec, Strategy, list_named, parse_buildspec, set_images
from aws import ACCOUNT, REGION
from aws.builds import SHORTEST, Outcome, make_outcome, read_phases, read_stamp
from aws.images import HOST
from aws.replay import STAMP, to_codebuild
from aws.state import Request

STATUS = {"succeeded": "SUCCEEDED", "failed": "FAILED", "timed out": "TIMED_OUT"}
URLS = ("ECR_REPOSITORY_URL", "CACHE_REPOSITORY_URL")


class LabRunner:
    """Runs builds in a lab that is up, as State.runner."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self.lock = lab, threading.Lock()
        self.jobs: dict[tuple[str, str], BuildJob] = {}
        self.served: dict[str, str] = {}
        self.running: list[LabBuild] = []

    def __call__(self, request: Request) -> "LabBuild":
        build = LabBuild(self, request)
        self.running.append(build)
        build.thread.start()
        return build

    def close(self) -> None:
        """Wait for the builds and remove the hosts that were kept."""
        for build in self.running:
            build.thread.join()
        for job in self.jobs.values():
            job.close()

    def find_job(self, request: Request, buildspec: Buildspec) -> BuildJob:
        """Where a build gets its host: that of its project, as the project is made."""
        environment, store = request.data["environment"], buildspec.variables.get(STORE, "classic")
        kept = "kept" if request.data.get("cache", {}).get("type") == "LOCAL" else "fresh"
        host = "server" if environment.get("dockerServer") else kept
        strategy = Strategy(request.strategy, "", buildspec, "succeeded", host, False, store)
        with self.lock:
            key = (request.data["projectName"], store)
            return self.jobs.setdefault(key, BuildJob(self.lab, strategy, 0, 0.0))

    def name_image(self, name: str) -> str:
        """An image of a Dockerfile as the lab serves it; one of ECR's is in its registry."""
        host, _, path = name.partition("/")
        if HOST in host:
            return f"{self.lab.private.address}/{name_repository(path)}"
        with self.lock:
            if name not in self.served:
                image = self.lab.images.base if name == Images().base else name
                self.served |= serve_bases(self.lab, {name: image}, newer=False)
        return self.served[name]


class LabBuild:
    """One build under way; `outcome` once it is over."""

    def __init__(self, runner: LabRunner, request: Request) -> None:
        self.runner, self.request = runner, request
        self.log: list[bytes] = []
        self.outcome: Outcome | None = None
        self.host: Any = None
        self.stopped = False
        self.thread = threading.Thread(target=self.run, daemon=True)

    def stop(self) -> None:
        """Give it up, and its host."""
        self.stopped = True
        if self.host is not None:
            self.host.remove()

    def wait(self) -> None:
        """Wait up to half a second."""
        self.thread.join(0.5)

    def run(self) -> None:
        """Build; whatever goes wrong with the lab is a fault of CodeBuild's."""
        try:
            with tempfile.TemporaryDirectory(prefix="source-") as folder:
                self.outcome = self.build(Path(folder))
        except Exception as error:
            made = make_outcome("STOPPED" if self.stopped else "FAULT")
            told = replace(made.phases[2], context=("INTERNAL_SERVICE_ERROR", repr(error)))
            phases = (*made.phases[:2], told, *made.phases[3:])
            self.outcome = replace(made, phases=phases)

    def build(self, folder: Path) -> Outcome:
        """Run the buildspec on the source in a host."""
        unpack(self.request, folder)
        for context in sorted(path.parent for path in folder.glob("*/Dockerfile")):
            names = list_named(context)
            set_images(context, {name: self.runner.name_image(name) for name in names})
        text = self.request.buildspec
        buildspec = parse_buildspec(text if "\n" in text else (folder / text).read_text())
        stores = self.find_stores(buildspec)
        if stores:
            remove_forgotten(*stores)
        job = self.runner.find_job(self.request, buildspec)
        self.host, _ = job.take_host(0)
        alive = False
        try:
            for path in folder.iterdir():
                self.host.put(path, path.name)
            result = run_buildspec(
                buildspec,
                self.name_settings(buildspec),
                self.host.execute,
                self.log.append,
                time_limit=60 * self.request.data["timeoutInMinutes"],
            )
            alive = result.status != "timed out"
        finally:
            job.give_back(self.host, alive and not self.stopped)
        if stores:
            keep_cached(*stores)
        return self.conclude(result)

    def find_stores(self, buildspec: Buildspec) -> tuple[Store, str, str] | None:
        """(the lab's S3 store, the bucket it stands for, the prefix of a build's cache in it)."""
        store, env = self.runner.lab.store, self.request.env
        if store is None or SETTING not in buildspec.text:
            return None
        return store, env[SETTING], f"{env['ECR_REPOSITORY_URL'].rpartition('/')[2]}/"

    def name_settings(self, buildspec: Buildspec) -> dict[str, str]:
        """A build's variables with the lab's places in the place of AWS's."""
        env = {"AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, **self.request.env}
        for name, value in env.items():
            words = [self.runner.name_image(w) if HOST in w else w for w in value.split(" ")]
            env[name] = " ".join(words)
        if "BASES" in env:
            env["BASES"] = " ".join(map(self.runner.name_image, env["BASES"].split()))
        store = self.runner.lab.store
        return env | (store.environment if store and SETTING in buildspec.text else {})

    def conclude(self, result: Result) -> Outcome:
        """What CodeBuild would say of a build that went like this."""
        log = b"".join(to_codebuild(b"".join(self.log), waited=0))
        status = "STOPPED" if self.stopped else STATUS[result.status]
        failed = [name for name, (state, _) in read_phases(log).items() if state != "SUCCEEDED"]
        outcome = make_outcome(status, log, failed[0].upper() if failed else "")
        begun = read_stamp(STAMP.match(log)[1])
        passed = {"PROVISIONING": max(begun - self.request.started, SHORTEST)}
        passed |= dict.fromkeys(INSTANT, SHORTEST)
        phases = [replace(p, seconds=passed.get(p.name, p.seconds)) for p in outcome.phases]
        return replace(outcome, phases=tuple(phases), images=self.list_images())

    def list_images(self) -> dict[str, Any]:
        """What is in the lab's registry under the names of the build's repositories."""
        found: dict[str, Any] = {"imageDetails": [], "manifests": {}}
        urls = {self.request.env[name] for name in URLS if name in self.request.env}
        for url in sorted(urls):
            listing = self.runner.lab.list_images(name_repository(url.partition("/")[2]))
            found["imageDetails"] += listing["imageDetails"]
            found["manifests"] |= listing["manifests"]
        return found


def list_cached(store: Store, prefix: str) -> list[str]:
    """The keys of a build's cache in the lab's store."""
    found = store.connect().client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix)
    return [item["Key"] for item in found.get("Contents", [])]


def remove_forgotten(store: Store, bucket: str, prefix: str) -> None:
    """Remove from the lab's store what is no longer in the bucket it stands for."""
    held = s3_backends[ACCOUNT]["aws"].buckets[bucket].keys
    for key in list_cached(store, prefix):
        if key not in held:
            store.connect().client("s3").delete_object(Bucket=BUCKET, Key=key)


def keep_cached(store: Store, bucket: str, prefix: str) -> None:
    """Put into the bucket what a build left in the lab's store."""
    for key in list_cached(store, prefix):
        data = store.connect().client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
        s3_backends[ACCOUNT]["aws"].put_object(bucket, key, data)


def name_repository(path: str) -> str:
    """The lab's name for an image of a repository of ECR: another one each time it is made anew."""
    name = path.partition("@")[0].partition(":")[0]
    repository = ecr_backends[ACCOUNT][REGION].repositories.get(name)
    return f"{repository.created_at:%y%m%d%H%M%S%f}/{path}" if repository else path


INSTANT = ("SUBMITTED", "QUEUED", "DOWNLOAD_SOURCE", "UPLOAD_ARTIFACTS", "FINALIZING")


def unpack(request: Request, folder: Path) -> None:
    """A build's source in a folder, links and modes as the zip says; nothing without a source."""
    source = request.data["source"]
    if source["type"] != "S3":
        return
    bucket, _, key = source["location"].partition("/")
    data = s3_backends[ACCOUNT]["aws"].buckets[bucket].keys[key].value
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            mode = entry.external_attr >> 16
            if stat.S_ISLNK(mode):
                path = folder / entry.filename
                path.parent.mkdir(parents=True, exist_ok=True)
                path.symlink_to(archive.read(entry).decode())
                continue
            path = Path(archive.extract(entry, folder))
            if mode:
                path.chmod(stat.S_IMODE(mode))
