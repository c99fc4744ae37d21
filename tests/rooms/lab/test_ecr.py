"""A buildspec as AWS's samples are written, whole in the lab: login, ECR's names, the AWS CLI."""

import re

from conftest import SMALL_IMAGE

from analysis.lab.build import BuildJob, build_in_lab
from analysis.workload import Strategy, parse_buildspec

ACCOUNT, REGION = "111122223333", "eu-west-1"
SAMPLE = """\
version: 0.2
env:
  variables:
    IMAGE_REPO_NAME: sample
    AWS_ACCOUNT_ID: "111122223333"
    AWS_DEFAULT_REGION: eu-west-1
  exported-variables: [TAG]
phases:
  install:
    runtime-versions: {docker: 20}
    commands: [docker version]
  pre_build:
    commands:
      - echo Logging in to Amazon ECR...
      - ECR=$AWS_ACCOUNT_ID.dkr.ecr.$AWS_DEFAULT_REGION.amazonaws.com
      - aws ecr get-login-password --region $AWS_DEFAULT_REGION | docker login --username AWS --password-stdin $ECR
      - $(aws ecr get-login --no-include-email --region $AWS_DEFAULT_REGION)
      - echo account $(aws sts get-caller-identity --query Account --output text)
      - aws ecr describe-repositories --repository-names sample || aws ecr create-repository --repository-name sample
      - aws ecr create-repository --repository-name second --query repository.repositoryUri
      - TAG=$(echo $CODEBUILD_RESOLVED_SOURCE_VERSION | cut -c 1-7)
  build:
    commands:
      - docker build -t $IMAGE_REPO_NAME:$TAG .
      - docker tag $IMAGE_REPO_NAME:$TAG $ECR/$IMAGE_REPO_NAME:$TAG
      - docker buildx create --use
      - docker buildx build --push --provenance=false -t $ECR/second:v1 .
  post_build:
    commands:
      - docker push $ECR/$IMAGE_REPO_NAME:$TAG
      - aws ecr describe-images --repository-name sample --image-ids imageTag=$TAG --query 'imageDetails[0].imageTags' --output text
      - MANIFEST=$(aws ecr batch-get-image --repository-name sample --image-ids imageTag=$TAG --output text --query 'images[].imageManifest')
      - aws ecr put-image --repository-name sample --image-tag stable --image-manifest "$MANIFEST"
      - docker rmi -f $ECR/sample:$TAG && docker pull $ECR/sample:stable
      - docker buildx build --pull -t again --cache-from type=registry,ref=$ECR/second:v1 .
      - printf '[{"name":"app","imageUri":"%s"}]' $ECR/sample:$TAG >imagedefinitions.json
      - aws s3 ls || echo $CODEBUILD_BUILD_ARN $CODEBUILD_SRC_DIR
artifacts: {files: imagedefinitions.json}
"""  # noqa: E501


def test_a_sample_of_awss_runs_as_it_is(lab, context):
    path = context / "Dockerfile"
    path.write_text(path.read_text().replace(SMALL_IMAGE, lab.serve(SMALL_IMAGE, "small", "1")))
    spec = parse_buildspec(SAMPLE, "buildspec.yml")
    strategy = Strategy("sample", "", spec, "succeeded", "fresh", False, "classic", in_context=True)
    job = BuildJob(lab, strategy, 1, 300, prefix="ecr-")
    try:
        record, log, images, _ = build_in_lab(job, "cold", context, 0)
    finally:
        job.close()
    said = log.decode()
    assert record["status"] == "succeeded", said
    assert said.count("Login Succeeded") == 2
    assert f"account {ACCOUNT}" in said
    assert f'"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/second"' in said
    assert "The lab does not stand for `aws s3 ls`" in said
    assert re.search(
        rf"arn:aws:codebuild:{REGION}:{ACCOUNT}:build/\S+ /codebuild/output/src/\S+", said
    )
    tags = {
        (image["repositoryName"], tag)
        for image in images["imageDetails"]
        for tag in image.get("imageTags", [])
    }
    commit = next(tag for name, tag in tags if name == "sample" and tag != "stable")
    assert tags == {("sample", commit), ("sample", "stable"), ("second", "v1")}
    assert re.fullmatch("[0-9a-f]{7}", commit)
