"""What entries are made of: by their own manifests, of the lab's listings and of damaged ones."""

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest
from repository import CACHE, EMPTY, IMAGE, INDEX, LAYER, Repository

from analysis.measures.storage import is_provenance, is_signature
from analysis.prose import say_media
from analysis.records import read_runs
from analysis.records.media_types import COLUMNS, read_media

ROOT = Path(__file__).parents[3]


def read(folder, listing):
    """read_media of a run that left this."""
    path = folder / "images.json.gz"
    path.write_bytes(listing if isinstance(listing, bytes) else gzip.compress(listing.encode()))
    return read_media(pd.DataFrame({"run": ["a.cold.01"], "images": [str(path)]}))


def show(repository):
    listing = {"imageDetails": repository.image_details, "manifests": repository.manifests}
    return json.dumps(listing, default=str)


def test_each_entry_is_told_by_its_manifest(tmp_path):
    repository = Repository()
    image = repository.image("one")
    repository.index(image, tags=["latest"], attests=[repository.artifact("one", image)])
    repository.cache("one", "cache")
    media = read(tmp_path, show(repository)).set_index("kind")
    assert media.loc["image", "media_type"] == IMAGE
    assert media.loc["image", "layers"] == (LAYER,)
    assert media.loc["index", "media_type"] == INDEX
    assert media.loc["attestation", "subject"] == "image"
    assert media.loc["cache", "artifact_type"] == CACHE
    assert media["subject"].notna().sum() == 1
    said = say_media(media.reset_index().query("kind == 'attestation'").iloc[0])
    assert said.startswith(f"attestation {IMAGE} (config or artifact application/vnd.docker")
    assert said.endswith("subject the image)")
    assert EMPTY not in said


def test_the_recorded_attestations_are_provenance_and_nothing_is_signed():
    runs = read_runs(ROOT / "data" / "lab").query("strategy == 'container-push'")
    media = read_media(runs)
    third = media[media["kind"] == "attestation"]
    assert len(third) >= len(runs)
    assert third.apply(is_provenance, axis=1).all()
    assert not media.apply(is_signature, axis=1).any()
    assert not media[media["kind"] == "image"].apply(is_provenance, axis=1).any()


@pytest.mark.parametrize(
    "kind",
    [
        "application/vnd.dev.cosign.simplesigning.v1+json",
        "application/vnd.cncf.notary.signature",
        "application/vnd.dev.sigstore.bundle.v0.3+json",
        "application/vnd.dsse.envelope.v1+json",
    ],
)
def test_signatures_are_known_by_their_layers_and_artifact_types(kind):
    plain = {"layers": (LAYER,), "predicates": (), "artifact_type": pd.NA}
    assert not is_signature(plain)
    assert is_signature(plain | {"layers": (LAYER, kind)})
    assert is_signature(plain | {"artifact_type": kind})


@pytest.mark.parametrize(
    "listing", ["", "[]", "{}", '{"imageDetails": 5, "manifests": {}}', b"\x1f\x8b cut", "[[[["]
)
def test_a_damaged_listing_has_no_entries(tmp_path, listing):
    media = read(tmp_path, listing)
    assert media.empty
    assert media.columns.tolist() == COLUMNS


def test_a_manifest_that_is_not_there_leaves_its_entry_unknown(tmp_path):
    details = [{"imageDigest": "sha256:a", "imageManifestMediaType": IMAGE}]
    media = read(tmp_path, json.dumps({"imageDetails": details, "manifests": {}}))
    assert media["kind"].tolist() == ["image"]
    assert media["media_type"].isna().all()
    assert say_media(media.iloc[0]) == "image no media type"
