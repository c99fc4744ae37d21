"""Where past builds come from: a project, a log group, an S3 prefix or files."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from analysis.errors import SettingError
from analysis.logs import match_files
from analysis.times import read_time

# https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Project.html
_PROJECT = re.compile(r"[A-Za-z0-9][\w-]{1,254}")
_ARN = re.compile(r"arn:aws[\w-]*:(codebuild|logs):([\w-]*):\d{12}:(?:project/|log-group:)([^:*]+)")
_GROUP = re.compile(r"(?:/[\w.#-]+)+")
_KINDS = {"codebuild": "project", "logs": "log group"}
_BUCKET = re.compile(r"s3://([^/]+)/?(.*)", re.DOTALL)
_WITH_KIND = re.compile(r"(project|log group|folder):\s*(.+)", re.DOTALL)
_AGE = re.compile(r"(\d{1,4})\s*(day|week)s?")
_DAYS = {"day": 1, "week": 7}


class Origin(NamedTuple):
    """kind (project, log group, bucket, folder), name, the prefix in a bucket, an ARN's region.

    `guessed`: the name alone was given, and a file or folder may have been meant.
    """

    kind: str
    name: str
    prefix: str = ""
    region: str = ""
    guessed: bool = False

    def __str__(self) -> str:
        return f"s3://{self.name}/{self.prefix}" if self.kind == "bucket" else self.name


def read_origin(text: str) -> Origin:
    """The origin that a text names.

    `s3://bucket/prefix`; the ARN of a project or log group; what exists here as a file, folder or
    pattern of them; a log group, which starts with `/`; else a project. `project:NAME`,
    `log group:NAME` and `folder:PATH` say which, where a name could be two things.
    """
    text = str(text).strip()
    if found := _BUCKET.fullmatch(text):
        return Origin("bucket", found[1], found[2])
    if found := _ARN.match(text):
        return Origin(_KINDS[found[1]], found[3], region=found[2])
    if found := _WITH_KIND.fullmatch(text):
        return Origin(found[1], found[2])
    if text and match_files(text):
        return Origin("folder", text)
    # a path from a folder that this machine has is one, though nothing is there
    if _GROUP.fullmatch(text) and not Path("/", text.split("/")[1]).exists():
        return Origin("log group", text, guessed=True)
    is_project = _PROJECT.fullmatch(text) is not None
    return Origin("project" if is_project else "folder", text, guessed=is_project)


def read_since(text: str, now: datetime | None = None) -> datetime | None:
    """The time that `2026-11-01`, `30 days` or `2 weeks` names; None for no text.

    SettingError when it names none.
    """
    text = str(text).strip()
    if not text:
        return None
    now = now or datetime.now(UTC)
    try:
        if found := _AGE.fullmatch(text):
            return now - timedelta(days=int(found[1]) * _DAYS[found[2]])
        return read_time(text)
    except (ValueError, OverflowError):
        raise SettingError(
            f"since {text!r} is not a time: give a date such as 2026-11-01, or an age such as "
            "30 days or 2 weeks."
        ) from None
