"""Where the seconds of a run go: between commands exactly, inside a docker build as busy time."""

import re
from functools import lru_cache

import pandas as pd

from analysis.logs import Logs
from analysis.measures.compare import RUN
from analysis.records import takes
from analysis.rows import join_rows

ACTIVITIES = (
    "source",
    "login",
    "builder create",
    "docker build",
    "docker push",
    "other commands",
    "upload",
    "agent",
    "unknown",
)
_COMMANDS = {
    "docker build": r"\bdocker (?:buildx |image |compose |builder )?(?:build|bake)\b",
    "docker push": r"\bdocker (?:image |compose |manifest )?push\b",
    "builder create": r"\bdocker buildx (?:create|use|inspect --bootstrap)\b",
    "login": r"\bdocker login\b|\bget-login",
}
# phases in which the agent itself works; the others are made of commands
_PHASES = {"DOWNLOAD_SOURCE": "source", "UPLOAD_ARTIFACTS": "upload", "FINALIZING": "upload"}
BASE_PULL = "base pull"
BUSY = (
    "builder boot",
    "cache import",
    BASE_PULL,
    "work",
    "lazy pull",
    "image export",
    "push",
    "load",
    "cache export",
    "other steps",
    "no step explains",
)
_PUSH_STEPS = ("pushing ", "merging manifest list")
PUSHES = ("pushing layers", "pushing manifest")
_PULLS = ("downloading", "extracting", "pulling")
KINDS = {
    "builder": "builder boot",
    "cache import": "cache import",
    "from": BASE_PULL,
    "layer": "work",
    "export": "image export",
    "load": "load",
    "cache export": "cache export",
}


@takes(runs="run strategy scenario round emulated valid log seconds", logs="")
def overhead_map(runs: pd.DataFrame, logs: Logs) -> pd.DataFrame:
    """A row a run and activity: run, strategy, scenario, round, emulated, valid, activity, seconds.

    The activities (ACTIVITIES) of a run add up to its elapsed seconds exactly. A command counts
    whole for what it is: one in which a docker build ran is "docker build". "agent" is what lies
    outside of commands (a command lasts until the agent's next line); where a log holds no command
    or one without its time, what the others leave is "unknown" instead.
    Null when the run's own seconds are.

    >>> table = analysis.overhead_map("data/control")
    >>> table[table["run"] == "docker.cold.01"].nlargest(2, "seconds")["activity"].tolist()
    ['docker build', 'docker push']
    """
    seconds = pd.concat([time_commands(logs.commands, logs.builds), _time_phases(logs.phases)])
    known = seconds.groupby(["log", "activity"])["seconds"].sum().unstack(fill_value=0)
    table = known.reindex(runs["log"]).reindex(columns=list(ACTIVITIES)).fillna(0.0)
    rest = runs["seconds"].to_numpy() - table.sum(axis=1)
    told = runs["log"].isin(_find_timed(logs.commands)).to_numpy()
    table["agent"], table["unknown"] = rest.where(told, 0.0), rest.where(~told, 0.0)
    return list_activities(runs, table.where(rest.notna(), axis="index"))


def time_commands(commands: pd.DataFrame, builds: pd.DataFrame) -> pd.DataFrame:
    """log, activity, seconds of each command."""
    built = pd.MultiIndex.from_frame(builds[["log", "command"]].dropna().astype({"command": int}))
    pairs = pd.MultiIndex.from_frame(commands[["log", "number"]])
    activity = commands["command"].map(name_command).where(~pairs.isin(built), "docker build")
    return commands.assign(activity=activity)[["log", "activity", "seconds"]]


@lru_cache(1 << 14)
def name_command(command: str) -> str:
    """The activity that a command is, by its words."""
    found = (name for name, pattern in _COMMANDS.items() if re.search(pattern, str(command)))
    return next(found, "other commands")


def _time_phases(phases: pd.DataFrame) -> pd.DataFrame:
    """log, activity, seconds of the phases in which the agent itself works."""
    own = phases[phases["phase"].isin(_PHASES)]
    return own.assign(activity=own["phase"].map(_PHASES))[["log", "activity", "seconds"]]


def _find_timed(commands: pd.DataFrame) -> list[str]:
    """The logs in which every command has its time."""
    timed = commands["seconds"].notna().groupby(commands["log"]).all()
    return timed.index[timed].tolist()


@takes(runs="run strategy scenario round emulated valid log", logs="")
def busy_map(runs: pd.DataFrame, logs: Logs) -> pd.DataFrame:
    """Seconds that the steps of a run's docker builds were busy, in the columns of overhead_map.

    Steps overlap, exports of several targets at once too, so these (BUSY) need not add up to the
    time that the commands took. A log does
    not tell when a step began, so "no step explains" is the least that it can be: the commands'
    time less all busy time, 0 when that is more, null when the commands' time is unknown.
    "base pull" is fetching and unpacking layers of a base image in whatever step that happens,
    as far as an experiment's logs tell (`base_seconds` of its steps) · "lazy pull" is fetching and
    unpacking hits; of those whose end a log leaves out, the longest download and the longest
    unpacking that it tells, which is the least that it can be ·
    "push" is the part of an export that pushes; "load" is sending the image and taking it in,
    which happen at once, so the longer of both. Null for runs in whose log no build was found.
    """
    busy = _time_steps(logs).groupby(["log", "activity"])["seconds"].sum().unstack(fill_value=0)
    table = busy.reindex(columns=list(BUSY)).fillna(0.0)
    commands = time_commands(logs.commands, logs.builds)
    known = commands[commands["activity"] == "docker build"].groupby("log")["seconds"]
    took = known.sum(min_count=1).reindex(table.index)
    table["no step explains"] = (took - table.sum(axis=1)).clip(lower=0)
    return list_activities(runs, table.reindex(runs["log"]))


def _time_steps(logs: Logs) -> pd.DataFrame:
    """log, activity, seconds of every step, exports split into what is exported, pushed, loaded."""
    steps = _fill_pulls(logs.steps.assign(activity=name_steps(logs.steps)), logs.parts)
    steps = join_rows(steps, _time_parts(logs.parts), ["log", "build", "step"], "left")
    exports = steps["activity"].eq("image export")
    # what a part is said to have taken can be more than its step by a rounding
    pushed = steps["pushed"].where(exports).fillna(0).clip(upper=steps["seconds"])
    sent = steps["sent"].where(exports).fillna(0).clip(upper=steps["seconds"] - pushed)
    base = _time_bases(steps).clip(upper=steps["seconds"] - pushed - sent)
    steps = steps.assign(seconds=steps["seconds"] - pushed - sent - base, sent=sent)
    pushes = steps.assign(activity="push", seconds=pushed)[exports]
    bases = steps.assign(activity=BASE_PULL, seconds=base)[base.gt(0)]
    return pd.concat([steps[steps["activity"] != "load"], pushes, bases, _time_loads(steps)])[
        ["log", "activity", "seconds"]
    ]


def _fill_pulls(steps: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """The steps, with what the parts of a lazy pull took that has no seconds of its own."""
    keys = ["log", "build", "step"]
    pulls = parts[parts["part"].isin(_PULLS)].groupby(keys, as_index=False)["seconds"].sum()
    told = steps[keys].merge(pulls, "left", keys)["seconds"].set_axis(steps.index)
    told = told.where(steps["activity"].eq("lazy pull") & told.gt(0))
    return steps.assign(seconds=steps["seconds"].fillna(told))


def _time_bases(steps: pd.DataFrame) -> pd.Series:
    """Seconds in which steps moved layers of a base image, 0 where nothing tells."""
    known = steps.get("base_seconds", pd.Series(0.0, steps.index))
    return known.fillna(0).where(steps["seconds"].notna(), 0.0)


def name_steps(steps: pd.DataFrame) -> pd.Series:
    """The activity of each step, by its kind, its name and whether it was cached."""
    activity = steps["kind"].map(KINDS).fillna("other steps")
    pulled = steps["kind"].eq("layer") & steps["status"].eq("cached")
    pushes = steps["kind"].eq("export") & steps["name"].str.startswith(_PUSH_STEPS)
    return activity.mask(pulled.fillna(False), "lazy pull").mask(pushes.fillna(False), "push")


def _time_parts(parts: pd.DataFrame) -> pd.DataFrame:
    """log, build, step, pushed, sent: seconds of an export's pushing and of its sending."""
    named = parts["part"].map(dict.fromkeys(PUSHES, "pushed") | {"sending tarball": "sent"})
    seconds = parts.assign(named=named).dropna(subset=["named"])
    table = seconds.pivot_table(
        index=["log", "build", "step"], columns="named", values="seconds", aggfunc="sum"
    )
    return table.reindex(columns=["pushed", "sent"]).reset_index()


def _time_loads(steps: pd.DataFrame) -> pd.DataFrame:
    """log, activity "load", seconds of each build: the longer of sending and taking in."""
    taken = steps["seconds"].where(steps["activity"] == "load")
    both = steps.assign(taken=taken).groupby(["log", "build"])[["taken", "sent"]].sum()
    return both.max(axis=1).rename("seconds").reset_index().assign(activity="load")


def list_activities(runs: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """The columns of overhead_map, of a table with a row a run and a column an activity."""
    table = table.set_axis(runs.index).join(runs[RUN])
    long = table.melt(RUN, var_name="activity", value_name="seconds", ignore_index=True)
    return long.astype({"activity": "string", "seconds": "float64"})


@takes(runs="run strategy scenario round emulated valid log seconds", logs="")
def builder_costs(runs: pd.DataFrame, logs: Logs) -> pd.DataFrame:
    """What a new builder costs each run that makes one.

    run, strategy, scenario, round, emulated, valid, create_seconds (the command that creates
    it), boot_seconds (its start inside the docker build), pull_seconds (the part of the start
    that pulls BuildKit's image), seconds (create and boot), share (of the elapsed seconds).
    """
    commands = time_commands(logs.commands, logs.builds)
    created = commands[commands["activity"] == "builder create"].groupby("log")["seconds"]
    boots = logs.steps[logs.steps["kind"] == "builder"]
    pulls = logs.parts[logs.parts["part"] == "pulling image"]
    costs = {
        "create_seconds": created.sum(min_count=1),
        "boot_seconds": boots.groupby("log")["seconds"].sum(min_count=1),
        "pull_seconds": pulls.groupby("log")["seconds"].sum(min_count=1),
    }
    table = (
        runs[[*RUN, "log", "seconds"]]
        .join(pd.DataFrame(costs), on="log")
        .dropna(subset=["create_seconds", "boot_seconds"], how="all")
    )
    builder = table["create_seconds"].fillna(0) + table["boot_seconds"]
    return table.assign(share=builder / table["seconds"], seconds=builder)[
        [*RUN, *costs, "seconds", "share"]
    ].reset_index(drop=True)
