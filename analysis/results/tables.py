"""An experiment, or logs, as tables by name: what can be asked in SQL."""

import dataclasses
from pathlib import Path

import pandas as pd
import pyarrow as pa

from analysis import records
from analysis.logs import Logs
from analysis.shipped import find_folder
from analysis.store import Store, read_logs


def list_tables(
    source: str | Path, *, cluster: str = "", store: Store = None
) -> dict[str, pa.Table]:
    """Name -> table of an experiment's folder, or of the logs that `source` names.

    The frames of read_logs; of an experiment also runs, problems and images. `cluster`, `store`:
    as read_logs takes them.
    """
    if not (find_folder(source) / "runs").is_dir():
        return _list_logs(read_logs(source, cluster=cluster, store=store))
    experiment = records.read_experiment(source, cluster=cluster, store=store)
    own = {"runs": experiment.runs, "problems": experiment.problems, "images": experiment.images}
    return {name: _to_table(frame) for name, frame in own.items()} | _list_logs(experiment.logs)


def _list_logs(logs: Logs) -> dict[str, pa.Table]:
    """The tables of logs."""
    names = [each.name for each in dataclasses.fields(logs)]
    return {name: _to_table(getattr(logs, name)) for name in names}


def _to_table(frame: pd.DataFrame) -> pa.Table:
    """A frame as a table without its index."""
    return pa.Table.from_pandas(frame, preserve_index=False)
