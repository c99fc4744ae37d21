"""What a project gives its builds besides the context: variables, and secrets that nobody keeps."""

import base64
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from analysis.lab.host import BuildHost
from analysis.workload import SECRETS_FOLDER, Secret

_HIDDEN = b"***"
# what is shorter stands in any text by chance
_SHORTEST, _SHORTEST_PART = 3, 8


@dataclass(frozen=True)
class Given:
    """Variables of a build's commands, its secrets, and the values that nothing may record."""

    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[Secret, ...] = ()
    hidden: tuple[str, ...] = ()

    def put_secrets(self, host: BuildHost) -> None:
        """Put the secrets that are files into a host, where only its own user reads them."""
        files = {f"{SECRETS_FOLDER}/{each.id}": each.read() for each in self.secrets if each.file}
        if files:
            host.put_files(files, mode=0o600)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of commands, those that secrets are in among them."""
        secrets = {each.variable: each.read() for each in self.secrets if each.variable}
        return {**secrets, **self.variables}

    @cached_property
    def _forms(self) -> list[bytes]:
        """All that is to be hidden, the longest first."""
        forms = {form for value in self.hidden for form in _list_forms(value)}
        return sorted(forms, key=len, reverse=True)

    def hide(self, data: bytes) -> bytes:
        """A log without the values of secrets."""
        for form in self._forms:
            data = data.replace(form, _HIDDEN)
        return data

    def hide_in(self, value: Any) -> Any:
        """A value of JSON without them; what BuildKit keeps in base64 is looked into."""
        if not self._forms:
            return value
        if isinstance(value, str):
            return self._hide_text(value)
        if isinstance(value, list):
            return [self.hide_in(each) for each in value]
        if isinstance(value, dict):
            return {self.hide_in(key): self.hide_in(each) for key, each in value.items()}
        return value

    def _hide_text(self, text: str) -> str:
        """A text without them, also where it is one in base64."""
        clean = self.hide(text.encode("utf-8", "surrogateescape"))
        try:
            inner = base64.b64decode(text, validate=True)
        except ValueError:
            inner = b""
        if (hidden := self.hide(inner)) != inner:
            return base64.b64encode(hidden).decode()
        return clean.decode("utf-8", "surrogateescape")


def _list_forms(value: str) -> Iterator[bytes]:
    """A secret as a log may show it: whole, by its lines, what a line sets, escaped as in JSON.

    None holds a line's end, which a log would lose.
    """
    lines = value.strip().splitlines()
    whole, parts = set(lines if len(lines) == 1 else ()), set[str]()
    for line in lines:
        parts |= {line.strip(), line.rpartition("=")[2].strip(), line.rpartition(": ")[2].strip()}
    parts |= {text.strip("\"'") for text in parts | whole}
    texts = {text for text in whole if len(text) >= _SHORTEST}
    texts |= {text for text in parts if len(text) >= _SHORTEST_PART}
    return (os.fsencode(form) for text in texts for form in (text, json.dumps(text)[1:-1]))
