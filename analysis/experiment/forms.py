"""How a setting is told to people, read from text and written as text."""

import os
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.errors import UnknownName
from analysis.shipped import find_folder
from analysis.workload import read_secret

PLACES = ("lab", "codebuild")
KEY, AUTO = "setting", "auto"
# the finished runs that RETRY may ask for
FAILED, PRESSED = "failed", "pressed"
_NAME, _PLAIN = re.compile(r"[A-Za-z_]\w*"), re.compile(r"[^,\"']*")
_PLATFORM = re.compile(r"[a-z0-9]+/[a-z0-9]+(?:/v\d+)?")
# what each build is given
_TAKEN = {"ECR_REPOSITORY_URL", "CONTEXT", "CACHE_REPOSITORY_URL", "CACHE_BUCKET"}
# rounds that go on until all is told
OPEN = 0


@dataclass(frozen=True)
class Form:
    """How a setting is told to people and read from text; the field's name and default aside.

    `read` raises ValueError with the words of the cure. `parameter` and `first` are its name and
    default in the notebook where they differ. `recorded`: whether experiment.json holds its value
    (what is recorded by content is not); `same`: whether runs of another value can't be compared;
    `rare`: the default goes without saying there. `shown`: whether the notebook lists it.
    """

    help: str
    read: Callable[[str], Any] = str
    write: Callable[[Any], Any] = str
    parameter: str = ""
    first: Any = None
    recorded: bool = True
    same: bool = True
    rare: bool = False
    shown: bool = True


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
    """What of the finished runs is built anew: failed, pressed, or nothing; ValueError."""
    if text not in ("", FAILED, PRESSED):
        raise ValueError(f"give {FAILED}, {PRESSED}, or nothing")
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


def read_named(text: str) -> dict[str, str]:
    """NAME=value with commas between as a dict; NAME alone takes the environment's value.

    A value with a comma stands in quotes. ValueError.
    """
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace, lexer.whitespace_split, lexer.commenters, lexer.escape = ",", True, "", ""
    found = {}
    for part in (part.strip() for part in lexer):
        name, sign, value = part.partition("=")
        if not _NAME.fullmatch(name) or (not sign and name not in os.environ):
            raise ValueError("give NAME=value, with commas between several")
        found[name] = value if sign else os.environ[name]
    return found


def write_named(values: Mapping[str, str]) -> str:
    """What read_named reads."""
    parts = {name: str(value) for name, value in values.items()}
    return ",".join(
        f"{name}={value}"
        if _PLAIN.fullmatch(value)
        else f'{name}="{value}"'
        if '"' not in value
        else f"{name}='{value}'"
        for name, value in parts.items()
    )


def read_variables_of_builds(text: str) -> dict[str, str]:
    """read_named for commands of builds, or @FILE with a line for each; ValueError.

    Also for what each build is given anyway. Shells have a variable ENV of their own, the file that
    they read first: that is none of ours.
    """
    if text.startswith(("/", "~", "$")):
        return {}
    found = _read_lines(Path(text[1:])) if text.startswith("@") else read_named(text)
    if taken := sorted(_TAKEN & found.keys()):
        raise ValueError(f"leave {', '.join(taken)} out, which each build is given")
    return found


def _read_lines(path: Path) -> dict[str, str]:
    """NAME=value of each line of a file, as it stands; ValueError."""
    try:
        lines = path.expanduser().read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"give @FILE with lines NAME=value; {path} can't be read") from error
    pairs = [line.partition("=") for line in lines if line.strip() and not line.startswith("#")]
    wrong = [name for name, sign, _ in pairs if not sign or not _NAME.fullmatch(name.strip())]
    if wrong:
        raise ValueError(f"give NAME=value in each line of {path}, unlike {wrong[0]!r}")
    return {name.strip(): value for name, _, value in pairs}


def read_secrets(text: str, kind: type = str) -> Any:
    """Secrets with blanks between, as text or as a tuple of them; ValueError."""
    found = tuple(read_secret(word) for word in shlex.split(text))
    return found if kind is not str else " ".join(shlex.quote(each.text) for each in found)


def read_platform(text: str) -> str:
    """One platform, such as linux/arm64, or '' for the engine's own; ValueError."""
    if text and not _PLATFORM.fullmatch(text):
        raise ValueError(
            "give one platform, as in linux/arm64: an image of several can't be loaded by an "
            "engine as CodeBuild starts it"
        )
    return text


def read_folder(text: str) -> Path | None:
    """A folder of this name here, else the project's; null for an empty name."""
    return find_folder(text) if text else None


def read_file(text: str) -> Path | None:
    """A file's path, null for an empty text; ValueError where there is none."""
    if text and not Path(text).is_file():
        raise ValueError("give the path of a file")
    return Path(text) if text else None


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
