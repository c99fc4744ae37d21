"""A newer version of each base image, for the commit that changes it.

FROM takes what the Dockerfile names. For scenario base a small build makes an image that has one
more file than each of those, and pushes it to the experiment's own repository `bases`.
"""

import tempfile
from pathlib import Path

from analysis.aws import Aws
from analysis.codebuild.account import LOG_GROUP
from analysis.codebuild.ledger import DONE, Ledger
from analysis.codebuild.plan import CloudPlan, Report
from analysis.codebuild.repositories import mark_unusable
from analysis.codebuild.scheduler import Waits
from analysis.codebuild.sequence import CloudSequence
from analysis.errors import CloudError
from analysis.experiment import Settings
from analysis.workload import BASE, Strategy, list_bases, make_context, parse_buildspec

BASES = "bases"
_NEWER = "newer"
_BUILDSPEC = """\
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


def find_bases(settings: Settings) -> list[str]:
    """The images that the Dockerfile builds on as of scenario base."""
    with tempfile.TemporaryDirectory(prefix="context-") as folder:
        target = Path(folder) / BASE.name
        given, options = settings.replacements, settings.options
        make_context(settings.context, BASE.name, target, {}, {}, given, options=options)
        return list_bases(target, options)


def name_newer(sequence: CloudSequence, bases: list[str]) -> dict[str, str]:
    """Base image -> the newer one that the build of `sequence` pushes."""
    return {
        base: f"{sequence.target.repository[1]}:{number}" for number, base in enumerate(bases, 1)
    }


def make_bases_sequence(
    aws: Aws, plan: CloudPlan, folder: Path, bases: list[str], settings: Settings, report: Report
) -> CloudSequence:
    """The sequence whose one build makes newer base images."""
    strategy = Strategy(
        name=BASES,
        title="newer base images",
        buildspec=parse_buildspec(_BUILDSPEC, BASES),
        expect="succeeded",
        host="fresh",
        emulated=False,
        store="classic",
    )
    return CloudSequence(
        aws,
        plan.account,
        strategy,
        0,
        Ledger.open(folder, BASES, plan.experiment),
        settings.time_limit,
        report,
        {"BASES": " ".join(bases)},
        plan.projects.get(plan.account.codebuild_project, {}).get(LOG_GROUP, ""),
    )


def build_bases(sequence: CloudSequence, archive: str) -> Waits:
    """Make newer base images, unless they are there already. CloudError when that fails."""
    yield from sequence.open()
    if sequence.ledger.is_done(_NEWER):
        return
    entry, build, _ = yield from sequence.run(_NEWER, archive)
    if build["buildStatus"] != "SUCCEEDED":
        mark_unusable(sequence.ledger, entry, build)
        raise CloudError(
            f"The build {entry.id}, which makes newer base images, ended as "
            f"{build['buildStatus']}: see its log; give the commit as "
            "REPLACEMENTS/base, or leave scenario base out."
        )
    sequence.ledger.note(entry, state=DONE)
