"""AWS's services for an experiment: clients that wait when told to, errors that say the cure.

Retries are botocore's adaptive ones: their rate falls when AWS throttles, and rises again.
"""

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore import exceptions as botocore
from botocore.config import Config

from analysis.errors import AccountError, BusyError, CloudError
from analysis.redaction import redact

# its types know services by their literal names alone
_new_client: Callable[..., Any] = boto3.client
_ATTEMPTS = "8"
_LOGIN = "log in (aws sso login, aws configure) or set AWS_PROFILE, then make the same call again"
_NO_KEYS = (
    botocore.NoCredentialsError,
    botocore.PartialCredentialsError,
    botocore.CredentialRetrievalError,
    botocore.TokenRetrievalError,
    botocore.ProfileNotFound,
    botocore.SSOError,
)
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_REFUSED = {
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_DENIED = {"AccessDenied", "AccessDeniedException", "Forbidden", "UnauthorizedOperation", "403"}
_ABSENT = {"404", "NoSuchBucket", "NoSuchKey", "ResourceNotFoundException"}
# what another try may help against, once botocore's own were in vain
_BUSY = {
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServiceError",
    "RequestLimitExceeded",
    "RequestTimeout",
    "ServerException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}


@dataclass
class Aws:
    """Clients of AWS's services in one region; `requests` counts what was asked, by operation.

    `account`: whose repositories are meant, where that is known.
    """

    region: str
    account: str = ""
    requests: Counter[str] = field(default_factory=Counter)
    clients: dict[str, Any] = field(default_factory=dict, repr=False)
    # boto3 makes one client at a time; each then serves many threads
    making: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    def client(self, service: str) -> Any:
        """The client of a service, whose methods botocore makes as it runs; AccountError."""
        with self.making:
            if service not in self.clients:
                self.clients[service] = self._make_client(service)
        return self.clients[service]

    def _make_client(self, service: str) -> Any:
        """A new client, which counts its requests."""
        attempts = int(os.environ.get("AWS_MAX_ATTEMPTS", _ATTEMPTS))
        config = Config(
            retries={"mode": "adaptive", "total_max_attempts": attempts},
            connect_timeout=10,
            # all attempts together are to end while a token of StartBuild holds: 5 minutes
            read_timeout=15,
        )
        with aws_errors(f"making a client of {service}"):
            client = _new_client(service, region_name=self.region, config=config)
        # before each attempt: what is tried again is a request too
        client.meta.events.register_first("before-send", self._count)
        return client

    def _count(self, event_name: str, **_: Any) -> None:
        """Note one request: before-send.SERVICE.OPERATION."""
        self.requests[event_name.rpartition(".")[2]] += 1


def find_region() -> str:
    """The region that AWS_REGION, AWS_DEFAULT_REGION or the profile name; AccountError."""
    with aws_errors("looking for the region"):
        region = os.environ.get("AWS_REGION") or boto3.Session().region_name
    if not region:
        raise AccountError("No AWS region is set: set AWS_REGION, such as eu-west-1.")
    return region


@contextmanager
def aws_errors(doing: str) -> Iterator[None]:
    """What botocore raises in a block as CloudError, told by what was being done."""
    try:
        yield
    except (botocore.BotoCoreError, botocore.ClientError) as error:
        raise explain(error, doing) from error


def is_absent(error: CloudError) -> bool:
    """Whether AWS says that a project, log, bucket or object is not there."""
    return error.code in _ABSENT


def is_denied(error: CloudError) -> bool:
    """Whether AWS does not allow it, to credentials that it knows."""
    return error.code in _DENIED


def explain(error: Exception, doing: str) -> CloudError:
    """AccountError, BusyError or CloudError with a sentence: what failed, why, and the cure."""
    answer = (getattr(error, "response", None) or {}).get("Error", {})
    code = str(answer.get("Code", ""))
    said = redact(str(answer.get("Message") or error)).rstrip(".")
    kind, words = _choose_words(error, code, said)
    return kind(f"While {doing}: {words}", code)


def _choose_words(error: Exception, code: str, said: str) -> tuple[type[CloudError], str]:
    """The kind of an error of AWS's, and what there is to say and do about it."""
    status = (getattr(error, "response", None) or {}).get("ResponseMetadata", {})
    if isinstance(error, _NO_KEYS):
        return AccountError, f"there are no AWS credentials ({said}): {_LOGIN}."
    if isinstance(error, botocore.NoRegionError):
        return AccountError, "no AWS region is set: set AWS_REGION, such as eu-west-1."
    if code in _EXPIRED:
        return AccountError, f"the AWS credentials have expired ({code}): {_LOGIN}."
    if code in _REFUSED:
        return AccountError, f"AWS does not know the credentials ({code}): {_LOGIN}."
    if code in _DENIED:
        return AccountError, (
            f"AWS does not allow it ({said}): attach the policy that terraform's output "
            "experiment_policy_arn names."
        )
    if code in _BUSY or status.get("HTTPStatusCode", 0) >= 500:
        return BusyError, f"AWS throttles or is busy ({code}: {said}): the same call goes on later."
    if isinstance(error, botocore.HTTPClientError | botocore.ConnectionError):
        return BusyError, f"AWS can't be reached ({said}): check the network, proxy and region."
    return CloudError, f"AWS answers {code or type(error).__name__}: {said}."
