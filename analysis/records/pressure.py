"""Which runs shared their machine with more than it could do at once."""

import pandas as pd

# share of a build's time in which a task of the machine waited for a CPU
PRESSED = 0.5
# share of the machine's CPU time that others used; a build presses itself when it is alone
_BY_OTHERS = 0.15


def flag_pressure(runs: pd.DataFrame) -> pd.DataFrame:
    """Runs with under_pressure: tasks waited for a CPU in PRESSED of the time or more, by others.

    Pressure that is known to be a build's own, since others used less than _BY_OTHERS of the
    machine, is none. Null where it is not known. Builds that are meant to run side by side are
    exempt: what they are to show is hits, not seconds.
    """
    apart = runs["side_by_side"].astype("boolean").fillna(False).astype("bool")
    own = runs["others_cpu"].lt(_BY_OTHERS)
    pressed = (runs["pressure"].ge(PRESSED) & ~own & ~apart).astype("boolean")
    return runs.assign(under_pressure=pressed.where(runs["pressure"].notna()))
