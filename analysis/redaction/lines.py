"""One line: whether there is anything to look for, and what is replaced in it."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from analysis.redaction.accounts import find_accounts
from analysis.redaction.arguments import find_arguments
from analysis.redaction.assignments import (
    find_assigned,
    find_bearers,
    find_options,
    find_set,
)
from analysis.redaction.code import find_in_code
from analysis.redaction.columns import find_columns
from analysis.redaction.commands import WORDS, find_in_commands
from analysis.redaction.credentials import (
    find_in_hooks,
    find_in_urls,
    find_said,
    find_without_scheme,
)
from analysis.redaction.names import is_harmless, is_wordlike, list_words
from analysis.redaction.near import find_near
from analysis.redaction.pairs import find_elements, find_objects, find_pairs
from analysis.redaction.pipes import find_piped
from analysis.redaction.plain import (
    ACCOUNT,
    SECRET,
    Plain,
    read_plain,
    replace_spans,
    write_command,
)
from analysis.redaction.services import find_keys, list_keywords, write_words

_FINDERS: tuple[Callable[[str], Iterator[tuple[int, int]]], ...] = (
    find_assigned,
    find_options,
    find_bearers,
    find_near,
    find_elements,
    find_objects,
    find_set,
    find_pairs,
    find_columns,
    find_in_code,
    find_in_urls,
    find_in_hooks,
    find_without_scheme,
    find_in_commands,
    find_arguments,
    find_piped,
    find_said,
    find_keys,
)
# the same for words of a list, as RUN and CMD have them in JSON
_OF_COMMANDS = (find_options, find_in_commands, find_arguments)
# without any of these, and of the services' keywords, a line tells no secret
# in lower case, and as RE2 can tell them without many states
_WORDS = list_words(
    "jwt= jwt: hmac salt otp= otp: -otp id_rsa pin= pin: psk sas= sas: pat= pat: csrf xsrf "
    "session sid= license= license: seed mnemonic phrase kennwort wachtwoord contrasena senha "
    "passe parola salasana passord adgangskode heslo code= code: hook literal "
    "pass pwd pw= pw: _pw secret token key auth cred cookie signature sig= login bearer :// "
    "%3a%2f%2f %253a%252f :\\/\\/ thin: identified whsec_ hooks "
    "dckr_ gocspx ya29. 1//0 gsk_ r8_ nfp_ sbp_ nrak- atbb atctt xox eyj github_pat account "
    "registr bucket owner amazonaws arn:aws codesuite s3: s3a: basic sudo east- west- north- "
    "south- central- dockerconfigjson ls0tls1crudjti iqojb3jpz2lu fwogzxivyxdz fqogzxivyxdz "
    "aqodyxdz aws: securestring live_ test_ sdk- mob- bkua_ sqa_ sqp_ squ_ dp.st. dp.pt. dp.ct. "
    'qvdtom decryption nvapi- xai- pplx- tvly- tskey- aws" authident oauth bundle_ serial stackset'
)
_ODD_FORMS = (
    r"|\bsk-?[0-9a-z]{4}|[0-9]:aa|[0-9a-f]-us[0-9]|\bs\.[a-z0-9]{4}|\bsg\."
    r"|[0-9a-z]@[a-z][a-z0-9-]*(?:[./(]|:[0-9]{2,5}[^0-9a-z])|\+ '?\[|[a-z0-9][_-][a-z0-9]{16}"
    r"|[a-z0-9]_[a-z0-9_-]{30}|[0-9a-z]\.[a-z0-9_-]{6}\.[a-z0-9_-]{8}|eaa[a-z0-9]{12}"
    r"|profiles?\b[^0-9]{0,60}[0-9]{12}[\])]"
    r"|\bapi-[a-z0-9]{5}|\bhttps? -a"
    r"|[_-](?:pat|pw|psk|sas|otp|pin|sid)[\"']|--(?:user|creds?)[ =]|\s/u(?:ser)?:|\s-u\s"
    # a run of letters and digits where commands take secrets
    r"|\s-(?:[akpstuwxz]|pw|hp)[ =]?[^\s]*[0-9a-z+/=]{12}|(?:echo|printf|<<<).*[0-9a-z+/=]{12}"
    r"|\bx-[a-z-]+: ?[0-9a-z+/=_-]{12}|\bcode (?:is|was)"
    r"|\b(?:sign-?in|attach|unlock|unseal|unwrap|activate|register|enroll|join|obscure)\s"
    r".*[0-9a-z+/=]{12}"
)
# from so many lines on a vectorized search is faster than one line after the other
_MANY = 30
# signs of a line from which on only RE2, which is linear, looks for them
_LONG = 5000
_REST = re.compile(r"[A-Za-z0-9+/=]*")
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Redacted(NamedTuple):
    """A line without its secrets, its plain text, where the last of them was, and all of them."""

    line: str
    plain: Plain
    last: tuple[int, int] | None
    found: tuple[str, ...] = ()


@cache
def _make_trigger() -> re.Pattern[str]:
    """What finds, in lower case, a word that a line with a secret has."""
    words = sorted({*_WORDS, *WORDS, *list_keywords()})
    # a word that contains another adds nothing
    short = [word for word in words if not any(each in word for each in words if each != word)]
    return re.compile(write_words(short) + _ODD_FORMS)


def find_telling(lines: list[str]) -> list[int]:
    """The numbers of the lines that may have a secret in them."""
    if len(lines) < _MANY and all(len(line) < _LONG for line in lines):
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
    spans = _find_secrets(plain.text)
    for text in plain.sealed:
        spans += [span for span in _find_secrets(text) if not _is_open(plain.text[slice(*span)])]
    spans = [(begin, _end_word(plain.text, end)) for begin, end in spans]
    last = max(spans, key=lambda span: span[1], default=None)
    told = [(*span, SECRET) for span in spans]
    told += [(*span, ACCOUNT) for span in find_accounts(plain.text)]
    if not told:
        return Redacted(line, plain, None)
    found = tuple(plain.text[begin:end] for begin, end, _ in told)
    return Redacted(replace_spans(line, plain, told), plain, last, found)


def _find_secrets(text: str) -> list[tuple[int, int]]:
    """(begin, end) of each secret in a plain line."""
    spans = [span for find in _FINDERS for span in find(text)]
    if (command := write_command(text)) != text:
        spans += [span for find in _OF_COMMANDS for span in find(command)]
    return spans


def _is_open(value: str) -> bool:
    """Whether a value that looked secret while it was encoded is harmless as it is meant."""
    value = value.strip("\"'")
    return is_harmless(value) or is_wordlike(value)


def _end_word(text: str, end: int) -> int:
    """Where the word ends that a secret ends in: no part of it may be left."""
    cut = text[end - 1 : end].isalnum() and text[end : end + 1].isalnum()
    rest = _REST.match(text, end) if cut else None
    return rest.end() if rest else end
