"""What pushes leave in the registry, and what a lifecycle policy keeps of it, in words."""

import pandas as pd

from analysis.aws import Preview
from analysis.registry import KINDS
from analysis.words import count_words, join_words

WORDS = {
    "left_out": "with the children of an index left out",
    "counted": "with the children of an index counted",
}


def say_growth(entries: pd.DataFrame) -> list[str]:
    """What all pushes of a history leave, the most entries first, of entries_per_push's rows."""
    last = entries[entries["pushes"].gt(0)].groupby("strategy", sort=False).tail(1)
    numbers = ["entries", "pushes", "untagged", "n"]
    groups = last.groupby(numbers, sort=False)["strategy"].agg(join_words).reset_index()
    order = groups.sort_values("entries", ascending=False, kind="stable")
    return [
        f"{count_words(int(row.entries), 'entry')} after {count_words(int(row.pushes), 'push')}, "
        f"{row.untagged:.0f} of them untagged, with {row.strategy} (median, n = {row.n})."
        for row in order.itertuples()
    ]


def say_store(runs: pd.DataFrame) -> list[str]:
    """What histories have in an S3 store at their end, a strategy a sentence; none without one."""
    known = runs[runs["valid"] & runs["store_objects"].notna()].sort_values("started")
    last = known.groupby(["strategy", "round"]).tail(1)
    return [
        f"{name} keeps its cache in a bucket, not in the registry: "
        f"{count_words(int(rows['store_objects'].median()), 'object')} of "
        f"{rows['store_bytes'].median() / 1e6:.0f} MB after the last build of a history (median, "
        f"n = {len(rows)}); nothing there expires by itself."
        for name, rows in last.groupby("strategy")
    ]


def say_rollbacks(table: pd.DataFrame, number: int) -> str:
    """Where the two readings of ECR's rules differ, of keep_newest's rows."""
    wide = table.pivot(index="strategy", columns="reading", values="builds_kept")
    differ = wide[wide.nunique(axis=1) > 1]
    if differ.empty:
        return f"“Keep the newest {number}” keeps the same builds under both readings."
    parts = (
        f"{join_words((f'{kept} if {reading}' for reading, kept in row.items()), 'or')} of {name}"
        for name, row in differ.iterrows()
    )
    return (
        f"“Keep the newest {number}” keeps this many builds: {'; '.join(parts)}. "
        "Of the others it keeps the same under both readings."
    )


def say_kinds(row: pd.Series) -> str:
    """`3 entries (image, index, attestation)`, of a row of first_pushes."""
    kinds = {kind: int(row[kind]) for kind in KINDS if row[kind]}
    words = [kind if number == 1 else f"{number} × {kind}" for kind, number in kinds.items()]
    return f"{count_words(int(row['entries']), 'entry')} ({', '.join(words) or 'nothing'})"


def say_media(row: pd.Series) -> str:
    """`image TYPE (artifact type TYPE, layers TYPE, subject: the image)`, of read_media's row."""
    artifact = row["artifact_type"]
    told = {
        "config or artifact": None if pd.isna(artifact) else artifact,
        "layers": join_words(row["layers"]) if row["layers"] else None,
        "statement of": join_words(row["predicates"]) if row["predicates"] else None,
        "subject": None if pd.isna(row["subject"]) else f"the {row['subject']}",
    }
    parts = [f"{name} {value}" for name, value in told.items() if value]
    own = "no media type" if pd.isna(row["media_type"]) else row["media_type"]
    return f"{row['kind']} {own}" + (f" ({'; '.join(parts)})" if parts else "")


def say_previews(preview: Preview | None, previews: pd.DataFrame) -> list[str]:
    """What ECR would do, which of our readings it agrees with, or that nobody asked it."""
    if preview is None:
        return ["No repository was named, so ECR was not asked."]
    number = len(previews)
    acts = previews.loc[previews["ecr"].ne("keep"), "ecr"].value_counts()
    does = [f"{verb} {count}" for verb, count in acts.items()] or ["act on none"]
    said = f"ECR would {' and '.join(does)} of {count_words(number, 'entry')} of "
    unlisted = len(set(preview.acted["digest"]) - set(previews["digest"]))
    gone = (
        [f"{count_words(unlisted, 'entry')} of its preview were gone before they could be listed."]
        if unlisted
        else []
    )
    return [f"{said}{preview.repository}.", *(say_reading(previews, each) for each in WORDS),
            *gone]  # fmt: skip


def say_reading(previews: pd.DataFrame, reading: str) -> str:
    """For how many entries a reading says what ECR does."""
    agree = int(previews["ecr"].eq(previews[reading]).sum())
    return f"Our evaluation {WORDS[reading]} says the same of {agree} of {len(previews)}."
