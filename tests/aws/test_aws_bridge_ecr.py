"""The test AWS keeps images, tags and policies as ECR does."""

import hashlib
import json
from datetime import UTC, datetime

from aws.client import code_of

pytest_plugins = ["aws.fixtures"]


def push(aws, manifest, tag=None, repository="docker-cache"):
    text = json.dumps(manifest)
    params = {"imageTag": tag} if tag else {}
    pushed = aws.client("ecr").put_image(repositoryName=repository, imageManifest=text, **params)[
        "image"
    ]
    digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    assert pushed["imageId"]["imageDigest"] == digest
    return digest


OCI = "application/vnd.oci.image"


def image(name, size=100):
    return {
        "schemaVersion": 2,
        "mediaType": f"{OCI}.manifest.v1+json",
        "config": {"mediaType": f"{OCI}.config.v1+json", "digest": f"sha256:{name}", "size": 7},
        "layers": [
            {"mediaType": f"{OCI}.layer.v1.tar+gzip", "digest": f"sha256:l{name}", "size": size}
        ],
    }


def index(*digests, kind=f"{OCI}.manifest.v1+json"):
    children = [{"mediaType": kind, "digest": digest, "size": 1} for digest in digests]
    return {"schemaVersion": 2, "mediaType": f"{OCI}.index.v1+json", "manifests": children}


def describe(aws, **params):
    found = aws.client("ecr").describe_images(repositoryName="docker-cache", **params)
    return {item["imageDigest"]: item for item in found["imageDetails"]}


def test_an_image_whose_tag_moves_on_stays_untagged(aws, world):
    one, two = push(aws, image("1"), "latest"), push(aws, image("2", 200), "latest")
    found = describe(aws)
    assert "imageTags" not in found[one] and found[two]["imageTags"] == ["latest"]
    assert (found[one]["imageSizeInBytes"], found[two]["imageSizeInBytes"]) == (107, 207)
    assert list(describe(aws, filter={"tagStatus": "UNTAGGED"})) == [one]
    ids = aws.client("ecr").list_images(repositoryName="docker-cache")["imageIds"]
    assert {each["imageDigest"]: each.get("imageTag") for each in ids} == {one: None, two: "latest"}


def test_an_index_is_as_large_as_its_largest_child_and_holds_it(aws, world):
    children = [push(aws, image("1")), push(aws, image("2", 900))]
    parent = push(aws, index(*children), "latest")
    assert describe(aws)[parent]["imageSizeInBytes"] == 907
    ecr = aws.client("ecr")
    params = {"repositoryName": "docker-cache", "imageIds": [{"imageDigest": children[0]}]}
    (failure,) = ecr.batch_delete_image(**params)["failures"]
    assert failure["failureCode"] == "ImageReferencedByManifestList"
    ecr.batch_delete_image(
        repositoryName="docker-cache", imageIds=[{"imageDigest": parent}, params["imageIds"][0]]
    )
    assert list(describe(aws)) == [children[1]]


def test_images_are_described_in_pages(aws, world):
    digests = {push(aws, image(str(number))) for number in range(7)}
    aws.images_per_page = 3
    pages = (
        aws.client("ecr").get_paginator("describe_images").paginate(repositoryName="docker-cache")
    )
    found = [[item["imageDigest"] for item in page["imageDetails"]] for page in pages]
    assert [len(page) for page in found] == [3, 3, 1]
    assert {digest for page in found for digest in page} == digests


def test_manifests_are_given_as_they_were_pushed_where_their_type_is_accepted(aws, world):
    child = push(aws, image("1"))
    parent = push(aws, index(child), "latest")
    ids = [{"imageDigest": child}, {"imageTag": "latest"}, {"imageDigest": "sha256:0"}]
    ids += [{"imageDigest": child, "imageTag": "latest"}]
    ecr = aws.client("ecr")
    params = {"repositoryName": "docker-cache", "imageIds": ids}
    types = [f"{OCI}.manifest.v1+json", f"{OCI}.index.v1+json"]
    given = ecr.batch_get_image(**params, acceptedMediaTypes=types)
    assert [json.loads(each["imageManifest"]) for each in given["images"]] == [
        image("1"),
        index(child),
    ]
    assert given["images"][1]["imageId"] == {"imageDigest": parent, "imageTag": "latest"}
    codes = [each["failureCode"] for each in given["failures"]]
    assert codes == ["ImageNotFound", "ImageTagDoesNotMatchDigest"]
    assert len(ecr.batch_get_image(**params)["images"]) == 1


def test_a_push_is_refused_as_ecr_refuses_it(aws, world):
    ecr = aws.client("ecr")
    put = {"repositoryName": "docker-cache"}
    digest = push(aws, image("1"), "latest")
    again = {"imageManifest": json.dumps(image("1")), "imageTag": "latest"}
    assert code_of(ecr.put_image, **put, **again) == "ImageAlreadyExistsException"
    cache = json.dumps(index(digest, kind="application/vnd.buildkit.cacheconfig.v0"))
    assert code_of(ecr.put_image, **put, imageManifest=cache) == "InvalidParameterException"
    orphan = json.dumps(index("sha256:00"))
    assert code_of(ecr.put_image, **put, imageManifest=orphan) == (
        "ReferencedImagesNotFoundException"
    )
    ecr.put_image_tag_mutability(**put, imageTagMutability="IMMUTABLE")
    other = {"imageManifest": json.dumps(image("2")), "imageTag": "latest"}
    assert code_of(ecr.put_image, **put, **other) == "ImageTagAlreadyExistsException"
    assert list(describe(aws)) == [digest]


def test_a_preview_says_what_a_policy_would_remove(aws, world):
    old = [push(aws, image(str(number)), f"v{number}") for number in range(3)]
    aws.reach(aws.now() + 10 * 86_400)
    child = push(aws, image("child"))
    push(aws, index(child), "latest")
    rules = [
        rule(1, tagStatus="tagged", tagPatternList=["v*"], countType="imageCountMoreThan", n=2),
        rule(2, tagStatus="any", countType="sinceImagePushed", countUnit="days", n=5),
    ]
    ecr = aws.client("ecr")
    name = {"repositoryName": "docker-cache"}
    ecr.start_lifecycle_policy_preview(**name, lifecyclePolicyText=json.dumps({"rules": rules}))
    assert code_of(ecr.start_lifecycle_policy_preview, **name) == (
        "LifecyclePolicyPreviewInProgressException"
    )
    assert ecr.get_lifecycle_policy_preview(**name)["status"] == "IN_PROGRESS"
    done = ecr.get_lifecycle_policy_preview(**name)
    # those of v* that are too old are out of reach of the second rule, a child of any
    assert [each["imageDigest"] for each in done["previewResults"]] == old[:1]
    assert done["previewResults"][0]["appliedRulePriority"] == 1
    assert done["summary"]["expiringImageTotalCount"] == 1
    assert code_of(ecr.get_lifecycle_policy_preview, repositoryName="docker-cache-cache") == (
        "LifecyclePolicyPreviewNotFoundException"
    )


def rule(priority, n, **selection):
    return {
        "rulePriority": priority,
        "selection": selection | {"countNumber": n},
        "action": {"type": "expire"},
    }


def test_a_login_is_good_for_hours(aws):
    (data,) = aws.client("ecr").get_authorization_token()["authorizationData"]
    assert data["expiresAt"] > datetime.now(UTC)
