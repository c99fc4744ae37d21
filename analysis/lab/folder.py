"""A lab's folder on this machine, for copies of contexts: it goes with the lab."""

import shutil
import tempfile
from pathlib import Path

from analysis.lab.engine import LABEL
from analysis.records import is_locked


def make_lab_folder(lab: str) -> Path:
    """A new folder where temporary files lie, named after its lab."""
    return Path(tempfile.mkdtemp(prefix=f"{LABEL}-{lab}-"))


def remove_lab_folders() -> int:
    """Remove the folders of labs that are gone; how many that were."""
    left = [
        path
        for path in sorted(Path(tempfile.gettempdir()).glob(f"{LABEL}-*-*"))
        if path.is_dir() and not is_locked(path)
    ]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return sum(not path.exists() for path in left)
