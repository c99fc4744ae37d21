"""What an experiment's numbers can't say, in words."""

import pandas as pd

from analysis.words import count_words, join_words, say_seconds

UNSHAPED = "unshaped"
LONG_ROUND = pd.Timedelta(hours=6)
# what docker info calls the containerd image store's driver
CONTAINERD = "overlayfs"


def say_limits(runs: pd.DataFrame, comparable: pd.DataFrame) -> str:
    """What the numbers can't say: runs left out, rounds that took long, what the lab spares."""
    invalid = int((~runs["valid"]).sum())
    verb = "is" if invalid == 1 else "are"
    said = f"{count_words(invalid, 'run')} of {len(runs)} failed the checks and {verb} left out"
    parts = [said] if invalid else []
    parts += say_long_rounds(runs)
    parts += say_given_stores(comparable)
    if runs["link"].eq(UNSHAPED).all():
        parts.append(
            "host and registry were on one machine: over a network, whatever pulls or pushes takes "
            "longer"
        )
    return "; ".join(parts)


def say_long_rounds(runs: pd.DataFrame) -> list[str]:
    """Which rounds have builds that are too far apart in time to be called alike but for chance."""
    spans = runs.groupby("round")["started"].agg(lambda each: each.max() - each.min())
    hours = spans[spans > LONG_ROUND].dt.total_seconds() / 3600
    if hours.empty:
        return []
    rounds = join_words(f"{number} ({each:.0f} hours)" for number, each in hours.items())
    return [
        f"builds of a round are to follow each other, and those of round {rounds} did not: what "
        "changed in between is in their differences"
    ]


def say_given_stores(runs: pd.DataFrame) -> list[str]:
    """What hosts of the lab had from the start and CodeBuild's get by a command of the build."""
    given = runs[runs["place"].eq("lab") & runs["storage_driver"].eq(CONTAINERD)]
    if given.empty:
        return []
    names = join_words(given["strategy"].unique())
    boots = given["provisioning_seconds"].median()
    return [
        f"{names} found an engine with the containerd image store: "
        "CodeBuild's is restarted for it within the build, which is not in its seconds (to start "
        f"such an engine took {say_seconds(boots)} here, in the median)"
    ]
