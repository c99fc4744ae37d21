"""Two experiments in one account, side by side: neither touches what is the other's."""

import json
import shutil
import threading
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from clouds import Clock, Killed, run

from analysis.codebuild.cleanup import clean_up
from analysis.codebuild.identity import identify, read_id
from analysis.codebuild.ledger import CLOSED, list_ledgers
from analysis.errors import RecordError
from analysis.records import lock_folder, read_experiment
from analysis.redaction import redact_values

pytest_plugins = ["aws.fixtures"]

STRATEGIES = ["registry-cache", "s3-cache", "local-layer-cache", "docker-server"]
TWO = ["cold", "source"]
WRITES = {
    "CreateRepository",
    "DeleteObjects",
    "DeleteRepository",
    "PutObject",
    "StartBuild",
    "StopBuild",
}
# by the id of no build it is seen who may ask
NO_BUILD = "00000000-0000-0000-0000-000000000000"
# what is of a project or the account, not of an experiment
SHARED = {"BatchGetProjects", "ListBuildsForProject", "SimulatePrincipalPolicy"}


@dataclass
class Turns:
    """Experiments that take turns wherever one waits; `calls` are those of each to AWS."""

    aws: object
    calls: dict[str, list] = field(default_factory=dict)
    errors: dict[str, BaseException] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    turn: threading.Condition = field(default_factory=threading.Condition)
    seen: int = 0

    def run(self, works):
        """Run works (name -> function that is given its clock) until all are over."""
        self.names = list(works)
        self.seen = len(self.aws.calls)
        threads = [threading.Thread(target=self.work, args=each) for each in works.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def work(self, name, function):
        clock = Clock()

        def sleep(seconds):
            clock.now += seconds
            self.pass_on(name)

        clock.sleep = sleep
        with self.turn:
            self.turn.wait_for(lambda: self.names[0] == name)
        try:
            function(clock)
        except BaseException as error:
            self.errors[name] = error
        self.pass_on(name, over=True)

    def pass_on(self, name, over=False):
        """Let the next one go on, and wait until it is this one's turn again."""
        with self.turn:
            self.calls.setdefault(name, []).extend(self.aws.calls[self.seen :])
            self.seen = len(self.aws.calls)
            self.names.remove(name)
            self.names += [] if over else [name]
            self.turn.notify_all()
            if not over:
                self.turn.wait_for(lambda: self.names[0] == name)


def name_things(call):
    """Whatever of a call's parameters names a thing: all text in them but buildspecs."""
    params = {key: each for key, each in call.params.items() if key != "buildspecOverride"}
    return json.dumps(params, default=str)


def check_calls(aws, calls, own, other):
    """Every change is of an own thing, every reading too; the other's id is never named."""
    builds = {key for key, build in aws.asked.items() if build.env["EXPERIMENT_ID"] == own}
    changes = 0
    for call in calls:
        text = name_things(call)
        if "hosts-" in text:
            assert call.operation != "CreateRepository" or f"{own}/" in text
            continue
        assert other not in text, text
        if call.operation in ("BatchGetBuilds", "StopBuild"):
            ids = call.params.get("ids") or [call.params["id"]]
            assert {each for each in ids if not each.endswith(NO_BUILD)} <= builds
        elif call.operation not in SHARED and NO_BUILD not in text:
            assert own in text, text
        changes += call.operation in WRITES
    return changes


def put_cache(aws, world, folder):
    """An object of each S3 cache of an experiment, as its builds would have written it."""
    keys = [f"{each.store[1]}blobs/1" for each in list_ledgers(folder) if each.store]
    for key in keys:
        aws.client("s3").put_object(Bucket=world["CACHE_BUCKET"], Key=key, Body=b"cache")
    return keys


def list_keys(aws, world):
    found = aws.client("s3").list_objects_v2(Bucket=world["CACHE_BUCKET"])
    return [each["Key"] for each in found.get("Contents", [])]


def count_builds(aws, folder):
    own = read_id(folder)
    return sum(build.env["EXPERIMENT_ID"] == own for build in aws.asked.values())


def list_names(aws):
    found = aws.client("ecr").describe_repositories()["repositories"]
    return sorted(each["repositoryName"] for each in found)


def both(tmp_path):
    return {name: tmp_path / name for name in ("mine", "theirs")}


def test_both_run_to_their_ends_and_touch_only_their_own(aws, world, tmp_path):
    folders, turns, before = both(tmp_path), Turns(aws), list_names(aws)
    turns.run(
        {
            name: lambda clock, folder=folder: run(folder, STRATEGIES, TWO, clock, lines=[])
            for name, folder in folders.items()
        }
    )
    assert turns.errors == {}
    ids = {name: read_id(folder) for name, folder in folders.items()}
    for name, other in (("mine", "theirs"), ("theirs", "mine")):
        assert check_calls(aws, turns.calls[name], ids[name], ids[other]) >= 20
        runs = read_experiment(folders[name]).runs
        assert len(runs) == 8 and runs["valid"].all()
    assert len(aws.builds) == 16
    assert list_names(aws) == before
    check_hosts_were_taken_in_turn(aws, ids)


def check_hosts_were_taken_in_turn(aws, ids):
    """On a project that keeps hosts no build of one comes between two of the other."""
    for project in {each.data["projectName"] for each in aws.asked.values()}:
        order = [
            build.env["EXPERIMENT_ID"]
            for build in aws.asked.values()
            if build.data["projectName"] == project and "prune" in build.buildspec
        ]
        assert sum(a != b for a, b in pairwise(order)) <= 1, order


def begin_and_die(aws, folder, builds):
    """An experiment whose client is gone once so many builds were started."""
    clock, begun = Clock(), len(aws.builds)

    def sleep(seconds):
        clock.now += seconds
        if len(aws.builds) >= begun + builds:
            raise Killed

    clock.sleep = sleep
    with pytest.raises(Killed):
        run(folder, ["registry-cache", "s3-cache"], TWO, clock, lines=[])


def test_both_resume_and_pay_nothing_twice(aws, world, tmp_path):
    folders, turns = both(tmp_path), Turns(aws)
    for folder in folders.values():
        begin_and_die(aws, folder, 2)
        put_cache(aws, world, folder)
    turns.run(
        {
            name: lambda clock, folder=folder: run(
                folder, ["registry-cache", "s3-cache"], TWO, clock, lines=[]
            )
            for name, folder in folders.items()
        }
    )
    assert turns.errors == {}
    assert len(aws.builds) == 2 * 4
    ids = {name: read_id(folder) for name, folder in folders.items()}
    check_calls(aws, turns.calls["mine"], ids["mine"], ids["theirs"])
    check_calls(aws, turns.calls["theirs"], ids["theirs"], ids["mine"])
    for folder in folders.values():
        assert read_experiment(folder).runs["valid"].tolist() == [True] * 4
    assert list_keys(aws, world) == []


def test_one_is_cleaned_up_while_the_other_runs(aws, world, tmp_path):
    folders, turns = both(tmp_path), Turns(aws)
    for folder in folders.values():
        begin_and_die(aws, folder, 3)
    keys = put_cache(aws, world, folders["mine"])
    put_cache(aws, world, folders["theirs"])
    ledgers = [each for each in list_ledgers(folders["mine"]) if each.state != CLOSED]
    mine = [name for each in ledgers for name in each.repositories]
    assert clean_up(folders["theirs"], Clock().sleep) == 3
    assert set(mine) <= set(list_names(aws)) and list_keys(aws, world) == keys
    # and again, while the other's builds go on
    turns.run(
        {
            "mine": lambda clock: run(
                folders["mine"], ["registry-cache", "s3-cache"], TWO, clock, lines=[]
            ),
            "theirs": lambda clock: [clock.sleep(1), clean_up(folders["theirs"], clock.sleep)],
        }
    )
    assert turns.errors == {}
    runs = read_experiment(folders["mine"]).runs
    assert runs["valid"].tolist() == [True] * 4
    assert count_builds(aws, folders["mine"]) == 4


def test_two_schedulers_share_an_account_that_runs_one_build_at_a_time(aws, world, tmp_path):
    aws.limit_builds(1)
    folders, turns = both(tmp_path), Turns(aws)
    lines = {name: [] for name in folders}
    turns.run(
        {
            name: lambda clock, name=name: run(
                folders[name], ["docker", "buildx-push"], TWO, clock, lines=lines[name]
            )
            for name in folders
        }
    )
    assert turns.errors == {}
    assert len(aws.builds) == 8
    assert any("Waiting until one is over" in line for line in lines["mine"] + lines["theirs"])
    for folder in folders.values():
        assert read_experiment(folder).runs["valid"].tolist() == [True] * 4


@pytest.mark.parametrize("text", ['{"experiment": "e0', "\0" * 30], ids=["halved", "empty"])
def test_what_a_damaged_ledger_knew_is_cleaned_up_by_its_names(aws, world, tmp_path, text):
    folders = both(tmp_path)
    before = list_names(aws)
    for folder in folders.values():
        begin_and_die(aws, folder, 2)
    put_cache(aws, world, folders["mine"])
    keys = put_cache(aws, world, folders["theirs"])
    for path in (folders["mine"] / "builds").glob("*.json"):
        path.write_text(text)
    assert clean_up(folders["mine"], Clock().sleep)
    own, other = (read_id(folder) for folder in folders.values())
    assert not [name for name in list_names(aws) if own in name]
    assert len([name for name in list_names(aws) if other in name]) == 3
    assert list_keys(aws, world) == keys
    assert clean_up(folders["theirs"], Clock().sleep) == 3
    assert list_names(aws) == before


@pytest.mark.parametrize(
    ("text", "again"), [('{"experiment": "e0', "run"), ("\0" * 30, "clean up")]
)
def test_builds_that_only_a_damaged_ledger_knew_are_stopped(aws, world, tmp_path, text, again):
    folders = both(tmp_path)
    for folder in folders.values():
        begin_and_die(aws, folder, 2)
    own, other = (read_id(folder) for folder in folders.values())
    running = [key for key, build in aws.builds.items() if build.status == "IN_PROGRESS"]
    assert {aws.asked[key].env["EXPERIMENT_ID"] for key in running} == {own, other}
    for path in (folders["mine"] / "builds").glob("*.json"):
        path.write_text(text)
    lines = []
    if again == "run":
        run(folders["mine"], ["registry-cache", "s3-cache"], TWO, lines=lines)
        assert "2 builds that no file knows any more were stopped." in lines
        assert read_experiment(folders["mine"]).runs["valid"].tolist() == [True] * 4
    else:
        clean_up(folders["mine"], Clock().sleep)
    clean_up(folders["mine"], Clock().sleep)
    # nothing was stopped twice, and nothing of the other's
    calls = [call.params["id"] for call in aws.calls if call.operation == "StopBuild"]
    assert sorted(each for each in calls if not each.endswith(NO_BUILD)) == sorted(
        aws.builds[key].id for key in running if aws.asked[key].env["EXPERIMENT_ID"] == own
    )


def test_a_build_that_a_whole_ledger_knows_is_picked_up_beside_a_damaged_one(aws, world, tmp_path):
    begin_and_die(aws, tmp_path, 2)
    first, _ = sorted((tmp_path / "builds").glob("*-01.json"))
    first.write_text("")
    lines = []
    run(tmp_path, ["registry-cache", "s3-cache"], TWO, lines=lines)
    assert "1 builds that no file knows any more were stopped." in lines
    assert any("picks up the build" in line for line in lines)
    assert len(aws.builds) == 4 + 1


def test_what_is_being_run_is_not_cleaned_up(aws, world, tmp_path):
    begin_and_die(aws, tmp_path, 2)
    with lock_folder(tmp_path), pytest.raises(RecordError):
        clean_up(tmp_path, Clock().sleep)
    assert aws.requests["DeleteRepository"] <= 2


def test_a_copy_of_a_folder_is_refused_until_it_is_said_what_it_is(aws, world, tmp_path):
    folders = both(tmp_path)
    begin_and_die(aws, folders["mine"], 3)
    shutil.copytree(folders["mine"], folders["theirs"])
    names, keys = list_names(aws), put_cache(aws, world, folders["mine"])
    for call in (
        lambda: run(folders["theirs"], ["registry-cache", "s3-cache"], TWO),
        lambda: clean_up(folders["theirs"]),
    ):
        with pytest.raises(RecordError, match='copy, remove "id".*moved, remove "holder"'):
            call()
    change_facts(folders["theirs"], "id")
    assert clean_up(folders["theirs"]) == 0
    assert (list_names(aws), list_keys(aws, world)) == (names, keys)
    run(folders["theirs"], ["registry-cache", "s3-cache"], TWO, lines=[])
    assert (list_names(aws), list_keys(aws, world)) == (names, keys)
    assert read_id(folders["mine"]) != read_id(folders["theirs"])
    run(folders["mine"], ["registry-cache", "s3-cache"], TWO, lines=[])
    assert len(aws.builds) == 4 + 4


def test_a_folder_that_was_moved_goes_on_once_that_is_said(aws, world, tmp_path):
    folders = both(tmp_path)
    begin_and_die(aws, folders["mine"], 3)
    folders["mine"].rename(folders["theirs"])
    with pytest.raises(RecordError, match="another folder or on another machine"):
        run(folders["theirs"], ["registry-cache", "s3-cache"], TWO)
    change_facts(folders["theirs"], "holder")
    run(folders["theirs"], ["registry-cache", "s3-cache"], TWO, lines=[])
    assert len(aws.builds) == 4
    assert json.loads((folders["theirs"] / "experiment.json").read_text())["holder"]


def change_facts(folder, name):
    """Take something out of experiment.json."""
    path = folder / "experiment.json"
    facts = json.loads(path.read_text())
    del facts[name]
    path.write_text(json.dumps(facts))


@pytest.mark.parametrize("value", ["../x", "", 7, "docker", None])
def test_what_is_no_id_is_told(aws, world, tmp_path, value):
    (tmp_path / "experiment.json").write_text(json.dumps({"id": value}))
    with pytest.raises(RecordError, match="is no id of an experiment"):
        clean_up(tmp_path)


def test_builds_whose_experiment_is_not_known_are_told(aws, world, tmp_path):
    begin_and_die(aws, tmp_path, 1)
    (tmp_path / "experiment.json").unlink()
    with pytest.raises(RecordError, match="experiment.json is missing"):
        clean_up(tmp_path)


def test_an_experiment_stays_in_its_region(aws, world, tmp_path, monkeypatch):
    begin_and_die(aws, tmp_path, 1)
    path = tmp_path / "experiment.json"
    path.write_text(path.read_text().replace('"region": "us-east-1"', '"region": "eu-west-1"'))
    for call in (lambda: clean_up(tmp_path), lambda: run(tmp_path, ["docker"], TWO)):
        with pytest.raises(RecordError, match="builds of eu-west-1, and AWS_REGION is us-east-1"):
            call()


def test_what_tells_experiments_apart_stays_where_records_are_redacted(tmp_path):
    for _ in range(2000):
        facts = identify(tmp_path)
        assert redact_values(facts) == facts
        assert len(facts["id"]) == 12
