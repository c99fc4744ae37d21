"""Seconds of a build from its amounts: the formula, and what is fitted in it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.measures.model.cells import AMOUNTS, SPEEDS

# what is fitted: name -> (first guess, most); all are 0 or more
COEFFICIENTS = {
    # seconds of every build: its commands, the Dockerfile, the context
    "fixed": (0.7, 5.0),
    # seconds to make a builder, MB of BuildKit's image to unpack and to pull
    "boot": (1.0, 5.0),
    "boot_unpack": (50.0, 150.0),
    "boot_down": (54.0, 150.0),
    # seconds of unpacking: of BuildKit's and the containerd store's, of taking in what is loaded,
    # each of the classic store's
    "lazy": (0.7, 3.0),
    "load": (0.8, 3.0),
    # seconds to compress a MB
    "compress": (0.04, 0.3),
    # how much longer a MB of layers takes than one of the base, a second of exporting it each
    "grain": (8.0, 40.0),
    # the same of a MB of the layers of other stages, whose export nothing tells
    "hidden": (1.3, 3.0),
    # seconds of an import or export of a cache, and of docker push
    "cache": (0.1, 2.0),
    "push": (0.1, 2.0),
    # how many of the round trips counted really wait
    "waits": (1.0, 5.0),
}
_MOST_GRAIN = 3.0


def to_arrays(cells: pd.DataFrame) -> dict[str, np.ndarray]:
    """Column -> its numbers, of cells: what predict_seconds takes."""
    return {name: cells[name].to_numpy(dtype=float) for name in (*AMOUNTS, *SPEEDS)}


def predict_seconds(cells: Mapping[str, np.ndarray], values: Mapping[str, float]) -> np.ndarray:
    """Seconds of the build of each cell, of to_arrays' columns; `values` are COEFFICIENTS.

    Times of what a build does one after the other are added; docker push compresses and sends at
    once, so the longer of both counts.
    """
    a, v = cells, values
    grain = _find_grain(a, v)
    hidden = v["hidden"]
    classic = a["classic_base"] + grain * a["classic_own"] + hidden * a["classic_hidden"]
    lazy = a["lazy_base"] + grain * a["lazy_own"] + hidden * a["lazy_hidden"]
    load = a["load_base"] + grain * a["load_own"]
    pushed = _compress_pushed(a, v)
    return (
        v["fixed"]
        + a["builder"] * predict_boot(a, v)
        + a["restarts"] * a["restart"]
        + a["work"]
        + a["pull"] * (classic + v["lazy"] * lazy + v["load"] * load)
        + a["down"] / a["download"]
        + v["compress"] * (grain * a["export_own"] + hidden * a["export_hidden"])
        + v["cache"] * a["cache"]
        + a["cache_up"] / a["upload"]
        + v["push"] * a["push"]
        + np.maximum(pushed, a["up"] / a["upload"])
        + v["waits"] * a["trips"] * a["trip"]
    )


def split_seconds(
    cells: Mapping[str, np.ndarray], values: Mapping[str, float]
) -> dict[str, np.ndarray]:
    """What work and link make of predict_seconds, of to_arrays' columns.

    work (s); moved (MB that wait for the link), compressed (s that docker push compresses), sent
    (MB that it sends meanwhile): at r MB/s each way they take moved / r + max(compressed, sent / r)
    seconds; linked: what they take as recorded.
    """
    a, v = cells, values
    compressed = _compress_pushed(a, v)
    # the image of a builder whose boot is said to take so long is part of that
    boots = np.where(np.isnan(a["boot_seconds"]), a["builder"] * v["boot_down"], 0.0)
    down = a["down"] + boots
    linked = down / a["download"] + a["cache_up"] / a["upload"]
    return {
        "work": a["work"],
        "moved": down + a["cache_up"],
        "compressed": compressed,
        "sent": a["up"],
        "linked": linked + np.maximum(compressed, a["up"] / a["upload"]),
    }


def predict_boot(cells: Mapping[str, np.ndarray], values: Mapping[str, float]) -> np.ndarray:
    """Seconds until a new builder runs: as it is said to take (boot_seconds), else by its image."""
    pulled = cells["pull"] * values["boot_unpack"] + values["boot_down"] / cells["download"]
    said = cells["boot_seconds"]
    return np.where(np.isnan(said), values["boot"] + pulled, said)


def _find_grain(cells: Mapping[str, np.ndarray], values: Mapping[str, float]) -> np.ndarray:
    """How much longer a MB of the image's own layers takes than one of its base."""
    ratio = cells["export"] / np.maximum(cells["pull"], 1e-3)
    return np.minimum(values["grain"] * ratio, _MOST_GRAIN)


def _compress_pushed(cells: Mapping[str, np.ndarray], values: Mapping[str, float]) -> np.ndarray:
    """Seconds that docker push compresses."""
    grain = _find_grain(cells, values)
    return values["compress"] * (cells["push_base"] + grain * cells["push_own"])
