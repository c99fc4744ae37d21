"""Logs of builds as a project's history has them, at times that a test chooses."""

import dataclasses
import json
import os
import signal
from datetime import UTC, datetime, timedelta

import pandas as pd
from measured import show_build, write_log

from analysis.store import LOGS

FIRST = datetime(2026, 9, 7, 8, tzinfo=UTC)
LAYERS = ("RUN install", "COPY app")
MANIFEST = ("inferred cache manifest type: application/vnd.oci.image.manifest.v1+json done",)
IMPORTED = (("importing cache manifest from r:c", MANIFEST, "DONE 0.3s"),)


def build_log(begin=FIRST, cached=(), layers=None, seconds=15.0, command="docker build .", more=()):
    """The text of a build's log that begins then."""
    return write_log((command, seconds, show_build(layers, cached=cached, more=more)), begin=begin)


def after(minutes):
    """So many minutes after FIRST."""
    return FIRST + timedelta(minutes=minutes)


def write_folder(folder, *logs):
    """A folder with these texts as NN.log."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(logs):
        (folder / f"{number:02d}.log").write_text(text)
    return folder


# builders of other systems: what stands before each line, by seconds since the begin
STAMPS = {
    "github": lambda time: f"{time:%Y-%m-%dT%H:%M:%S}.1234567Z ",
    "gitlab": lambda time: f"{time:%Y-%m-%dT%H:%M:%S}.123456Z 01O ",
    "jenkins": lambda time: f"[{time:%Y-%m-%dT%H:%M:%S}.123Z] ",
    "clock": lambda time: f"{time:%H:%M:%S}  ",
    "plain": lambda time: "",
}
LEGACY = """Sending build context to Docker daemon  2.048kB
Step 1/2 : FROM base
 ---> 0123456789ab
Step 2/2 : RUN make
 ---> Running in 0123456789ab
 ---> 1123456789ab
Successfully built 1123456789ab
"""


def stamp_lines(text, system, begin=FIRST):
    """A log of another system: a line a second, each with what the system puts before it."""
    stamp = STAMPS[system]
    lines = text.splitlines()
    return "".join(f"{stamp(begin + timedelta(seconds=n))}{line}\n" for n, line in enumerate(lines))


def mix_log(rng):
    """The text of a log that lacks some of what a whole one has."""
    begin = FIRST + timedelta(minutes=rng.choice([0, 1, 5, 60, 1440, 50_000]) * rng.randrange(9))
    names = rng.sample(["RUN install", "COPY app", "RUN $A/$B", "RUN " + "x" * 300, "RUN ‮"], 2)
    layers = {name: rng.choice([0.0, 0.1, 8.0, 4000.0]) for name in names}
    lost = (("importing cache manifest from r:c", (), "ERROR: gone"),)
    more = rng.choice([(), IMPORTED, lost])
    build = show_build(layers, cached=rng.sample(names, rng.randrange(3)), more=more)
    build = rng.choice([build, build, build.replace("DONE", "CANCELED"), LEGACY, "", "#1 odd\n"])
    command = rng.choice(["docker build .", "docker build --cache-from r:c .", "make"])
    text = write_log((command, rng.choice([0.0, 15.0, 90_000.0]), build), begin=begin)
    foreign = stamp_lines(build, rng.choice([*STAMPS]), begin)
    beheaded = text.partition("\n")[2]
    text = rng.choice([text, text, text.replace("SUCCEEDED", "FAILED"), beheaded, foreign])
    return text[: rng.randrange(len(text) + 1)] if rng.random() < 0.2 else text


PHASES = ("QUEUED", "PROVISIONING", "BUILD", "POST_BUILD", "ODD")


def mix_described(rng, key):
    """A build as CodeBuild describes it, without some of it."""
    begin = FIRST + timedelta(hours=rng.randrange(5000))
    end = begin + timedelta(seconds=rng.choice([-60, 0, 60, 90_000]))
    phases = [
        {
            "phaseType": name,
            "phaseStatus": rng.choice(["SUCCEEDED", "FAILED", None]),
            "startTime": rng.choice([begin.timestamp(), None]),
            "durationInSeconds": rng.choice([0, 9, None]),
        }
        for name in rng.sample(PHASES, rng.randrange(5))
    ]
    item = {
        "projectName": rng.choice(["web", "web", "a$b_c^", "x" * 200]),
        "buildStatus": rng.choice(["SUCCEEDED", "FAILED", "IN_PROGRESS", "STOPPED", None]),
        "startTime": begin.isoformat(),
        "endTime": end.timestamp(),
        "phases": phases,
    }
    return {"id": f"web:{key}"} | {name: item[name] for name in item if rng.random() < 0.8}


def mix_folder(rng, folder):
    """A folder of builds of which logs, times, phases and descriptions are missing at random."""
    keys = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(12)]
    for number in range(rng.randrange(1, 9)):
        place = folder / rng.choice(["", "app", "$x_y", "n" * 200])
        place.mkdir(parents=True, exist_ok=True)
        name = rng.choice([f"{rng.choice(keys)}.log", f"{number}.log"])
        (place / name).write_text(mix_log(rng), encoding="utf-8")
    if rng.random() < 0.7:
        items = [mix_described(rng, rng.choice(keys)) for _ in range(rng.randrange(1, 9))]
        (folder / "builds.json").write_text(json.dumps({"builds": items}))
    return folder


def lose_values(rng, history):
    """The same builds, of which rows and values are missing at random."""
    frames = {
        field.name: _lose(rng, getattr(history.logs, field.name), KEYS)
        for field in dataclasses.fields(history.logs)
    }
    return dataclasses.replace(
        history,
        builds=_lose(rng, history.builds, {"id"}, rows=False),
        phases=_lose(rng, history.phases, {"id"}),
        logs=dataclasses.replace(history.logs, **frames),
    )


KEYS = {"log", "build", "step", "number", "part"}


def _lose(rng, frame, keys, rows=True):
    """A frame without some rows, and with nulls where its types have them."""
    if rows and rng.random() < 0.3:
        frame = frame.loc[_pick(rng, frame)].reset_index(drop=True)
    frame = frame.copy()
    for name, kind in frame.dtypes.astype(str).items():
        if name not in keys and kind not in ("int64", "bool") and rng.random() < 0.5:
            frame[name] = frame[name].mask(_pick(rng, frame))
    return frame


def _pick(rng, frame):
    """About half of a frame's rows."""
    return pd.Series([rng.random() < 0.5 for _ in range(len(frame))], frame.index, dtype="bool")


def assert_same(found, wanted):
    """The frames of logs are those of others."""
    for field in dataclasses.fields(wanted):
        pd.testing.assert_frame_equal(getattr(found, field.name), getattr(wanted, field.name))


def read_or_die(batch):
    """A batch's tables, by a process that one of its files ends; others find it by its name."""
    if any(name == "deadly" for name, _ in batch):
        os.kill(os.getpid(), signal.SIGKILL)
    return LOGS.read(batch)
