"""What a strategy does to an image, by the commands that its builds ran."""

import re
from dataclasses import dataclass

import pandas as pd

from analysis.logs import Logs

_CREATES = re.compile(r"\bdocker buildx create\b")
_RESTARTS = re.compile(r"\bdockerd\b")
_PUSHES = re.compile(r"--push\b|\bpush=true\b")
_PUSHES_LATER = re.compile(r"\bdocker (?:image )?push\b")
_READS = re.compile(r"--cache-from\b")
_WRITES = re.compile(r"--cache-to\b")
_INLINE = re.compile(r"type=inline\b|\bBUILDKIT_INLINE_CACHE=1\b")
_WHOLE = re.compile(r"\bmode=max\b")
# a stage that is built, and kept, beside the last one's image
_STAGE, _BUILD = re.compile(r"--target\b"), re.compile(r"\bdocker (?:buildx )?build\b")
# the names that engines with the containerd store give their storage driver
_CONTAINERD = "overlayfs"
KEPT = ("kept", "server")


@dataclass(frozen=True)
class Recipe:
    """What of a build's work a strategy does, and where.

    builder: it creates a builder in a container; containerd: the engine keeps images in the
    containerd store; restarts: it restarts the engine first; pushes: BuildKit pushes (else
    docker push does); reads: it imports a cache; whole: that holds the layers of all stages
    (mode=max, or an image of a stage beside the last one's); writes: it exports one to a place of
    its own; kept: its host or server keeps layers.
    """

    builder: bool = False
    containerd: bool = False
    restarts: bool = False
    pushes: bool = False
    reads: bool = False
    whole: bool = False
    writes: bool = False
    kept: bool = False

    @property
    def lazy(self) -> bool:
        """Whether hits are unpacked only where a layer that runs stands on them."""
        return self.builder or self.containerd


def list_recipes(runs: pd.DataFrame, logs: Logs) -> dict[str, Recipe]:
    """Strategy -> its recipe, by the commands of its runs; the last host and store count."""
    texts = logs.commands.groupby("log")["command"].agg("\n".join)
    return {
        str(name): _read_recipe(texts.get(rows["log"].iloc[-1], ""), rows)
        for name, rows in runs.groupby("strategy", sort=False)
    }


def _read_recipe(text: str, rows: pd.DataFrame) -> Recipe:
    """The recipe of one strategy's commands."""
    inline = bool(_INLINE.search(text))
    exports = bool(_WRITES.search(text)) or inline
    staged = inline and bool(_STAGE.search(text)) and len(_BUILD.findall(text)) > 1
    return Recipe(
        builder=bool(_CREATES.search(text)),
        containerd=bool(rows["storage_driver"].eq(_CONTAINERD).any()),
        restarts=bool(_RESTARTS.search(text)),
        pushes=bool(_PUSHES.search(text)) and not _PUSHES_LATER.search(text),
        # an image that was built without metadata is no cache
        reads=bool(_READS.search(text)) and exports,
        whole=bool(_WHOLE.search(text)) or staged,
        writes=bool(_WRITES.search(text)) and not inline,
        kept=bool(rows["host"].isin(KEPT).any()),
    )
