"""The images that a lab is made of."""

import os
from dataclasses import dataclass, fields

# what `docker buildx create --driver-opt image=…` asks for in a buildspec that names a version
NEWEST_TAG = "v0.34.2"


@dataclass(frozen=True)
class Images:
    """The images a lab is made of; each is a setting of the environment (HOST_IMAGE, …)."""

    host: str = "docker:28.5.2-dind"
    buildkit: str = "moby/buildkit:v0.25.2"
    newest: str = f"moby/buildkit:{NEWEST_TAG}"
    registry: str = "registry:2.8.3"
    store: str = "versity/versitygw:v1.8.0"
    link: str = "ghcr.io/shopify/toxiproxy:2.12.0"
    base: str = "public.ecr.aws/docker/library/python:3.13-slim"

    @classmethod
    def from_environment(cls) -> "Images":
        """The defaults, each replaced by the variable of its name: HOST_IMAGE, BASE_IMAGE, …"""
        names = [field.name for field in fields(cls)]
        chosen = {name: os.environ.get(f"{name.upper()}_IMAGE") for name in names}
        return cls(**{name: image for name, image in chosen.items() if image})
