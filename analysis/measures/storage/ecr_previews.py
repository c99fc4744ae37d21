"""ECR's own preview of a lifecycle policy beside ours, under both readings of what counts."""

from datetime import datetime

import pandas as pd

from analysis.aws import Preview
from analysis.records import takes
from analysis.registry import preview_lifecycle

# whether the children of an index and what refers to an entry count towards a rule's number
_READINGS = {"left_out": False, "counted": True}
COLUMNS = {
    "digest": "string",
    "kind": "string",
    "tags": "string",
    "pushed": "datetime64[ns, UTC]",
    "ecr": "string",
    "left_out": "string",
    "counted": "string",
    "differs": "bool",
}


def compare_previews(preview: Preview | None, now: datetime | None = None) -> pd.DataFrame:
    """A row an entry of the repository: what ECR would do to it, and what we say that it does.

    digest, kind, tags, pushed · ecr, left_out, counted: keep, expire or transition, by ECR, and
    by preview_lifecycle without and with children that count · differs: ECR does as neither
    reading says, or the readings differ. No rows without a preview.
    """
    if preview is None:
        return pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)
    images = preview.images
    acted = dict(zip(preview.acted["digest"], preview.acted["action"], strict=True))
    ours = {
        name: preview_lifecycle(images, preview.policy, now, counts)["action"]
        for name, counts in _READINGS.items()
    }
    table = images[["digest", "kind", "pushed"]].assign(
        tags=images["tags"].map(", ".join),
        ecr=[acted.get(digest, "keep") for digest in images["digest"]],
        **ours,
    )
    differs = table["ecr"].ne(table["left_out"]) | table["ecr"].ne(table["counted"])
    return table.assign(differs=differs)[list(COLUMNS)].astype(COLUMNS)


@takes(previews="digest differs")
def differing(previews: pd.DataFrame) -> pd.DataFrame:
    """Those rows of compare_previews where ECR and a reading of ours differ, digests short."""
    rows = previews[previews["differs"]].drop(columns="differs")
    return rows.assign(digest=rows["digest"].str.slice(0, 19)).reset_index(drop=True)
