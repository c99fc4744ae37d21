"""Where the files lie that the package brings, and where a relative folder is meant to be.

In a checkout they stand at its top; the build of a wheel puts the same folders beside this module.
"""

from pathlib import Path

_HERE = Path(__file__).resolve().parent
_PACKED = _HERE / "files"
ROOT = _PACKED if _PACKED.is_dir() else _HERE.parent
# where a relative name is looked for, in this order
BASES = (Path(), ROOT)

CONTEXT = ROOT / "deploy"
GRID_CONTEXT = CONTEXT / "sweep"
BUILDSPECS = CONTEXT / "buildspecs"
NOTEBOOKS = ROOT / "notebooks"
RECORDED = ROOT / "data" / "lab"
PRICES = ROOT / "data" / "prices.csv"
SIMULATION = ROOT / "data" / "simulation.csv"
PUBLIC_LOGS = ROOT / "data" / "public-logs.csv"
HOST_SPEEDS = ROOT / "data" / "host-speeds.csv"


def in_checkout() -> bool:
    """Whether the current folder is one of the checkout that this package runs from."""
    return ROOT != _PACKED and Path.cwd().is_relative_to(ROOT)


def is_own(folder: Path) -> bool:
    """Whether a folder is one of those that the package brings, or of its checkout."""
    return folder.resolve().is_relative_to(ROOT)


def find_folder(folder: str | Path) -> Path:
    """The folder of that name here, or else one that the package brings, or else place_folder's."""
    found = (base / folder for base in BASES if (base / folder).is_dir())
    return next(found, None) or place_folder(folder)


def shorten(path: Path) -> Path:
    """A folder that the package brings by its name there, any other as it is."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def place_folder(folder: str | Path) -> Path:
    """Where a folder is written: below the current one, in a checkout below its top.

    By its shortest name from here. In a checkout the kernel of a notebook, which starts beside it,
    and a command write to the same place.
    """
    path = (ROOT if in_checkout() else Path.cwd()) / folder
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
