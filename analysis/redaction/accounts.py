"""Account numbers of AWS, by what stands around them."""

import re
from collections.abc import Iterator

_GAP = r"[ \t]*+"
_QUOTE = r"\\{0,7}[\"']"
_ACCOUNT = re.compile(
    r"(?<!\d)(?P<registry>\d{12})(?=\.dkr[.-]ecr|\.signin\.aws)"
    r"|arn:aws[\w-]{0,20}:[\w-]{0,40}:[\w-]{0,40}:(?P<arn>\d{12})(?!\d)"
    r"|/codesuite/codebuild/(?P<link>\d{12})(?=/)"
    r"|amazonaws\.com(?:\.cn)?/(?P<queue>\d{12})(?=/)"
    # a part of a host's name
    r"|(?<![0-9a-z])(?P<host>\d{12})(?=(?:[.-][\w-]{1,63}){1,6}?\.(?:amazonaws\.com|aws\.amazon\.com|on\.aws))"
    r"|(?<![0-9a-z])(?P<alone>\d{12})(?=[ \t]+arn:aws)|\baws:(?://)?(?P<cdk>\d{12})(?!\d)"
    r"|[\"']AWS(?:[\"']): ?\[?[\"'](?P<principal>\d{12})(?=[\"'])"
    # `"Account": "123456789012"`, `AWS_ACCOUNT_ID=…`, `registry with id '…'`
    rf"|(?:accounts?|registr(?:y|ies)|owners?)(?:[ _-]?ids?| number| with id)?"
    rf"(?:{_QUOTE})?{_GAP}[=:_-]?{_GAP}\[?(?:{_QUOTE})?(?P<owner>\d{{12}})(?!\d)"
    # another one of a list, and a place
    rf"|(?<=\d{{12}})(?:{_QUOTE})?,[ ]?(?:{_QUOTE})?(?P<listed>\d{{12}})(?!\d)"
    r"|(?<![\w.])(?P<place>\d{12})(?=/[a-z]{2}-[a-z]{3,10}-\d)",
    re.IGNORECASE,
)
# names that hold a bucket's: its account is often a part of them
_BUCKET = re.compile(
    r"(?:s3[an]?://|arn:aws[\w-]{0,20}:s3:::|s3[\w.-]{0,40}\.amazonaws\.com(?:\.cn)?/"
    rf"|bucket(?:[ _-]?name)?(?:{_QUOTE})?(?:[ \t=:]{{1,3}}|-)(?:{_QUOTE})?)"
    r"(?P<name>[a-z0-9.-]{12,64})"
    r"|(?<![\w.-])(?P<host>[a-z0-9.-]{12,64}?)\.s3[.-][\w.-]{0,40}amazonaws\.com",
    re.IGNORECASE,
)
_REGION = re.compile(
    r"[a-z]{2}-[a-z]{3,10}-\d[-:](?P<after>\d{12})(?!\d)|(?<!\d)(?P<before>\d{12})-[a-z]{2}-[a-z]{3,10}-\d"
)
# keys of lists of accounts, and what opens one: `"AccountIds": ["…", "…"]`, `ACCOUNTS="… …"`
_KEYS = r"(?:accounts?|owners?|registr(?:y|ies))(?:[ _-]?(?:ids?|numbers?|list|map|in))?"
_KEY = re.compile(rf"{_KEYS}$", re.IGNORECASE)
_CALLED = r"(?:\w{1,20}\()?"
_LIST = re.compile(
    rf"{_KEYS}(?:{_QUOTE})?{_GAP}(?:is|[=:>]{{0,2}}){_GAP}{_CALLED}"
    rf"(?:(?:{_QUOTE})?(?P<open>[\[({{])|(?P<quote>{_QUOTE}))?",
    re.IGNORECASE,
)
_CLOSES = {"[": "]", "(": ")", "{": "}"}
# signs of a list, and of a line's end, that are looked at
_LISTED, _TAIL = 4000, 300
# `"name": "ACCOUNT_ID", "value": "…"`, and each of its halves in a line of its own
_VALUE = (
    rf"(?:--)?(?:{_QUOTE})?(?i:value)(?:{_QUOTE})?{_GAP}[:= ]{_GAP}(?:{_QUOTE})?"
    r"(?P<value>\d{12})(?!\d)"
)
_PAIR = re.compile(rf"(?i:{_KEYS})(?:{_QUOTE})?[,;\s]{{1,4}}{_VALUE}")
_NAMED = re.compile(
    rf"\b(?:name|key)(?:{_QUOTE})?{_GAP}[:=]{_GAP}(?:{_QUOTE})?\w*?{_KEYS}(?:{_QUOTE})?,?$",
    re.IGNORECASE,
)
_VALUED = re.compile(rf"^\W*{_VALUE}")
# a key whose list is in the lines below
_OPENED = re.compile(
    rf"{_KEYS}(?:{_QUOTE})?{_GAP}"
    rf"(?:[=:]{_GAP}{_CALLED}(?:[|>][-+]?|[\[({{]*)|[\[({{]+){_GAP}(?:#.*)?$",
    re.IGNORECASE,
)
# `account prod (…)`, `profile prod […]`
_IN_BRACKETS = re.compile(
    r"\b(?:accounts?|profiles?)\b[^\n\d()\[\]]{0,60}[\[(](?P<number>\d{12})[\])]", re.IGNORECASE
)
# a minute of a day, right behind its name
_TIME = r"20[0-3]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d(?!\d)"
_NO_TIME = rf"(?!(?:(?<=[:=])|(?<=[:=][ ])){_TIME})"
_ALONE = re.compile(rf"(?<![\w.-]){_NO_TIME}\d{{12}}(?![\w.-])")
_RUN = re.compile(rf"(?:[\s,;|]{{0,8}}(?:(?:and|or) )?{_NO_TIME}\d{{12}}(?::[\w-]+)?(?![\w.-]))+")
_TWELVE = re.compile(r"\d{12}(?!\d)")
_NUMBER = re.compile(r"(?<![0-9a-z])\d{12}(?![0-9a-z])")


def find_accounts(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each account number in a plain line."""
    if not _TWELVE.search(text):
        return
    for pattern in (_ACCOUNT, _REGION):
        for match in pattern.finditer(text):
            yield match.span(match.lastgroup or 0)
    for match in _BUCKET.finditer(text):
        for number in _NUMBER.finditer(text, *match.span(match.lastgroup or 0)):
            yield number.span()
    for match in _IN_BRACKETS.finditer(text):
        yield match.span("number")
    for match in _PAIR.finditer(text):
        yield match.span("value")
    for match in _LIST.finditer(text):
        yield from find_listed(text, match.end(), _end_list(text, match))


def _end_list(text: str, match: re.Match[str]) -> int:
    """Where a list of accounts ends: at what closes it, or behind its last number."""
    begin = match.end()
    opened = match["open"] or match["quote"]
    if opened is None:
        run = _RUN.match(text, begin)
        return run.end() if run else begin
    end = text.find(_CLOSES.get(opened, opened), begin, begin + _LISTED)
    return end if end >= 0 else min(len(text), begin + _LISTED)


def find_listed(text: str, begin: int = 0, end: int = _LISTED) -> Iterator[tuple[int, int]]:
    """(begin, end) of each account number of a list in a part of a line."""
    for number in _ALONE.finditer(text, begin, min(end, len(text))):
        yield number.span()


def opens_accounts(text: str) -> bool:
    """Whether a line ends with the key of account numbers that the next lines list."""
    return _OPENED.search(text[-_TAIL:]) is not None


def find_named(text: str, after: str) -> tuple[int, int] | None:
    """(begin, end) of an account's number in the line after one that ends with its name."""
    match = _VALUED.match(after) if _NAMED.search(text[-_TAIL:]) else None
    return match.span("value") if match else None


def names_account(name: str, value: str) -> bool:
    """Whether a name of JSON tells that its value is an account's number."""
    return len(value) == 12 and value.isdigit() and _KEY.search(name) is not None
