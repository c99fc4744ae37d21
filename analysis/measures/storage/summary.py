"""What all pushes of a sequence left, and where readings of a policy differ, in few numbers."""

import pandas as pd

from analysis.measures.storage.footprint import pick_sequences


def last_entries(entries: pd.DataFrame) -> pd.DataFrame:
    """entries, pushes, untagged, n, alike, strategies (list): after the last push, the most first.

    Of entries_per_push's rows, strategies with the same numbers together.
    """
    last = entries[entries["pushes"].gt(0)].groupby("strategy", sort=False).tail(1)
    last = last if "alike" in last else last.assign(alike=False)
    groups = last.groupby(["entries", "pushes", "untagged", "n", "alike"], sort=False)["strategy"]
    table = groups.agg(list).rename("strategies").reset_index()
    return table.sort_values("entries", ascending=False, kind="stable", ignore_index=True)


def last_stores(runs: pd.DataFrame) -> pd.DataFrame:
    """strategy, objects, megabytes, n: medians of an S3 store after a round's last build."""
    runs = pick_sequences(runs)
    known = runs[runs["valid"] & runs["store_objects"].notna()].sort_values("started")
    last = known.groupby(["strategy", "round"]).tail(1).groupby("strategy")
    table = pd.DataFrame(
        {
            "objects": last["store_objects"].median(),
            "megabytes": last["store_bytes"].median() / 1e6,
            "n": last.size(),
        }
    )
    return table.reset_index()


def differing_readings(table: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Strategy -> reading -> builds kept, where readings differ, of keep_newest's rows."""
    wide = table.pivot(index="strategy", columns="reading", values="builds_kept")
    differing = wide[wide.nunique(axis=1) > 1]
    return {
        str(strategy): {str(reading): kept for reading, kept in row.items()}
        for strategy, row in differing.to_dict("index").items()
    }


def count_agreeing(previews: pd.DataFrame, reading: str) -> int:
    """For how many entries a reading says what ECR does, of compare_previews' rows."""
    return int(previews["ecr"].eq(previews[reading]).sum())
