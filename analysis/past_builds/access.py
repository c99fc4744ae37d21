"""Reading at AWS: several requests at once, and what is not there told in a sentence of its own."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from analysis.aws import is_absent, is_denied
from analysis.errors import AccountError, BusyError, CloudError, SourceError
from analysis.past_builds.origin import Origin

# logs are many small requests, and each of them waits
_REQUESTS_AT_ONCE = 4
_EXPORTED = "A folder of exported logs needs none of this."

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")


@contextmanager
def reading(absent: str = "") -> Iterator[None]:
    """SourceError with the sentence `absent` where what is read is not there, else CloudError."""
    try:
        yield
    except AccountError as error:
        raise AccountError(f"{error} {_EXPORTED}", error.code) from error
    except CloudError as error:
        if absent and is_absent(error):
            raise SourceError(absent) from error
        raise


@contextmanager
def telling_of_files(where: Origin) -> Iterator[None]:
    """Where AWS can't be asked for a bare name, that no file or folder has it either."""
    try:
        yield
    except CloudError as error:
        if not where.guessed:
            raise
        raise type(error)(
            f"There is no file or folder {where.name!r} here, and as the name of a {where.kind} "
            f"({where.kind}:{where.name}) it can't be looked for: {error}",
            error.code,
        ) from error


def tell_missing(error: CloudError) -> str:
    """Why one log of many can't be had; raised again is what every other log would meet too."""
    if isinstance(error, BusyError) or (isinstance(error, AccountError) and not is_denied(error)):
        raise error
    return f"its log can't be had. {error}"


def at_once(function: Callable[[_Item], _Answer], items: Iterable[_Item]) -> list[_Answer]:
    """What a function of requests answers for each item, several at once, in the items' order."""
    with ThreadPoolExecutor(_REQUESTS_AT_ONCE) as pool:
        try:
            return list(pool.map(function, items))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
