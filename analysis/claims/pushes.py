"""How a strategy builds and pushes, by its commands and its engine, and what one push leaves."""

import re
from collections.abc import Sequence

import pandas as pd

from analysis.claims.evidence import Evidence, first_pushes
from analysis.languages import translate
from analysis.prose.template import tell
from analysis.registry import ATTESTATION, IMAGE, IMAGE_KINDS, INDEX

TRIPLE = (IMAGE.name, INDEX.name, ATTESTATION.name)
PUSHED = r"--push\b|\bpush=true\b"
CREATED = r"\bdocker buildx create\b"
REMOTE = r"--driver[= ]remote\b"
UNATTESTED = r"--provenance=false\b|\bBUILDX_NO_DEFAULT_ATTESTATIONS\b"
# of the image, not of a cache
_TYPES = re.compile(r"(?:--output|-o)[= ]\s*[\"']?[^\s\"']*\boci-mediatypes=(true|false)")
# what docker info calls the storage driver of an engine with the containerd image store
CONTAINERD = "overlayfs"
NEW, _KEPT = "a new builder", "a kept builder"
_STORE, _DEFAULT = "the docker driver on a containerd image store", "the docker driver"
WITH, _WITHOUT = "with its attestation", "without its attestation"


def describe_builder(evidence: Evidence, strategy: str) -> str:
    """What builds: a new or a kept builder, or the docker driver and on which image store."""
    text = evidence.text[strategy]
    if re.search(REMOTE, text):
        return _KEPT
    if re.search(CREATED, text):
        return NEW
    drivers = evidence.runs_of([strategy])["storage_driver"]
    return _STORE if drivers.eq(CONTAINERD).any() else _DEFAULT


def describe_push(evidence: Evidence, strategy: str) -> str:
    """The builder and the option that decide what a push leaves."""
    without = re.search(UNATTESTED, evidence.text[strategy])
    return f"{describe_builder(evidence, strategy)} {_WITHOUT if without else WITH}"


def say_push(way: str) -> str:
    """What describe_push says, in the language of the page."""
    end = next(each for each in (WITH, _WITHOUT) if way.endswith(each))
    builder = way.removesuffix(end).strip()
    return tell("{builder} {end}", builder=translate(builder), end=translate(end))


def image_types(evidence: Evidence, strategy: str) -> str | None:
    """What a strategy sets oci-mediatypes to for its image; null when it doesn't."""
    found = _TYPES.search(evidence.text[strategy])
    return found[1] if found else None


def pushes_of(evidence: Evidence, strategies: list[str]) -> pd.DataFrame:
    """first_pushes of these strategies with their runs' place, buildkit and images."""
    pushes = first_pushes(evidence)
    pushes = pushes[pushes["strategy"].isin(strategies)]
    columns = ["run", "place", "buildkit", "images"]
    return pushes.merge(evidence.runs[columns], on="run", validate="1:1")


def is_triple(pushes: pd.DataFrame) -> pd.Series:
    """Whether there are exactly one image, one index and one attestation, a cache apart."""
    return leaves_only(pushes, TRIPLE)


def leaves_only(pushes: pd.DataFrame, kinds: Sequence[str]) -> pd.Series:
    """Whether there is one entry of each of these kinds and no other, a cache apart."""
    return pushes[IMAGE_KINDS].eq([int(kind in kinds) for kind in IMAGE_KINDS]).all(axis=1)
