"""What of a step's time went to the layers of its base image, wherever BuildKit fetched them.

A builder without the base image resolves it, and fetches and unpacks its layers in a later step
that needs them. A layer is a base image's when a FROM fetched or unpacked it in any build read.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from analysis.logs import Logs, Sources, list_sources, merge_spans
from analysis.records.build_steps import Row
from analysis.records.speeds import read_traces
from analysis.store import Store

_LAYER = re.compile(r"(?:extracting )?(sha256:[0-9a-f]{64})")


def time_bases(steps: pd.DataFrame, transfers: pd.DataFrame) -> pd.Series:
    """base_seconds of each step but a FROM, null where it moved no layer of a base image.

    Of read_traces' transfers: the time in which one of such a layer ran, at most the step's own.
    """
    layers = transfers.loc[transfers["base"], "digest"].unique()
    later = transfers[transfers["digest"].isin(layers) & ~transfers["base"]]
    seconds = {
        key: sum(end - start for start, end in merge_spans(_list_spans(rows)))
        for key, rows in later.groupby(["log", "build", "step"])
    }
    keys = zip(steps["log"], steps["build"], steps["step"], strict=True)
    found = pd.Series([seconds.get(key) for key in keys], steps.index, dtype="float64")
    return found.clip(upper=steps["seconds"])


def add_base_seconds(
    logs: Logs, sources: Sources, *, cluster: str = "", store: Store = None
) -> Logs:
    """The frames of these logs, whose steps have base_seconds as time_bases tells.

    The logs are read again where a step shows that it was pulled.
    """
    steps = logs.steps
    pulled = steps["kind"].eq("layer") & steps["status"].eq("cached") & steps["seconds"].gt(0)
    seconds = pd.Series(float("nan"), steps.index)
    if pulled.any():
        _, transfers = read_traces(list_sources(sources), cluster, store)
        seconds = time_bases(steps, transfers)
    return replace(logs, steps=steps.assign(base_seconds=seconds))


def _list_spans(rows: pd.DataFrame) -> list[tuple[float, float]]:
    """(begin, end) of each transfer."""
    return list(zip(rows["started"].tolist(), rows["completed"].tolist(), strict=True))


def list_layers(rows: Iterable[Row]) -> frozenset[str]:
    """The names in parts of steps of the layers that a FROM among these fetched or unpacked."""
    parts = {part for row in rows if row.kind == "from" for part, _, _ in row.parts}
    layers = {found[1] for part in parts if (found := _LAYER.fullmatch(part))}
    return frozenset(name for layer in layers for name in (layer, f"extracting {layer}"))


def mark_bases(row: Row, layers: frozenset[str]) -> Row:
    """The row with the times in which the step fetched or unpacked one of these layers."""
    spans = [(start, end) for part, start, end in row.parts if part in layers]
    return row._replace(base_spans=tuple(merge_spans(spans))) if spans else row
