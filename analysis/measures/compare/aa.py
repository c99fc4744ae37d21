"""The outcome of an A/A test: strategies against themselves under a second name."""

import pandas as pd

from analysis.measures.compare.comparison import compare
from analysis.measures.compare.runs import pick_comparable
from analysis.records import takes

AGAIN = "-again"


@takes(runs="strategy scenario round seconds valid emulated expect started host host_empty")
def judge_aa(runs: pd.DataFrame) -> pd.DataFrame:
    """Each strategy's second name against its first: compare's columns, and `baseline`.

    Only comparable runs of strategies that have both names. Whatever the differences are, they
    are chance: verdicts of faster and slower are wrong ones.
    """
    runs = pick_comparable(runs)
    names = set(runs["strategy"].dropna())
    tables = [
        compare(runs[runs["strategy"].isin([name, name + AGAIN])], baseline=name).assign(
            baseline=name
        )
        for name in sorted(names)
        if name + AGAIN in names
    ]
    empty = compare(runs.iloc[:0]).assign(baseline=pd.Series(dtype="string"))
    return pd.concat(tables, ignore_index=True) if tables else empty


# the name it had first
control = judge_aa
