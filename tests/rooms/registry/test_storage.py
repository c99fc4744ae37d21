"""The lab's registry, read from its storage: every entry, in ECR's words."""

import io
import json
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from repository import INDEX, START, Repository, sha256

from analysis.errors import RegistryError
from analysis.registry import storage
from analysis.registry.images import read_images
from analysis.registry.storage import fetch_manifest, list_repository

TEXT = '{"schemaVersion": 2}'


@pytest.fixture
def registry(monkeypatch):
    """A server on loopback whose `answers` are given in turn, and the paths it was asked for."""
    monkeypatch.setattr(storage, "PAUSE", 0)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.asked.append((self.path, self.headers["Accept"]))
            code, body = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
            self.send_response(code)
            self.send_header("Content-Length", str(len(body) + server.cut))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked, server.answers, server.cut = [], [(200, TEXT.encode())], 0
        server.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def test_a_manifest_of_any_kind_is_asked_for_by_digest(registry):
    assert fetch_manifest(registry.address, "team/app", sha256(TEXT)) == TEXT
    path, accept = registry.asked[0]
    assert path == f"/v2/team/app/manifests/{sha256(TEXT)}"
    assert set(accept.split(", ")) == {
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    }


def test_an_answer_of_500_is_asked_again(registry):
    registry.answers = [(500, b""), (503, b""), (200, TEXT.encode())]
    assert fetch_manifest(registry.address, "app", sha256(TEXT)) == TEXT
    assert len(registry.asked) == 3


def test_a_registry_that_keeps_failing_is_given_up_with_the_fact_and_a_cure(registry):
    registry.answers = [(500, b"")]
    with pytest.raises(RegistryError, match=r"HTTP 500 \(attempt 4 of 4\): see whether") as error:
        fetch_manifest(registry.address, "app", sha256(TEXT))
    assert "/v2/app/manifests/sha256:" in str(error.value)
    assert len(registry.asked) == storage.ATTEMPTS


def test_a_manifest_that_is_not_there_is_not_asked_for_again(registry):
    registry.answers = [(404, b"{}")]
    with pytest.raises(RegistryError, match="HTTP 404"):
        fetch_manifest(registry.address, "app", sha256(TEXT))
    assert len(registry.asked) == 1


def test_no_registry_at_all_is_an_error_that_says_so(registry):
    address = registry.address
    registry.shutdown()
    registry.server_close()
    with pytest.raises(RegistryError, match="does not answer"):
        fetch_manifest(address, "app", sha256(TEXT))


def test_an_answer_cut_off_is_asked_again_then_given_up(registry):
    registry.cut = 5
    with pytest.raises(RegistryError, match="does not answer"):
        fetch_manifest(registry.address, "app", sha256(TEXT))
    assert len(registry.asked) == storage.ATTEMPTS


def test_a_manifest_of_another_digest_is_damage(registry):
    with pytest.raises(RegistryError, match="storage is damaged"):
        fetch_manifest(registry.address, "app", sha256("another"))


def tar_of(repository, tags=(), prefix=""):
    """The `_manifests` folder that a registry:2 would hold, as the engine hands it out."""
    files = {}
    for digest, item in repository.details.items():
        path = f"_manifests/revisions/sha256/{digest[7:]}/link"
        files[path] = (digest, item["imagePushedAt"].timestamp())
        for tag in item.get("imageTags", ()):
            files[f"_manifests/tags/{tag}/current/link"] = (digest, 0)
            files[f"_manifests/tags/{tag}/index/sha256/{digest[7:]}/link"] = (digest, 0)
    for tag, digest in tags:
        files[f"_manifests/tags/{tag}/index/sha256/{digest[7:]}/link"] = (digest, 0)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        folder = tarfile.TarInfo(f"{prefix}_manifests")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        for path, (text, time) in files.items():
            entry = tarfile.TarInfo(prefix + path)
            entry.size, entry.mtime = len(text), time
            tar.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()


@pytest.mark.parametrize("prefix", ["", "./"])
def test_every_entry_is_listed_as_ecr_lists_it(prefix):
    repository = Repository()
    old = repository.build("old", "latest")
    repository.build("new", "latest", "v2")
    repository.cache("new", "cache")
    repository.artifact("new", repository.image("signed", "signed"))
    tar = tar_of(repository, tags=[("latest", old["digest"])], prefix=prefix)
    listing = list_repository(tar, repository.manifests.__getitem__)
    expected = {
        digest: item | {"imagePushedAt": item["imagePushedAt"].isoformat()}
        for digest, item in repository.details.items()
    }
    assert {item["imageDigest"]: item for item in listing["imageDetails"]} == expected
    assert listing["manifests"] == repository.manifests
    assert json.loads(json.dumps(listing)) == listing


def test_an_entry_that_lost_its_tag_is_listed_without_tags_and_oldest_first():
    repository = Repository()
    old, new = repository.build("old", "latest"), repository.build("new", "latest")
    listing = list_repository(tar_of(repository), repository.manifests.__getitem__)
    items = {item["imageDigest"]: item for item in listing["imageDetails"]}
    assert "imageTags" not in items[old["digest"]]
    assert items[new["digest"]]["imageTags"] == ["latest"]
    times = [item["imagePushedAt"] for item in listing["imageDetails"]]
    assert times == sorted(times)


def test_an_index_has_the_size_of_its_largest_child_not_the_sum():
    repository = Repository()
    index = repository.build("one", "latest")
    listing = list_repository(tar_of(repository), repository.manifests.__getitem__)
    sizes = {item["imageDigest"]: item["imageSizeInBytes"] for item in listing["imageDetails"]}
    assert sizes[index["digest"]] == 1011
    assert sorted(sizes.values()) == [22, 1011, 1011]


def test_an_index_none_of_whose_children_is_there_has_no_size():
    repository = Repository()
    child = {"mediaType": INDEX, "digest": sha256("elsewhere"), "size": 9}
    repository.index(child, tags=["latest"])
    listing = list_repository(tar_of(repository), repository.manifests.__getitem__)
    assert "imageSizeInBytes" not in listing["imageDetails"][0]


def test_manifests_may_come_as_bytes_and_need_not_be_json():
    repository = Repository()
    digest = repository.image("one", "latest")["digest"]
    listing = list_repository(tar_of(repository), lambda _: b"<html>")
    assert listing["manifests"] == {digest: "<html>"}
    item = {"imageDigest": digest, "imageTags": ["latest"], "imagePushedAt": START.isoformat()}
    assert listing["imageDetails"] == [item]
    assert read_images(listing["imageDetails"], listing["manifests"])["kind"].tolist() == ["other"]


def test_a_repository_without_revisions_is_empty():
    assert list_repository(tar_of(Repository()), None) == {"imageDetails": [], "manifests": {}}


@pytest.mark.parametrize("keep", [0, 100, 700, 1024, 2048])
def test_a_tar_cut_off_is_an_error(keep):
    repository = Repository()
    repository.image("one", "latest")
    with pytest.raises(RegistryError, match="damaged tar"):
        list_repository(tar_of(repository)[:keep], repository.manifests.__getitem__)
