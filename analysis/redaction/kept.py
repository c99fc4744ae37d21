"""What is kept to be shared: recorded logs, and values that become JSON."""

import base64
import binascii
from functools import lru_cache
from typing import Any

from analysis.redaction.accounts import names_account
from analysis.redaction.names import STRONG, is_harmless, judge_name
from analysis.redaction.plain import ACCOUNT, SECRET
from analysis.redaction.texts import redact

# of a notebook's outputs: their letters mean nothing
_PICTURES = frozenset(["image/png", "image/jpeg", "application/pdf"])
# keys of a name and of its value
_PAIRS = [
    ("name", "value"),
    ("key", "value"),
    ("parameterkey", "parametervalue"),
    ("optionname", "value"),
]


def redact_log(log: bytes) -> bytes:
    """A log's bytes redacted: as many lines as before, and bytes that are no UTF-8 as they are."""
    text = log.decode("utf-8", "surrogateescape")
    return redact(text).encode("utf-8", "surrogateescape")


def redact_values(value: Any, name: str = "") -> Any:
    """A value of JSON with each text in it redacted, whole where its key is a secret's name.

    What BuildKit's records keep in base64 (`data` of `logs`) is redacted inside.
    """
    if isinstance(value, str):
        return value if name in _PICTURES else _redact_text(value, name)
    if isinstance(value, list):
        # a notebook keeps a text as its lines
        if all(isinstance(each, str) for each in value) and "\n" in "".join(value[:2]):
            return redact("".join(value)).splitlines(keepends=True)
        return [redact_values(each, name) for each in value]
    if not isinstance(value, dict):
        return value
    # of a Secret of Kubernetes whatever it holds
    data = ("data", "stringData") if value.get("kind") == "Secret" else ()
    pair = _read_pair(value)
    return {
        _redact_text(key): _redact_all(each)
        if key in data and isinstance(each, dict)
        else redact_values(each, pair[1] if key == pair[0] else key)
        for key, each in value.items()
    }


def _redact_all(value: dict[str, Any]) -> dict[str, Any]:
    """A mapping of secrets with each of them redacted."""
    return {
        _redact_text(key): SECRET if isinstance(each, str) else redact_values(each, key)
        for key, each in value.items()
    }


def _read_pair(value: dict[str, Any]) -> tuple[str, str]:
    """(the key of the value, its name) in {"name": …, "value": …}, both '' without them.

    Of several names that of a secret, else the first.
    """
    keys = {key.lower(): key for key in value if isinstance(key, str)}
    said = [(keys[each], value.get(keys.get(name, ""))) for name, each in _PAIRS if each in keys]
    pairs = [(key, name) for key, name in said if isinstance(name, str)]
    secret = (pair for pair in pairs if judge_name(pair[1]) == STRONG)
    return next(secret, pairs[0] if pairs else ("", ""))


@lru_cache(maxsize=10_000)
def _redact_text(text: str, name: str = "") -> str:
    """A text redacted; whole where its name is a secret's."""
    if name == "data" and (inside := _read_base64(text)) is not None:
        safe = redact_log(inside)
        return text if safe == inside else base64.b64encode(safe).decode()
    if judge_name(name) == STRONG and not is_harmless(text):
        return SECRET
    if names_account(name, text):
        return ACCOUNT
    return redact(text)


def _read_base64(text: str) -> bytes | None:
    """What a text is in base64, None when it is not."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
