"""The kinds of entries in a registry, in the order in which tables and charts show them.

All that depends on which kinds there are follows from KIND_LIST: names, words, what an entry is
taken for, columns, colours. To add one, add it there.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from analysis.registry import manifests as form

# what cosign tags its signature of a digest with, and OCI the list of all that refers to it
_DIGEST_TAG = re.compile(r"sha256-[0-9a-f]{64}(|\.sig|\.att|\.sbom)")
_SIGNS = "https://sigstore.dev/cosign/sign/v1"


class Traits(NamedTuple):
    """What a listing, a manifest and an index tell of an entry; media types, null unknown.

    `layers` and `listed` are the media types of its layers and of what it lists, `attests` is
    whether an index lists it as an attestation, `predicate` what a bundle says of an image.
    """

    media_type: str | None
    artifact_type: str | None
    layers: frozenset[str]
    listed: frozenset[str]
    attests: bool
    tags: frozenset[str] = frozenset()
    predicate: str | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of entry: its name, its words, and which entries are of it.

    `of_cache`: it is no part of an image. `runs`: a build can be rolled back to it, where no index
    lists it. Of the kinds that fit an entry, the last in KIND_LIST is meant.
    """

    name: str
    words: str
    fits: Callable[[Traits], bool]
    of_cache: bool = False
    runs: bool = False


def _is_image(traits: Traits) -> bool:
    """Whether it has an image's media types, as far as any are told."""
    layered = not traits.layers or any(
        word in layer for layer in traits.layers for word in form.LAYER_WORDS
    )
    known = traits.artifact_type in {None, *form.IMAGE_CONFIGS}
    return traits.media_type in form.IMAGES and layered and known


def _is_index(traits: Traits) -> bool:
    """Whether it lists manifests, other than all that refer to one: OCI's tag for those."""
    return traits.media_type in form.INDEXES and not _has_tag(traits, "")


def _is_attestation(traits: Traits) -> bool:
    """Whether it states something of an image.

    One of the old form says of itself that it is an image: only the index that lists it or its
    layers tell.
    """
    stated = traits.artifact_type == form.ATTESTATION or traits.layers & {form.IN_TOTO, form.DSSE}
    bundled = _is_bundle(traits) and traits.predicate not in (None, _SIGNS)
    return bool(stated) or bundled or traits.attests or _has_tag(traits, ".att")


def _is_signature(traits: Traits) -> bool:
    """Whether it signs an image: as notation or cosign do, by what it is or by cosign's tag."""
    signed = traits.artifact_type in form.SIGNATURES or form.COSIGN_LAYER in traits.layers
    bundled = _is_bundle(traits) and traits.predicate in (None, _SIGNS)
    return signed or bundled or _has_tag(traits, ".sig")


def _is_bundle(traits: Traits) -> bool:
    """Whether it is what cosign and GitHub store beside an image."""
    return str(traits.artifact_type).startswith(form.BUNDLE)


def _has_tag(traits: Traits, ending: str) -> bool:
    """Whether a tag names a digest and, by its ending, what is told of that."""
    return any((found := _DIGEST_TAG.fullmatch(tag)) and found[1] == ending for tag in traits.tags)


def _is_cache(traits: Traits) -> bool:
    """Whether BuildKit wrote it as a cache."""
    return form.CACHE_CONFIG in {traits.artifact_type, *traits.listed}


_OTHER = Kind("other", "anything else, such as a chart", lambda traits: True)
IMAGE = Kind("image", "the description of an image: its layers and settings", _is_image, runs=True)
INDEX = Kind("index", "a list of manifests, such as an image and its attestation", _is_index,
             runs=True)  # fmt: skip
ATTESTATION = Kind("attestation", "a statement on an image: how it was built", _is_attestation)
_SIGNATURE = Kind("signature", "that somebody signed an image, as notation and cosign do",
                 _is_signature)  # fmt: skip
CACHE = Kind("cache", "what --cache-to pushes", _is_cache, of_cache=True)
KIND_LIST = (IMAGE, INDEX, ATTESTATION, _SIGNATURE, CACHE, _OTHER)

KINDS = tuple(each.name for each in KIND_LIST)
# what a push leaves of an image, a cache in the same repository apart
IMAGE_KINDS = [each.name for each in KIND_LIST if not each.of_cache]
ROLLBACK_KINDS = [each.name for each in KIND_LIST if each.runs]


def find_kind(traits: Traits) -> str:
    """The name of the kind that an entry is of: the last that fits it, _OTHER where none does."""
    special = (each for each in reversed(KIND_LIST) if each is not _OTHER)
    return next((each.name for each in special if each.fits(traits)), _OTHER.name)


def describe_kinds(names: Iterable[str] = KINDS) -> pd.DataFrame:
    """One row a kind, in their order, of those named: kind, meaning (words)."""
    named = set(names)
    rows = [(each.name, each.words) for each in KIND_LIST if each.name in named]
    return pd.DataFrame(rows, columns=["kind", "meaning"], dtype="string")
