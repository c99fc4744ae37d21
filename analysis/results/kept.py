"""Answers that are kept in the store with the folder that an experiment was read from."""

from collections.abc import Callable
from functools import wraps
from hashlib import blake2b
from inspect import signature
from typing import Any, ParamSpec, cast

import pandas as pd

from analysis.languages import ENGLISH, get_language
from analysis.store import recall

_P = ParamSpec("_P")


def kept(method: Callable[_P, pd.DataFrame]) -> Callable[_P, pd.DataFrame]:
    """The method of an experiment, whose frame is taken from the store where it has it.

    An experiment that was not read from disk, or a copy with other frames, computes it.
    """
    form = signature(method)

    @wraps(method)
    def found(*args: _P.args, **kwargs: _P.kwargs) -> pd.DataFrame:
        bound = form.bind(*args, **kwargs)
        bound.apply_defaults()
        owner, *values = bound.arguments.values()
        # some say in words why a thing is so
        language = [] if get_language() == ENGLISH else [get_language()]
        name = ".".join([method.__name__, *language, *([_shorten(values)] if values else [])])
        answers = vars(cast(Any, owner)).get("answers")
        return recall(answers, [name], lambda: [method(*args, **kwargs)])[0]

    return found


def _shorten(values: list[Any]) -> str:
    """Arguments as a name for a file."""
    return blake2b(repr(values).encode("utf-8", "replace"), digest_size=8).hexdigest()
