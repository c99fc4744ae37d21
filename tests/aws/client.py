"""What tests ask AWS for, in plain boto3: builds begun, polled and finished, logs, error codes."""

import pytest
from botocore.exceptions import ClientError

from analysis.registry import read_images

GROUP = "/aws/codebuild/docker-cache"


def start(aws, world, **params):
    project = params.pop("projectName", world["CODEBUILD_PROJECT"])
    return aws.client("codebuild").start_build(projectName=project, **params)["build"]


def poll(aws, build):
    return aws.client("codebuild").batch_get_builds(ids=[build["id"]])["builds"][0]


def finish(aws, build):
    while not build["buildComplete"]:
        build = poll(aws, build)
    return build


def read_pages(aws, build, **params):
    """All pages of a build's log up to the token that repeats."""
    params |= {"logGroupName": GROUP, "logStreamName": build["logs"]["streamName"]}
    pages, token = [], None
    while True:
        given = {"nextToken": token} if token else {"startFromHead": True}
        page = aws.client("logs").get_log_events(**params, **given)
        if page["nextForwardToken"] == token:
            return pages
        pages.append([event["message"] for event in page["events"]])
        token = page["nextForwardToken"]


def read_text(aws, build):
    return "".join("".join(page) for page in read_pages(aws, build)).encode()


def code_of(call, **params):
    with pytest.raises(ClientError) as caught:
        call(**params)
    return caught.value.response["Error"]["Code"]


def list_images(aws, name):
    """read_images of a repository, by what ECR says alone."""
    ecr = aws.client("ecr")
    details = ecr.describe_images(repositoryName=name)["imageDetails"]
    types = sorted({item["imageManifestMediaType"] for item in details})
    ids = [{"imageDigest": item["imageDigest"]} for item in details]
    given = ecr.batch_get_image(repositoryName=name, imageIds=ids, acceptedMediaTypes=types)
    manifests = {each["imageId"]["imageDigest"]: each["imageManifest"] for each in given["images"]}
    return read_images(details, manifests)
