"""Which runs shared their machine with more than it could do at once."""

import pandas as pd

# share of a build's time in which a task waited for a CPU, of the whole machine
PRESSED = 0.5


def flag_pressure(runs: pd.DataFrame) -> pd.DataFrame:
    """Runs with under_pressure: whether tasks waited for a CPU in PRESSED of the time or more.

    Null where it is not known. Builds that are meant to run side by side are exempt: what they
    are to show is hits, not seconds.
    """
    apart = runs["side_by_side"].astype("boolean").fillna(False)
    pressed = runs["pressure"].ge(PRESSED).astype("boolean")
    return runs.assign(under_pressure=(pressed & ~apart).where(runs["pressure"].notna()))
