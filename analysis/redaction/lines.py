"""One line: whether there is anything to look for, and what is replaced in it."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from analysis.redaction.accounts import find_accounts
from analysis.redaction.assignments import (
    find_assigned,
    find_bearers,
    find_elements,
    find_near,
    find_options,
    find_pairs,
    find_set,
)
from analysis.redaction.credentials import (
    find_in_commands,
    find_in_urls,
    find_piped,
    find_said,
    find_without_scheme,
)
from analysis.redaction.names import list_words
from analysis.redaction.plain import Plain, read_plain, replace_spans
from analysis.redaction.services import find_keys, list_keywords, write_words

SECRET, ACCOUNT = "REDACTED", "ACCOUNT"
_FINDERS: tuple[Callable[[str], Iterator[tuple[int, int]]], ...] = (
    find_assigned,
    find_options,
    find_bearers,
    find_near,
    find_elements,
    find_set,
    find_pairs,
    find_in_urls,
    find_without_scheme,
    find_in_commands,
    find_piped,
    find_said,
    find_keys,
)
# without any of these, and of the services' keywords, a line tells no secret
# in lower case, and as RE2 can tell them without many states
_WORDS = list_words(
    "twine poetry useradd ldap smb doctl cargo gem rabbitmqctl add-mask composer mongo "
    "htpasswd openssl nuget jwt= jwt: hmac salt otp= otp: id_rsa "
    "pass pwd pw= pw: _pw secret token key auth cred cookie signature sig= login bearer :// "
    "%3a%2f%2f thin: curl identified redis-cli mysql mariadb 7z zip snyk bundle whsec_ hooks "
    "dckr_ gocspx ya29. 1//0 gsk_ r8_ nfp_ sbp_ nrak- atbb atctt xox eyj github_pat account "
    "registr bucket owner amazonaws arn:aws codesuite s3: s3a: basic sudo east- west- north- "
    "south- central-"
)
_ODD_FORMS = (
    r"|\bsk-?[0-9a-z]{4}|[0-9]:aa|[0-9a-f]-us[0-9]|\bs\.[a-z0-9]{4}|\bsg\."
    r"|[0-9a-z]@[a-z][a-z0-9-]*[./]|\bapi-[a-z0-9]{5}"
)
# from so many lines on a vectorized search is faster than one line after the other
_MANY = 30
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Redacted(NamedTuple):
    """A line without its secrets, its plain text, and the last of the places where they were."""

    line: str
    plain: Plain
    last: tuple[int, int] | None


@cache
def _make_trigger() -> re.Pattern[str]:
    """What finds, in lower case, a word that a line with a secret has."""
    words = sorted({*_WORDS, *list_keywords()})
    # a word that contains another adds nothing
    short = [word for word in words if not any(each in word for each in words if each != word)]
    return re.compile(write_words(short) + _ODD_FORMS)


def find_telling(lines: list[str]) -> list[int]:
    """The numbers of the lines that may have a secret in them."""
    if len(lines) < _MANY:
        search = _make_trigger().search
        return [at for at, line in enumerate(lines) if search(_COLOUR.sub("", line).lower())]
    # pyarrow searches by RE2, in one pass whatever there is to find
    import pyarrow as pa
    import pyarrow.compute as pc

    text = _COLOUR.sub("", "\n".join(lines)).lower().encode("utf-8", "surrogatepass")
    found = pc.match_substring_regex(
        pa.array(text.split(b"\n"), pa.large_binary()), _make_trigger().pattern
    )
    return pc.indices_nonzero(found).to_pylist()


def redact_line(line: str) -> Redacted:
    """A line with what is secret in it replaced."""
    plain = read_plain(line)
    spans = [(*span, SECRET) for find in _FINDERS for span in find(plain.text)]
    last = max(((begin, end) for begin, end, _ in spans), key=lambda span: span[1], default=None)
    spans += [(*span, ACCOUNT) for span in find_accounts(plain.text)]
    if not spans:
        return Redacted(line, plain, None)
    return Redacted(replace_spans(line, plain, spans), plain, last)
