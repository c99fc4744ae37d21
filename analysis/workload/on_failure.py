"""What a phase does when it fails: phases/*/on-failure of a buildspec.

Values: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.phases
"""

import re
from dataclasses import dataclass
from typing import Any

from analysis.errors import BuildspecError

ABORT, CONTINUE, RETRY = "ABORT", "CONTINUE", "RETRY"
# how often a build is retried where the buildspec gives no number, and at most
_USUAL, _MOST = 3, 100
_FORM = re.compile(r"RETRY(?:-(?P<count>\d+)(?=-|$))?(?:-(?P<pattern>.+))?", re.DOTALL)


@dataclass(frozen=True)
class Retry:
    """How often a whole build is run again, where a failure's message has `pattern` in it."""

    count: int
    pattern: str

    def allows(self, retries: int, message: str) -> bool:
        """Whether a build that was retried so often is retried for this failure."""
        return retries < self.count and bool(re.search(self.pattern, message))


def read_on_failure(value: Any, where: str) -> str | None:
    """The text of on-failure, null where it is absent; BuildspecError begins with `where`."""
    if value is None or value in (ABORT, CONTINUE):
        return value
    read_retry(str(value), where)
    return str(value)


def read_retry(text: str | None, where: str = "it has") -> Retry | None:
    """What RETRY, RETRY-count, RETRY-regex or RETRY-count-regex says, null for any other action.

    BuildspecError, which begins with `where`, for what is no action.
    """
    if text in (None, ABORT, CONTINUE):
        return None
    found = _FORM.fullmatch(str(text))
    if found is None or int(found["count"] or 0) > _MOST:
        raise BuildspecError(
            f"{where}/on-failure: {text}; use {ABORT}, {CONTINUE}, {RETRY}, {RETRY}-count (up to "
            f"{_MOST}), {RETRY}-regex or {RETRY}-count-regex."
        )
    pattern = (found["pattern"] or ".*").strip("\"'")
    try:
        re.compile(pattern)
    except re.error as error:
        raise BuildspecError(
            f"{where}/on-failure: {text}, and {pattern!r} is no regular expression: {error}."
        ) from error
    return Retry(_USUAL if found["count"] is None else int(found["count"]), pattern)
