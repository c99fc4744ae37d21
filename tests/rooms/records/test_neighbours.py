"""Edits of recorded runs: each contradicts what stands beside it, and costs its run alone."""

import gzip
import json
import re
import shutil
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path

import pandas as pd
import pytest

from analysis.records import read_experiment, read_grid, run_name
from analysis.records.marks import read_marks
from analysis.workload import SCENARIOS

DATA = Path(__file__).parents[3] / "data"
# those whose logs show hits and a docker push, and others
PUSHING = (
    *("s3-cache", "registry-cache", "inline-cache", "registry-cache-min", "registry-cache-zstd"),
    *("registry-cache-main", "registry-cache-branches", "registry-cache-prebaked"),
)
OTHERS = ("registry-cache-push", "containerd-store", "buildx-push", "container-push-oci")
KEPT, SERVER = "local-layer-cache", "docker-server"
ROUNDS = 3


def later(text, **by):
    return (datetime.fromisoformat(text) + timedelta(**by)).isoformat()


def record(**changes):
    """An edit of values of record.json; one that is called is given the old value."""

    def edit(run):
        path = run / "record.json"
        value = json.loads(path.read_text())
        for name, new in changes.items():
            part, key = (value["versions"], name[1:]) if name[0] == "v" else (value, name)
            part[key] = new(part.get(key)) if callable(new) else new
        path.write_text(json.dumps(value))

    return edit


def zipped(name, change):
    """An edit of a compressed file's text."""

    def edit(run):
        path = run / name
        text = gzip.decompress(path.read_bytes()).decode()
        new = change(text)
        assert new != text
        path.write_bytes(gzip.compress(new.encode()))

    return edit


def log(old, new, count=1):
    return zipped("build.log.gz", lambda text: re.sub(old, new, text, count=count, flags=re.M))


def listing(change):
    """An edit of images.json: `change` is given its items, oldest first, and its manifests."""

    def edit(text):
        value = json.loads(text)
        change(value["imageDetails"], value["manifests"])
        return json.dumps(value)

    return zipped("images.json.gz", edit)


def history(change):
    def edit(text):
        value = json.loads(text)
        change(value["builds"])
        return json.dumps(value)

    return zipped("history.json.gz", edit)


def of_another_round(name):
    """An edit that puts the file of another round's run in place."""

    def edit(run):
        start, _, number = run.name.rpartition(".")
        other = f"{start}.{int(number) % ROUNDS + 1:02d}"
        shutil.copy(DATA / "lab" / "runs" / other / name, run / name)

    return edit


def forge(items, manifests):
    digest = items[-1]["imageDigest"]
    manifests[digest] = manifests[digest].replace('"size": 1', '"size": 2', 1)


def swap(items, manifests):
    first, last = items[0]["imageDigest"], items[-1]["imageDigest"]
    manifests[first], manifests[last] = manifests[last], manifests[first]


def rename(items, manifests):
    manifests["sha256:" + 64 * "0"] = manifests.pop(items[-1]["imageDigest"])
    items[-1]["imageDigest"] = "sha256:" + 64 * "0"


def shift(builds):
    builds[0]["inspect"]["StartedAt"] = builds[0]["inspect"]["StartedAt"].replace("T0", "T1")


# name -> (edit, words of the reason); of RUN unless the name begins with another's
EDITS = {
    "strategy": (record(strategy="docker"), "its folder is"),
    "scenario": (record(scenario="cold"), "its folder is"),
    "round": (record(round=9), "its folder is"),
    "run": (record(run="s3-cache.dependency.09"), "is of run s3-cache.dependency.09"),
    "format": (record(format=2), "not a record of format 1"),
    "place": (record(place="codebuild"), "its place is codebuild"),
    "emulated": (record(emulated=True), "its emulation is not that of its strategy"),
    "host kept": (record(host="kept"), "its host is kept"),
    "host server": (record(host="server"), "its kind of host is not that of its strategy"),
    "host unknown": (record(host="mine"), "which no host of the lab is"),
    "host_empty": (record(host_empty=False), "its host was not empty"),
    "host_empty unknown": (record(host_empty=None), "it is not known whether its host"),
    "idle_gap longer": (record(idle_gap=500.0), "its idle gap is 500.0 s"),
    "idle_gap below 0": (record(idle_gap=-5.0), "its idle gap is below 0"),
    "idle_gap gone": (record(idle_gap=None), "its record lacks idle_gap"),
    "link": (record(link="200mbit"), "its link is 200mbit"),
    "link gone": (record(link=None), "its record lacks link"),
    "link of AWS": (record(link="aws"), "its place is lab, and its link aws"),
    "order": (record(order=40), "its rank is not that of its strategy and round"),
    "started": (record(started=lambda t: later(t, seconds=-3)), "its log at"),
    "started a day later": (record(started=lambda t: later(t, days=1)), "its log at"),
    "finished": (record(finished=lambda t: later(t, seconds=20)), "it ended at"),
    "finished gone": (record(finished=None), "its record lacks finished"),
    "seconds": (record(seconds=20.0), "it says 20 s"),
    "seconds a little": (record(seconds=lambda s: s - 1), " s apart"),
    "seconds gone": (record(seconds=None), "its record lacks seconds"),
    "both times and seconds": (
        record(finished=lambda t: later(t, seconds=-20), seconds=lambda s: s - 20),
        "it ended at",
    ),
    "exit_code": (record(exit_code=1), "its exit code is 1, that of its log 0"),
    "exit_code gone": (record(exit_code=None), "its record lacks exit_code"),
    "status": (record(status="failed", expect="failed", exit_code=1), "its log says that it succ"),
    "expect": (record(expect="failed"), "where it should have failed"),
    "engine": (record(vengine="29.0"), "its engine is 29.0"),
    "engine gone": (record(vengine=None), "its record lacks engine"),
    "buildx": (record(vbuildx="0.34"), "its buildx is 0.34"),
    "buildkit": (record(vbuildkit="v0.9"), "its buildkit is v0.9"),
    "buildkit gone": (record(vbuildkit=None), "its record lacks buildkit"),
    "storage_driver": (record(vstorage_driver="vfs"), "its storage driver is vfs"),
    "repository": (record(repository="docker-02"), "its repository is"),
    "repository gone": (record(repository=None), "its record lacks repository"),
    "s3-cache: store_objects": (record(store_objects=3), "its store objects are fewer"),
    "s3-cache: store_bytes": (record(store_bytes=300), "its store bytes are fewer"),
    "s3-cache: store gone": (record(store_objects=None), "its record lacks store_objects"),
    "context": (record(context="0" * 64), "its context's digest is not that of its scenario"),
    "context gone": (record(context=None), "its record lacks context"),
    "images": (record(images={"host": "mine:1"}), "its set of images is not that of its strategy"),
    "provisioning": (record(provisioning_seconds=0.0), "its host is fresh, and took 0 s"),
    "provisioning below 0": (record(provisioning_seconds=-1.0), "below 0"),
    "provisioning gone": (
        record(provisioning_seconds=None),
        "its record lacks provisioning_seconds",
    ),
    "queue": (record(queue_seconds=5.0), "it waited in a queue"),
    "log of another round": (of_another_round("build.log.gz"), "its log at"),
    "log of another day": (log(r"(20\d\d/\d\d)/\d\d", r"\1/01", 0), "its log at"),
    "log cut off": (
        log(r"^\[Container\] \S+ \S+ Phase complete: BUILD[\s\S]*", ""),
        "its log ends",
    ),
    "log that failed": (log("BUILD State: SUCCEEDED", "BUILD State: FAILED"), "that it failed"),
    "log of another engine": (log(r"^Docker 28.*$", "Docker 27.0"), "that of its log 27.0"),
    "log of another buildx": (log(r"docker/buildx 0.29\S+", "docker/buildx 0.30"), "its log 0.30"),
    "log of one more hit": (log(r"^(#\d+) DONE 0.\ds$", r"\1 CACHED"), "cached steps, BuildKit"),
    "log of another push": (
        log(r"digest: sha256:....", "digest: sha256:0000"),
        "its listing lacks",
    ),
    "manifest": (listing(forge), "does not have the digest"),
    "manifests swapped": (listing(swap), "does not have the digest"),
    "digest": (listing(rename), "does not have the digest"),
    "size": (listing(lambda i, m: i[0].update(imageSizeInBytes=5)), "has 5 bytes in its listing"),
    "media type": (
        listing(lambda i, m: i[0].update(imageManifestMediaType="x/y")),
        "has imageManifestMediaType x/y",
    ),
    "entry gone": (listing(lambda i, m: i.pop(0)), "and no such entry"),
    "manifest gone": (listing(lambda i, m: m.pop(i[0]["imageDigest"])), "has no manifest of"),
    "image gone": (
        listing(lambda i, m: m.pop(i.pop()["imageDigest"])),
        "its listing lacks sha256:",
    ),
    "entry twice": (listing(lambda i, m: i.append(i[0])), "twice"),
    "pushed later": (
        listing(lambda i, m: i[-1].update(imagePushedAt="2099-01-01T00:00:00+00:00")),
        "pushed after it ended",
    ),
    "listing of another round": (
        of_another_round("images.json.gz"),
        "its listing lacks",
    ),
    "history of another round": (
        of_another_round("history.json.gz"),
        "BuildKit's record says",
    ),
    "history moved": (history(shift), "BuildKit's record says that it began"),
    "history twice": (history(lambda b: b.append(b[0])), "BuildKit's records are of 2"),
    "history of more hits": (
        history(lambda b: b[0]["inspect"].update(NumCachedSteps=9)),
        "BuildKit recorded 9",
    ),
    "local-layer-cache: fresh": (record(host="fresh"), "its host is fresh, and took 0"),
    "local-layer-cache: empty": (record(host_empty=True), "is kept, and was empty"),
    "docker-server: fresh": (record(host="fresh"), "kind of host is not that"),
    "docker-server: real": (record(emulated=False), "its emulation is not that"),
    "pressure beyond all": (record(pressure=7.0), "its pressure is no share from 0 to 1"),
    "others_cpu below 0": (record(others_cpu=-0.1), "its others cpu is no share from 0 to 1"),
    "place unknown": (
        record(place="moon"),
        "its place is moon, which is neither lab nor codebuild",
    ),
    "beside others": (record(side_by_side=True), "it ran beside others"),
    "repository of a round": (
        record(repository=lambda r: r[:-2] + "77"),
        "which is none of its round",
    ),
}


def choose_runs():
    """Edit -> a run of its own, at most three of a sequence: what most runs say stays as it is."""
    chosen = {}
    taken = set()
    numbers = range(1, ROUNDS + 1)
    for name in sorted(EDITS, key=lambda name: (":" not in name, name in OF_RECORDS)):
        strategy = name.partition(":")[0] if ":" in name else None
        strategies = (strategy,) if strategy else PUSHING + OTHERS * (name in OF_RECORDS)
        scenarios = ("dependency", "source") + ("base",) * (name in OF_RECORDS)
        free = (
            run_name(each, scenario, number)
            for scenario in scenarios
            for number in numbers
            for each in strategies
        )
        chosen[name] = next(run for run in free if run not in taken and is_fit(name, run))
        taken.add(chosen[name])
    return chosen


OF_RECORDS = {name for name, (edit, _) in EDITS.items() if edit.__qualname__.startswith("record.")}


def is_fit(name, run):
    """Whether a run is one that an edit changes: not all hosts of a pool were kept."""
    if not name.startswith(KEPT):
        return True
    return json.loads((DATA / "lab" / "runs" / run / "record.json").read_text())["host"] == "kept"


RUNS = choose_runs()


@pytest.fixture(scope="module")
def edited(tmp_path_factory):
    """A copy of some strategies' first rounds with every edit, each of another run."""
    folder = tmp_path_factory.mktemp("edited")
    shutil.copy(DATA / "lab" / "experiment.json", folder)
    for name in (*PUSHING, *OTHERS, KEPT, SERVER):
        for scenario, number in product(SCENARIOS, range(1, ROUNDS + 1)):
            run = run_name(name, scenario, number)
            shutil.copytree(DATA / "lab" / "runs" / run, folder / "runs" / run)
    for name, (edit, _) in EDITS.items():
        edit(folder / "runs" / RUNS[name])
    return read_experiment(folder)


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_named(edited, name):
    runs = edited.runs.set_index("run")["invalid_reason"]
    problems = edited.problems.set_index("path")["reason"]
    told = runs.get(RUNS[name]) or problems[str(edited.folder / "runs" / RUNS[name])]
    assert EDITS[name][1] in str(told)


def test_an_edit_costs_its_run_alone(edited):
    assert len(EDITS) >= 45
    invalid = set(edited.runs.loc[~edited.runs["valid"], "run"])
    assert invalid - set(RUNS.values()) == set()
    strategies = len((*PUSHING, *OTHERS, KEPT, SERVER))
    assert len(edited.runs) + len(edited.problems) == strategies * len(SCENARIOS) * ROUNDS


def test_a_gap_shorter_than_the_time_since_the_run_before_is_named(tmp_path):
    for scenario in SCENARIOS[:2]:
        run = run_name("registry-cache", scenario, 1)
        shutil.copytree(DATA / "lab" / "runs" / run, tmp_path / "runs" / run)
    shutil.copy(DATA / "lab" / "experiment.json", tmp_path)
    record(started=lambda t: later(t, seconds=5), finished=lambda t: later(t, seconds=5))(
        tmp_path / "runs" / run_name("registry-cache", SCENARIOS[1], 1)
    )
    reasons = read_experiment(tmp_path).runs.set_index("run")["invalid_reason"]
    told = reasons[run_name("registry-cache", SCENARIOS[1], 1)]
    assert "its idle gap is" in told and "after the run before" in told


def test_what_was_recorded_is_valid_to_the_last_run():
    recorded = [read_experiment(DATA / "lab"), read_experiment(DATA / "control")]
    grids = [point for name in ("sweep", "contexts") for point in read_grid(DATA / name)]
    for experiment in [*recorded, *grids]:
        assert experiment.runs["invalid_reason"].dropna().tolist() == []
        assert experiment.problems.empty
    assert len(recorded[0].runs) >= 450


def test_what_a_store_keeps_of_logs_and_records_is_what_they_say(tmp_path):
    runs = sorted((DATA / "lab" / "runs").glob("registry-cache.*.01"))
    paths = [run / name for run in runs for name in ("build.log.gz", "history.json.gz")]
    plain = read_marks(paths, store="off")
    assert plain["builds"].notna().sum() == len(runs)
    for _ in ("kept", "found"):
        pd.testing.assert_frame_equal(read_marks(paths, store=str(tmp_path)), plain)
