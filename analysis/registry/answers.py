"""What the command line of AWS prints, as an object, its JSON text or the file it was saved in."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError, RegistryError
from analysis.outputs import find_output, say_output

_JSON = ("{", "[", '"')
# characters: no path is longer
_LONGEST_PATH = 4096
_AGAIN = "save what `aws ecr {command}` prints again"


def read_text(given: str | bytes | Path, error: type[AnalysisError], cure: str) -> tuple[str, str]:
    """(the text of a JSON text or file, the file's name or ""); `error` where it can't be read.

    Text that does not begin as JSON does is a path.
    """
    data: str | bytes = b"" if isinstance(given, Path) else given
    name = str(given) if isinstance(given, Path) or _is_path(given) else ""
    try:
        data = Path(name).read_bytes() if name else data
        text = data if isinstance(data, str) else data.decode(json.detect_encoding(data))
    except (OSError, ValueError) as reason:
        raise error(f"{name or 'The text'} can't be read ({reason}): {cure}.") from reason
    return text.lstrip("\ufeff"), name


def parse_text(text: str, name: str, error: type[AnalysisError], cure: str) -> Any:
    """The value of a JSON text; `error` with the file's name and the cure where there is none."""
    try:
        return json.loads(text)
    except RecursionError as reason:
        raise error(f"{name or 'The text'} is nested too deeply: {cure}.") from reason
    except ValueError as reason:
        if said := say_output(text):
            raise error(f"{name or 'The text'} {said}.") from reason
        raise error(f"{name or 'The text'} is not JSON ({reason}): {cure}.") from reason


def _is_path(given: str | bytes) -> bool:
    """Whether a text is a path, for it does not begin as JSON does."""
    if isinstance(given, bytes):
        return False
    text = given.lstrip("\ufeff \t\r\n")
    if "\n" in text and find_output(text):
        return False
    return bool(text) and not text.startswith(_JSON) and len(given) < _LONGEST_PATH


def list_items(given: Any, key: str, command: str) -> Any:
    """The list under `key` of an answer or of several answers; anything else as it is.

    RegistryError for a file or text that can't be read.
    """
    value, cure = given, _AGAIN.format(command=command)
    if isinstance(given, str | bytes | Path):
        value = parse_text(*read_text(given, RegistryError, cure), RegistryError, cure)
    if _is_answer(value, key):
        return value[key]
    if isinstance(value, list) and value and all(_is_answer(each, key) for each in value):
        return [item for each in value for item in each[key]]
    return value


def _is_answer(value: Any, key: str) -> bool:
    """Whether it is an answer with such a list."""
    return isinstance(value, Mapping) and isinstance(value.get(key), list)
