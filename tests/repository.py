"""A repository that tests push to: it answers as ECR's describe_images and batch_get_image do."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

OCI = "application/vnd.oci.image."
DOCKER = "application/vnd.docker."
IMAGE, INDEX = OCI + "manifest.v1+json", OCI + "index.v1+json"
DOCKER_IMAGE = DOCKER + "distribution.manifest.v2+json"
CONFIG, LAYER = OCI + "config.v1+json", OCI + "layer.v1.tar+gzip"
CACHE = "application/vnd.buildkit.cacheconfig.v0"
EMPTY = "application/vnd.oci.empty.v1+json"
IN_TOTO = "application/vnd.in-toto+json"
ATTESTATION = DOCKER + "attestation.manifest.v1+json"
START = datetime(2026, 11, 1, tzinfo=UTC)


def sha256(text):
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def blob(media_type, name, size):
    return {"mediaType": media_type, "digest": sha256(name), "size": size}


class Repository:
    """Pushes one day after the other; the newest push of a tag takes it away from the older."""

    def __init__(self):
        self.manifests, self.details, self.day = {}, {}, 0

    def push(self, manifest, *tags, size):
        manifest = {"schemaVersion": 2} | manifest
        text = json.dumps(manifest, indent=2)
        digest = sha256(text)
        for item in self.details.values():
            left = [tag for tag in item.pop("imageTags", []) if tag not in tags]
            item |= {"imageTags": left} if left else {}
        artifact = manifest.get("artifactType") or manifest.get("config", {}).get("mediaType")
        subject = manifest.get("subject", {}).get("digest")
        item = {
            "imageDigest": digest,
            "imageTags": list(tags) or None,
            "imageSizeInBytes": size,
            "imagePushedAt": START + timedelta(days=self.day),
            "imageManifestMediaType": manifest["mediaType"],
            "artifactMediaType": artifact,
            "subjectManifestDigest": subject,
        }
        self.details[digest] = {k: v for k, v in item.items() if v is not None}
        self.manifests[digest] = text
        return {"mediaType": manifest["mediaType"], "digest": digest, "size": len(text)}

    def image(self, name, *tags, media_type=IMAGE):
        """An image of a base layer that all share and one of its own: 1000 + 10 + 1 bytes."""
        layers = [blob(LAYER, "base", 1000), blob(LAYER, f"layer {name}", 10)]
        config = blob(CONFIG, f"config {name}", 1)
        manifest = {"mediaType": media_type, "config": config, "layers": layers}
        return self.push(manifest, *tags, size=1011)

    def attestation(self, name):
        """The old form: by itself it looks like an image."""
        config, layers = blob(CONFIG, f"config a{name}", 2), [blob(IN_TOTO, f"p{name}", 20)]
        return self.push({"mediaType": IMAGE, "config": config, "layers": layers}, size=22)

    def artifact(self, name, subject):
        """The new form of an attestation: refers to its image."""
        manifest = {
            "mediaType": IMAGE,
            "artifactType": ATTESTATION,
            "config": blob(EMPTY, "{}", 2),
            "layers": [blob(IN_TOTO, f"p{name}", 20)],
            "subject": subject,
        }
        return self.push(manifest, size=22)

    def index(self, *children, tags=(), attests=()):
        """An index of images and attestations."""
        notes = {"annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
        listed = [*children, *({**child, **notes} for child in attests)]
        return self.push({"mediaType": INDEX, "manifests": listed}, *tags, size=1011)

    def build(self, name, *tags):
        """What a docker-container builder pushes: image, attestation, index."""
        self.day += 1
        image, attestation = self.image(name), self.attestation(name)
        return self.index(image, tags=tags, attests=[attestation])

    def cache(self, name, *tags):
        """A registry cache with image-manifest=true."""
        config, layers = blob(CACHE, f"cache {name}", 3), [blob(LAYER, "base", 1000)]
        return self.push({"mediaType": IMAGE, "config": config, "layers": layers}, *tags, size=1003)

    def cache_index(self, name, *tags):
        """A registry cache with image-manifest=false: an index of blobs."""
        listed = [blob(LAYER, "base", 1000), blob(CACHE, f"cache {name}", 3)]
        return self.push({"mediaType": INDEX, "manifests": listed}, *tags, size=1003)

    @property
    def image_details(self):
        return list(self.details.values())
