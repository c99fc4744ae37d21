"""Repositories of ECR, made, listed by pages and removed, on the test AWS."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from analysis.aws import ecr
from analysis.aws.client import Aws
from analysis.errors import AccountError, CloudError
from analysis.registry import read_images

pytest_plugins = ["aws.fixtures"]

RUNS = Path(__file__).parents[3] / "data" / "lab" / "runs"
NAME = "docker-cache/docker-01"


@pytest.fixture
def client(world):
    return Aws(world["AWS_REGION"])


def read_listing(run):
    return json.loads(gzip.decompress((RUNS / run / "images.json.gz").read_bytes()))


def push(aws, repository, number):
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", "size": number}
    digest = f"sha256:{hashlib.sha256(str(number).encode()).hexdigest()}"
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config | {"digest": digest},
        "layers": [],
    }
    aws.client("ecr").put_image(
        repositoryName=repository, imageManifest=json.dumps(manifest), imageTag=f"t{number}"
    )


def test_a_listing_is_read_as_the_lab_s_is(aws, client):
    listing = read_listing("container-push.cold.01")
    ecr.make_repository(client, NAME, "experiment")
    aws.load_images(NAME, listing)
    found = ecr.list_repository(client, NAME)
    assert found["manifests"] == listing["manifests"]
    assert "registryId" not in found["imageDetails"][0]
    json.dumps(found)
    columns = ["digest", "kind", "tags", "bytes", "children"]
    mine, labs = (
        read_images(each["imageDetails"], each["manifests"])[columns].sort_values(
            "digest", ignore_index=True
        )
        for each in (found, listing)
    )
    assert mine.equals(labs)
    assert sorted(mine["kind"]) == ["attestation", "image", "index"]


def test_pages_and_hundreds_of_manifests_are_all_read(aws, client):
    ecr.make_repository(client, NAME, "experiment")
    for number in range(230):
        push(aws, NAME, number)
    aws.images_per_page = 50
    client.requests.clear()
    found = ecr.list_repository(client, NAME)
    assert len(found["imageDetails"]) == len(found["manifests"]) == 230
    assert client.requests == {"DescribeImages": 5, "BatchGetImage": 3}
    times = [each["imagePushedAt"] for each in found["imageDetails"]]
    assert times == sorted(times)


def test_a_manifest_that_is_known_is_not_asked_for_again(aws, client):
    ecr.make_repository(client, NAME, "experiment")
    push(aws, NAME, 1)
    known = ecr.list_repository(client, NAME)["manifests"]
    push(aws, NAME, 2)
    client.requests.clear()
    found = ecr.list_repository(client, NAME, known | {"sha256:other": "{}"})
    assert len(found["manifests"]) == 2
    assert client.requests == {"DescribeImages": 1, "BatchGetImage": 1}
    client.requests.clear()
    ecr.list_repository(client, NAME, found["manifests"])
    assert client.requests == {"DescribeImages": 1}


def test_an_image_that_went_since_it_was_listed_is_left_out(aws, client):
    ecr.make_repository(client, NAME, "experiment")
    push(aws, NAME, 1)
    gone = f"sha256:{'0' * 64}"
    (digest,) = ecr.list_repository(client, NAME)["manifests"]
    assert list(ecr.fetch_manifests(client, NAME, [gone, digest])) == [digest]
    with pytest.raises(CloudError, match="KmsError"):
        ecr._check_failures(NAME, [{"imageId": {"imageDigest": gone}, "failureCode": "KmsError"}])


def test_archived_images_are_listed_too_though_their_manifests_are_not_to_be_had(aws, client):
    ecr.make_repository(client, NAME, "experiment")
    push(aws, NAME, 1)
    push(aws, NAME, 2)
    aws.archive(NAME, "t1")
    found = ecr.list_repository(client, NAME)
    images = read_images(found["imageDetails"], found["manifests"]).set_index("tags")
    assert images["status"].to_dict() == {("t1",): "archived", ("t2",): "active"}
    assert images["archived"].notna().to_dict() == {("t1",): True, ("t2",): False}
    assert images["kind"].eq("image").all()
    assert len(found["manifests"]) == 1
    aws.archive(NAME, "t2")
    assert len(ecr.list_repository(client, NAME)["imageDetails"]) == 2


def test_an_empty_repository_is_listed_with_one_request(client):
    ecr.make_repository(client, NAME, "experiment")
    assert ecr.list_repository(client, NAME) == {"imageDetails": [], "manifests": {}}


def test_repositories_are_found_and_removed_with_all_they_hold(aws, client):
    assert not ecr.find_repository(client, NAME)
    ecr.make_repository(client, NAME, "experiment")
    assert ecr.find_repository(client, NAME)
    push(aws, NAME, 1)
    ecr.remove_repository(client, NAME, "experiment")
    assert not ecr.find_repository(client, NAME)
    ecr.remove_repository(client, NAME, "experiment")


def test_a_repository_that_is_not_there_is_an_error_and_one_that_is_there_is_not_made(client):
    with pytest.raises(CloudError) as absent:
        ecr.list_repository(client, NAME)
    assert absent.value.code == "RepositoryNotFoundException"
    assert ecr.make_repository(client, NAME, "experiment")
    assert not ecr.make_repository(client, NAME, "another")
    assert ecr.find_owner(client, NAME) == "experiment"
    assert ecr.find_owner(client, "docker-cache") == ""
    assert ecr.find_owner(client, "none") is None


def test_what_another_experiment_or_nobody_that_is_known_has_is_not_removed(aws, client):
    ecr.make_repository(client, NAME, "another")
    with pytest.raises(CloudError, match="is of the experiment another: it stays") as caught:
        ecr.remove_repository(client, NAME, "experiment")
    assert caught.value.code == ecr.NOT_OWN
    with pytest.raises(CloudError, match="docker-cache has no tag that says whose it is"):
        ecr.remove_repository(client, "docker-cache", "experiment")
    assert aws.requests["DeleteRepository"] == 0


def test_a_repository_that_goes_while_it_is_asked_for_is_nobody_s(aws, client):
    ecr.make_repository(client, NAME, "experiment")
    aws.fail("ListTagsForResource", "RepositoryNotFoundException")
    assert ecr.find_owner(client, NAME) is None


def test_immutable_tags_are_told_before_a_build_fails_by_them(aws, client):
    aws.client("ecr").create_repository(repositoryName=NAME, imageTagMutability="IMMUTABLE")
    with pytest.raises(AccountError, match="IMMUTABLE.*same tag"):
        ecr.find_repository(client, NAME)


def test_a_throttled_listing_is_tried_again(aws, client):
    ecr.make_repository(client, NAME, "experiment")
    push(aws, NAME, 1)
    aws.throttle("DescribeImages", 3)
    client.requests.clear()
    assert len(ecr.list_repository(client, NAME)["manifests"]) == 1
    assert client.requests["DescribeImages"] == 4
