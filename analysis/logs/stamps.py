"""Times as CI systems and log shippers write them before a line: their patterns, their moments."""

import re
from datetime import UTC, datetime, timedelta, timezone

from analysis.times import YEARS

_MONTHS = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_MONTH = rb"(?:" + b"|".join(_MONTHS) + rb")"
_DAY = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_HOURS = {b"EST": -5, b"EDT": -4, b"CST": -6, b"CDT": -5, b"MST": -7, b"MDT": -6, b"PST": -8}
_HOURS |= {b"PDT": -7, b"CET": 1, b"CEST": 2, b"GMT": 0, b"UTC": 0, b"Z": 0}
_ZONE = rb"(?: ?(?:[+-]\d\d:?\d\d\b|\b(?:" + b"|".join(_HOURS) + rb")\b|(?<=\d)Z\b)){1,2}"
_CLOCK = rb"\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?"
_DATED = rb"(?:" + _ZONE + rb")?+"
# what each kind of time looks like; the first that fits is meant
STAMPS = {
    "iso": rb"\d{4}[-/.]\d\d[-/.]\d\d(?:[T ] ?|:|, )" + _CLOCK + _DATED,
    "basic": rb"\d{8}T\d{6}(?:[.,]\d{1,9})?" + _DATED,
    "rfc": rb"(?:" + _DAY + rb",? )?\d{1,2}[-/ ]" + _MONTH + rb"[-/ ]\d{4}[: ]" + _CLOCK + _DATED,
    "ctime": _DAY + rb" " + _MONTH + rb" [ \d]\d " + _CLOCK + rb"(?: [A-Z]{3,4})? \d{4}(?!\d)",
    "named": _MONTH + rb" [ \d]?\d,? \d{4},? " + _CLOCK + rb"(?: ?[AP]M\b)?" + _DATED,
    "syslog": rb"(?:" + _DAY + rb" )?" + _MONTH + rb" [ \d]\d " + _CLOCK,
    "numeric": rb"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4},? " + _CLOCK + rb"(?: ?[AP]M\b)?" + _DATED,
    "clock": _CLOCK + rb"(?: ?[AP]M\b)?(?:[+-]\d\d:?\d\d\b|Z\b)?+",
    "buildkite": rb"\x1b_bk;t=\d{13}\x07",
    "milliseconds": rb"[1-4]\d{12}(?!\d)",
    "seconds": rb"[1-4]\d{9}\.\d{1,9}(?!\d)",
}
_FOUND_CLOCK = re.compile(rb"(?<!\d)(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d{1,9}))?")
_FOUND_ZONE = re.compile(
    rb"([+-])(\d\d):?(\d\d)(?: ?[A-Z]{1,4})?$|\b(" + b"|".join(_HOURS) + rb")$|Z$"
)
_DIGITS = re.compile(rb"([.,])\d+(?=\D|\Z)|\d")
_NUMBER = re.compile(rb"\d+")


def generalise(kind: str, texts: set[bytes]) -> bytes:
    """The pattern of times that are written as some are: in one form, where all are."""
    forms = {_DIGITS.sub(_say_digits, text) for text in texts}
    if len(forms) == 1 and kind in ("iso", "basic"):
        form = re.escape(forms.pop()).replace(b"0", rb"\d").replace(b"\\.f", rb"(?:[.,]\d{1,9}+)?+")
        return form.replace(b",f", rb"(?:[.,]\d{1,9}+)?+")
    return rb"(?:" + STAMPS[kind] + rb")"


def _say_digits(found: re.Match[bytes]) -> bytes:
    """Every digit as 0; those of a fraction as one f."""
    return found[1] + b"f" if found[1] else b"0"


# what a time in nanoseconds is less than; JSON can name infinity too
_LARGEST = 1e21


def read_stamp(kind: str, text: bytes) -> datetime | None:
    """The UTC time that a text of one of STAMPS names, which it is without a zone.

    None for what names no day or no year, or a day that could be one of two.
    """
    try:
        when = _READERS.get(kind, _read_date)(text)
    except (ValueError, OverflowError):
        return None
    return when if when is not None and when.year in YEARS else None


def find_stamp(text: bytes) -> datetime | None:
    """The UTC time that a text begins with; None when it begins with none."""
    for kind, pattern in STAMPS.items():
        if found := re.match(pattern, text):
            return read_stamp(kind, found[0])
    return None


def read_epoch(number: float) -> datetime | None:
    """The UTC time of seconds since 1970, or of milli-, micro- or nanoseconds by their size.

    None for what names no time of a build.
    """
    if not 1e8 < number < _LARGEST:
        return None
    while number > 1e11:
        number /= 1000
    when = datetime.fromtimestamp(number, UTC)
    return when if when.year in YEARS else None


def _read_number(text: bytes) -> datetime | None:
    """The time of a number of seconds or milliseconds."""
    found = re.search(rb"[\d.]+", text)
    return read_epoch(float(found[0])) if found else None


def _read_basic(text: bytes) -> datetime | None:
    """The time of `20260304T100001Z`."""
    day, clock = text[:8], text[9:15]
    spread = b"%b-%b-%b %b:%b:%b" % (day[:4], day[4:6], day[6:8], clock[:2], clock[2:4], clock[4:])
    return _read_date(spread + text[15:])


def _read_date(text: bytes) -> datetime | None:
    """The time of a text that holds a date, a clock and perhaps a zone."""
    clock, zone = _FOUND_CLOCK.search(text), _FOUND_ZONE.search(text.rstrip())
    if clock is None:
        return None
    rest = text[: clock.start()] + b" " + text[clock.end() : zone.start() if zone else len(text)]
    day = _read_day(rest)
    if day is None:
        return None
    hour, minute, second = (int(clock[k]) for k in (1, 2, 3))
    half = re.search(rb"[AP]M", text)
    hour = hour if half is None else hour % 12 + 12 * (half[0] == b"PM")
    micro = int((clock[4] or b"0").ljust(6, b"0")[:6])
    return datetime(*day, hour, minute, second, micro, _read_zone(zone)).astimezone(UTC)


def _read_zone(found: re.Match[bytes] | None) -> timezone:
    """The zone at the end of a time; UTC when there is none."""
    if found is None or found[1] is None:
        return timezone(timedelta(hours=_HOURS.get(found[4] or b"Z", 0) if found else 0))
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-offset if found[1] == b"-" else offset)


def _read_day(text: bytes) -> tuple[int, int, int] | None:
    """(year, month, day) of a date; None when it has no year, or day and month can't be told."""
    numbers = _NUMBER.findall(text)
    named = next((number for number, name in enumerate(_MONTHS, start=1) if name in text), None)
    if named is not None:
        years = [each for each in numbers if len(each) == 4]
        days = [each for each in numbers if len(each) < 4]
        return (int(years[0]), named, int(days[0])) if years and days else None
    if len(numbers) != 3:
        return None
    if len(numbers[0]) == 4:
        return int(numbers[0]), int(numbers[1]), int(numbers[2])
    first, second, year = map(int, numbers)
    year = year + 2000 if year < 100 else year
    if first > 12 or b"." in text:
        return year, second, first
    return (year, first, second) if second > 12 or first == second else None


_READERS = {
    "basic": _read_basic,
    "buildkite": _read_number,
    "milliseconds": _read_number,
    "seconds": _read_number,
    "syslog": lambda text: None,
    "clock": lambda text: None,
}
