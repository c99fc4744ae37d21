"""What a sequence of builds has of AWS: registries under ECR's names, and CodeBuild's variables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from analysis.errors import HostError
from analysis.lab.aws_names import AwsNames, describe_codebuild, find_names
from analysis.lab.ecr import Ecr, start_ecr
from analysis.lab.engine import engine_errors
from analysis.lab.host import SOURCE, BuildHost
from analysis.lab.lab import Lab
from analysis.lab.servers import LabNetwork
from analysis.workload import Buildspec

# Docker's own image of a host has none; where there is a network, Alpine's packages do
_FIND_BASH = "command -v bash >/dev/null || apk add --quiet bash"


@dataclass
class JobAws:
    """The AWS of a sequence: none for a buildspec that asks for nothing, else begun with a host."""

    lab: Lab
    buildspec: Buildspec
    variables: Mapping[str, str] = field(default_factory=dict)
    ecr: Ecr | None = None

    @cached_property
    def names(self) -> AwsNames | None:
        """What its builds ask of AWS, null for nothing."""
        return find_names(self.buildspec, self.variables)

    @property
    def address(self) -> str:
        """Where images are pushed to: a registry of ECR, or the lab's private one."""
        return self.names.hosts[0] if self.names else self.lab.private.address

    def start(self) -> Ecr | None:
        """The registry and what answers the AWS CLI; null where nobody asks."""
        if self.names and self.ecr is None:
            network = LabNetwork(self.lab.client, self.lab.network_name, self.lab.id)
            with engine_errors("starting an AWS for builds"):
                self.ecr = start_ecr(network, self.lab.images, self.lab.link, self.names)
        return self.ecr

    def close(self) -> None:
        """Remove it in the background."""
        if self.ecr:
            self.lab.background.start(self.ecr.close)
            self.ecr = None

    def describe(self, scenario: str, number: int, folder: str) -> dict[str, str]:
        """CodeBuild's variables for a build whose source is in a folder."""
        place = SOURCE if folder == "." else f"{SOURCE}/{folder}"
        return describe_codebuild(self.names, scenario, number, place, self.lab.images.host)


def find_bash(host: BuildHost, buildspec: Buildspec) -> None:
    """HostError where a buildspec wants bash and its host can't have it."""
    if "bash" not in buildspec.shell:
        return
    try:
        host.read(_FIND_BASH)
    except HostError as error:
        raise HostError(
            f"{buildspec.source} asks for bash (env/shell), which the build host's image lacks: "
            "set HOST_IMAGE to one that has it."
        ) from error
