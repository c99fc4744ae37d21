"""Where the files lie that the package comes with: buildspecs, notebooks, recorded builds."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
