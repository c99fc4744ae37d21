"""What the text of a source names: a project, a log group, an S3 prefix or files."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from analysis.errors import SettingError
from analysis.past_builds.files import match_files

# https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Project.html
PROJECT = re.compile(r"[A-Za-z0-9][\w-]{1,254}")
ARN = re.compile(r"arn:aws[\w-]*:(codebuild|logs):([\w-]*):\d{12}:(?:project/|log-group:)([^:*]+)")
GROUP = re.compile(r"(?:/[\w.#-]+)+")
SERVICES = {"codebuild": "project", "logs": "log group"}
BUCKET = re.compile(r"s3://([^/]+)/?(.*)", re.DOTALL)
WORDED = re.compile(r"(project|log group|folder):\s*(.+)", re.DOTALL)
AGE = re.compile(r"(\d{1,4})\s*(day|week)s?")
DAYS = {"day": 1, "week": 7}


class Source(NamedTuple):
    """kind (project, log group, bucket, folder), name, the prefix in a bucket, an ARN's region."""

    kind: str
    name: str
    prefix: str = ""
    region: str = ""

    def __str__(self) -> str:
        return f"s3://{self.name}/{self.prefix}" if self.kind == "bucket" else self.name


def read_source(text: str) -> Source:
    """What a source's text names.

    `s3://bucket/prefix`; the ARN of a project or log group; what exists here as a file, folder or
    pattern of them; a log group, which starts with `/`; else a project. `project:NAME`,
    `log group:NAME` and `folder:PATH` say which, where a name could be two things.
    """
    text = str(text).strip()
    if found := BUCKET.fullmatch(text):
        return Source("bucket", found[1], found[2])
    if found := ARN.match(text):
        return Source(SERVICES[found[1]], found[3], region=found[2])
    if found := WORDED.fullmatch(text):
        return Source(found[1], found[2])
    if text and match_files(text):
        return Source("folder", text)
    # a path from a folder that this machine has is one, though nothing is there
    if GROUP.fullmatch(text) and not Path("/", text.split("/")[1]).exists():
        return Source("log group", text)
    return Source("project" if PROJECT.fullmatch(text) else "folder", text)


def read_since(text: str, now: datetime | None = None) -> datetime | None:
    """The time that `2026-11-01`, `30 days` or `2 weeks` names; None for no text.

    SettingError when it names none.
    """
    text = str(text).strip()
    if not text:
        return None
    now = now or datetime.now(UTC)
    try:
        if found := AGE.fullmatch(text):
            return now - timedelta(days=int(found[1]) * DAYS[found[2]])
        time = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise SettingError(
            f"since {text!r} is no time: give a date such as 2026-11-01, or an age such as "
            "30 days or 2 weeks."
        ) from None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
