"""What AWS does not allow is told before a build is paid, in a sentence, with what allows it."""

from pathlib import Path

import pytest
from aws.guard import allows, list_needs, read_policy, without
from aws.world import make_role
from clouds import Clock, Killed, die_at, run

from analysis import records
from analysis.aws import read_preview
from analysis.codebuild.access import STATEMENTS
from analysis.codebuild.cleanup import clean_up
from analysis.codebuild.ledger import CLOSED, Ledger
from analysis.errors import AccountError, BusyError
from analysis.past_builds import read_history
from analysis.records import read_experiment

pytest_plugins = ["aws.fixtures"]
EXPERIMENT, BUILD = read_policy("experiment"), read_policy("build")
STRATEGIES, TWO = ["registry-cache", "s3-cache"], ["cold", "source"]
# each action that a build is preceded by, and a sentence's statement of it
TRIED = [(a, s) for s, actions in STATEMENTS["experiment"].items() for a in actions]
LAB = Path(__file__).parents[3] / "data" / "lab"
LEFT = ["docker-cache", "docker-cache-cache"]


def names(aws):
    found = aws.client("ecr").describe_repositories()["repositories"]
    return sorted(each["repositoryName"] for each in found)


def test_with_the_policies_of_terraform_an_experiment_runs_to_its_end(aws, world, tmp_path):
    aws.policy = EXPERIMENT
    run(tmp_path, STRATEGIES, TWO, lines=[])
    assert read_experiment(tmp_path).runs["valid"].tolist() == [True] * 4
    aws.policy = None
    assert names(aws) == LEFT
    assert Ledger.open(tmp_path, "access").state == CLOSED


@pytest.mark.parametrize(("action", "statement"), TRIED)
def test_each_action_that_is_denied_is_told_before_a_build_is_paid(
    aws, world, tmp_path, action, statement
):
    aws.policy = without(EXPERIMENT, action)
    words = rf"Nothing was built: AWS denies you {action}\. .*\(statements: {statement}\): attach"
    with pytest.raises(AccountError, match=words):
        run(tmp_path, STRATEGIES, TWO, lines=[])
    assert len(aws.builds) == 0
    aws.policy = None
    left = [name for name in names(aws) if name not in LEFT]
    may_not = {"ecr:DeleteRepository", "ecr:DescribeRepositories", "ecr:ListTagsForResource"}
    assert not left or action in may_not


def test_once_it_is_allowed_the_same_call_goes_on_and_leaves_nothing(aws, world, tmp_path):
    aws.policy = without(EXPERIMENT, "ecr:DeleteRepository")
    with pytest.raises(AccountError, match="denies you ecr:DeleteRepository"):
        run(tmp_path, ["docker"], ["cold"], lines=[])
    aws.policy = EXPERIMENT
    run(tmp_path, ["docker"], ["cold"], lines=[])
    aws.policy = None
    assert len(aws.builds) == 1 and names(aws) == LEFT


def test_all_that_is_denied_is_in_one_sentence(aws, world, tmp_path):
    aws.policy = without(EXPERIMENT, *(action for action, _ in TRIED))
    with pytest.raises(AccountError) as caught:
        run(tmp_path, STRATEGIES, TWO, lines=[])
    # to make a repository takes both: AWS names one of them
    assert [action for action, _ in TRIED if action not in str(caught.value)] == ["ecr:TagResource"]
    assert "123456789012" not in str(caught.value)


def test_a_start_that_is_denied_pays_nothing(aws, world, tmp_path):
    aws.policy = without(EXPERIMENT, "codebuild:StartBuild")
    with pytest.raises(AccountError, match="does not allow it.*codebuild:StartBuild"):
        run(tmp_path, ["docker"], TWO, lines=[])
    assert len(aws.builds) == 0


@pytest.mark.parametrize(
    ("action", "statement"),
    [(a, s) for s, actions in STATEMENTS["build"].items() for a in actions],
)
def test_what_the_builds_may_not_do_is_told_before_one_is_paid(
    aws, world, tmp_path, action, statement
):
    make_role(aws.client, without(BUILD, action))
    with pytest.raises(AccountError, match=rf"denies the builds {action}\. .*{statement}.*role"):
        run(tmp_path, STRATEGIES, TWO, lines=[])
    assert len(aws.builds) == 0


def test_where_iam_may_not_be_asked_that_is_said_and_builds_begin(aws, world, tmp_path):
    aws.policy, lines = without(EXPERIMENT, "iam:SimulatePrincipalPolicy"), []
    run(tmp_path, ["docker"], ["cold"], lines=lines)
    (said,) = (line for line in lines if "What the builds may do is not known" in line)
    assert "iam:SimulatePrincipalPolicy" in said
    assert len(aws.builds) == 1


def test_a_cache_that_no_strategy_has_is_not_asked_for(aws, world, tmp_path):
    make_role(aws.client, without(BUILD, "s3:PutObject"))
    aws.policy = without(EXPERIMENT, "s3:ListBucket", "s3:DeleteObject")
    run(tmp_path, ["docker"], ["cold"], lines=[])
    assert len(aws.builds) == 1


@pytest.mark.parametrize("action", ["s3:ListBucket", "s3:DeleteObject"])
def test_a_cache_that_codebuild_itself_keeps_is_asked_for(aws, world, tmp_path, action):
    aws.policy = without(EXPERIMENT, action)
    with pytest.raises(AccountError, match=f"denies you {action}"):
        run(tmp_path, ["folder-cache"], ["cold"], lines=[])
    aws.policy = None
    make_role(aws.client, without(BUILD, "s3:PutObject"))
    aws.policy = EXPERIMENT
    with pytest.raises(AccountError, match="denies the builds s3:PutObject"):
        run(tmp_path, ["folder-cache"], ["cold"], lines=[])
    assert len(aws.builds) == 0


def test_attempts_that_were_cut_off_are_cleaned_up(aws, world, tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        die_at(patch, "DescribeRepositories", "after")
        die_at(patch, "DescribeRepositories", "before", 2)
        with pytest.raises(Killed):
            run(tmp_path, ["docker"], ["cold"], lines=[])
    assert len(names(aws)) == 3
    assert clean_up(tmp_path, Clock().sleep) == 1
    assert names(aws) == LEFT


def test_throttling_is_no_denial(aws, world, tmp_path):
    clock = Clock()
    aws.throttle("StopBuild", 20)
    run(tmp_path, ["docker"], ["cold"], clock, lines=[])
    assert len(aws.builds) == 1
    aws.throttle("StopBuild", 10_000)
    with pytest.raises(BusyError):
        run(tmp_path / "other", ["docker"], ["cold"], lines=[])


def test_the_statements_are_those_of_terraform():
    for policy, statements in STATEMENTS.items():
        there = {each["Sid"]: set(each["Action"]) for each in read_policy(policy)["Statement"]}
        assert {name: set(actions) - there[name] for name, actions in statements.items()} == {
            name: set() for name in statements
        }


def test_a_whole_experiment_asks_for_all_that_its_policy_allows(aws, world, tmp_path):
    """With history, a preview and cleanup: nothing is denied, and nothing allowed in vain."""
    aws.policy = EXPERIMENT
    run(tmp_path, [*STRATEGIES, "local-layer-cache", "docker-server"], TWO, lines=[])
    with pytest.MonkeyPatch.context() as patch:
        die_at(patch, "StartBuild", "after")
        with pytest.raises(Killed):
            run(tmp_path, ["docker"], TWO, lines=[])
    clean_up(tmp_path, Clock().sleep)
    look_back(aws, world)
    asked = {pair for call in aws.calls for pair in list_needs(call)}
    assert {pair for pair in asked if not allows(EXPERIMENT, *pair)} == set()
    in_vain = [
        (statement["Sid"], action, resource)
        for statement in EXPERIMENT["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
        if not any(allows(only(action, resource), *pair) for pair in asked)
    ]
    assert in_vain == []


def only(action, resource):
    return {"Statement": [{"Effect": "Allow", "Action": [action], "Resource": [resource]}]}


def look_back(aws, world):
    """What a history of the deployment takes, and a preview of each policy."""
    run = LAB / "runs" / "docker.cold.01"
    for name in LEFT:
        aws.load_images(name, records.read_json(run / "images.json.gz"))
    for name in ("CODEBUILD_PROJECT", "CODEBUILD_CACHE_PROJECT", "CODEBUILD_SERVER_PROJECT"):
        assert len(read_history(world[name]).builds)
    assert len(read_history("/aws/codebuild/docker-cache").builds)
    for name in ("ECR_REPOSITORY_URL", "CACHE_REPOSITORY_URL"):
        assert read_preview(world[name]) is not None
