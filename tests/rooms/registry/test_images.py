"""What each entry of a repository is, from ECR's words and the manifests."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pandas as pd
import pytest
from repository import (
    CONFIG,
    DOCKER_IMAGE,
    IMAGE,
    LAYER,
    START,
    Repository,
    blob,
    sha256,
)

from analysis.registry.images import COLUMNS, frame_images, list_entries, read_images, unique_bytes


def read(repository, **changes):
    images = read_images(repository.image_details, repository.manifests | changes)
    return images.set_index("digest", drop=False)


def kinds(repository):
    return read(repository)["kind"].tolist()


@pytest.mark.parametrize("media_type", [IMAGE, DOCKER_IMAGE])
def test_docker_push_leaves_one_image(media_type):
    repository = Repository()
    repository.image("one", "latest", media_type=media_type)
    assert kinds(repository) == ["image"]


def test_push_from_a_container_builder_leaves_image_attestation_and_index():
    repository = Repository()
    index = repository.build("one", "latest")["digest"]
    images = read(repository)
    assert images["kind"].tolist() == ["image", "attestation", "index"]
    assert images["tags"].tolist() == [(), (), ("latest",)]
    assert images["parents"].tolist() == [(index,), (index,), ()]
    assert images.loc[index, "children"] == tuple(images["digest"][:2])


def test_an_attestation_of_the_old_form_is_known_by_its_index_without_its_own_manifest():
    repository = Repository()
    index = repository.build("one", "latest")
    manifests = {index["digest"]: repository.manifests[index["digest"]]}
    images = read_images(repository.image_details, manifests)
    assert images["kind"].tolist() == ["image", "attestation", "index"]


def test_an_attestation_of_the_old_form_is_known_by_its_layers_without_an_index():
    repository = Repository()
    repository.attestation("one")
    assert kinds(repository) == ["attestation"]


def test_an_attestation_of_the_new_form_refers_to_its_image():
    repository = Repository()
    image = repository.image("one")
    attestation = repository.artifact("one", image)
    repository.index(image, tags=["latest"], attests=[attestation])
    images = read(repository)
    assert images["kind"].tolist() == ["image", "attestation", "index"]
    assert images.loc[attestation["digest"], "subject"] == image["digest"]
    assert images.loc[image["digest"]].isna()["subject"]
    by_listing = read_images(repository.image_details, {})
    assert by_listing["kind"].tolist() == ["image", "attestation", "index"]


def test_a_registry_cache_is_known_in_both_forms():
    repository = Repository()
    repository.cache("one", "cache")
    repository.cache_index("one", "old-cache")
    images = read(repository)
    assert images["kind"].tolist() == ["cache", "cache"]
    assert images["children"].tolist() == [(), ()]


def test_charts_and_signatures_are_other_artifacts():
    repository = Repository()
    chart = blob("application/vnd.cncf.helm.config.v1+json", "chart", 5)
    tgz = blob("application/vnd.cncf.helm.chart.content.v1.tar+gzip", "tgz", 50)
    repository.push({"mediaType": IMAGE, "config": chart, "layers": [tgz]}, "1.0", size=55)
    signature = blob("application/vnd.dev.cosign.simplesigning.v1+json", "signature", 9)
    config = blob(CONFIG, "signature's config", 2)
    repository.push({"mediaType": IMAGE, "config": config, "layers": [signature]}, "s", size=11)
    assert kinds(repository) == ["other", "other"]


def test_media_types_judge_what_has_no_manifest():
    repository = Repository()
    repository.image("one", "latest")
    repository.index(repository.image("two"), tags=["two"])
    repository.cache("one", "cache")
    details = [*repository.image_details, {"imageDigest": sha256("nothing known")}]
    images = read_images(details, {})
    assert images["kind"].tolist() == ["image", "image", "index", "cache", "other"]
    assert unique_bytes(images) is None


@pytest.mark.parametrize(
    "junk",
    [
        "",
        "<html>",
        "[]",
        "null",
        b"\xff",
        {"layers": None, "config": 5, "manifests": "x", "artifactType": [1]},
        {"manifests": [None, {"digest": 5}, {"mediaType": ["a"], "digest": "b"}], "subject": "x"},
        {"layers": [{"digest": "sha256:a", "size": -1}], "mediaType": 7},
        None,
        7,
    ],
)
def test_damaged_manifests_raise_nothing_and_lose_no_row(junk):
    repository = Repository()
    digest = repository.build("one", "latest")["digest"]
    images = read(repository, **{digest: junk})
    assert len(images) == 3
    assert images.loc[digest, "kind"] == "index"
    alone = read_images([{"imageDigest": "sha256:x"}, {}, None], {"sha256:x": junk})
    assert alone["kind"].tolist()[1:] == ["other", "other"]
    assert alone["digest"].tolist()[0] == "sha256:x"


def test_times_come_as_boto3s_datetimes_iso_text_or_epoch_seconds():
    tokyo = timezone(timedelta(hours=9))
    times = [
        datetime(2026, 11, 1, 9, 0, 0, 250000, tokyo),
        "2026-11-01T09:00:00.25+09:00",
        datetime(2026, 11, 1, 0, 0, 0, 250000, UTC).timestamp(),
        None,
        "yesterday",
    ]
    details = [{"imageDigest": sha256(str(n)), "imagePushedAt": t} for n, t in enumerate(times)]
    pushed = read_images(details, {})["pushed"]
    assert pushed[:3].tolist() == [pd.Timestamp("2026-11-01T00:00:00.25Z")] * 3
    assert pushed[3:].isna().all()


def test_manifests_come_as_text_bytes_objects_or_batch_get_image():
    repository = Repository()
    repository.build("one", "latest")
    items = [
        {"imageId": {"imageDigest": digest}, "imageManifest": text}
        for digest, text in repository.manifests.items()
    ]
    expected = read_images(repository.image_details, repository.manifests)
    encoded = {digest: text.encode() for digest, text in repository.manifests.items()}
    for form in (encoded, items, {item["imageId"]["imageDigest"]: item for item in items}):
        pd.testing.assert_frame_equal(read_images(repository.image_details, form), expected)
    parsed = {digest: json.loads(text) for digest, text in repository.manifests.items()}
    images = read_images(repository.image_details, parsed)
    columns = [name for name in COLUMNS if name != "blob_bytes"]
    pd.testing.assert_frame_equal(images[columns], expected[columns])
    # an object has no bytes of its own: the index tells those of its children only
    assert [sizes[-1] for sizes in images["blob_bytes"]] == [
        *(sizes[-1] for sizes in expected["blob_bytes"][:2]),
        None,
    ]


def test_a_digest_on_two_pages_counts_once():
    repository = Repository()
    repository.build("one", "latest")
    details = [*repository.image_details, *repository.image_details[:1]]
    assert len(read_images(details, repository.manifests)) == 3


def test_what_storage_bills_counts_every_blob_once():
    repository = Repository()
    for number in range(3):
        repository.build(number, "latest")
    repository.cache("one", "cache")
    images = read(repository)
    texts = sum(len(text) for text in repository.manifests.values())
    # the base layer that all share, then 3 x (layer, config, attestation), the cache's config
    assert unique_bytes(images) == 1000 + 3 * (10 + 1 + 22) + 3 + texts
    assert images["bytes"].sum() == 3 * (1011 + 1011 + 22) + 1003


def test_an_index_none_of_whose_children_was_copied_keeps_them_by_name():
    repository = Repository()
    index = repository.build("one", "latest")["digest"]
    details = [item for item in repository.image_details if item["imageDigest"] == index]
    image = read_images(details, repository.manifests).iloc[0]
    assert len(image["children"]) == 2
    assert image["parents"] == ()


def test_an_index_that_is_not_listed_is_nobodys_parent():
    repository = Repository()
    index = repository.build("one", "latest")["digest"]
    details = [item for item in repository.image_details if item["imageDigest"] != index]
    assert read_images(details, repository.manifests)["parents"].tolist() == [(), ()]


def test_archived_and_pulled_images_say_when():
    repository = Repository()
    repository.image("one", "latest")
    item = repository.image_details[0]
    item |= {"lastRecordedPullTime": START, "lastArchivedAt": START, "imageStatus": "ACTIVE"}
    restored = read_images([item], {}).iloc[0]
    assert restored["pulled"] == pd.Timestamp(START)
    assert pd.isna(restored["archived"])
    archived = read_images([item | {"imageStatus": "ARCHIVED"}], {}).iloc[0]
    assert archived["archived"] == pd.Timestamp(START)


def test_many_listings_make_one_frame_with_columns_of_their_own():
    repository = Repository()
    repository.image("one", "latest")
    entries = list_entries(repository.image_details, repository.manifests)
    frame = frame_images([entry | {"run": name} for name in ("a", "b") for entry in entries])
    assert frame["run"].tolist() == ["a", "b"]
    assert {name: str(frame[name].dtype) for name in COLUMNS} == COLUMNS


def test_an_empty_repository_keeps_columns_and_types():
    images = read_images([], {})
    assert images.empty
    assert dict(images.dtypes.astype(str)) == COLUMNS
    assert unique_bytes(images) == 0


def test_a_layer_that_is_listed_twice_in_an_image_is_stored_once():
    repository = Repository()
    layers = [blob(LAYER, "empty", 32), blob(LAYER, "empty", 32)]
    manifest = {"mediaType": IMAGE, "config": blob(CONFIG, "c", 1), "layers": layers}
    listed = repository.push(manifest, "latest", size=65)
    assert unique_bytes(read(repository)) == 33 + listed["size"]


ODD = {
    "imageSizeInBytes": ["big", 1.5, -1, 2**70, True, [1], float("nan"), float("inf")],
    "imagePushedAt": [[1], {}, 1e300, float("nan"), "9999-01-01T00:00:00Z", "\ud800", True],
    "imageTags": ["latest", 5, [5], ["\ud800"], {"a": 1}],
    "imageManifestMediaType": [["a"], 5, "\ud800"],
    "artifactMediaType": [["a"], {}],
    "subjectManifestDigest": [["a"], "\ud800"],
}


@pytest.mark.parametrize("key", ODD)
def test_a_value_that_cant_be_what_it_is_called_loses_no_row(key):
    repository = Repository()
    sound = repository.image("one", "latest")["digest"]
    odd = [{"imageDigest": sha256(repr(value)), "imageTags": [], key: value} for value in ODD[key]]
    images = read_images([*repository.image_details, *odd], repository.manifests)
    assert len(images) == 1 + len(odd)
    assert {name: str(images[name].dtype) for name in COLUMNS} == COLUMNS
    assert images["digest"][0] == sound and images["tags"][0] == ("latest",)
    rest = images.loc[1:, ["bytes", "pushed", "subject"]]
    assert rest.isna().all(axis=None)
    assert set(images["tags"][1:]) == {()} and set(images["kind"][1:]) == {"other"}


@pytest.mark.parametrize("digest", [["a"], 5, "\ud800", {}])
def test_an_entry_whose_digest_is_none_has_its_row(digest):
    images = read_images([{"imageDigest": digest}], {})
    assert images["digest"].isna().tolist() == [True]


def test_sizes_written_as_text_or_with_a_point_are_known():
    sizes = [5, 5.0, "5"]
    details = [{"imageDigest": f"sha256:{n}", "imageSizeInBytes": s} for n, s in enumerate(sizes)]
    assert read_images(details, {})["bytes"].tolist() == [5, 5, 5]


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a": "\ud800"}', '{"layers": [{"digest": "é"}]}']
)
def test_a_manifest_that_cant_be_one_has_no_blobs_but_itself(text):
    image = read_images([{"imageDigest": "sha256:x"}], {"sha256:x": text}).iloc[0]
    assert image["blobs"] == ("sha256:x",)
    assert image["blob_bytes"] == (None if "\ud800" in text else len(text.encode()),)


@pytest.mark.parametrize(
    "arguments", [({"imageDetails": []}, {}), ([], ["{}"]), ([], 5), ("x", {})]
)
def test_what_is_no_listing_at_all_is_a_type_error(arguments):
    with pytest.raises(TypeError):
        read_images(*arguments)
