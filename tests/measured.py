"""An experiment of runs whose logs and listings are as the lab writes them, with chosen times."""

import copy
import gzip
from datetime import UTC, datetime, timedelta

import pandas as pd
from repository import Repository

from analysis.logs import read_logs
from analysis.records import COLUMNS, Experiment
from analysis.registry import frame_images, list_entries
from analysis.workload import KNOWN_SCENARIOS

START = datetime(2026, 11, 1, tzinfo=UTC)
LAYERS = {"RUN install": 8.0, "COPY app": 2.0}
REFUSAL = (
    "ERROR: failed to build: Cache export is not supported for the docker driver.\n"
    "Switch to a different driver, or turn on the containerd image store, and try again."
)
BUILD = 'docker buildx build --load --tag "$ECR_REPOSITORY_URL:latest" .'
PUSH = 'docker push "$ECR_REPOSITORY_URL:latest"'
CREATE = "docker buildx create --use"


def write_log(*commands, begin=START):
    """The text of a log of (command, seconds, output), the first after 0.1 s of the agent's."""
    now, lines = begin, [stamp(begin, "Running on a build host of the lab")]
    lines.append(stamp(now, "Entering phase BUILD"))
    now += timedelta(seconds=0.1)
    for command, seconds, output in commands:
        lines += [stamp(now, f"Running command {command}"), output, ""]
        now += timedelta(seconds=seconds)
    lines.append(stamp(now, "Phase complete: BUILD State: SUCCEEDED"))
    return "\n".join(lines) + "\n"


def stamp(when, text):
    return f"[Container] {when:%Y/%m/%d %H:%M:%S.%f} {text}"


def show_build(layers=None, boot=None, cached=(), more=()):
    """What docker build prints: `layers` name -> seconds, `more` vertices of (name, lines, end)."""
    steps = [("[internal] load build definition from Dockerfile", (), "DONE 0.0s")]
    if boot is not None:
        part = f"pulling image moby/buildkit {boot - 1:.1f}s done"
        steps.insert(0, ("[internal] booting buildkit", (part,), f"DONE {boot:.1f}s"))
    layers = LAYERS if layers is None else layers
    total = len(layers) + 1
    steps.append((f"[1/{total}] FROM base:1", (), "DONE 3.0s"))
    for number, (name, seconds) in enumerate(layers.items(), start=2):
        end = "CACHED" if name in cached else f"DONE {seconds:.1f}s"
        steps.append((f"[{number}/{total}] {name}", (), end))
    steps += more or [("exporting to image", ("exporting layers 0.5s done",), "DONE 0.5s")]
    blocks = ['#0 building with "default" instance using docker driver\n']
    for number, (name, parts, end) in enumerate(steps, start=1):
        lines = [name, *parts, *([end] if isinstance(end, str) else end)]
        blocks.append("".join(f"#{number} {line}\n" for line in lines))
    return "\n".join(blocks)


def make_runs(seconds, **columns):
    """Runs of strategy -> scenario -> seconds by round (null: no run); columns by keyword."""
    rows = []
    for strategy, scenarios in seconds.items():
        for scenario, values in scenarios.items():
            for number, value in enumerate(values, start=1):
                if value is not None:
                    rows.append(make_run(strategy, scenario, number, value, columns))
    frame = pd.DataFrame(rows, columns=[*COLUMNS, "valid", "invalid_reason"])
    for name in ("started", "finished"):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame.astype(COLUMNS | {"valid": "bool", "invalid_reason": "string"})


def make_run(strategy, scenario, number, seconds, columns):
    """One run; a day is a round, an hour a scenario."""
    begin = START + timedelta(days=number, hours=KNOWN_SCENARIOS.index(scenario))
    run = f"{strategy}.{scenario}.{number:02d}"
    facts = {
        "run": run,
        "strategy": strategy,
        "scenario": scenario,
        "round": number,
        "place": "lab",
        "emulated": strategy == "local-layer-cache",
        "host": "fresh",
        "link": "unshaped",
        "order": 0,
        "started": begin,
        "finished": begin + timedelta(seconds=seconds),
        "seconds": seconds,
        "provisioning_seconds": 0.5,
        "exit_code": 0,
        "status": "succeeded",
        "expect": "succeeded",
        "host_empty": True,
        "storage_driver": "overlay2",
        "log": f"{run}/build.log.gz",
        "images": f"{run}/images.json.gz",
        "valid": True,
    }
    return facts | columns


def make_experiment(folder, runs, logs, push=Repository.image):
    """The experiment of these runs; `logs`: strategy -> scenario -> text or a function of a row,

    `push`: strategy -> what a run of it does to its repository, or one for all.
    """
    entries, repositories = [], {}
    for row in runs.sort_values("started").itertuples():
        text = logs[row.strategy][row.scenario]
        path = folder / row.log
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress((text(row) if callable(text) else text).encode()))
        repository = repositories.setdefault((row.strategy, row.round), Repository())
        act = push.get(row.strategy) if isinstance(push, dict) else push
        if act and row.status == "succeeded":
            act(repository, row.run, "latest")
        details = copy.deepcopy(repository.image_details)
        entries += [e | {"run": row.run} for e in list_entries(details, repository.manifests)]
    images = frame_images(entries) if entries else frame_images([]).assign(run=None)
    runs = runs.assign(log=[str(folder / log) for log in runs["log"]])
    runs["log"] = runs["log"].astype("string")
    return Experiment(
        folder=folder,
        facts={},
        runs=runs,
        problems=pd.DataFrame(columns=["path", "reason"], dtype="string"),
        logs=read_logs([*runs["log"]]),
        images=images.astype({"run": "string"}),
    )


def read_texts(runs, texts):
    """(runs, logs) with these texts as the runs' logs, in their order."""
    names = runs["run"].tolist()
    logs = read_logs({name: text.encode() for name, text in zip(names, texts, strict=True)})
    return runs.assign(log=pd.Series(names, runs.index, dtype="string")), logs


def pick(frame, **values):
    """The one row of a frame with these values."""
    for name, value in values.items():
        frame = frame[frame[name] == value]
    assert len(frame) == 1, frame
    return frame.iloc[0]


def list_silent(logs):
    """The logs in which layers of a cache are fetched, and the end of that is left out."""
    cached = logs.steps[logs.steps["kind"].eq("layer") & logs.steps["status"].eq("cached")]
    cached = cached[cached["seconds"].isna()]
    pulls = logs.parts[logs.parts["part"].isin(["pulling", "downloading", "extracting"])]
    return pulls.merge(cached, on=["log", "build", "step"])["log"].unique()
