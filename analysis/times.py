"""Times of records: ISO 8601 as UTC, and the years in which builds can have run."""

from datetime import UTC, datetime

YEARS = range(1970, 2200)


def read_time(text: str) -> datetime:
    """A time in ISO 8601 as UTC, which it is without a zone; ValueError for what is none."""
    return to_utc(datetime.fromisoformat(text))


def to_utc(time: datetime) -> datetime:
    """The same time as UTC, which it is without a zone."""
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
