"""Caches and image references as build commands name them."""

import csv
import re
from typing import NamedTuple

# a tag may be a variable, with a colon of its own
_TAGGED = re.compile(r"(.*):((?:[^:/{}]|\$\{[^{}]*\})*)")


class Cache(NamedTuple):
    """An external cache: its type, its reference, and all its options."""

    kind: str
    ref: str
    options: dict[str, str]

    def option(self, name: str) -> str:
        """The value of an option, "" without it."""
        return self.options.get(name, "")


def read_cache(text: str) -> Cache:
    """The cache that `type=registry,ref=…`, or an image alone, names."""
    row = next(csv.reader([text]), []) if text and "\n" not in text else [text]
    if len(row) == 1 and "=" not in row[0].partition(":")[0]:
        return Cache("registry", row[0].strip(), {})
    options = dict(part.strip().partition("=")[::2] for part in row)
    kind = options.get("type", "registry" if "ref" in options else "")
    return Cache(kind, options.get("ref", ""), options)


def split_reference(reference: str) -> tuple[str, str]:
    """(repository, tag or digest) of an image's reference."""
    name, _, digest = reference.partition("@")
    if digest:
        return name, digest
    parts = _TAGGED.fullmatch(name)
    return (parts[1], parts[2]) if parts else (name, "")


def is_ecr(reference: str) -> bool:
    """Whether a reference is known to be ECR's."""
    hosts = (".dkr.ecr.", ".dkr-ecr.")
    return any(host in reference for host in hosts) or reference.startswith("public.ecr.aws/")
