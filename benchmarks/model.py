"""How far the model of builds' seconds is off where it was not fitted: python benchmarks/model.py

Leaves out each context, and each link, of the experiments named (default: data/lab, those in
data/sweep and, where it is, in data/contexts), predicts the medians of what was left out, and
prints errors by context, link and strategy beside those of two means: of the same strategy and
scenario elsewhere, and of that with what the baseline's cold build takes longer here.
"""

import argparse
import sys
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from analysis import measures, read_experiment, read_grid  # noqa: E402
from analysis.records import Experiment  # noqa: E402


def main() -> None:
    """Read the experiments, validate the model, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, help="experiments, or folders of such")
    parser.add_argument("--rows", action="store_true", help="every median that was left out")
    given = parser.parse_args()
    recorded = [ROOT / "data" / name for name in ("lab", "sweep", "contexts")]
    folders = given.folders or [each for each in recorded if each.is_dir()]
    checked = measures.validate_model([each for name in folders for each in read(name)])
    with pd.option_context("display.width", 200, "display.max_rows", None):
        if given.rows:
            print(checked.round(2).to_string(index=False), "\n")
        for by in ("context", "link", "strategy"):
            print(measures.summarise_validation(checked, by).round(3).to_string(index=False), "\n")


def read(folder: Path) -> list[Experiment]:
    """The experiment in a folder, or those in its folders."""
    return [read_experiment(folder)] if (folder / "runs").is_dir() else list(read_grid(folder))


if __name__ == "__main__":
    main()
