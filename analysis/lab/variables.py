"""What a build in the lab is told by its environment, besides what its project gives it."""

from analysis.lab.job_aws import JobAws
from analysis.lab.lab import Lab
from analysis.lab.store import SETTING, Store
from analysis.workload import Strategy

CONTEXT = "deploy"


def list_variables(
    strategy: Strategy, aws: JobAws, repository: str, scenario: str, number: int
) -> dict[str, str]:
    """CodeBuild's variables, and where a build pushes to."""
    ours = {
        "ECR_REPOSITORY_URL": f"{aws.address}/{repository}",
        "IMAGE_TAG": "latest",
        "CONTEXT": "." if strategy.in_context else f"./{CONTEXT}/",
    }
    # a buildspec of somebody else's may have variables of these names
    taken = strategy.buildspec.variables if strategy.in_context else {}
    given = {name: text for name, text in ours.items() if name not in taken}
    return aws.describe(scenario, number, find_folder(strategy)) | given


def find_folder(strategy: Strategy) -> str:
    """Where commands begin, from the source's folder: in the context, if it is theirs."""
    return CONTEXT if strategy.in_context else "."


def find_store(lab: Lab, strategy: Strategy) -> Store | None:
    """The lab's S3 store where a strategy keeps its cache in it."""
    return lab.store if SETTING in strategy.buildspec.text else None
