"""ECR's other side: the API that `docker login`, `push` and `pull` speak, on the same repositories.

Protocol: https://github.com/opencontainers/distribution-spec. As in ECR a repository has to be
there before a push, and blobs of another one are not mounted but sent.
"""

import hashlib
import json
import re
import uuid
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.ecr.models import Repository, ecr_backends

from aws import ACCOUNT, REGION
from aws.ecr import PASSWORD, check_manifest
from aws.images import by_digest, find_image, push
from aws.state import State

Start = Callable[..., Any]
PATH = re.compile(r"/v2/(.+)/(blobs/uploads|blobs|manifests|tags)(?:/(.*))?")
LOGIN = "Basic " + b64encode(f"AWS:{PASSWORD}".encode()).decode()
VERSION = ("Docker-Distribution-Api-Version", "registry/2.0")


class Refusal(Exception):
    """An answer with an error: HTTP status, code, words."""


class Registry:
    """A WSGI application for the paths below /v2/."""

    def __init__(self, aws: State) -> None:
        self.aws = aws
        self.uploads: dict[str, bytearray] = {}

    def __call__(self, environ: dict[str, Any], start: Start) -> list[bytes]:
        try:
            status, headers, body = self.answer(environ)
        except Refusal as refusal:
            status, code, words = refusal.args
            headers = {"Content-Type": "application/json"}
            headers |= {"WWW-Authenticate": 'Basic realm="ecr"'} if status == 401 else {}
            body = json.dumps({"errors": [{"code": code, "message": words}]}).encode()
        headers = {"Content-Length": str(len(body))} | headers
        start(f"{status} Answer", [VERSION, *headers.items()])
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    def answer(self, environ: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        """(status, headers, body) of a request; Refusal."""
        method, path, data = environ["REQUEST_METHOD"], environ["PATH_INFO"], read_all(environ)
        if environ.get("HTTP_AUTHORIZATION") != LOGIN:
            raise Refusal(401, "UNAUTHORIZED", "Not Authorized")
        self.aws.requests[f"docker {method}"] += 1
        if path in ("/v2", "/v2/"):
            return 200, {}, b"{}"
        found = PATH.fullmatch(path)
        if not found:
            raise Refusal(404, "UNSUPPORTED", path)
        name, kind, reference = found.groups()
        repository = find_repository(name)
        if kind == "blobs/uploads":
            query = {k: v[0] for k, v in parse_qs(environ.get("QUERY_STRING", "")).items()}
            return self.upload(repository, method, reference, query.get("digest"), data)
        if kind == "blobs":
            return give_blob(repository, reference)
        if kind == "tags":
            tags = sorted(tag for image in repository.images for tag in image.image_tags)
            return 200, {}, json.dumps({"name": name, "tags": tags}).encode()
        if method == "PUT":
            text, media_type = data.decode(), environ.get("CONTENT_TYPE")
            return self.put_manifest(repository, reference, text, media_type)
        return give_manifest(repository, reference)

    def upload(
        self, repository: Repository, method: str, key: str | None, digest: str | None, data: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """A part of a blob taken; the blob kept once its digest is told."""
        if method == "POST":
            key = str(uuid.uuid4())
            self.uploads[key] = bytearray()
        if key not in self.uploads:
            raise Refusal(404, "BLOB_UPLOAD_UNKNOWN", str(key))
        part = self.uploads[key]
        part += data
        place = f"/v2/{repository.name}/blobs/uploads/{key}"
        if digest is None:
            end = max(len(part) - 1, 0)
            return 202, {"Location": place, "Range": f"0-{end}", "Docker-Upload-UUID": key}, b""
        blob = bytes(self.uploads.pop(key))
        if digest != sha256(blob):
            raise Refusal(400, "DIGEST_INVALID", digest)
        blobs_of(repository)[digest] = blob
        place = f"/v2/{repository.name}/blobs/{digest}"
        return 201, {"Location": place, "Docker-Content-Digest": digest}, b""

    def put_manifest(
        self, repository: Repository, reference: str, text: str, media_type: str | None
    ) -> tuple[int, dict[str, str], bytes]:
        """A manifest kept, as put_image of ECR keeps or refuses it."""
        manifest, digest = json.loads(text), sha256(text.encode())
        needed = [*manifest.get("layers", []), manifest.get("config")]
        for blob in filter(None, needed):
            if blob["digest"] not in blobs_of(repository):
                raise Refusal(404, "MANIFEST_BLOB_UNKNOWN", blob["digest"])
        named = {"imageDigest": reference} if reference.startswith("sha256:") else {}
        params = {"imageManifest": text, "imageManifestMediaType": media_type} | named
        tag = None if named else reference
        try:
            push(repository, text, check_manifest(repository, params), tag, self.aws.now())
        except JsonRESTError as error:
            fixed = error.error_type == "ImageTagAlreadyExistsException"
            raise Refusal(400, "TAG_INVALID" if fixed else "UNSUPPORTED", error.message) from error
        place = f"/v2/{repository.name}/manifests/{digest}"
        return 201, {"Location": place, "Docker-Content-Digest": digest}, b""


def read_all(environ: dict[str, Any]) -> bytes:
    """A request's body."""
    chunked = environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked"
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return environ["wsgi.input"].read() if chunked else environ["wsgi.input"].read(length)


def find_repository(name: str) -> Repository:
    """A repository; Refusal."""
    try:
        return ecr_backends[ACCOUNT][REGION]._get_repository(name)
    except ServiceException as error:
        raise Refusal(404, "NAME_UNKNOWN", error.message) from error


def blobs_of(repository: Repository) -> dict[str, bytes]:
    """digest -> blob of a repository; they go when it goes."""
    return repository.__dict__.setdefault("blobs", {})


def sha256(data: bytes) -> str:
    """A digest."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def give_blob(repository: Repository, digest: str) -> tuple[int, dict[str, str], bytes]:
    """A blob; Refusal."""
    blob = blobs_of(repository).get(digest)
    if blob is None:
        raise Refusal(404, "BLOB_UNKNOWN", digest)
    headers = {"Docker-Content-Digest": digest, "Content-Type": "application/octet-stream"}
    return 200, headers, blob


def give_manifest(repository: Repository, reference: str) -> tuple[int, dict[str, str], bytes]:
    """The manifest of a digest or tag; Refusal."""
    name = "imageDigest" if reference.startswith("sha256:") else "imageTag"
    image, _ = find_image(repository, {name: reference})
    if image is None:
        raise Refusal(404, "MANIFEST_UNKNOWN", f"Requested image not found: {reference}")
    digest = next(d for d, each in by_digest(repository).items() if each is image)
    headers = {"Docker-Content-Digest": digest, "Content-Type": image.image_manifest_media_type}
    return 200, headers, image.image_manifest.encode()
