"""What the builds of a sequence push to on AWS, the variables that say so, and what is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analysis.aws import Aws, list_objects, list_repository
from analysis.codebuild.account import Account, name_repository, needs_bucket, uses
from analysis.codebuild.ledger import Holdings
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

    @property
    def repository(self) -> tuple[str, str]:
        """(name, address) of the repository that this sequence pushes to."""
        return name_repository(self.account.ecr_repository_url, self.name)

    @property
    def cache_repository(self) -> tuple[str, str] | None:
        """(name, address) of that of its cache, null where it has none of its own."""
        if not self.account.cache_repository_url or not uses(self.strategy, "CACHE_REPOSITORY_URL"):
            return None
        return name_repository(self.account.cache_repository_url, self.name)

    @property
    def repositories(self) -> list[str]:
        """The names of both."""
        pairs = [self.repository, self.cache_repository]
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
        cache = self.cache_repository
        found = {"ECR_REPOSITORY_URL": self.repository[1], "IMAGE_TAG": "latest"}
        found |= {"CONTEXT": f"./{CONTEXT}/", "EXPERIMENT_ID": self.experiment, **self.variables}
        found |= {"CACHE_REPOSITORY_URL": cache[1]} if cache else {}
        if self.account.pull_through_url and uses(self.strategy, THROUGH_SETTING):
            found[THROUGH_SETTING] = self.account.pull_through_url
        return found | ({"CACHE_BUCKET": self.store[0]} if self.store else {})

    def list_images(self) -> dict[str, Any]:
        """The repository's listing, with that of its cache's own as "cache". CloudError."""
        listing = list_repository(self.aws, self.repository[0], self.manifests)
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
