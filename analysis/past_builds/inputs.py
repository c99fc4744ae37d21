"""What measures of past builds take: the frames of read_history, or what it reads."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

from analysis.past_builds.frames import PastBuilds
from analysis.past_builds.reading import read_history

T = TypeVar("T")


def takes_history(measure: Callable[..., T]) -> Callable[..., T]:
    """A measure of past builds that reads them where a folder, file or project is named.

    TypeError says what is taken in place of something else.
    """

    @wraps(measure)
    def taken(history: PastBuilds | str | Path, *args: Any, **kwargs: Any) -> T:
        if isinstance(history, str | Path):
            history = read_history(history)
        if not isinstance(history, PastBuilds):
            raise TypeError(
                f"{measure.__name__} takes what read_history gives, or the folder, pattern or "
                f"project that it reads, not {type(history).__name__}."
            )
        return measure(history, *args, **kwargs)

    taken.__doc__ = f"{measure.__doc__}\n    In place of history: what read_history reads.\n"
    return taken
