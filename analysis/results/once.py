"""Answers that are kept with the object that gave them."""

import copy
from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

import pandas as pd

_P = ParamSpec("_P")
T = TypeVar("T")


def once(method: Callable[_P, T]) -> Callable[_P, T]:
    """The method, computed once for each object and arguments; frames are handed out as copies.

    The answers lie in the object: they go when it goes, and a copy with other fields has none.
    """
    form = signature(method)

    @wraps(method)
    def kept(*args: _P.args, **kwargs: _P.kwargs) -> T:
        bound = form.bind(*args, **kwargs)
        bound.apply_defaults()
        owner, *values = bound.arguments.values()
        answers: dict[Any, T] = vars(owner).setdefault("_answers", {})
        key = (method.__name__, *values)
        if key not in answers:
            answers[key] = method(*args, **kwargs)
        return _hand_out(answers[key])

    return kept


def _hand_out(answer: T) -> T:
    """A frame that can be changed without changing the one kept; anything else as it is."""
    return copy.copy(answer) if isinstance(answer, pd.DataFrame | pd.Series) else answer
