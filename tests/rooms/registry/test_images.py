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

from analysis.errors import RegistryError
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


def test_charts_are_other_artifacts():
    repository = Repository()
    chart = blob("application/vnd.cncf.helm.config.v1+json", "chart", 5)
    tgz = blob("application/vnd.cncf.helm.chart.content.v1.tar+gzip", "tgz", 50)
    repository.push({"mediaType": IMAGE, "config": chart, "layers": [tgz]}, "1.0", size=55)
    assert kinds(repository) == ["other"]


COSIGN = "application/vnd.dev.cosign.simplesigning.v1+json"
DSSE = "application/vnd.dsse.envelope.v1+json"
NOTATION = "application/vnd.cncf.notary.signature"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PREDICATE = "dev.sigstore.bundle.predicateType"
TAG = f"sha256-{64 * 'a'}"


def artifact(name, layer, **more):
    """A manifest with one layer."""
    empty = blob(CONFIG, f"config of {name}", 2)
    return {"mediaType": IMAGE, "config": empty, "layers": [blob(layer, name, 9)]} | more


def bundle(name, **notes):
    more = {"annotations": notes} if notes else {}
    return artifact(name, BUNDLE, artifactType=BUNDLE, **more)


SIGNED = {
    "cosign's layer": (artifact("a", COSIGN), [], "signature"),
    "cosign's tag": (artifact("b", COSIGN), [f"{TAG}.sig"], "signature"),
    "cosign's statement": (artifact("c", DSSE), [], "attestation"),
    "notation": (artifact("d", "application/jose+json", config=blob(NOTATION, "n", 2)), [],
                 "signature"),
    "notation by its artifactType": (
        artifact("e", "application/cose", artifactType=NOTATION), [], "signature"),
    "a bundle": (bundle("f"), [], "signature"),
    "a bundle that signs": (bundle("g", **{PREDICATE: "https://sigstore.dev/cosign/sign/v1"}), [],
                            "signature"),
    "a bundle that states": (bundle("h", **{PREDICATE: "https://slsa.dev/provenance/v1"}), [],
                             "attestation"),
    "an sbom": (artifact("i", "text/spdx", artifactType="application/spdx+json"), [], "other"),
}  # fmt: skip


@pytest.mark.parametrize("name", SIGNED)
def test_a_signature_is_known_by_its_manifest(name):
    manifest, tags, kind = SIGNED[name]
    repository = Repository()
    repository.push(manifest, *tags, size=11)
    assert kinds(repository) == [kind]


@pytest.mark.parametrize(
    ("tag", "kind"), [(".sig", "signature"), (".att", "attestation"), (".sbom", "image")]
)
def test_cosign_s_tag_tells_where_there_is_no_manifest(tag, kind):
    repository = Repository()
    repository.push(artifact("a", COSIGN), TAG + tag, size=11)
    repository.push(artifact("b", LAYER), f"v1{tag}", f"sha256-abc{tag}", size=11)
    assert read_images(repository.image_details, {})["kind"].tolist() == [kind, "image"]


def test_an_index_of_all_that_refers_to_an_image_is_no_build_and_tells_what_its_children_are():
    repository = Repository()
    one = repository.push(artifact("a", "application/jose+json"), size=9)
    index = repository.index(one | {"artifactType": NOTATION}, tags=[TAG])
    texts = {index["digest"]: repository.manifests[index["digest"]]}
    details = [
        {key: value for key, value in item.items() if key != "artifactMediaType"}
        for item in repository.image_details
    ]
    assert read_images(details, texts)["kind"].tolist() == ["signature", "other"]


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


def test_an_archived_image_whose_time_is_not_told_is_archived_all_the_same():
    states = ("ARCHIVED", "ACTIVATING")
    details = [{"imageDigest": state, "imageStatus": state} for state in states]
    images = read_images(details, {})
    assert images["status"].tolist() == ["archived", "activating"]
    assert images["archived"].isna().all()


def test_what_the_command_line_prints_is_taken_as_it_is(tmp_path):
    repository = Repository()
    repository.build("one", "latest")
    details = [
        item | {"imagePushedAt": item["imagePushedAt"].isoformat()}
        for item in repository.image_details
    ]
    images = [
        {"imageId": {"imageDigest": digest}, "imageManifest": text}
        for digest, text in repository.manifests.items()
    ]
    listing, answer = {"imageDetails": details}, {"images": images, "failures": []}
    expected = read_images(repository.image_details, repository.manifests)
    files = tmp_path / "images.json", tmp_path / "manifests.json"
    for path, value in zip(files, (listing, answer), strict=True):
        path.write_bytes(b"\xff\xfe" + json.dumps(value).encode("utf-16-le"))
    pages = [{"imageDetails": details[:1]}, {"imageDetails": details[1:]}]
    forms = [
        (listing, answer),
        (json.dumps(listing), json.dumps(answer)),
        (json.dumps(details), json.dumps(images)),
        files,
        tuple(map(str, files)),
        (pages, [{"images": images[:2]}, {"images": images[2:]}]),
    ]
    for given in forms:
        pd.testing.assert_frame_equal(read_images(*given), expected)


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "absent.json", b"\xff\xfe{"])
def test_an_answer_that_cant_be_read_is_told_with_the_command_that_prints_it(text):
    with pytest.raises(RegistryError, match="save what `aws ecr describe-images` prints again"):
        read_images(text, {})
    with pytest.raises(RegistryError, match="save what `aws ecr batch-get-image` prints again"):
        read_images([], text)


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


@pytest.mark.parametrize("name", ["imagePushedAt", "lastRecordedPullTime", "lastActivatedAt"])
def test_a_time_of_lone_surrogates_is_none(name):
    details = [{"imageDigest": f"sha256:{n}", name: "\ud800"} for n in range(2)]
    assert read_images(details, {})[["pushed", "pulled", "activated"]].isna().all(axis=None)


@pytest.mark.parametrize(
    "arguments",
    [({"images": []}, {}), ([], ["{}"]), ([], 5), ('"x"', {}), (5, {}), (None, {}), ([], True)],
)
def test_what_is_no_listing_at_all_is_a_type_error(arguments):
    with pytest.raises(TypeError):
        read_images(*arguments)
