"""What is known of a context before a strategy is tried: its image, its work, its link.

Times are those of the baseline's cold builds alone; of other builds only statuses and sizes count.
"""

import re
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.errors import SettingError
from analysis.measures.compare import mark_emulated
from analysis.measures.model.sizes import (
    find_hidden,
    find_inherited,
    list_new_bases,
    list_sizes,
    share_out,
    size_bases,
)
from analysis.records import Experiment, mark_hits
from analysis.rows import list_rows
from analysis.workload import BASELINE, COLD_STARTS, UNSHAPED, Link, read_link

# what an unshaped link of the lab carries, in MB/s: memory, not a network
FASTEST = 400.0
# MB of layers that say little of their grain, and what exporting a MB usually takes of a pull's
_FEW, _USUAL = 5.0, 0.1
_LAYERS = ["stage", "name", "position", "work", "mb", "final"]
_TAKES_FROM = re.compile(r"--from=(\S+)")


@dataclass(frozen=True)
class Layer:
    """A layer: seconds of work when it runs, compressed MB, whether the image holds it."""

    stage: str
    name: str
    work: float
    mb: float
    final: bool

    @property
    def takes_from(self) -> list[str]:
        """The stages that it copies from."""
        return _TAKES_FROM.findall(self.name)


@dataclass(frozen=True)
class Known:
    """A context over one link.

    layers: in the order of their stages; bases: compressed
    MB of the image that each stage begins from, those of one image once; pull (s): what unpacking
    a MB of them took on the classic store; export (s): what it took to export a MB of its layers
    there, which tells many small files from few large ones; valid: scenario -> layers (stage,
    name) that the commits up to it leave as they were; new_base: scenario -> MB of base images
    that the builds before it had not; inherited: the stage that the final one begins from;
    download, upload: MB/s of a connection; trip: seconds.
    """

    name: str
    link: str
    layers: tuple[Layer, ...]
    bases: dict[str, float]
    pull: float
    export: float
    valid: dict[str, frozenset[tuple[str, str]]]
    new_base: dict[str, float] = field(default_factory=dict)
    inherited: str | None = None
    download: float = FASTEST
    upload: float = FASTEST
    trip: float = 0.0

    @property
    def base(self) -> float:
        """Compressed MB of the image that the final stage begins from."""
        return list(self.bases.values())[-1]

    @property
    def work(self) -> float:
        """Seconds that all layers take when none is a hit."""
        return sum(each.work for each in self.layers)

    @property
    def final_mb(self) -> float:
        """Compressed MB of the final stage's own layers."""
        return sum(each.mb for each in self.layers if each.final)


def read_known(experiment: Experiment, baseline: str = BASELINE) -> Known | None:
    """What an experiment's baseline tells of its context; null without a cold build of it."""
    runs = mark_emulated(experiment.runs)
    runs = runs[runs["valid"] & runs["expect"].ne("failed")]
    cold = runs[runs["strategy"].eq(baseline) & runs["scenario"].isin(COLD_STARTS)]
    steps = experiment.logs.steps
    layers = _list_layers(steps[steps["log"].isin(cold["log"])])
    sizes = list_sizes(experiment, cold)
    if cold.empty or layers.empty or not sizes:
        return None
    inherited = find_inherited(layers, len(sizes))
    scratch = layers.loc[layers["final"], "position"].min() == 1 and inherited is None
    layers["final"] |= layers["stage"].eq(inherited or "")
    own = int(layers["final"].sum())
    # a listing names equal layers once, so that there may be fewer than the stages have
    first = 0 if scratch else max(len(sizes) - own, 1)
    base_mb, final = sum(sizes[:first]), sizes[first:]
    layers.loc[layers["final"], "mb"] = [*final, *[0.0] * own][:own]
    pulled, speeds = _time_pulls(steps[steps["log"].isin(cold["log"])]), _read_speeds(experiment)
    unpacking = _read_unpacking(cold)
    bases = size_bases(pulled, base_mb, unpacking and unpacking + 1 / speeds["download"])
    hidden = find_hidden(experiment, sum(sizes), sum(bases.values()) - base_mb, layers)
    layers.loc[~layers["final"], "mb"] = share_out(hidden, layers.loc[~layers["final"], "work"])
    down = sum(bases.values()) / speeds["download"]
    pull = max(sum(pulled.values()) - down, 0.0) / max(sum(bases.values()), 0.1)
    export = _time_export(experiment, cold) + _FEW * _USUAL * pull
    return Known(
        name=name_context(experiment),
        link=name_link(experiment),
        layers=_make_layers(layers),
        bases=bases,
        pull=pull,
        export=export / (sum(final) + _FEW),
        inherited=inherited,
        valid=_list_valid(steps, runs, layers),
        new_base=list_new_bases(experiment, runs, baseline, own, base_mb),
        **speeds,
    )


def _make_layers(layers: pd.DataFrame) -> tuple[Layer, ...]:
    """A Layer of each row."""
    return tuple(
        Layer(str(row.stage), str(row.called), float(row.work), float(row.mb), bool(row.final))
        for row in list_rows(layers.rename(columns={"name": "called"}))
    )


def name_context(experiment: Experiment) -> str:
    """An experiment's context with the arguments it was given, as `sweep WORK_SECONDS=8`."""
    given = experiment.facts.get("arguments")
    rest = sorted(given.items()) if isinstance(given, dict) else []
    name = str(experiment.facts.get("context") or experiment.folder.name)
    return " ".join([name, *(f"{key}={value}" for key, value in rest)])


def name_link(experiment: Experiment) -> str:
    """The link of an experiment's runs, in words."""
    found = next(iter(experiment.runs["link"].dropna()), experiment.facts.get("link", UNSHAPED))
    return str(found)


def _read_speeds(experiment: Experiment) -> dict[str, float]:
    """download, upload (MB/s of a connection), trip (s) of an experiment's link."""
    numbers = experiment.facts.get("link_numbers")
    if isinstance(numbers, dict):
        rates = [numbers.get("download_mbit"), numbers.get("upload_mbit")]
        down, up = (FASTEST if not rate else min(float(rate) / 8, FASTEST) for rate in rates)
        return {
            "download": down,
            "upload": up,
            "trip": float(numbers.get("round_trip_ms") or 0) / 1000,
        }
    try:
        link = read_link(name_link(experiment))
    except SettingError:
        # of a link that nobody can read, nothing is known: it counts as unbounded
        link = Link()
    rate = FASTEST if link.bandwidth is None else link.bandwidth / 1000
    return {"download": rate, "upload": rate, "trip": link.latency / 1000}


def _list_layers(steps: pd.DataFrame) -> pd.DataFrame:
    """_LAYERS of the builds of these steps, by stage and position; mb is still unknown."""
    rows = steps[steps["kind"].eq("layer") & steps["status"].eq("ran")].dropna(subset=["name"])
    rows = rows.assign(stage=rows["stage"].astype("string").fillna(""))
    keys = ["stage", "name"]
    table = rows.groupby(keys, sort=False).agg(
        position=("position", "max"), work=("seconds", "mean"), step=("step", "max")
    )
    table = table.reset_index()
    if table.empty:
        return table.reindex(columns=_LAYERS)
    last = table.sort_values("step", kind="stable")["stage"].iloc[-1]
    table = table.assign(mb=0.0, final=table["stage"].eq(last))
    order = {stage: number for number, stage in enumerate(table["stage"].unique())}
    table["order"] = table["stage"].map(order)
    return table.sort_values(["order", "position"], ignore_index=True)[_LAYERS]


def _time_pulls(steps: pd.DataFrame) -> dict[str, float]:
    """Base image -> mean seconds that its pull took in these builds."""
    rows = steps[steps["kind"].eq("from")].dropna(subset=["name"])
    rows = rows[rows["seconds"].notna()]
    means = rows.groupby("name", sort=False)["seconds"].mean()
    return {str(name): float(seconds) for name, seconds in means.items()}


def _read_unpacking(cold: pd.DataFrame) -> float | None:
    """Seconds of unpacking a MB, as the logs of these builds tell; null when they do not."""
    if "unpack_mbps" not in cold or np.isnan(rate := float(cold["unpack_mbps"].median())):
        return None
    return 1 / max(rate, 0.1)


def _time_export(experiment: Experiment, cold: pd.DataFrame) -> float:
    """Mean seconds of a cold build's export on the classic store."""
    builds = experiment.logs.builds
    seconds = builds.loc[builds["log"].isin(cold["log"]), "image_export_seconds"].mean()
    return 0.0 if np.isnan(seconds) else float(seconds)


def _list_valid(
    steps: pd.DataFrame, runs: pd.DataFrame, layers: pd.DataFrame
) -> dict[str, frozenset[tuple[str, str]]]:
    """Scenario -> (stage, name) of the layers that some strategy's cache gave in it."""
    built = steps[steps["kind"].eq("layer") & steps["log"].isin(runs["log"])]
    hits = built[mark_hits(built)].merge(runs[["log", "scenario"]], on="log")
    hits = hits.dropna(subset=["name"])
    hits = hits.assign(stage=hits["stage"].astype("string").fillna(""))
    known = set(zip(layers["stage"], layers["name"], strict=True))
    return {
        str(scenario): frozenset(set(zip(rows["stage"], rows["name"], strict=True)) & known)
        for scenario, rows in hits.groupby("scenario")
    } | {str(name): frozenset() for name in set(runs["scenario"]) - set(hits["scenario"])}
