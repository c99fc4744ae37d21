"""What stands beside a run's record: its log, its builds' own records, its listing, its folder."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.logs import Logs
from analysis.records.marks import read_marks
from analysis.store import Store
from analysis.workload import PHASES

_BY_BUILDX = ("builder", "load")
_PUSH_BY_BUILDX = r"pushing .* with docker"


def gather_evidence(
    runs: pd.DataFrame,
    built: pd.DataFrame,
    logs: Logs,
    images: pd.DataFrame,
    faults: dict[str, str],
    cluster: str = "",
    store: Store = None,
) -> pd.DataFrame:
    """One row a run, in their order: what is to agree with its record, null where it is unknown.

    context, lab_images (of the record) · log_begun, log_ended, log_code, log_failed, log_open,
    log_builds, log_steps, log_cached (of the log's lines) · said_engine, said_buildx, registry,
    pushed (printed in it) · builds, begun, ended, steps, cached (of BuildKit's records) ·
    digests, last_pushed (of the listing) · faults (what in it contradicts itself).
    """
    paths = pd.concat([runs["log"], runs["history"]]).dropna()
    marks = read_marks(paths, cluster, store).set_index("path")
    of_log = marks[["engine", "buildx", "registry", "pushed"]].reindex(runs["log"])
    of_log = of_log.rename(columns={"engine": "said_engine", "buildx": "said_buildx"})
    of_builds = marks[["builds", "begun", "ended", "steps", "cached"]].reindex(runs["history"])
    tables = [
        built.set_index("run")[["context", "lab_images"]].reindex(runs["run"]),
        _summarise_phases(logs).reindex(runs["log"]),
        _count_steps(logs).reindex(runs["log"]),
        of_log,
        of_builds,
        _summarise_listings(images).reindex(runs["run"]),
    ]
    found = pd.concat([table.set_axis(runs.index) for table in tables], axis=1)
    times = ("begun", "ended")
    found = found.assign(
        **{name: pd.to_datetime(found[name], utc=True, errors="coerce") for name in times}
    )
    told = [faults.get(str(path)) for path in runs["images"]]
    return found.assign(faults=pd.Series(told, index=runs.index, dtype="object"))


def _summarise_phases(logs: Logs) -> pd.DataFrame:
    """log -> log_begun, log_ended, log_code, log_failed (a phase did), log_open (one goes on)."""
    phases, codes = logs.phases, logs.commands.dropna(subset=["exit_code"])
    ends = phases["started"] + pd.to_timedelta(phases["seconds"], unit="s")
    # the agent's own phases after a build's may go on when its log is read
    own = phases["phase"].str.lower().isin(PHASES)
    failed = phases["status"].str.lower().eq("failed")
    known: Any = phases.assign(
        ends=ends, failed=failed, open=own & phases["seconds"].isna()
    ).groupby("log")
    table = known.agg(
        log_begun=("started", "min"),
        log_ended=("ends", "max"),
        log_failed=("failed", "any"),
        log_open=("open", "any"),
    )
    failing = codes[codes["exit_code"].ne(0)].groupby("log")["exit_code"].first()
    return table.join(failing.rename("log_code"))


def _count_steps(logs: Logs) -> pd.DataFrame:
    """log -> log_builds, log_steps, log_cached: of the steps that BuildKit itself runs.

    Each target of a build counts as one, as BuildKit records it; how many steps all records of
    targets have, a log does not tell.
    """
    steps = logs.steps
    pushes = steps["name"].str.fullmatch(_PUSH_BY_BUILDX, na=False)
    solved = steps[~steps["kind"].isin(_BY_BUILDX) & ~pushes]
    groups = solved.assign(cached=solved["status"].eq("cached")).groupby("log")
    counted = groups.agg(log_steps=("step", "size"), log_cached=("cached", "sum"))
    builds = logs.builds.groupby("log").size()
    targets = steps.groupby(["log", "build"])["target"].nunique()
    more = (targets - 1).clip(lower=0).groupby("log").sum().reindex(builds.index, fill_value=0)
    counted = counted.astype("float64")
    counted.loc[more.gt(0).reindex(counted.index, fill_value=False)] = np.nan
    return (builds + more).rename("log_builds").to_frame().join(counted)


def _summarise_listings(images: pd.DataFrame) -> pd.DataFrame:
    """run -> digests (a set), last_pushed."""
    groups = images.groupby("run")
    return pd.DataFrame(
        {"digests": groups["digest"].agg(frozenset), "last_pushed": groups["pushed"].max()}
    )
