"""How a setting is told to people, read from text and written as text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.errors import UnknownName
from analysis.shipped import find_folder

PLACES = ("lab", "codebuild")
KEY, FAILED, AUTO = "setting", "failed", "auto"
# rounds that go on until all is told
OPEN = 0


@dataclass(frozen=True)
class Form:
    """How a setting is told to people and read from text; the field's name and default aside.

    `read` raises ValueError with the words of the cure. `parameter` and `first` are its name and
    default in the notebook where they differ. `recorded`: whether experiment.json holds its value
    (what is recorded by content is not); `same`: whether runs of another value can't be compared.
    """

    help: str
    read: Callable[[str], Any] = str
    write: Callable[[Any], Any] = str
    parameter: str = ""
    first: Any = None
    recorded: bool = True
    same: bool = True


def form(help: str, **options: Any) -> dict[str, Form]:
    """The metadata of a field that is a setting; `options` as Form's."""
    return {KEY: Form(help, **options)}


def read_whole(text: str) -> int:
    """A whole number from 1 on; ValueError."""
    if not text.strip().isdecimal() or int(text) < 1:
        raise ValueError("give a whole number from 1 on")
    return int(text)


def read_rounds(text: str) -> int:
    """A whole number from 1 on; OPEN for auto; ValueError."""
    if text.strip() == AUTO:
        return OPEN
    try:
        return read_whole(text)
    except ValueError as error:
        raise ValueError(f"{error}, or {AUTO}") from error


def write_rounds(rounds: int) -> int | str:
    """What read_rounds reads."""
    return AUTO if rounds == OPEN else rounds


def read_seed(text: str) -> int:
    """A whole number; ValueError."""
    if not text.strip().removeprefix("-").isdecimal():
        raise ValueError("give a whole number")
    return int(text)


def read_seconds(text: str) -> float:
    """Seconds above 0; ValueError."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ValueError("give seconds, as in 1800")
    return seconds


def read_retry(text: str) -> str:
    """What of the finished runs is built anew: failed, or nothing; ValueError."""
    if text not in ("", FAILED):
        raise ValueError(f"give {FAILED}, or nothing")
    return text


def read_arguments(text: str) -> dict[str, str]:
    """NAME=value with commas between as a dict; ValueError."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.partition("=")[1] and part[0] != "=" for part in parts):
        raise ValueError("give NAME=value, with commas between several")
    return {name: value for name, _, value in (part.partition("=") for part in parts)}


def write_arguments(arguments: Mapping[str, str]) -> str:
    """What read_arguments reads."""
    return ",".join(f"{name}={value}" for name, value in arguments.items())


def read_folder(text: str) -> Path | None:
    """A folder of this name here, else the project's; null for an empty name."""
    return find_folder(text) if text else None


def write_folder(folder: Path | None) -> str:
    """A folder's name, '' for none."""
    return "" if folder is None else str(folder)


def split_names(text: str) -> list[str]:
    """The names in a list with commas or blanks; none when it is empty or says all."""
    names = text.replace(",", " ").split()
    return [] if names == ["all"] else names


def read_names(text: str) -> tuple[str, ...]:
    """split_names as a tuple."""
    return tuple(split_names(text))


def write_names(names: tuple[str, ...]) -> str:
    """What split_names reads."""
    return ",".join(names) or "all"


def check_place(place: str) -> None:
    """UnknownName for a place where nothing can be built."""
    read_place(place)


def read_place(text: str) -> str:
    """The name of a place where builds run; UnknownName."""
    if text not in PLACES:
        raise UnknownName("place", text, PLACES)
    return text


def as_is(value: Any) -> Any:
    """The value itself: text says no more than it does."""
    return value
