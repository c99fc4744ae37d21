"""What a build in the lab is told by its environment, besides what its project gives it."""

import hashlib

from analysis.lab.job_aws import JobAws
from analysis.lab.lab import Lab
from analysis.lab.store import SETTING, Store
from analysis.workload import MAIN, Strategy

CONTEXT = "deploy"
# what a build is told of its commit, where its buildspec asks for it
COMMIT, BRANCH = "COMMIT", "BRANCH"
# a strategy that names it pulls base images through a registry of its own
THROUGH_SETTING, _THROUGH_OF = "PULL_THROUGH_URL", "PULL_THROUGH_OF"


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


def list_given(lab: Lab, strategy: Strategy, commit: str, branch: str) -> dict[str, str]:
    """What a shipped buildspec may ask for: its commit and branch, and where its caches are."""
    found: dict[str, str] = {}
    if COMMIT in strategy.buildspec.text and not strategy.in_context:
        found |= {BRANCH: branch, COMMIT: commit}
    if lab.through:
        found |= {THROUGH_SETTING: lab.through, _THROUGH_OF: lab.public.address}
    store = find_store(lab, strategy)
    return found | (store.environment if store else {})


def name_commit(sequence: str, scenario: str, number: int = 0, branch: str = MAIN) -> str:
    """What stands for a commit's hash: 12 hexadecimal digits that no other of a sequence has."""
    return hashlib.sha256(f"{sequence}/{scenario}/{number}/{branch}".encode()).hexdigest()[:12]


def find_folder(strategy: Strategy) -> str:
    """Where commands begin, from the source's folder: in the context, if it is theirs."""
    return CONTEXT if strategy.in_context else "."


def find_store(lab: Lab, strategy: Strategy) -> Store | None:
    """The lab's S3 store where a strategy keeps its cache in it."""
    return lab.store if SETTING in strategy.buildspec.text else None
