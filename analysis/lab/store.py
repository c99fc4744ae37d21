"""The lab's S3 store: a real S3 API for the strategies that keep their cache in a bucket."""

import secrets
import time
from dataclasses import dataclass, field

from analysis.aws import OwnS3, list_objects, make_bucket
from analysis.errors import CloudError, LabError

PORT, _REGION, BUCKET = 9000, "us-east-1", "cache"
COMMAND = ["posix", "/data"]
# as CodeBuild's own credentials do, these reach a build by its environment
SETTING = "CACHE_BUCKET"


def _random_key() -> str:
    """A key that no other lab has."""
    return secrets.token_hex(12)


@dataclass(frozen=True)
class Store:
    """Keys of a store; `url` is how this machine reaches it, `address` how a build host does."""

    access_key: str = field(default_factory=_random_key)
    secret_key: str = field(default_factory=_random_key, repr=False)
    url: str = ""
    address: str = ""

    @property
    def settings(self) -> dict[str, str]:
        """The environment of the store's container."""
        return {
            "ROOT_ACCESS_KEY": self.access_key,
            "ROOT_SECRET_KEY": self.secret_key,
            "VGW_PORT": f":{PORT}",
            "VGW_REGION": _REGION,
        }

    @property
    def environment(self) -> dict[str, str]:
        """What a build is told: bucket, where it is, and the keys."""
        return {
            SETTING: BUCKET,
            "CACHE_ENDPOINT_URL": f"http://{self.address}",
            "AWS_REGION": _REGION,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
        }

    def make_bucket(self, seconds: float = 120) -> None:
        """Create the bucket once the store answers; LabError when it does not."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                make_bucket(self.connect(), BUCKET)
                return
            except CloudError as error:
                if time.monotonic() > deadline:
                    raise LabError(
                        f"The lab's S3 store does not work after {seconds:.0f} s: {error}; check "
                        "STORE_IMAGE."
                    ) from error
                time.sleep(0.1)

    def list_objects(self, prefix: str) -> tuple[int, int]:
        """How many objects lie under a prefix, and their bytes. LabError if it can't be had."""
        try:
            found = [size for _, size in list_objects(self.connect(), BUCKET, prefix)]
        except CloudError as error:
            raise LabError(f"The lab's S3 store can't be listed: {error}") from error
        return len(found), sum(found)

    def connect(self) -> OwnS3:
        """A client of the store."""
        return OwnS3(_REGION, url=self.url, access_key=self.access_key, secret_key=self.secret_key)
