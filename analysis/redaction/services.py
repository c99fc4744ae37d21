"""Keys in the forms of services: gitleaks' rules, and forms that those lack."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from analysis.redaction.names import looks_drawn
from analysis.redaction.plain import TAG

_RULES = Path(__file__).with_name("gitleaks.toml")
# what this package looks for itself, also where gitleaks' rules would not, or what is no secret
_OWN = frozenset(
    ["generic-api-key", "curl-auth-header", "curl-auth-user", "private-key", "jwt", "jwt-base64",
     "kubernetes-secret-yaml", "sidekiq-sensitive-url", "sourcegraph-access-token"]
)  # fmt: skip
# forms that gitleaks knows only with more around them, that it has not, or in other lengths
_FORMS = re.compile(
    r"\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"
    r"|\bgh[pousr]_\w{36,}|\bgithub_pat_\w{22,}|\bgl(?:pat|dt|rt|cbt|ptt|soat|agent|ft)-[\w.-]{20,}"
    r"|\bnpm_[A-Za-z0-9]{30,}|\bdckr_[po]at_[\w-]{20,}|\beyJ[\w-]{16,}(?:\.[\w-]*)*"
    r"|\bGOCSPX-[\w-]{20,}|\bya29\.[\w-]{20,}|\b1//0[\w-]{20,}|\bAIza[\w-]{35,}"
    r"|\bsk-(?:ant-|proj-|or-v1-|svcacct-|admin-)?[A-Za-z0-9][\w-]{30,}|\bgsk_\w{40,}|\br8_\w{30,}"
    r"|\bnfp_\w{30,}|\bsbp_[0-9a-f]{40}|\bNRAK-[A-Z0-9]{20,}|\bAT(?:BB|CTT|ATT)[\w=-]{20,}"
    r"|\bwhsec_[\w+/=-]{20,}|\b(?:sk|rk)_(?:live|test)_\w{10,}|\bSK[0-9a-f]{32}\b"
    r"|\bkey-[0-9a-f]{32}\b|\b[0-9a-f]{32}-us\d{1,2}\b"
    r"|\bSG\.[\w-]{16,}\.[\w-]{16,}|\bs\.[A-Za-z0-9]{24}\b|\bxox[abeoprs](?:\.xox[bp])?-[\w-]{8,}"
    r"|\bhv[sbr]\.[\w-]{20,}|\bAPI-[A-Z0-9]{26}\b|\bhf_\w{30,}|\bpypi-AgE[\w-]{20,}"
    r"|\bPMAK-[\w-]{30,}|\bLTAI[A-Za-z0-9]{16,}\b|\bsq0[a-z]{3}-[\w-]{22,}"
    r"|\bfigd_[\w-]{30,}|\bsb_secret_[\w-]{20,}|\bnvapi-[\w-]{50,}|\b(?:xai|pplx|tvly)-[\w-]{30,}"
    r"|\bFlyV1 fm\d[\w+/=,-]{20,}"
    r"|\b(?:discord|hooks)\S{0,20}/(?:api/webhooks|services|workflows|triggers)/[\w/-]{20,}"
)
# rarer ones, each with a word of it
_RARE = {
    ":AA": r"(?<!\d)\d{8,10}:AA[\w-]{33}(?![\w-])",
    "sq": r"\bsq[apu]_[0-9a-f]{40}",
    "bkua_": r"\bbkua_[0-9a-f]{40}",
    "_": r"\b(?:live|test)_[0-9a-f]{35}\b",
    "-": r"\b(?:sdk|mob|api)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
    "dp.": r"\bdp\.[a-z]{2,5}\.[\w.]{40,}",
    "tskey-": r"\btskey-[a-z]+-[\w-]{20,}",
    "EAA": r"\bEAA[A-Za-z0-9]{50,}",
    "AGE-SECRET": r"\bAGE-SECRET-KEY-1[A-Z0-9]{58}",
    ".": r"\b[MNO][A-Za-z\d]{22,27}\.[\w-]{6}\.[\w-]{27,40}",
    # tokens of AWS' sessions, and private keys in base64, by the first bytes of their content
    "IQoJ": r"\bIQoJb3JpZ2lu[\w/+%-]{40,}=*",
    "oGZXIvYXdz": r"\bF[wQ]oGZXIvYXdz[\w/+%-]{40,}=*",
    # `AWS:` and a password of ECR
    "QVdTOm": r"\bQVdTOm[\w/+-]{20,}=*",
    "LS0tLS1CRUdJTi": (
        r"\bLS0tLS1CRUdJTi(?:BQUkl|BSU0E|BFQy|BEU0E|BFTkNS|BPUEVOU1NI|BQR1AgUFJJ)[\w/+-]{12,}=*"
    ),
}
_RARE_FORMS = [(word, re.compile(form)) for word, form in _RARE.items()]
# what many services write: a short word, and letters and digits without a pause
_PREFIXED = re.compile(
    r"(?<![\w/.+=-])(?!sha\d)[a-z][a-z\d]{1,11}[_-](?:[a-z\d]{1,8}[_-]){0,2}"
    r"(?P<run>[A-Za-z0-9]{32,200})(?:_[A-Za-z0-9]{4,40})?(?![\w/.+=-])"
    r"|(?<![\w/.+=-])(?:[a-z][a-z\d]{1,11}_){1,3}(?P<other>[\w-]{30,200})(?![\w/.+=-])"
)
# beside an access key's id, a run of 40 such letters is the key itself
_ACCESS_KEY = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")
_SECRET_KEY = re.compile(r"(?<![\w/+=])(?![0-9a-f]{40})[A-Za-z0-9/+]{40}(?![\w/+=])")
# the shortest key of all
_LONG_RUN, _LONGER_RUN = re.compile(r"[\w/+.=-]{15}"), re.compile(r"[\w.:/+-]{30}")
_REST = re.compile(r"[\w-]*(?:[+/][\w+/-]*)?=*")
# keywords too common to begin with: _FORMS finds their keys
_COMMON = frozenset(["ey", "sk", "s.", "sg.", "api-", "intra", "pat.", "sat.", "sc_", "ext_"])
# how gitleaks' rules begin with a service's name, and how they end a key
_BEFORE, _AFTER = r"[\w.-]{0,50}?", r"""(?:[\x60'"\s;]|\\[nr]|$)"""


class _Rule(NamedTuple):
    """A rule's expression in Python's words, and what a line with its key also says."""

    pattern: str
    keywords: tuple[str, ...]


@cache
def _list_rules() -> list[_Rule]:
    """gitleaks' rules that are used here."""
    with _RULES.open("rb") as file:
        rules = tomllib.load(file)["rules"]
    return [
        _Rule(_translate(rule["regex"]), tuple(word.lower() for word in rule["keywords"]))
        for rule in rules
        if "regex" in rule and "path" not in rule and rule["id"] not in _OWN
    ]


def _translate(pattern: str) -> str:
    """An expression of Go's in the words of Python's, its key found before any other sign."""
    pattern = pattern.replace(_AFTER, r"(?!\w)").replace(r"\z", r"\Z")
    pattern = pattern.replace("[[:alnum:]]", "[A-Za-z0-9]").replace(_BEFORE, "")
    return "".join(_scope_flags(pattern))


def _scope_flags(pattern: str) -> Iterator[str]:
    """The pieces of an expression, (?i) in its middle as a group to the end of that around it."""
    # how many groups each open group has to close beside itself
    open_groups, bracketed, at = [0], False, 0
    for match in re.finditer(r"\\.|\(\?i\)|[\[\]()]", pattern, re.DOTALL):
        sign = match[0]
        yield pattern[at : match.start()]
        at = match.end()
        if sign == "(?i)":
            open_groups[-1] += 1
            yield "(?i:"
            continue
        if bracketed or sign[0] == "\\":
            bracketed = bracketed and sign != "]"
        elif sign == "[":
            bracketed = True
        elif sign == "(":
            open_groups.append(0)
        elif sign == ")":
            yield ")" * open_groups.pop()
        yield sign
    yield pattern[at:] + ")" * open_groups.pop()


@cache
def _make_table() -> tuple[re.Pattern[str], dict[str, list[int]]]:
    """(what finds a keyword in lower case, keyword -> the numbers of its rules)."""
    table: dict[str, list[int]] = {}
    for number, rule in enumerate(_list_rules()):
        for word in rule.keywords:
            if word not in _COMMON:
                table.setdefault(word, []).append(number)
    return re.compile(write_words(table)), table


def list_keywords() -> list[str]:
    """The words, in lower case, one of which stands in a line with such a key."""
    return list(_make_table()[1])


def write_words(words: Iterable[str]) -> str:
    """An expression that finds any of some words, written as a tree: none is tried in vain."""
    tree: dict[str, list[str]] = {}
    for word in sorted(words):
        tree.setdefault(word[0], []).append(word[1:])
    branches = []
    for first, rest in tree.items():
        # a shorter word ends what longer ones with that begin would add
        tail = "" if "" in rest else write_words(rest)
        branches.append(re.escape(first) + tail)
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


@cache
def _compile(number: int) -> re.Pattern[str]:
    """A rule's expression, made when a line first asks for it."""
    return re.compile(_list_rules()[number].pattern)


def find_keys(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each key in a plain line that is in a service's form."""
    if not _LONG_RUN.search(text):
        return
    text = text.replace(TAG, "<")
    for match in _FORMS.finditer(text):
        yield match.span()
    yield from _find_long(text)
    if _ACCESS_KEY.search(text):
        for match in _SECRET_KEY.finditer(text):
            yield match.span()
    first, table = _make_table()
    lower = text.lower()
    if not first.search(lower):
        return
    numbers = {number for word, some in table.items() if word in lower for number in some}
    for number in sorted(numbers):
        for match in _compile(number).finditer(text):
            begin, end = _pick_group(match)
            # a longer key than the rule knows goes with its rest
            rest = _REST.match(text, end)
            more = rest[0] if rest else ""
            # behind a slash another word of a path may follow
            more = more if looks_drawn(more) else more.partition("/")[0]
            yield begin, end + len(more)


def _find_long(text: str) -> Iterator[tuple[int, int]]:
    """Rarer forms, and what looks drawn behind a short word and a line."""
    if not _LONGER_RUN.search(text):
        return
    for word, form in _RARE_FORMS:
        for match in form.finditer(text) if word in text else ():
            yield match.span()
    for match in _PREFIXED.finditer(text):
        run = match["run"] or match["other"]
        if looks_drawn(run):
            yield match.span()


def _pick_group(match: re.Match[str]) -> tuple[int, int]:
    """Where the key is in what a rule matched: its longest group, or all of it."""
    spans = [match.span(number) for number in range(1, (match.re.groups or 0) + 1)]
    return max(spans, key=lambda span: span[1] - span[0], default=match.span())
