"""Secrets in what the AWS CLI prints as text or as a table: columns, with a name in one of them."""

import re
from collections.abc import Iterator

from analysis.redaction.names import is_harmless, is_secret, judge_name

_NEXT = r"[ ]*(?:\t|\|)[ ]*"
# name, type and value of a variable of a build, or of a parameter
_TYPED = re.compile(
    rf"(?<![\w./-])(?P<name>[\w./-]{{2,200}}){_NEXT}"
    rf"(?P<type>PLAINTEXT|SecureString|String){_NEXT}(?P<value>[^\t|\n]*[^\s|])"
)
# the identifier, the time and the name of a secret stand before it, its version's behind it
_SECRET = re.compile(
    r"arn:aws[\w-]*:secretsmanager:[^\s|]+\t[^\t\n]{1,40}\t[^\t\n]{1,600}\t(?P<value>[^\t\n]+)\t"
)


def find_columns(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each secret in a column whose line tells its name, or its type."""
    if "\t" not in text and "|" not in text:
        return
    for match in _TYPED.finditer(text):
        name, value = match["name"].rpartition("/")[2], match["value"]
        secure = match["type"] == "SecureString" and not is_harmless(value)
        if secure or is_secret(judge_name(name), name, value):
            yield match.span("value")
    for match in _SECRET.finditer(text) if "secretsmanager" in text else ():
        if not is_harmless(match["value"]):
            yield match.span("value")
