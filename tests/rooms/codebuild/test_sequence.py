"""One sequence's builds on the test AWS: what is asked for, what may go wrong, what is kept."""

import json
import math
from datetime import UTC, datetime

import pytest
from aws import ACCOUNT, REGION
from clouds import Clock
from moto.ecr.models import ecr_backends

from analysis.aws import Aws, describe_builds
from analysis.codebuild.account import Account, name_sequence
from analysis.codebuild.api import count_minutes, find_problem
from analysis.codebuild.ledger import DIRTY, OPEN, UNUSABLE, Holdings, Ledger
from analysis.codebuild.scheduler import Job, Scheduler
from analysis.codebuild.sequence import LOG_LATE_SECONDS, CloudSequence
from analysis.codebuild.waiting import retry_while_busy
from analysis.errors import AccountError, BusyError, CloudError
from analysis.logs import read_logs
from analysis.workload import load_strategies, parse_buildspec

pytest_plugins = ["aws.fixtures"]
KNOWN = load_strategies()
MINE = "docker-cache/experiment-docker-01"


class Client:
    """A job of one strategy, and what it was told."""

    def __init__(self, world, folder, strategy="docker", experiment="experiment"):
        self.aws, self.lines, self.clock = Aws(world["AWS_REGION"]), [], Clock()
        name = name_sequence(strategy, 1)
        self.job = CloudSequence(
            self.aws,
            Account.from_environment(),
            KNOWN[strategy],
            1,
            Ledger.open(folder, name, experiment),
            1800.0,
            self.lines.append,
        )
        self.bucket = world["SOURCE_BUCKET"]
        self.aws.client("s3").put_object(Bucket=self.bucket, Key="cold.zip", Body=b"")
        self.aws.client("s3").put_object(Bucket=self.bucket, Key="source.zip", Body=b"")

    def build(self, *scenarios):
        """What CloudSequence.run gives for each; the error that broke it off is raised."""
        built, broken = [], []

        def waits():
            yield from self.job.open()
            for scenario in scenarios:
                built.append((yield from self.job.run(scenario, f"{self.bucket}/{scenario}.zip")))
                self.listing = yield from retry_while_busy(self.job.target.list_images)

        def describe(ids):
            return describe_builds(self.aws, ids)

        queue = Scheduler(
            describe,
            1,
            lambda _, error: broken.append(error),
            self.lines.append,
            self.clock.clock,
            self.clock.sleep,
        )
        queue.run([Job("it", waits())])
        if broken:
            raise broken[0]
        return built


@pytest.fixture
def client(world, tmp_path):
    return Client(world, tmp_path)


def ask(aws, number=0):
    """The parameters of a StartBuild."""
    return [call.params for call in aws.calls if call.operation == "StartBuild"][number]


def variables(params):
    return {each["name"]: each["value"] for each in params["environmentVariablesOverride"]}


def test_a_build_asks_for_all_that_its_strategy_is(aws, client, world):
    client.build("cold")
    params = ask(aws)
    assert params["projectName"] == world["CODEBUILD_PROJECT"]
    assert params["sourceTypeOverride"] == "S3"
    assert params["sourceLocationOverride"] == f"{world['SOURCE_BUCKET']}/cold.zip"
    assert params["cacheOverride"] == {"type": "NO_CACHE"}
    assert params["timeoutInMinutesOverride"] == 30
    assert "computeTypeOverride" not in params
    commands = [c for p in parse_buildspec(params["buildspecOverride"]).phases for c in p.commands]
    own = [c for phase in KNOWN["docker"].buildspec.phases for c in phase.commands]
    assert commands[1:-2] == own
    assert variables(params) == {
        "ECR_REPOSITORY_URL": f"{world['ECR_REPOSITORY_URL']}/experiment-docker-01",
        "IMAGE_TAG": "latest",
        "CONTEXT": "./deploy/",
        "EXPERIMENT_ID": "experiment",
        "EXPERIMENT_BUILD": params["idempotencyToken"],
    }


@pytest.mark.parametrize(
    ("strategy", "project", "cache"),
    [
        ("local-layer-cache", "CODEBUILD_CACHE_PROJECT", "LOCAL"),
        ("docker-server", "CODEBUILD_SERVER_PROJECT", "NO_CACHE"),
    ],
)
def test_strategies_that_keep_hosts_have_projects_of_their_own_and_a_cold_start_is_made_cold(
    aws, world, tmp_path, strategy, project, cache
):
    Client(world, tmp_path, strategy).build("cold", "source")
    cold, source = ask(aws, 0), ask(aws, 1)
    assert cold["projectName"] == world[project]
    assert cold["cacheOverride"]["type"] == cache
    assert "system prune" in cold["buildspecOverride"]
    assert "if docker image ls" not in cold["buildspecOverride"]
    assert "if docker image ls" in source["buildspecOverride"]


def test_a_cache_has_a_repository_or_a_prefix_of_its_own(aws, world, tmp_path, monkeypatch):
    client = Client(world, tmp_path, "registry-cache")
    client.build("cold")
    url = f"{world['CACHE_REPOSITORY_URL']}/experiment-registry-cache-01"
    assert variables(ask(aws))["CACHE_REPOSITORY_URL"] == url
    listing = client.job.target.list_images()
    assert [len(listing["imageDetails"]), len(listing["cache"]["imageDetails"])] == [1, 1]
    assert client.job.ledger.repositories == [
        "docker-cache/experiment-registry-cache-01",
        "docker-cache-cache/experiment-registry-cache-01",
    ]
    monkeypatch.delenv("CACHE_REPOSITORY_URL")
    other = Client(world, tmp_path / "other", "s3-cache")
    other.build("cold")
    assert variables(ask(aws, 1))["CACHE_BUCKET"] == world["CACHE_BUCKET"]
    assert "CACHE_REPOSITORY_URL" not in variables(ask(aws, 1))
    key = {"Bucket": world["CACHE_BUCKET"], "Key": "experiment-s3-cache-01/blobs/1"}
    aws.client("s3").put_object(**key, Body=b"four")
    assert other.job.target.describe_store() == {"store_objects": 1, "store_bytes": 4}


def test_ids_are_on_disk_while_a_build_runs(aws, client, tmp_path):
    seen = []
    client.clock.sleep = lambda seconds: (
        seen.append(json.loads((tmp_path / "builds" / "docker-01.json").read_text())),
        setattr(client.clock, "now", client.clock.now + seconds),
    )
    client.build("cold")
    assert seen[0]["state"] == OPEN
    assert seen[0]["builds"][0]["id"] == next(iter(aws.builds))


def test_the_whole_log_comes_however_late_and_in_however_many_pages(aws, client):
    aws.log_absent, aws.log_late, aws.empty_pages, aws.events_per_page = 2, 2, 2, 20
    ((entry, _, log),) = client.build("cold")
    assert log == aws.log_text(entry.id)
    assert b"Phase complete: UPLOAD_ARTIFACTS" in log
    assert client.clock.now < LOG_LATE_SECONDS


def test_a_build_that_fails_by_itself_is_a_run(aws, world, tmp_path):
    client = Client(world, tmp_path, "docker-driver-cache-to")
    ((_, build, log),) = client.build("cold")
    assert build["buildStatus"] == "FAILED"
    assert b"Cache export is not supported for the docker driver" in log
    assert client.job.ledger.state == OPEN


def test_a_build_that_times_out_is_a_run_with_the_log_it_has(aws, client):
    aws.set_outcome("docker", "cold", status="TIMED_OUT", phase="BUILD")
    ((_, build, log),) = client.build("cold")
    assert build["buildStatus"] == "TIMED_OUT"
    assert log and b"UPLOAD_ARTIFACTS" not in log
    assert read_logs({"log": log}).phases["phase"].iloc[-1] == "BUILD"


def test_a_fault_before_anything_was_built_is_started_again(aws, client):
    aws.set_outcome("docker", "cold", status="FAULT", times=2)
    client.build("cold")
    assert len(aws.builds) == 3
    assert [entry.state for entry in client.job.ledger.builds] == [UNUSABLE, UNUSABLE, "started"]
    assert "met a fault of CodeBuild's own in PROVISIONING (INTERNAL_SERVICE_ERROR" in str(
        client.lines
    )


def test_faults_that_do_not_end_break_the_sequence_off(aws, client):
    aws.set_outcome("docker", "cold", status="FAULT")
    with pytest.raises(CloudError, match="fault of CodeBuild's own.*builds it again"):
        client.build("cold")
    assert len(aws.builds) == 3
    assert client.job.ledger.state == OPEN


def test_a_fault_amid_a_build_leaves_nobody_knows_what(aws, client):
    aws.set_outcome("docker", "cold", status="FAULT", phase="BUILD")
    with pytest.raises(CloudError, match="builds this sequence anew"):
        client.build("cold")
    assert len(aws.builds) == 1
    assert client.job.ledger.state == DIRTY


def test_a_source_that_the_role_may_not_read_ends_everything(aws, client):
    aws.client("s3").delete_object(Bucket=client.bucket, Key="cold.zip")
    with pytest.raises(AccountError, match="failed in DOWNLOAD_SOURCE.*NoSuchKey.*every build"):
        client.build("cold")


def test_a_build_that_never_left_the_queue_says_what_to_change(aws, client):
    aws.set_outcome("docker", "cold", status="TIMED_OUT", phase="QUEUED")
    with pytest.raises(CloudError, match="timed out in QUEUED.*lower CONCURRENCY"):
        client.build("cold")
    assert client.job.ledger.state == OPEN


def test_a_build_that_someone_stops_breaks_off(aws, client):
    aws.set_outcome("docker", "cold", after_polls=math.inf)
    stopping = []

    def sleep(seconds):
        client.clock.now += seconds
        if not stopping and aws.builds:
            stopping.append(aws.client("codebuild").stop_build(id=next(iter(aws.builds))))

    client.clock.sleep = sleep
    with pytest.raises(CloudError, match="was stopped"):
        client.build("cold")


def test_an_account_s_limit_is_told_and_waited_for(aws, client, world):
    aws.limit_builds(1)
    other = aws.client("codebuild").start_build(projectName=world["CODEBUILD_PROJECT"])["build"]
    rounds = []

    def sleep(seconds):
        client.clock.sleep_(seconds)
        rounds.append(seconds)
        if len(rounds) == 3:
            aws.client("codebuild").stop_build(id=other["id"])

    client.clock.sleep_, client.clock.sleep = client.clock.sleep, sleep
    client.build("cold")
    assert "lower CONCURRENCY" in client.lines[0]
    assert len(aws.builds) == 2
    assert aws.requests["StartBuild"] == 1 + 4


def test_an_account_that_may_build_nothing_is_told_at_once(aws, client):
    aws.limit_builds(0)
    with pytest.raises(AccountError, match="more than 0 builds.*Service Quotas"):
        client.build("cold")
    assert client.job.ledger.builds == []


def test_a_start_whose_answer_is_lost_is_paid_once(aws, client):
    aws.lose_answer("StartBuild", 3)
    client.build("cold")
    assert aws.requests["StartBuild"] == 4
    assert len(aws.builds) == 1


def test_a_start_that_can_not_be_answered_for_long_is_found_again(aws, client, tmp_path, world):
    aws.lose_answer("StartBuild", 1)
    for operation in ("StartBuild", "ListBuildsForProject"):
        aws.fail(operation, "InternalFailure", "", 10_000, 500)
    with pytest.raises(BusyError):
        client.build("cold")
    aws.faults.clear()
    aws.tokens.clear()
    again = Client(world, tmp_path)
    ((entry, *_),) = again.build("cold")
    assert list(aws.builds) == [entry.id]
    assert again.aws.requests["ListBuildsForProject"] == 1


def test_a_start_that_is_lost_for_longer_than_its_token_holds_is_paid_once(aws, client):
    # the attempts of one call to the client, the first of which starts a build
    aws.lose_answer("StartBuild", 1)
    aws.fail("StartBuild", "InternalFailure", "", 7, 500)
    sleep = client.clock.sleep

    def sleep_long(seconds):
        aws.offset += 301
        sleep(seconds)

    client.clock.sleep = sleep_long
    ((entry, *_),) = client.build("cold")
    assert list(aws.builds) == [entry.id]
    assert aws.requests["StartBuild"] == 8


def test_a_start_that_may_have_worked_is_looked_for_by_the_next_call(aws, client, tmp_path, world):
    aws.lose_answer("StartBuild", 1)
    aws.fail("StartBuild", "ExpiredTokenException")
    with pytest.raises(AccountError, match="expired"):
        client.build("cold")
    aws.tokens.clear()
    Client(world, tmp_path).build("cold")
    assert len(aws.builds) == 1


def test_what_a_registry_could_not_do_for_a_while_is_no_run(aws, client, tmp_path, world):
    stamp = "[Container] 2026/11/24 00:00:0{}.000000 "
    words = (
        f"{stamp.format(0)}Entering phase BUILD\n"
        "ERROR: 429 Too Many Requests - toomanyrequests: You have reached your limit\n"
        f"{stamp.format(1)}Phase complete: BUILD State: FAILED\n"
        f"{stamp.format(2)}Phase complete: UPLOAD_ARTIFACTS State: SUCCEEDED\n"
    )
    aws.set_outcome(status="FAILED", phase="BUILD", log=words, times=1)
    with pytest.raises(CloudError, match="'toomanyrequests': a registry was too busy"):
        client.build("cold")
    assert client.job.ledger.state == DIRTY
    ((_, build, _),) = Client(world, tmp_path).build("cold")
    assert build["buildStatus"] == "SUCCEEDED"


def test_what_a_registry_could_not_do_at_first_is_no_reason_of_a_later_failure(aws, client):
    stamp = "[Container] 2026/11/24 00:00:0{}.000000 "
    words = (
        f"{stamp.format(0)}Entering phase BUILD\n#5 toomanyrequests: retrying in 1s\n"
        + "".join(f"#6 {number}.0 compiling\n" for number in range(40))
        + f"#6 ERROR: exit code: 2\n{stamp.format(1)}Phase complete: BUILD State: FAILED\n"
        f"{stamp.format(2)}Phase complete: UPLOAD_ARTIFACTS State: SUCCEEDED\n"
    )
    aws.set_outcome(status="FAILED", phase="BUILD", log=words, times=1)
    ((_, build, _),) = client.build("cold")
    assert build["buildStatus"] == "FAILED"


@pytest.mark.parametrize(
    "operation",
    [
        "CreateRepository",
        "StartBuild",
        "BatchGetBuilds",
        "GetLogEvents",
        "DescribeImages",
        "BatchGetImage",
    ],
)
def test_throttling_costs_nothing_but_time(aws, client, operation):
    aws.throttle(operation, 20)
    client.build("cold")
    assert len(client.listing["manifests"]) == 1
    assert len(aws.builds) == 1
    assert aws.requests[operation] > 20


def test_credentials_that_expire_meanwhile_leave_the_build_for_the_next_call(
    aws, client, tmp_path, world
):
    aws.fail("BatchGetBuilds", "ExpiredTokenException", "The security token is expired")
    with pytest.raises(AccountError, match="have expired.*log in"):
        client.build("cold")
    ((entry, *_),) = Client(world, tmp_path).build("cold")
    assert list(aws.builds) == [entry.id]


def test_a_log_that_does_not_come_is_looked_for_again_and_then_given_up(
    aws, client, tmp_path, world
):
    aws.log_absent = 10_000
    with pytest.raises(CloudError, match="not whole in CloudWatch.*looks for it again, at no cost"):
        client.build("cold")
    assert client.job.ledger.state == OPEN
    with pytest.raises(CloudError, match="builds this sequence anew"):
        Client(world, tmp_path).build("cold")
    assert len(aws.builds) == 1
    aws.log_absent = 0
    Client(world, tmp_path).build("cold")
    assert len(aws.builds) == 2


def test_a_project_without_a_log_is_told(aws, client, world):
    aws.client("codebuild").update_project(
        name=world["CODEBUILD_PROJECT"],
        logsConfig={"cloudWatchLogs": {"status": "DISABLED"}},
    )
    with pytest.raises(AccountError, match="writes no log to CloudWatch"):
        client.build("cold")


def test_a_tag_that_was_made_immutable_is_told(aws, client):
    repository = ecr_backends[ACCOUNT][REGION].repositories

    def freeze(_):
        repository[MINE].image_tag_mutability = "IMMUTABLE"
        return False

    aws.set_outcome("docker", "source", when=freeze)
    with pytest.raises(AccountError, match="made immutable while"):
        client.build("cold", "source")
    assert client.job.ledger.state == DIRTY


def test_a_repository_with_immutable_tags_is_told_before_a_build_is_paid(
    aws, client, tmp_path, world
):
    client.build("cold")
    aws.client("ecr").put_image_tag_mutability(repositoryName=MINE, imageTagMutability="IMMUTABLE")
    with pytest.raises(AccountError, match="are IMMUTABLE"):
        Client(world, tmp_path).build("source")
    assert len(aws.builds) == 1


def test_two_experiments_have_repositories_of_their_own(aws, client, tmp_path, world):
    client.build("cold")
    other = Client(world, tmp_path / "other", experiment="a1a1a1a1a1a1")
    other.build("cold")
    assert other.job.ledger.repositories == ["docker-cache/a1a1a1a1a1a1-docker-01"]
    assert [len(each.job.target.list_images()["imageDetails"]) for each in (client, other)] == [
        1,
        1,
    ]


@pytest.mark.parametrize("tags", [[], [{"Key": "Experiment", "Value": "another"}]])
def test_a_repository_that_is_not_this_experiment_s_is_left_alone(aws, client, tags):
    aws.client("ecr").create_repository(repositoryName=MINE, tags=tags)
    for _ in range(2):
        with pytest.raises(CloudError, match="already exists and is not of this experiment"):
            client.build("cold")
    assert aws.requests["DeleteRepository"] == len(aws.builds) == 0


def test_a_repository_that_became_another_s_meanwhile_is_left_alone(aws, client, tmp_path, world):
    client.build("cold")
    aws.client("ecr").delete_repository(repositoryName=MINE, force=True)
    aws.client("ecr").create_repository(repositoryName=MINE)
    with pytest.raises(CloudError, match="no tag that says whose it is: it stays"):
        Client(world, tmp_path).build("source")
    assert aws.client("ecr").describe_repositories(repositoryNames=[MINE])["repositories"]
    assert len(aws.builds) == 1


def test_what_is_left_of_this_experiment_s_own_is_made_anew(aws, client, tmp_path, world):
    client.build("cold")
    (tmp_path / "builds" / "docker-01.json").unlink()
    again = Client(world, tmp_path)
    again.build("cold")
    assert len(again.listing["imageDetails"]) == 1
    assert len(aws.builds) == 2


def test_an_attempt_in_another_place_begins_anew_and_leaves_nothing(
    aws, client, tmp_path, world, monkeypatch
):
    client.build("cold")
    monkeypatch.setenv("ECR_REPOSITORY_URL", f"{world['ECR_REPOSITORY_URL']}-cache")
    Client(world, tmp_path).build("cold")
    names = [
        each["repositoryName"] for each in aws.client("ecr").describe_repositories()["repositories"]
    ]
    assert MINE not in names and "docker-cache-cache/experiment-docker-01" in names


def test_a_cache_in_s3_without_the_experiment_s_id_is_left_alone(aws, world, tmp_path):
    client = Client(world, tmp_path, "s3-cache")
    ledger = client.job.ledger
    ledger.begin(Holdings(["docker-cache/s3-cache-01"], [world["CACHE_BUCKET"], "s3-cache-01/"]))
    with pytest.raises(CloudError, match="s3-cache-01/ may be another experiment's"):
        client.build("cold")
    assert aws.requests["DeleteObjects"] == 0


def test_a_repository_whose_making_was_not_answered_is_there(aws, client):
    aws.lose_answer("CreateRepository")
    client.build("cold")
    assert len(aws.builds) == 1


def test_an_attempt_whose_repository_is_gone_begins_anew(aws, client, tmp_path, world):
    client.build("cold")
    aws.client("ecr").delete_repository(repositoryName=MINE, force=True)
    again = Client(world, tmp_path)
    again.build("cold")
    assert again.job.ledger.attempt == 2
    assert len(aws.builds) == 2


@pytest.mark.parametrize(("polls", "state"), [(1, OPEN), (7, DIRTY)])
def test_stopping_stops_what_runs_and_dirties_what_may_have_pushed(aws, client, polls, state):
    aws.set_outcome(after_polls=math.inf)
    build_id = next(start(client))
    for _ in range(polls):
        describe_builds(client.aws, [build_id])
    assert client.job.stop() == 1
    assert client.job.stop() == 0
    assert aws.builds[build_id].status == "STOPPED"
    assert client.job.ledger.state == state


def start(client):
    yield from client.job.open()
    yield from client.job.run("cold", f"{client.bucket}/cold.zip")


def test_a_buildspec_that_codebuild_refuses_ends_its_own_sequence_alone():
    context = {"statusCode": "YAML_FILE_ERROR", "message": "at line 3"}
    phase = {"phaseType": "DOWNLOAD_SOURCE", "phaseStatus": "FAILED", "contexts": [context]}
    problem = find_problem({"id": "p:1", "buildStatus": "FAILED", "phases": [phase]})
    assert type(problem) is CloudError
    assert "YAML_FILE_ERROR at line 3" in str(problem) and "buildspec" in str(problem)


def test_minutes_are_billed_from_the_end_of_the_queue_and_rounded_up():
    def moment(second):
        return datetime.fromtimestamp(1_790_000_000 + second, UTC)

    queued = {"phaseType": "QUEUED", "startTime": moment(0), "endTime": moment(100)}
    build = {"startTime": moment(0), "phases": [queued]}
    assert count_minutes(build, moment(101)) == 1
    assert count_minutes(build, moment(160)) == 1
    assert count_minutes(build, moment(161)) == 2
    submitted = {"phaseType": "SUBMITTED", "startTime": moment(-30), "endTime": moment(0)}
    provisioning = {"phaseType": "PROVISIONING", "startTime": moment(100), "endTime": moment(130)}
    build = {"startTime": moment(-30), "phases": [submitted, queued, provisioning]}
    assert [count_minutes(build, moment(end)) for end in (160, 161)] == [1, 2]


def test_a_build_that_ended_in_no_phase_that_it_tells_of_is_told_all_the_same():
    build = {"id": "p:1", "buildStatus": "FAULT", "phases": [{"phaseType": "SUBMITTED"}]}
    assert "in no phase that it tells of" in str(find_problem(build))
