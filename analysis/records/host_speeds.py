"""How fast a build host is, as a few numbers that a model takes and a file of JSON keeps."""

import json
import reprlib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import FrameError, RecordError
from analysis.logs import Logs
from analysis.records.columns import complete
from analysis.records.disk import replace_file
from analysis.records.recording import read_json
from analysis.records.runs import Experiment, read_experiment
from analysis.records.speeds import read_speeds
from analysis.records.values import KINDS
from analysis.shipped import find_folder

# speed -> its unit
UNITS = {
    "unpack_mbps": "MB/s",
    "download_mbps": "MB/s",
    "push_mbps": "MB/s",
    "boot_seconds": "s",
    "restart_seconds": "s",
    "round_trip_seconds": "s",
}
_NEEDED = ["valid", "unpack_mbps", "download_mbps", "push_mbps", "boot_seconds", "restart_seconds"]


@dataclass(frozen=True)
class Speeds:
    """How fast a host is; None is not known.

    unpack_mbps, download_mbps, push_mbps: megabytes (10^6) of compressed layers a second ·
    boot_seconds: until a new builder runs · restart_seconds: of the engine, by a build that needs
    another image store · round_trip_seconds: to the registry and back. RecordError for a value
    that is no number above 0.

    >>> analysis.Speeds(unpack_mbps=33.3, boot_seconds=1.9).boot_seconds
    1.9
    """

    unpack_mbps: float | None = None
    download_mbps: float | None = None
    push_mbps: float | None = None
    boot_seconds: float | None = None
    restart_seconds: float | None = None
    round_trip_seconds: float | None = None

    def __post_init__(self) -> None:
        _check(asdict(self), "These speeds")

    def to_json(self) -> str:
        """The speeds as a JSON object with a key each, null for what is not known."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> "Speeds":
        """The speeds of such a text, in which keys may be left out; RecordError for another."""
        try:
            return _make(json.loads(text), "The text")
        except (ValueError, RecursionError) as error:
            raise RecordError(f"The text of the speeds is no JSON ({error}): {_CURE}.") from error

    @classmethod
    def from_table(cls, table: pd.DataFrame) -> "Speeds":
        """The medians of what measures.host_speeds gives; FrameError without its columns."""
        table = complete(table, ["speed", "median"], "Speeds.from_table", "table")
        known = table.dropna(subset=["median"])
        return cls(**dict(zip(known["speed"], known["median"].astype("float64"), strict=True)))

    def write(self, path: str | Path) -> None:
        """Write the speeds to a file of JSON; RecordError where that can't be done."""
        replace_file(Path(path), self.to_json().encode())


_CURE = "make one with `codebuild-cache calibrate LOG --out speeds.json`"


def read_host(path: str | Path) -> Speeds:
    """The speeds that a file of JSON holds; RecordError names the file, the fact and the cure."""
    try:
        found = read_json(path)
    except RecordError as error:
        reason = "does not exist" if not Path(path).exists() else "is no JSON"
        raise RecordError(f"{path} {reason}: {_CURE}.") from error
    return _make(found, str(path))


def _make(found: Any, name: str) -> Speeds:
    """The speeds of a JSON value, which is called so in an error."""
    if not isinstance(found, dict):
        raise RecordError(f"{name} holds no object of speeds: {_CURE}.")
    known = {field.name for field in fields(Speeds)}
    odd = sorted(set(found) - known)
    if odd:
        raise RecordError(
            f"{name} has {reprlib.repr(odd[0])}, which is no speed: take {', '.join(UNITS)}."
        )
    _check(found, name)
    return Speeds(**found)


def _check(values: dict[str, Any], name: str) -> None:
    """RecordError for a value that is no number above 0, and not None."""
    fits, _ = KINDS["float64"]
    for speed, value in values.items():
        if value is not None and not (fits(value) and value > 0):
            raise RecordError(
                f"{name} has {speed} {reprlib.repr(value)}, which is no number above 0: correct "
                "it, or leave it out where it is not known."
            )


def to_speeds(given: Any, measure: str) -> pd.DataFrame:
    """A row a build with its speeds, of a frame of runs or of read_speeds, of an experiment, its

    folder, or logs. FrameError for a frame without speeds, and for logs whose files are gone.
    """
    if isinstance(given, Experiment):
        given = given.runs
    elif isinstance(given, Logs):
        given = _read_again(given, measure)
    elif isinstance(given, str | Path) and (find_folder(given) / "runs").is_dir():
        given = read_experiment(given).runs
    elif not isinstance(given, pd.DataFrame):
        given = read_speeds(given)
    return complete(given, _NEEDED, measure, "speeds")


def _read_again(logs: Logs, measure: str) -> pd.DataFrame:
    """The speeds of logs that were read: frames lack the progress of which they follow."""
    names = logs.logs["log"].tolist()
    gone = [name for name in names if not Path(name).is_file()]
    if gone:
        raise FrameError(
            f"{measure} reads the progress that frames of logs leave out, and {gone[0]} is no "
            "file: give the logs themselves, as read_logs takes them."
        )
    return read_speeds(names)
