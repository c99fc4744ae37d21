"""What the builds of a sequence push to on AWS, the variables that say so, and what is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from analysis.aws import Aws, list_objects, list_repository
from analysis.codebuild.account import Account, name_repository, needs_bucket, uses
from analysis.codebuild.ledger import Holdings
from analysis.codebuild.own_images import OWN_IMAGES, list_own
from analysis.lab import THROUGH_SETTING
from analysis.workload import Strategy

# the folder that a context is in, as in the lab
CONTEXT = "deploy"


@dataclass
class Target:
    """The repositories and the S3 prefix of a sequence, named after its experiment and itself.

    `variables` are what its builds are given besides; `manifests` those that were read so far.
    """

    aws: Aws
    account: Account
    strategy: Strategy
    experiment: str
    sequence: str
    variables: Mapping[str, str] = field(default_factory=dict)
    manifests: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What its repositories' names end in, and its prefix in S3 begins with."""
        return f"{self.experiment}-{self.sequence}"

    @cached_property
    def own(self) -> dict[str, tuple[str, str]]:
        """What a buildspec of the user's own pushes to -> (name, address) of what stands for it."""
        if not self.strategy.in_context:
            return {}
        url = self.account.ecr_repository_url
        paths = list_own(self.strategy.buildspec, {**self.context_variables, **self.variables})
        return {key: name_repository(url, f"{path}/{self.name}") for key, path in paths.items()}

    @property
    def repository(self) -> tuple[str, str]:
        """(name, address) of the repository that this sequence pushes to, the first of several."""
        alone = name_repository(self.account.ecr_repository_url, self.name)
        return next(iter(self.own.values()), alone)

    @property
    def cache_repository(self) -> tuple[str, str] | None:
        """(name, address) of that of its cache, null where it has none of its own."""
        if not self.account.cache_repository_url or not uses(self.strategy, "CACHE_REPOSITORY_URL"):
            return None
        return name_repository(self.account.cache_repository_url, self.name)

    @property
    def repositories(self) -> list[str]:
        """The names of all of them."""
        pairs = [*(self.own.values() or [self.repository]), self.cache_repository]
        return [pair[0] for pair in pairs if pair]

    @property
    def store(self) -> list[str]:
        """Bucket and prefix of its cache in S3, as the buildspec says; empty without one."""
        if not self.account.cache_bucket or not needs_bucket(self.strategy):
            return []
        return [self.account.cache_bucket, f"{self.name}/"]

    @property
    def hosts(self) -> str:
        """The repository that stands for the hosts which its builds share, "" for fresh ones."""
        if self.strategy.host == "fresh":
            return ""
        return self.account.name_hosts(self.account.choose_project(self.strategy))

    @property
    def holdings(self) -> Holdings:
        """All that an attempt of it has on AWS."""
        return Holdings(self.repositories, self.store, self.hosts)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of its builds; CodeBuild itself sets AWS_REGION."""
        if self.strategy.in_context:
            return self._own_environment
        cache = self.cache_repository
        found = {"ECR_REPOSITORY_URL": self.repository[1], "IMAGE_TAG": "latest"}
        found |= {"CONTEXT": f"./{CONTEXT}/", "EXPERIMENT_ID": self.experiment, **self.variables}
        found |= {"CACHE_REPOSITORY_URL": cache[1]} if cache else {}
        if self.account.pull_through_url and uses(self.strategy, THROUGH_SETTING):
            found[THROUGH_SETTING] = self.account.pull_through_url
        return found | self._store_variable

    @property
    def _store_variable(self) -> dict[str, str]:
        """The bucket of caches, for a sequence that has its cache in it."""
        return {"CACHE_BUCKET": self.store[0]} if self.store else {}

    @property
    def _own_environment(self) -> dict[str, str]:
        """The variables of a buildspec of the user's own: what it sets itself is left to it."""
        spec = self.strategy.buildspec
        given = {n: v for n, v in self.context_variables.items() if n not in spec.variables}
        names = " ".join(f"{key} {address}" for key, (_, address) in self.own.items())
        told = {"ECR_REPOSITORY_URL": self.repository[1]} | given | spec.chosen
        told |= self._store_variable | {**self.variables}
        return told | {"EXPERIMENT_ID": self.experiment, OWN_IMAGES: names}

    @property
    def context_variables(self) -> dict[str, str]:
        """What such a buildspec may ask for, as in the lab."""
        account = {"AWS_ACCOUNT_ID": self.account.number} if self.account.number else {}
        return {"IMAGE_TAG": "latest", "CONTEXT": ".", **account}

    def list_images(self) -> dict[str, Any]:
        """The repository's listing, with that of its cache's own as "cache". CloudError."""
        first, *others = self.own.values() or [self.repository]
        listing = list_repository(self.aws, first[0], self.manifests)
        for name, _ in others:
            more = list_repository(self.aws, name, self.manifests)
            listing["imageDetails"] += more["imageDetails"]
            listing["manifests"] |= more["manifests"]
        cache = self.cache_repository
        if cache:
            listing["cache"] = list_repository(self.aws, cache[0], self.manifests)
        for each in (listing, listing.get("cache", {"manifests": {}})):
            self.manifests |= each["manifests"]
        return listing

    def describe_store(self) -> dict[str, int]:
        """What a record says of the S3 cache: its objects and their bytes. CloudError."""
        if not self.store:
            return {}
        found = list_objects(self.aws, *self.store)
        return {"store_objects": len(found), "store_bytes": sum(size for _, size in found)}
