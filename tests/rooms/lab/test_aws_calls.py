"""What the lab's AWS answers: calls as builds type them, on a registry's own storage."""

import base64
import hashlib
import json
import struct

import pytest

from analysis.lab.aws_calls import PASSWORD, SKIP, Call, answer
from analysis.lab.aws_ecr import Repositories
from analysis.lab.aws_names import describe_codebuild, find_names
from analysis.lab.aws_serve import answer_name, find_upstream
from analysis.workload import load_strategies, parse_buildspec

ACCOUNT, REGION = "111122223333", "eu-west-1"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
IMAGE = "application/vnd.oci.image.manifest.v1+json"


class Aws:
    """A registry's storage that a test fills, and the AWS before it."""

    def __init__(self, root):
        self.root, self.repositories = root, Repositories("127.0.0.1:1", root)

    def push(self, name, tag, size=10, **more):
        """Put a manifest there as a registry does."""
        manifest = {"mediaType": IMAGE, "config": {"size": 1}, "layers": [{"size": size}]} | more
        text = json.dumps(manifest)
        digest = hashlib.sha256(text.encode()).hexdigest()
        folder = self.root / "repositories" / name / "_manifests"
        links = [folder / f"revisions/sha256/{digest}/link"]
        links += [folder / f"tags/{tag}/current/link"] if tag else []
        for link in links:
            link.parent.mkdir(parents=True, exist_ok=True)
            link.write_text(f"sha256:{digest}")
        blob = self.root / "blobs/sha256" / digest[:2] / digest / "data"
        blob.parent.mkdir(parents=True, exist_ok=True)
        blob.write_text(text)
        return f"sha256:{digest}"

    def __call__(self, line, *more, **settings):
        texts = [f"{name}={value}" for name, value in settings.items()]
        call = Call.parse([*texts, "", *line.split(), *more], ACCOUNT, REGION)
        return answer(call, self.repositories)

    def get(self, line, *more, **settings):
        """The JSON of a call that is answered."""
        code, said = self(line, *more, **settings)
        assert code == 0, said
        return json.loads(said)


@pytest.fixture
def aws(tmp_path):
    return Aws(tmp_path)


def test_the_usual_lines_of_a_login_are_answered(aws):
    assert aws("ecr get-login-password --region us-east-1") == (0, PASSWORD)
    assert aws("--region us-east-1 ecr get-login-password") == (0, PASSWORD)
    said = aws("ecr get-login --no-include-email --region us-east-1")[1]
    assert said == f"docker login -u AWS -p {PASSWORD} https://{HOST.replace(REGION, 'us-east-1')}"
    said = aws("ecr get-login --registry-ids 999999999999 --no-include-email")[1]
    assert said.endswith(f"https://999999999999.dkr.ecr.{REGION}.amazonaws.com")
    (data,) = aws.get("ecr get-authorization-token")["authorizationData"]
    assert base64.b64decode(data["authorizationToken"]) == f"AWS:{PASSWORD}".encode()
    assert data["proxyEndpoint"] == f"https://{HOST}"


def test_the_account_is_asked_for_with_query_and_output(aws):
    assert aws.get("sts get-caller-identity")["Account"] == ACCOUNT
    said = aws("sts get-caller-identity --query Account --output text")
    assert said == (0, ACCOUNT)
    assert aws("sts get-caller-identity --query Account", AWS_DEFAULT_OUTPUT="text")[1] == ACCOUNT
    code, words = aws("sts get-caller-identity --query", "a[")
    assert code == 254 and "Bad value for --query" in words


def test_images_are_described_listed_and_given_by_tag_and_digest(aws):
    old, new = aws.push("app", None, 1), aws.push("app", "latest", 2)
    details = aws.get("ecr describe-images --repository-name app")["imageDetails"]
    assert {each["imageDigest"]: each["imageSizeInBytes"] for each in details} == {old: 2, new: 3}
    (one,) = aws.get("ecr describe-images --repository-name app --image-ids imageTag=latest")[
        "imageDetails"
    ]
    assert (one["imageDigest"], one["imageTags"], one["registryId"]) == (new, ["latest"], ACCOUNT)
    tagged = aws.get("ecr describe-images --repository-name app --filter tagStatus=UNTAGGED")
    assert [each["imageDigest"] for each in tagged["imageDetails"]] == [old]
    ids = aws.get("ecr list-images --repository-name app")["imageIds"]
    assert {"imageDigest": new, "imageTag": "latest"} in ids and {"imageDigest": old} in ids
    found = aws.get(
        "ecr batch-get-image --repository-name app --image-ids imageTag=latest imageTag=no"
    )
    assert json.loads(found["images"][0]["imageManifest"])["layers"] == [{"size": 2}]
    assert [each["imageId"] for each in found["failures"]] == [{"imageTag": "no"}]
    text = aws(
        "ecr describe-images --repository-name app --output text --query",
        "imageDetails[?imageTags].[imageTags[0],imageSizeInBytes]",
    )[1]
    assert text == "latest\t3"


def test_an_index_is_as_large_as_its_largest_child(aws):
    child = aws.push("app", None, 50)
    aws.push("app", "all", config={}, layers=[], manifests=[{"digest": child, "size": 5}])
    found = aws.get("ecr describe-images --repository-name app --image-ids imageTag=all")
    assert found["imageDetails"][0]["imageSizeInBytes"] == 51


def test_an_image_that_is_not_there_is_told_as_ecr_does(aws):
    code, words = aws("ecr describe-images --repository-name app --image-ids imageTag=v1")
    assert (code, words) == (
        254,
        "An error occurred (ImageNotFoundException) when calling the DescribeImages operation: The "
        "image with imageId {imageDigest:'null', imageTag:'v1'} does not exist within the "
        f"repository with name 'app' in the registry with id '{ACCOUNT}'",
    )


def test_a_repository_is_made_once_and_found_by_name(aws):
    made = aws.get("ecr create-repository --repository-name my/app")["repository"]
    assert made["repositoryUri"] == f"{HOST}/my/app"
    code, words = aws("ecr create-repository --repository-name my/app")
    assert code == 254 and "RepositoryAlreadyExistsException" in words
    aws.push("app", "v1")
    uris = "repositories[].repositoryName"
    assert aws.get(f"ecr describe-repositories --query {uris}") == ["app", "my/app"]
    # an account has the repositories that its buildspec pushes to
    assert aws.get(f"ecr describe-repositories --repository-names theirs --query {uris}") == [
        "theirs"
    ]
    assert "InvalidParameterException" in aws("ecr create-repository --repository-name A")[1]


def test_an_image_that_is_put_twice_is_refused(aws):
    digest = aws.push("app", "v1")
    manifest = aws.repositories.read_manifest(digest)
    line = "ecr put-image --repository-name app --image-tag v1 --image-manifest"
    assert "ImageAlreadyExistsException" in aws(line, manifest)[1]
    assert "InvalidParameterException" in aws(line, "no manifest")[1]


@pytest.mark.parametrize(
    "line", ["s3 cp a s3://b", "ecs update-service --service a", "ecr nothing"]
)
def test_a_call_that_nothing_stands_for_fails_in_a_sentence_with_a_way_on(aws, line):
    code, words = aws(line)
    name = " ".join(line.split()[:2])
    assert code == 252
    assert words.startswith(f"The lab does not stand for `aws {name}`: it answers ecr batch-get-")
    assert f"ENV='{SKIP}={name}'" in words
    assert aws(line, **{SKIP: f"x y;{name}"}) == (0, "")


def test_a_version_and_a_configuration_are_no_calls(aws):
    assert aws("--version")[1].startswith("aws-cli/2")
    assert aws("configure set region eu-west-1") == (0, "")


def ask(name, kind=1):
    """A DNS query."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    return b"\xab\xcd\x01\x00\x00\x01\0\0\0\0\0\0" + labels + b"\0" + struct.pack("!HH", kind, 1)


def test_names_of_ecr_lead_to_the_labs_registry_and_no_others_do():
    answered = answer_name(ask(HOST.upper()), "172.28.0.9")
    assert answered[:2] == b"\xab\xcd" and answered[-4:] == bytes([172, 28, 0, 9])
    assert struct.unpack("!H", answered[6:8]) == (1,)
    # there is no address of version 6, and that is an answer
    assert struct.unpack("!H", answer_name(ask(HOST, 28), "172.28.0.9")[6:8]) == (0,)
    for other in ("amazonaws.com", "sts.eu-west-1.amazonaws.com", f"{HOST}.evil.example"):
        assert answer_name(ask(other), "172.28.0.9") is None
    assert answer_name(ask(f"{HOST}.cn"), "10.0.0.1")[-4:] == bytes([10, 0, 0, 1])


def test_the_upstream_server_is_that_of_the_container():
    assert find_upstream("search x\nnameserver 127.0.0.11\nnameserver 1.1.1.1\n") == "127.0.0.11"
    assert find_upstream("") is None


def spec(*commands, **variables):
    text = json.dumps({"build": {"commands": list(commands)}})
    given = json.dumps(variables)
    return parse_buildspec(f"version: 0.2\nenv: {{variables: {given}}}\nphases: {text}\n")


def test_a_buildspec_asks_for_aws_by_its_commands_or_its_names():
    assert find_names(spec("docker build -t app ."), {}) is None
    assert find_names(spec("docker build -t app ."), {"R": f"{HOST}/app"}).hosts == (HOST,)
    for command in (
        "aws sts get-caller-identity",
        "x=$(aws ecr describe-images)",
        "a && aws ecr b",
    ):
        names = find_names(spec(command), {})
        assert (names.account, names.region) == ("123456789012", "us-east-1")
    names = find_names(spec("docker push 999999999999.dkr.ecr.us-gov-west-1.amazonaws.com/a"), {})
    assert names.hosts == ("999999999999.dkr.ecr.us-gov-west-1.amazonaws.com",)
    names = find_names(spec("aws ecr x", AWS_ACCOUNT_ID=ACCOUNT), {"AWS_DEFAULT_REGION": REGION})
    assert names.hosts == (HOST,)
    names = find_names(spec(f"docker push {ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn/a"), {})
    assert names.hosts == (f"{ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn",)


def test_our_own_strategies_ask_for_none():
    asking = [n for n, s in load_strategies().items() if find_names(s.buildspec, {})]
    assert asking == []


def test_codebuilds_variables_tell_the_commit_of_each_scenario():
    told = {
        scenario: describe_codebuild(None, scenario, 3, "/src", "image")
        for scenario in ("cold", "unchanged", "source", "dependency")
    }
    commits = {name: each["CODEBUILD_RESOLVED_SOURCE_VERSION"] for name, each in told.items()}
    assert commits["cold"] == commits["unchanged"] != commits["source"]
    assert told["source"]["CODEBUILD_WEBHOOK_PREV_COMMIT"] == commits["cold"]
    assert len(commits["source"]) == 40
    assert told["cold"]["CODEBUILD_BUILD_ARN"].endswith(told["cold"]["CODEBUILD_BUILD_ID"])
    assert told["cold"]["CODEBUILD_BUILD_NUMBER"] == "3"
