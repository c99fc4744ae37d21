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
