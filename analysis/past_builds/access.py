"""Reading at AWS: several requests at once, and what is not there told in a sentence of its own."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from analysis.aws import aws_errors
from analysis.errors import AccountError, CloudError, SourceError

# logs are many small requests, and each of them waits
AT_ONCE = 4
ABSENT = {"NoSuchBucket", "NoSuchKey", "ResourceNotFoundException", "404"}
EXPORTED = "A folder of exported logs needs none of this."

Item, Answer = TypeVar("Item"), TypeVar("Answer")


@contextmanager
def reading(what: str, absent: str = "") -> Iterator[None]:
    """SourceError with the sentence `absent` where `what` is not there, else CloudError."""
    try:
        with aws_errors(f"reading {what}"):
            yield
    except AccountError as error:
        raise AccountError(f"{error} {EXPORTED}", error.code) from error
    except CloudError as error:
        if absent and error.code in ABSENT:
            raise SourceError(absent) from error
        raise


def at_once(function: Callable[[Item], Answer], items: Iterable[Item]) -> list[Answer]:
    """What a function of requests answers for each item, several at once, in the items' order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            return list(pool.map(function, items))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
