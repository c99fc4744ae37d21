"""Contexts of a history's commits as sources in S3, and a newer base image to build them on.

FROM takes what the Dockerfile names. For scenario base a small build makes an image that has one
more file than each of those, and pushes it to the experiment's own repository `bases`.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.aws import Aws, upload
from analysis.codebuild.context_archive import zip_context
from analysis.codebuild.job import CloudJob
from analysis.codebuild.ledger import DONE, Ledger
from analysis.codebuild.plan import CloudPlan, Report
from analysis.codebuild.repositories import lose
from analysis.codebuild.scheduler import Steps
from analysis.codebuild.target import CONTEXT
from analysis.errors import CloudError
from analysis.experiment import Settings, digest_of
from analysis.workload import (
    BASE,
    Strategy,
    list_bases,
    make_context,
    parse_buildspec,
    set_arguments,
)

BASES, NEWER = "bases", "newer"
BUILDSPEC = """\
# a newer version of each base image: the same with one more file
version: 0.2
phases:
  pre_build:
    commands:
      - |
        case "$ECR_REPOSITORY_URL" in
          *.dkr.ecr.*)
            aws ecr get-login-password | docker login --username AWS --password-stdin "$ECR_REPOSITORY_URL" ;;
        esac
  build:
    commands:
      - |
        set -e
        mkdir newer && echo 2 >newer/base-version
        number=0
        for base in $BASES; do
          number=$((number + 1))
          printf 'FROM %s\\nCOPY base-version /etc/base-version\\n' "$base" >newer/Dockerfile
          docker build --tag "$ECR_REPOSITORY_URL:$number" newer
          docker push "$ECR_REPOSITORY_URL:$number"
        done
"""  # noqa: E501


@dataclass(frozen=True)
class Source:
    """A context as a build takes it: its location in S3, and its digest."""

    location: str
    digest: str


def upload_contexts(
    aws: Aws, plan: CloudPlan, settings: Settings, newer: Mapping[str, str]
) -> dict[str, Source]:
    """Scenario -> the context as of its commit, uploaded. `newer`: base image -> a newer one."""
    found = {}
    with tempfile.TemporaryDirectory(prefix="context-") as folder:
        for name in plan.scenarios:
            target = Path(folder) / name
            make_context(settings.context, name, target, {}, newer, settings.replacements)
            set_arguments(target, settings.arguments)
            data = zip_context(target, CONTEXT)
            location = upload(aws, plan.place.source_bucket, name, data)
            found[name] = Source(location, digest_of(target))
    return found


def find_bases(settings: Settings) -> list[str]:
    """The images that the Dockerfile builds on as of scenario base."""
    with tempfile.TemporaryDirectory(prefix="context-") as folder:
        target = Path(folder) / BASE.name
        make_context(settings.context, BASE.name, target, {}, {}, settings.replacements)
        return list_bases(target)


def name_newer(job: CloudJob, bases: list[str]) -> dict[str, str]:
    """Base image -> the newer one that the build of `job` pushes."""
    return {base: f"{job.target.repository[1]}:{number}" for number, base in enumerate(bases, 1)}


def make_bases_job(
    aws: Aws, plan: CloudPlan, folder: Path, bases: list[str], settings: Settings, report: Report
) -> CloudJob:
    """The job whose one build makes newer base images."""
    strategy = Strategy(
        name=BASES,
        title="newer base images",
        buildspec=parse_buildspec(BUILDSPEC, BASES),
        expect="succeeded",
        host="fresh",
        emulated=False,
        store="classic",
    )
    ledger = Ledger.open(folder, BASES, plan.experiment)
    variables = {"BASES": " ".join(bases)}
    return CloudJob(aws, plan.place, strategy, 0, ledger, settings.time_limit, report, variables)


def build_bases(job: CloudJob, source: str) -> Steps:
    """Make newer base images, unless they are there already. CloudError when that fails."""
    yield from job.open()
    if job.ledger.is_done(NEWER):
        return
    entry, build, _ = yield from job.run(NEWER, source)
    if build["buildStatus"] != "SUCCEEDED":
        lose(job.ledger, entry, build)
        raise CloudError(
            f"The build {entry.id}, which makes newer base images, ended as "
            f"{build['buildStatus']}: see its log; give the commit as "
            "REPLACEMENTS/base, or leave scenario base out."
        )
    job.ledger.note(entry, state=DONE)
