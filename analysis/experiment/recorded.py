"""What experiment.json says of settings: the folders that were given, and what all runs share."""

from collections.abc import Iterator
from pathlib import Path

from analysis.experiment.settings import Request, Setting, Settings, list_settings
from analysis.shipped import shorten

# experiment.json's entry for the folders that a user gave
FOLDERS = "folders"


def record_folders(settings: Settings) -> dict[str, dict[str, str]]:
    """What experiment.json says of the folders that were given, to tell the command again."""
    paths = {
        each.name: getattr(settings, each.name)
        for each in list_settings(Settings)
        if not each.form.recorded
    }
    given = {name: path for name, path in paths.items() if isinstance(path, Path)}
    return {FOLDERS: {name: str(shorten(path)) for name, path in given.items()}}


def same_settings(made_of: type = Request) -> Iterator[Setting]:
    """Those that all runs of an experiment have the same value of."""
    return (each for each in list_settings(made_of) if each.form.recorded and each.form.same)
