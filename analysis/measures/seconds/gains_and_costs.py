"""Where a strategy saves and where it pays: its difference to the baseline by activity."""

import pandas as pd

from analysis.measures.compare import check_baseline, sort_rows
from analysis.measures.seconds.overheads import overhead_map
from analysis.measures.seconds.path_seconds import path_map
from analysis.records import Need, takes
from analysis.workload import BASELINE

# an activity of overhead_map or path_map -> its side of the balance
_SIDES = {
    "work": "work",
    "base pull": "base pull",
    "lazy pull": "lazy pull",
    "builder create": "builder",
    "builder boot": "builder",
    "cache import": "cache import",
    "image export": "image export",
    "load": "load",
    "push": "push",
    "docker push": "push",
    "cache export": "cache export",
}
_REST, INSIDE = "other", "docker build"
ORDER = [*dict.fromkeys(_SIDES.values()), _REST]
COLUMNS = ["strategy", "scenario", "n", "activity", "difference"]


@takes(
    activities=Need("run strategy scenario round activity seconds", overhead_map),
    path=Need("run strategy scenario round valid activity seconds", path_map),
)
def balance(activities: pd.DataFrame, path: pd.DataFrame, baseline: str = BASELINE) -> pd.DataFrame:
    """One row a strategy other than the baseline, scenario and activity: seconds more or less.

    strategy, scenario, n (rounds in which both have a valid run with a timeline), activity
    (ORDER), difference (mean of the strategy's seconds less the baseline's of the same round).
    Inside docker build only the critical path counts, of path_map's rows; outside of it whole
    commands do, of overhead_map's. So the activities of a strategy add up to its difference in
    elapsed time over these rounds. `work` below 0 is what a cache restored. UnknownName for a
    baseline that does not exist.
    """
    check_baseline(activities, baseline)
    runs = _sum_sides(activities[activities["activity"] != INSIDE], path)
    keys = ["scenario", "round", "activity"]
    base = runs[runs["strategy"] == baseline][[*keys, "seconds"]]
    pairs = runs[runs["strategy"] != baseline].merge(base, on=keys, suffixes=("", "_base"))
    pairs["difference"] = pairs["seconds"] - pairs["seconds_base"]
    groups = pairs.groupby(["scenario", "strategy", "activity"], observed=True)["difference"]
    table = groups.agg(n="size", difference="mean").reset_index()
    table = table.sort_values("activity", kind="stable").astype({"activity": "string"})
    # rows come in the order of the runs, which is that of a history
    return sort_rows(table, activities["scenario"].drop_duplicates().tolist())[COLUMNS]


def _sum_sides(outside: pd.DataFrame, path: pd.DataFrame) -> pd.DataFrame:
    """run, strategy, scenario, round, activity (ORDER), seconds: of valid runs with a timeline."""
    known = path.loc[path["valid"] & path["seconds"].notna(), "run"]
    rows = pd.concat([outside, path])
    rows = rows[rows["run"].isin(known)]
    side = rows["activity"].map(_SIDES).fillna(_REST)
    rows = rows.assign(activity=pd.Categorical(side, ORDER, ordered=True))
    keys = ["run", "strategy", "scenario", "round", "activity"]
    return rows.groupby(keys, observed=True)["seconds"].sum().reset_index()
