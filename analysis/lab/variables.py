"""What a build in the lab is told by its environment: CodeBuild's variables, and the project's."""

from typing import TYPE_CHECKING

from analysis.lab.store import SETTING, Store
from analysis.workload import Strategy

if TYPE_CHECKING:
    from analysis.lab.build import Build
    from analysis.lab.lab import Lab

CONTEXT = "deploy"


def list_variables(build: "Build") -> dict[str, str]:
    """The variables of a build: CodeBuild's, where it pushes to, its project's, its cache's."""
    job = build.job
    strategy, store = job.strategy, find_store(job.lab, job.strategy)
    ours = {
        "ECR_REPOSITORY_URL": f"{job.aws.address}/{job.repository}",
        "IMAGE_TAG": "latest",
        "CONTEXT": "." if strategy.in_context else f"./{CONTEXT}/",
    }
    # a buildspec of somebody else's may have variables of these names
    taken = strategy.buildspec.variables if strategy.in_context else {}
    given = {name: text for name, text in ours.items() if name not in taken}
    told = job.aws.describe(build.scenario, job.number, job.folder)
    return told | given | job.given.environment | (store.environment if store else {})


def find_store(lab: "Lab", strategy: Strategy) -> Store | None:
    """The lab's S3 store where a strategy keeps its cache in it."""
    return lab.store if SETTING in strategy.buildspec.text else None
