"""What docker says when it logs in, pushes and pulls, said to the test AWS without docker."""

import json
import urllib.error
import urllib.parse
import urllib.request
from hashlib import sha256

import pytest

pytest_plugins = ["aws.fixtures"]

OCI = "application/vnd.oci.image"
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture
def registry(aws, world):
    """Ask the registry as someone who has logged in with what ECR gave."""
    (data,) = aws.client("ecr").get_authorization_token()["authorizationData"]

    def ask(method, path, body=None, media_type="application/octet-stream", login=True):
        headers = {"Content-Type": media_type}
        headers |= {"Authorization": f"Basic {data['authorizationToken']}"} if login else {}
        request = urllib.request.Request(aws.endpoint + path, body, headers, method=method)
        try:
            with OPENER.open(request) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    return ask


def digest_of(data):
    return f"sha256:{sha256(data).hexdigest()}"


def push_blob(ask, data, repository="docker-cache"):
    _, headers, _ = ask("POST", f"/v2/{repository}/blobs/uploads/", b"")
    place = headers["Location"]
    half = len(data) // 2
    status, headers, _ = ask("PATCH", place, data[:half])
    assert (status, headers["Location"]) == (202, place)
    status, _, _ = ask("PUT", f"{place}?digest={digest_of(data)}", data[half:])
    assert status == 201
    return {"mediaType": f"{OCI}.layer.v1.tar", "digest": digest_of(data), "size": len(data)}


def make_image(ask, layer):
    config = push_blob(ask, b"{}") | {"mediaType": f"{OCI}.config.v1+json"}
    media_type = f"{OCI}.manifest.v1+json"
    layers = [push_blob(ask, layer)]
    image = {"schemaVersion": 2, "mediaType": media_type, "config": config, "layers": layers}
    return json.dumps(image).encode(), media_type


def errors(answer):
    return answer[0], json.loads(answer[2])["errors"][0]["code"]


def test_who_has_not_logged_in_is_asked_to(registry):
    status, headers, _ = registry("GET", "/v2/", login=False)
    assert status == 401 and headers["WWW-Authenticate"].startswith("Basic")
    assert registry("GET", "/v2/")[0] == 200


def test_what_is_pushed_is_what_ecr_lists_and_what_is_pulled(aws, registry):
    manifest, media_type = make_image(registry, b"layer" * 100)
    where = "/v2/docker-cache/manifests/latest"
    status, headers, _ = registry("PUT", where, manifest, media_type)
    assert (status, headers["Docker-Content-Digest"]) == (201, digest_of(manifest))
    (found,) = aws.client("ecr").describe_images(repositoryName="docker-cache")["imageDetails"]
    assert found["imageDigest"] == digest_of(manifest) and found["imageTags"] == ["latest"]
    assert found["imageSizeInBytes"] == 502
    status, headers, body = registry("GET", where)
    assert (body, headers["Content-Type"]) == (manifest, media_type)
    layer = json.loads(manifest)["layers"][0]["digest"]
    assert registry("GET", f"/v2/docker-cache/blobs/{layer}")[2] == b"layer" * 100
    status, headers, body = registry("HEAD", f"/v2/docker-cache/blobs/{layer}")
    assert (status, headers["Content-Length"], body) == (200, "500", b"")


def test_a_push_is_refused_in_words_that_docker_shows(aws, registry):
    manifest, media_type = make_image(registry, b"1")
    where = "/v2/docker-cache/manifests/latest"
    assert errors(registry("PUT", "/v2/none/manifests/a", manifest)) == (404, "NAME_UNKNOWN")
    assert errors(registry("GET", where)) == (404, "MANIFEST_UNKNOWN")
    assert errors(registry("GET", "/v2/docker-cache/blobs/sha256:0")) == (404, "BLOB_UNKNOWN")
    lacking = json.dumps(json.loads(manifest) | {"layers": [{"digest": "sha256:0"}]}).encode()
    assert errors(registry("PUT", where, lacking, media_type)) == (404, "MANIFEST_BLOB_UNKNOWN")
    registry("PUT", where, manifest, media_type)
    ecr = aws.client("ecr")
    ecr.put_image_tag_mutability(repositoryName="docker-cache", imageTagMutability="IMMUTABLE")
    other, _ = make_image(registry, b"2")
    assert errors(registry("PUT", where, other, media_type)) == (400, "TAG_INVALID")
    # the same image again is no other one
    assert registry("PUT", where, manifest, media_type)[0] == 201
    children = [{"mediaType": "application/vnd.buildkit.cacheconfig.v0", "digest": "sha256:0"}]
    cache = json.dumps({"schemaVersion": 2, "manifests": children}).encode()
    kind = f"{OCI}.index.v1+json"
    answer = registry("PUT", "/v2/docker-cache/manifests/cache", cache, kind)
    assert errors(answer) == (400, "UNSUPPORTED")


def test_repositories_can_have_addresses_that_docker_finds(aws, monkeypatch):
    monkeypatch.setattr(aws, "registry", aws.endpoint.removeprefix("http://"))
    made = aws.client("ecr").create_repository(repositoryName="a/b")["repository"]
    assert made["repositoryUri"] == f"{aws.registry}/a/b"
    address = urllib.parse.urlsplit(f"http://{made['repositoryUri']}")
    assert (address.hostname, address.path) == ("127.0.0.1", "/a/b")
