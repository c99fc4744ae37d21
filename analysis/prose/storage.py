"""What pushes leave in the registry, and what a lifecycle policy keeps of it, in words."""

import pandas as pd

from analysis.aws import Preview
from analysis.languages import translate_value
from analysis.measures.storage import (
    READINGS,
    count_agreeing,
    differing_readings,
    last_entries,
    last_stores,
)
from analysis.prose.template import say, tell
from analysis.registry import KINDS
from analysis.rows import list_records
from analysis.words import list_words

_READINGS = ("left_out", "counted")
_EACH, _WHOLE = READINGS
# what records how a repository grows
_RECORDS = (
    "make experiment SCENARIOS=growth STRATEGIES=docker,container-push,registry-cache ROUNDS=1"
)


def say_growth(entries: pd.DataFrame) -> list[str]:
    """What all pushes of a sequence leave, the most entries first, of entries_per_push's rows."""
    rows = list_records(last_entries(entries))
    return [say(f"storage.growth{'_alike' * row['alike']}", **row) for row in rows]


def say_policy(keep: int) -> str:
    """What a table of keep_newest's rows counts."""
    return say("storage.policy", number=keep)


def say_pushes(grown: pd.DataFrame, survives: pd.DataFrame) -> list[str]:
    """What many pushes leave, and when a rule of counts expires a cache, in sentences.

    Of growth's and cache_survives' rows; how to record that where there are none. Nothing of a
    cache that any such rule keeps.
    """
    if grown.empty:
        return [say("storage.no_growth", command=_RECORDS)]
    alike = grown.groupby(["entries", "pushes", "entries_a_push", "n"], sort=False)["strategy"]
    left = alike.agg(list).rename("strategies").reset_index()
    told = survives[survives["keeps_from"].gt(1)].groupby("keeps_from")["strategy"]
    rules = told.agg(list).rename("strategies").reset_index()
    return [
        *(say("storage.pushed", **row) for row in list_records(left)),
        *(say("storage.survives", **row) for row in list_records(rules)),
    ]


def say_store(runs: pd.DataFrame) -> list[str]:
    """What sequences have in an S3 store at their end, in a sentence; none without one."""
    stores = [say("storage.in_store", **row) for row in list_records(last_stores(runs))]
    return [say("storage.stores", stores=stores)] if stores else []


def say_rollbacks(table: pd.DataFrame, number: int) -> str:
    """What a policy keeps, and what it would under the other reading, of keep_newest's rows."""
    differing = differing_readings(table)
    if not differing:
        return say("storage.same_kept", number=number)
    alike: dict[tuple[int, int], list[str]] = {}
    for name, kept in differing.items():
        alike.setdefault((kept[_WHOLE], kept[_EACH]), []).append(name)
    parts = [
        say("storage.kept_of", kept=kept, counted=counted, strategy=names[0], strategies=names)
        for (kept, counted), names in alike.items()
    ]
    return say("storage.kept", number=number, parts=tell("; ").join(parts))


def say_kinds(row: pd.Series) -> str:
    """`3 entries (image, index, attestation)`, of a row of first_pushes."""
    numbers = {kind: int(row[kind]) for kind in KINDS if row[kind]}
    kinds = [
        kind if number == 1 else say("storage.several", number=number, kind=kind)
        for kind, number in numbers.items()
    ]
    named = list_words(map(translate_value, kinds)) or say("storage.nothing")
    return say("storage.kinds", entries=row["entries"], kinds=named)


def say_media(row: pd.Series) -> str:
    """`image TYPE (config or artifact TYPE; layers TYPE; subject the image)`, of read_media's."""
    told = {
        "artifact": None if pd.isna(row["artifact_type"]) else row["artifact_type"],
        "layers": row["layers"],
        "predicates": row["predicates"],
        "subject": None if pd.isna(row["subject"]) else row["subject"],
    }
    parts = [say(f"storage.{name}", value=value) for name, value in told.items() if value]
    own = say("storage.no_type") if pd.isna(row["media_type"]) else row["media_type"]
    name = "storage.media_more" if parts else "storage.media"
    return say(name, kind=row["kind"], type=own, parts=tell("; ").join(parts))


def say_previews(preview: Preview | None, previews: pd.DataFrame) -> list[str]:
    """What ECR would do, which of our readings it agrees with, or that nobody asked it."""
    if preview is None:
        return [say("storage.no_preview")]
    number = len(previews)
    numbers = previews.loc[previews["ecr"].ne("keep"), "ecr"].value_counts()
    acts = [say("storage.acts", action=verb, number=each) for verb, each in numbers.items()]
    does = tell(" and ").join(acts) or say("storage.no_act")
    gone = len(set(preview.acted["digest"]) - set(previews["digest"]))
    return [
        say("storage.preview", acts=does, entries=number, repository=preview.repository),
        *(
            say(f"storage.{name}", agree=count_agreeing(previews, name), number=number)
            for name in _READINGS
        ),
        *([say("storage.gone", number=gone)] if gone else []),
    ]
