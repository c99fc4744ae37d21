"""Whether AWS allows all that an experiment and its builds ask for, before a build is paid."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from analysis.aws import Aws, Wanted, find_denied, list_attempts, simulate
from analysis.codebuild.account import LOG_GROUP, ROLE, name_repository, needs_bucket, uses
from analysis.codebuild.ledger import Holdings, Ledger
from analysis.codebuild.own_buildspec import Grant, list_grants
from analysis.codebuild.plan import CloudPlan
from analysis.codebuild.repositories import remove_attempt
from analysis.codebuild.waiting import retry_while_busy, sleep_through
from analysis.errors import AccountError, CloudError

_Report = Callable[[str], None]
_NAME = "access"
_LOGIN = "ecr:GetAuthorizationToken"
_PUSH = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
# policy of terraform -> its statements -> what of them is tried
STATEMENTS = {
    "experiment": {
        "Build": (
            "codebuild:BatchGetBuilds",
            "codebuild:ListBuildsForProject",
            "codebuild:StopBuild",
        ),
        "ReadLogs": ("logs:GetLogEvents",),
        "ReadImages": ("ecr:BatchGetImage", "ecr:DescribeImages"),
        "Histories": (
            "ecr:CreateRepository",
            "ecr:DeleteRepository",
            "ecr:DescribeRepositories",
            "ecr:ListTagsForResource",
            "ecr:TagResource",
        ),
        "UploadContext": ("s3:PutObject",),
        "ListCache": ("s3:ListBucket",),
        "EmptyCache": ("s3:DeleteObject",),
    },
    "build": {
        "Login": (_LOGIN,),
        "PullAndPush": _PUSH,
        "ReadContext": ("s3:GetObject", "s3:GetObjectVersion"),
        "FindContext": ("s3:GetBucketAcl", "s3:GetBucketLocation"),
        "FindCache": ("s3:ListBucket",),
        "Cache": ("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"),
        "WriteLog": ("logs:CreateLogStream", "logs:PutLogEvents"),
    },
}


def check_access(
    aws: Aws, plan: CloudPlan, folder: Path, sleep: Callable[[float], None], report: _Report
) -> None:
    """AccountError that names all that AWS does not allow, and what allows it.

    Each kind of call is tried once, but to start a build. What builds may do is asked of IAM,
    where that is allowed, and said to be unknown elsewhere.
    """
    wanted = _list_wanted(plan)
    denied = _try_calls(aws, wanted, Ledger.open(folder, _NAME, plan.experiment), sleep)
    _refuse("experiment", "attach it (output experiment_policy_arn)", denied)
    try:
        pairs = list(_find_denied_to_builds(aws, plan, wanted))
    except CloudError as error:
        report(f"What the builds may do is not known before they run: {error}")
        return
    _refuse("build", "give it to the role of the projects", pairs)
    _tell_grants(_find_lacking(aws, plan, wanted), report)


def _try_calls(
    aws: Aws, wanted: Wanted, ledger: Ledger, sleep: Callable[[float], None]
) -> list[tuple[str, str]]:
    """(statement, action) of what is denied to us; what was made for it is removed again."""
    ledger.begin(Holdings(list(wanted.repositories)))
    try:
        tried = [
            sleep_through(retry_while_busy(partial(find_denied, attempt)), sleep)
            for attempt in list_attempts(aws, wanted)
        ]
    finally:
        # what can't be removed now is by the next call, or when the experiment is cleaned up
        with contextlib.suppress(CloudError):
            sleep_through(remove_attempt(aws, ledger), sleep)
    return [(_find_statement(action), action) for action in tried if action]


def _find_statement(action: str) -> str:
    """The statement of policy experiment that allows an action."""
    known = STATEMENTS["experiment"].items()
    return next((name for name, actions in known if action in actions), "that it lacks")


def _list_wanted(plan: CloudPlan) -> Wanted:
    """What the sequences of a plan use."""
    account, strategies = plan.account, [each.strategy for each in plan.sequences]
    urls = [account.ecr_repository_url]
    if any(uses(each, "CACHE_REPOSITORY_URL") for each in strategies):
        urls.append(account.cache_repository_url)
    return Wanted(
        plan.experiment,
        {name: each[LOG_GROUP] for name, each in plan.projects.items()},
        [name_repository(url, f"{plan.experiment}-{_NAME}")[0] for url in urls if url],
        account.source_bucket,
        account.cache_bucket if any(map(needs_bucket, strategies)) else "",
    )


def _find_denied_to_builds(aws: Aws, plan: CloudPlan, wanted: Wanted) -> Iterator[tuple[str, str]]:
    """(statement, action) of what is denied to the builds of a plan. CloudError."""
    roles: dict[str, list[str]] = {}
    for project in plan.projects.values():
        roles.setdefault(project[ROLE], []).append(project[LOG_GROUP])
    for role, groups in roles.items():
        for statement, resources in _list_resources(role, groups, plan, wanted).items():
            actions = STATEMENTS["build"][statement]
            denied = simulate(aws, role, actions, resources) if resources else set()
            yield from ((statement, action) for action in actions if action in denied)


def _find_lacking(aws: Aws, plan: CloudPlan, wanted: Wanted) -> Iterator[Grant]:
    """What buildspecs of the user's own need, and the roles of their builds lack. CloudError."""
    strategies = [each for each in plan.strategies if each.in_context]
    roles = {plan.projects[plan.account.choose_project(each)][ROLE] for each in strategies}
    for role in sorted(roles):
        _, partition, _, _, account, _ = role.split(":", 5)
        place = f"{plan.account.region}:{account}"
        repository = f"arn:{partition}:ecr:{place}:repository/{wanted.repositories[0]}"
        found = (list_grants(s.buildspec, place, partition, repository) for s in strategies)
        for grant in dict.fromkeys(grant for each in found for grant in each):
            if simulate(aws, role, [grant.action], [grant.resource or "*"]):
                yield grant


def _tell_grants(lacking: Iterable[Grant], report: _Report) -> None:
    """AccountError where a buildspec takes more than its builds may; what may be is reported."""
    grants = {(each.action, bool(each.resource)): each for each in reversed(list(lacking))}
    sure, unsure = (
        "; ".join(f"{each.action} ({each.reason})" for each in grants.values() if test(each))
        for test in (lambda each: each.resource, lambda each: not each.resource)
    )
    if unsure:
        report(f"The builds may lack {unsure}: their role is not allowed it on everything.")
    if sure:
        raise AccountError(
            f"Nothing was built: the role of the builds is denied what the buildspec needs: {sure}"
            ". terraform apply with build_parameters and build_secrets allows what env names; "
            "give the role the rest on these things alone, then make the same call again."
        )


def _list_resources(
    role: str, groups: Sequence[str], plan: CloudPlan, wanted: Wanted
) -> dict[str, list[str]]:
    """Statement of policy build -> ARNs as its builds will name them."""
    _, partition, _, _, account, _ = role.split(":", 5)
    place, own = f"{plan.account.region}:{account}", f"{plan.experiment}-{_NAME}"
    s3 = f"arn:{partition}:s3:::"
    return {
        "Login": ["*"],
        "PullAndPush": [
            f"arn:{partition}:ecr:{place}:repository/{name}" for name in wanted.repositories
        ],
        "ReadContext": [f"{s3}{wanted.source}/contexts/{plan.experiment}/{_NAME}.zip"],
        "FindContext": [f"{s3}{wanted.source}"],
        "FindCache": [f"{s3}{wanted.cache}"] if wanted.cache else [],
        "Cache": [f"{s3}{wanted.cache}/{own}/{_NAME}"] if wanted.cache else [],
        "WriteLog": [
            f"arn:{partition}:logs:{place}:log-group:{group}:log-stream:{own}/{_NAME}"
            for group in groups
        ],
    }


def _refuse(policy: str, cure: str, denied: Iterable[tuple[str, str]]) -> None:
    """AccountError where anything is denied."""
    pairs = dict.fromkeys(denied)
    if not pairs:
        return
    actions = ", ".join(dict.fromkeys(action for _, action in pairs))
    statements = ", ".join(dict.fromkeys(statement for statement, _ in pairs))
    whom = "you" if policy == "experiment" else "the builds"
    raise AccountError(
        f"Nothing was built: AWS denies {whom} {actions}. Terraform's policy {policy} allows that "
        f"(statements: {statements}): {cure}, then make the same call again."
    )
