"""The validity gate on real builds: what was sabotaged is caught, named, and left out.

A first round is sound. Each sabotage is a build of a further round, whose other runs are copies
of the sound ones, so that a comparison would pair it if the gate let it pass.
"""

import dataclasses
import inspect
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest
from conftest import SMALL_IMAGE

import analysis
from analysis import measures, records
from analysis.lab.build import build_in_lab
from analysis.lab.engine import LABEL
from analysis.lab.host import BuildHost
from analysis.lab.jobs import BuildJob
from analysis.lab.lab import BUILDKIT_REPOSITORY, BUILDKIT_TAG, NEWEST, STORAGE, STORE, Lab
from analysis.lab.store import BUCKET
from analysis.records import read_experiment, read_timelines
from analysis.workload import load_strategies, make_context, parse_buildspec

DOCKERFILE = """\
FROM small
COPY requirements.txt ./
RUN sleep 1; cat requirements.txt >installed
COPY app.py ./
"""
STRATEGIES = load_strategies()
SOUND = [
    ("docker", "cold"),
    ("docker", "unchanged"),
    ("containerd-store", "cold"),
    ("containerd-store", "unchanged"),
    ("s3-cache", "cold"),
]
BUILD = 'docker build --tag "$ECR_REPOSITORY_URL:$IMAGE_TAG" "$CONTEXT"'
FROM_CACHE = '--cache-from "type=registry,ref=$cache"'
TO_CACHE = '--cache-to "mode=max,image-manifest=true,oci-mediatypes=true,type=registry,ref=$cache"'
# the build is killed as it begins to export, and a pipe hides that it failed
KILL = """ 2>&1 | while IFS= read -r line; do echo "$line"
          case "$line" in *"exporting cache to registry"*) pkill -KILL docker-buildx;; esac; done"""


@dataclass
class Job(BuildJob):
    """A job that may find another's repository, and hosts to which something was done."""

    found: str = ""
    spoil: Callable[[BuildHost], object] = lambda host: None

    @property
    def repository(self):
        return self.found or super().repository

    def take_host(self, slot):
        host, state = super().take_host(slot)
        self.spoil(host)
        return host, state


@dataclass
class Bench:
    """Builds in a lab for an experiment's folder; a sabotage is named by its round."""

    lab: Lab
    contexts: dict[str, Path]
    folder: Path
    small: str
    rounds: dict = field(default_factory=dict)

    def build(self, strategy, scenario, number=1, edits=(), context=None, kept=(), **job):
        """Build and record one run; its buildspec is edited by pairs of old and new text."""
        if isinstance(strategy, str):
            strategy = STRATEGIES[strategy]
        text = strategy.buildspec.text
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        strategy = dataclasses.replace(strategy, buildspec=parse_buildspec(text))
        job = Job(self.lab, strategy, number, 120, dict(enumerate(kept)), **job)
        try:
            built = build_in_lab(job, scenario, context or self.contexts[scenario], 0)
        finally:
            job.close()
        record, log, images, history = built
        records.write_run(self.folder, record | {"order": 0}, log, images, history)
        return record["run"]

    def sabotage(self, name, strategy, scenario, **how):
        """Build one run of a further round beside copies of the sound runs."""
        number = 2 + len(self.rounds)
        self.rounds[name] = self.build(strategy, scenario, number, **how)
        for other in SOUND:
            if other != (getattr(strategy, "name", strategy), scenario):
                self.copy(*other, number)

    def start_silent(self):
        """The address of a registry that takes connections and never answers."""
        lab = self.lab
        options = {"network": lab.network.name, "labels": {LABEL: lab.id}}
        container = lab.client.containers.run(lab.images.registry, detach=True, **options)
        container.reload()
        container.pause()
        network = container.attrs["NetworkSettings"]["Networks"][lab.network.name]
        return f"{network['IPAddress']}:5000"

    def copy(self, strategy, scenario, number):
        """A sound run as one of another round."""
        runs = self.folder / "runs"
        target = runs / records.run_name(strategy, scenario, number)
        shutil.copytree(runs / records.run_name(strategy, scenario, 1), target)
        record = records.read_json(target / "record.json")
        repository = record["repository"].replace("-01", f"-{number:02d}")
        record |= {"run": target.name, "round": number, "repository": repository}
        (target / "record.json").write_bytes(records.to_json(record))


@pytest.fixture(scope="module")
def lab(client):
    """A lab of these tests' own, since they break what is in it."""
    with Lab(needs=[NEWEST, STORE]) as lab:
        yield lab


@pytest.fixture(scope="module")
def bench(lab, tmp_path_factory):
    """A bench with a sound round."""
    folder = tmp_path_factory.mktemp("sabotage")
    source = folder / "context"
    source.mkdir()
    (source / "requirements.txt").write_text("nothing==1.0\n")
    (source / "app.py").write_text("print('hello')\n")
    (source / "Dockerfile").write_text(DOCKERFILE)
    bases = {"small": lab.serve(SMALL_IMAGE, "small", "1")}
    contexts = {name: folder / name for name in ("cold", "unchanged")}
    for name, target in contexts.items():
        make_context(source, name, target, bases, bases)
    bench = Bench(lab, contexts, folder / "experiment", bases["small"])
    for strategy, scenario in SOUND:
        bench.build(strategy, scenario)
    return bench


@pytest.fixture(scope="module")
def sabotaged(bench):
    """The bench with every sabotage built: its rounds are name -> run."""
    spoil_cold_starts(bench)
    spoil_caches(bench)
    spoil_exports(bench)
    spoil_outcomes(bench)
    return bench


def spoil_cold_starts(bench):
    """A repository that holds a cache, a fresh host with an image, a kept one that has built."""
    bench.sabotage("used repository", "containerd-store", "cold", found="containerd-store-01")

    def pull(host):
        host.read(f"docker pull -q {bench.small}")

    bench.sabotage("used host", "docker", "cold", spoil=pull)
    host = bench.lab.start_host()
    host.put(bench.contexts["cold"], "earlier")
    host.read("docker build -q earlier")
    bench.sabotage("used kept host", "local-layer-cache", "cold", kept=[host])


def spoil_caches(bench):
    """Caches deleted from a registry and a bucket, one not asked for, another builder."""
    tag = f"{STORAGE}/containerd-store-01/_manifests/tags/cache"
    assert bench.lab.private.container.exec_run(["rm", "-r", tag]).exit_code == 0
    found = {"found": "containerd-store-01"}
    bench.sabotage("deleted cache", "containerd-store", "unchanged", **found)
    unasked = [(each, f"${{UNSET:+{each}}}") for each in (FROM_CACHE, TO_CACHE)]
    bench.sabotage("unasked cache", "containerd-store", "unchanged", edits=unasked, **found)
    nowhere = [(FROM_CACHE, FROM_CACHE.replace("$cache", "127.0.0.1:1/cache"))]
    bench.sabotage("failed import", "containerd-store", "unchanged", edits=nowhere, **found)
    images = bench.lab.images
    bench.lab.serve(images.newest, BUILDKIT_REPOSITORY, BUILDKIT_TAG)
    bench.sabotage("other BuildKit", "s3-cache", "unchanged", found="s3-cache-01")
    bench.lab.serve(images.buildkit, BUILDKIT_REPOSITORY, BUILDKIT_TAG)
    store = bench.lab.store.connect().client("s3")
    for item in store.list_objects_v2(Bucket=BUCKET)["Contents"]:
        store.delete_object(Bucket=BUCKET, Key=item["Key"])
    bench.sabotage("emptied store", "s3-cache", "unchanged", found="s3-cache-01")


def spoil_exports(bench):
    """An export to nowhere whose error is ignored, and one that hangs until it is killed."""
    nowhere = TO_CACHE.replace("$cache", "127.0.0.1:1/cache,ignore-error=true")
    bench.sabotage("lost export", "containerd-store", "cold", edits=[(TO_CACHE, nowhere)])
    silent = bench.start_silent()
    hanging = (TO_CACHE, TO_CACHE.replace("$cache", f"{silent}/cache"))
    edits = [hanging, ('"$CONTEXT"', '"$CONTEXT"' + KILL)]
    bench.sabotage("killed export", "containerd-store", "cold", edits=edits)


def spoil_outcomes(bench):
    """A build that fails, and one that does not though it is to."""
    broken = bench.folder.parent / "broken"
    shutil.copytree(bench.contexts["cold"], broken)
    with (broken / "Dockerfile").open("a") as file:
        file.write("RUN exit 7\n")
    bench.sabotage("unexpected failure", "docker", "cold", context=broken)
    edits = [(TO_CACHE, "")]
    bench.sabotage("unexpected success", "docker-driver-cache-to", "cold", edits=edits)
    small, image = bench.small, '"$ECR_REPOSITORY_URL:$IMAGE_TAG"'
    fetch = f"docker pull -q {small} && docker tag {small} {image}"
    bench.sabotage("no build", "docker", "cold", edits=[(BUILD, fetch)])
    bench.sabotage("other image store", "docker", "unchanged", spoil=restart)


def restart(host):
    """Start a host's engine anew with the other store, as containerd-store does."""
    phases = STRATEGIES["containerd-store"].buildspec.phases
    host.read("\n".join(next(phase.commands for phase in phases if phase.name == "install")))


REASONS = {
    "used repository": (
        "a cold start that had 3 layers from a cache; a cold start that imported a cache; "
        "its repository is containerd-store-01, which is none of its round"
    ),
    "used host": "its host was not empty before the build",
    "used kept host": (
        "a cold start on a host that was not empty; a cold start that had 3 layers from a cache"
    ),
    "deleted cache": "the cache it should have found was not imported; "
    "its repository is containerd-store-01, which is none of its round",
    "unasked cache": (
        "no cache was imported, though its strategy imports one; "
        "no cache was exported, though its strategy exports one; "
        "its repository is containerd-store-01, which is none of its round"
    ),
    "failed import": "the cache it should have found was not imported; "
    "its repository is containerd-store-01, which is none of its round",
    "other BuildKit": "its buildkit is {newest}, that of its round {usual}; "
    "its repository is s3-cache-01, which is none of its round",
    "emptied store": "nothing shows that it found a cache: no layer came from one; "
    "its repository is s3-cache-01, which is none of its round",
    "lost export": "its cache was not exported whole",
    "killed export": "its cache was not exported whole",
    "unexpected failure": "it failed where it should have succeeded",
    "unexpected success": "it succeeded where it should have failed",
    "no build": "its log holds no docker build",
    "other image store": "its storage driver is overlayfs, that of its round overlay2",
}


@pytest.fixture(scope="module")
def experiment(sabotaged):
    """All runs, read as any experiment is."""
    return read_experiment(sabotaged.folder)


@pytest.mark.parametrize("name", REASONS)
def test_a_sabotage_is_caught_and_named(sabotaged, experiment, name):
    runs = experiment.runs.set_index("run", drop=False)
    run = runs.loc[sabotaged.rounds[name]]
    print(f"{name} | {run['run']} | {run['invalid_reason']}")
    usual = runs.loc["s3-cache.cold.01", "buildkit"]
    assert run["invalid_reason"] == REASONS[name].format(newest=run["buildkit"], usual=usual)
    assert not run["valid"]


def test_two_sabotages_could_not_be_told_by_their_exit_codes(sabotaged, experiment):
    status = experiment.runs.set_index("run")["status"]
    assert status[sabotaged.rounds["lost export"]] == "succeeded"
    assert status[sabotaged.rounds["killed export"]] == "succeeded"


def test_all_other_runs_pass(sabotaged, experiment):
    invalid = experiment.runs.loc[~experiment.runs["valid"], "run"]
    assert sorted(invalid) == sorted(sabotaged.rounds.values())
    assert experiment.problems.empty


def comparable(experiment):
    return measures.pick_comparable(experiment.runs)


def count(experiment):
    return measures.count_entries(experiment.runs, experiment.images, experiment.problems)


def paths(experiment):
    timelines, _ = read_timelines(experiment.runs, experiment.logs.steps)
    return measures.path_map(experiment.runs, experiment.logs, timelines)


SIZE = "general1.small"
# every public measure that compares runs, as the notebooks call it
ANSWERS = {
    "spread": lambda e: measures.spread(comparable(e), "seconds"),
    "compare": lambda e: measures.compare(e.runs),
    "compare_mix": lambda e: measures.compare_mix(e.runs, {"unchanged": 1}),
    "fit_model": lambda e: measures.fit_model(e).predict(),
    "balance": lambda e: measures.balance(measures.overhead_map(e.runs, e.logs), paths(e)),
    "break_even": lambda e: measures.break_even(e.runs, e.logs.steps),
    "month": lambda e: measures.month(e.runs, {"unchanged": 1}, 600, SIZE, analysis.read_prices()),
    "hits": lambda e: measures.rates_by_denominator(measures.hits_by_run(e.runs, e.logs.steps)),
    "layer_hits": lambda e: measures.layer_hits(comparable(e), e.logs.steps, "cold"),
    "cache_outcomes": lambda e: measures.cache_outcomes(comparable(e), e.logs.builds),
    "misses": lambda e: measures.first_misses(
        comparable(e), measures.misses_by_run(e.runs, e.logs)
    ),
    "overheads": lambda e: measures.mean_by_activity(measures.overhead_map(e.runs, e.logs)),
    "busy": lambda e: measures.mean_by_activity(measures.busy_map(e.runs, e.logs)),
    "builder_costs": lambda e: measures.builder_costs(comparable(e), e.logs),
    "on_path": lambda e: measures.overhead_on_path(measures.busy_map(e.runs, e.logs), paths(e)),
    "path_seconds": lambda e: measures.path_seconds(paths(e)),
    "entries": lambda e: measures.entries_per_push(count(e)),
    "storage": lambda e: measures.month_storage(count(e), {"cold": 1}, 600, analysis.read_prices()),
    "keep_newest": lambda e: measures.keep_newest(comparable(e), e.images),
    "claims": lambda e: analysis.claims(e),
    "headline": lambda e: pd.DataFrame({"said": list_said(e)}),
}


def list_said(experiment):
    """An answer but for how many runs were left out, and for the folder to record more into."""
    lines = [line for line in analysis.headline(experiment) if "failed the checks" not in line]
    return [re.sub("make experiment .* ROUNDS", "make experiment … ROUNDS", each) for each in lines]


# those that pick, mark or show single runs, one that needs warm runs of a pool of hosts, one that
# asks month for several mixes, and three on what a Dockerfile says or a log does not
OTHERS = {
    "cache_mounts",
    "cache_survives",
    "check_commits",
    "check_first_misses",
    "compare_mixes",
    "growth_by_push",
    "hits_by_target",
    "host_reuse",
    "judge_aa",
    "mark_emulated",
    "pick_run",
    "untold_targets",
    "waits",
}
FIRST_NAMES = {"landings", "control"}


@pytest.fixture(scope="module")
def clean(sabotaged, tmp_path_factory):
    """The experiment as if no run of it had been sabotaged."""
    folder = tmp_path_factory.mktemp("clean") / "experiment"
    sabotaged_runs = shutil.ignore_patterns(*sabotaged.rounds.values())
    shutil.copytree(sabotaged.folder, folder, ignore=sabotaged_runs)
    return read_experiment(folder)


@pytest.mark.parametrize("measure", ANSWERS)
def test_a_measure_leaves_the_sabotaged_runs_out(experiment, clean, measure):
    ask = ANSWERS[measure]
    found = ask(experiment)
    assert len(found)
    pd.testing.assert_frame_equal(found, ask(clean))
    # that they would have mattered shows that this can fail
    open_gate = experiment.runs.assign(valid=True)
    assert not found.equals(ask(dataclasses.replace(experiment, runs=open_gate)))


def test_no_measure_of_runs_is_forgotten():
    called = set(re.findall(r"measures\.(\w+)\(", Path(__file__).read_text()))
    of_runs = {
        name
        for name in measures.__all__
        if {"runs", "experiment"} & set(inspect.signature(getattr(measures, name)).parameters)
    }
    assert of_runs - called - FIRST_NAMES == OTHERS


def test_what_is_left_out_is_said(sabotaged, experiment):
    number = len(sabotaged.rounds)
    out = measures.left_out(experiment.runs)
    assert out["runs"].sum() == number
    assert set(out["reason"]) == set(experiment.runs["invalid_reason"].dropna())
    said = f"{number} runs of {len(experiment.runs)} failed the checks and are left out"
    assert analysis.headline(experiment)[-1].startswith(said)


@pytest.mark.parametrize("measure", ["hits_by_run", "overhead_map", "busy_map", "misses_by_run"])
def test_a_table_of_runs_keeps_them_and_says_that_they_are_invalid(experiment, sabotaged, measure):
    logs = experiment.logs.steps if measure == "hits_by_run" else experiment.logs
    table = getattr(measures, measure)(experiment.runs, logs)
    rows = table[table["run"].isin(list(sabotaged.rounds.values()))]
    assert len(rows)
    assert not rows["valid"].any()
