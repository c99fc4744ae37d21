"""The rules: each with its severity, what it says, and why."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

_FILE = Path(__file__).parent / "rules.toml"
PAGE = "docs/doctor.md"


class Rule(NamedTuple):
    """A rule: its name, how bad what it finds is, what it says in a sentence, and why.

    cost: which of the costs in costs.py it has, "" for none that can be measured.
    """

    name: str
    severity: str
    says: str
    why: str
    cost: str

    @property
    def link(self) -> str:
        """Where its page explains it."""
        return f"{PAGE}#{self.name}"


@cache
def _read_rules() -> Mapping[str, Rule]:
    with _FILE.open("rb") as file:
        rules = tomllib.load(file)
    return MappingProxyType({name: Rule(name, **facts) for name, facts in rules.items()})


RULES = _read_rules()
