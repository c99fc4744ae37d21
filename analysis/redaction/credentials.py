"""Credentials by the place where they stand: in URLs, prompts and sentences."""

import re
from collections.abc import Iterator

from analysis.redaction.assignments import find_value
from analysis.redaction.names import is_harmless, is_wordlike, looks_drawn, looks_made, looks_random
from analysis.redaction.plain import TAG

_URL = re.compile(
    rf"\b[a-z][a-z0-9+.-]{{0,30}}+:(?P<sign>//|thin:)(?P<rest>[^\s\"'<>`{TAG}]{{1,3000}})",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"(?!sha\d{3}:)(?!v?\d+(?:\.\d+){0,2}(?![.\d]))(?P<name>[a-z0-9][\w.-]*|\[[0-9a-f:]+\])"
    r"(?P<port>:\d{1,5})?(?=[/?#,\\)\]};|&$]|:(?!\S)|(?<=\d):|\.?$)",
    re.IGNORECASE,
)
_NO_SCHEME = re.compile(
    r"(?<![\w:@.-])[\w.+-]{1,60}+:(?P<password>[^\s:/@\"'<>]{12,200})@(?=[\w-]+\.[\w.-]+|[\w-]+/)"
)
_HOOK = re.compile(
    r"(?i:hook)[\w-]*[\"']?[ \t]*[:=][ \t]*[\"']?https?://[^\s/\"']+/(?P<path>[\w/.-]{12,300})"
)
_SESSION = re.compile(r"(?i:;(?:jsessionid|phpsessid|sid)=)(?P<value>[\w.!-]{8,200})")
_PORT = re.compile(r"\d{2,5}(?:[/?#]|$)")
_TOKEN = re.compile(r"(?=[^/]*\d)[\w.~+=-]{16,}|[A-Za-z]{24,}")
_IS = r"(?:[ \t]*\[[^\]\n]{0,40}\][ \t]*:|[ \t]+(?:is|was|set to|will be)[ \t]*:?|[ \t]*:)[ \t]+"
_SAID = re.compile(
    r"\b(?:[Pp]ass(?:word|wd|phrase|code)|[Tt]oken|[Ss]ecret|(?:[Aa]ccess|[Aa]pi|API|[Pp]rivate"
    r"|[Ss]ecret|[Aa]uth)[ ][Kk]ey|PASSWORD|TOKEN|SECRET)(?:[ ][Ii][Dd])?"
    rf"{_IS}"
)
# what may be shown to anyone too: only what looks drawn is a secret
_SAID_FAINTLY = re.compile(
    r"\b(?:[Kk]ey(?:[ ]\d{1,2})?|[Cc]ode|[Cc]redentials?|[Pp]assword[ ]hash|PIN|[Ss]eed)"
    rf"{_IS}"
    r"|\b(?:[Ll]og(?:ged|ging)?[ -]?in|sign in)\b[^\n]{1,40}[ ]/[ ]"
)
_NETRC = re.compile(r"^\s*(?:login\s+\S+\s+)?password\s+(?P<value>\S+)\s*$")


def find_in_urls(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of user and password in each URL, or of a token in a user's place."""
    if "@" not in text:
        return
    at = 0
    while match := _URL.search(text, at):
        begin, rest = match.span("rest")[0], match["rest"]
        # one URL after another, without a blank
        if (cut := rest.find("://")) >= 0:
            rest = rest[:cut]
        at = begin + max(len(rest), 1)
        if end := _end_user(rest, match["sign"] == "thin:"):
            yield begin, begin + end


def _end_user(rest: str, oracle: bool) -> int:
    """How long user and password are in what follows ://, 0 without a secret among them."""
    at = _find_host(rest)
    user, colon, password = rest[:at].partition(":")
    if oracle := oracle and not colon:
        user, _, password = user.partition("/")
    if at < 1 or re.search(r"[/?#]", user):
        return 0
    if not colon and not oracle:
        return at if _TOKEN.fullmatch(user) and not is_harmless(user) else 0
    if _PORT.match(password) and ("." in user or user == "localhost" or "/" in password):
        return 0
    if not password or is_harmless(password):
        long = _TOKEN.fullmatch(user) and not is_harmless(user) and len(user) >= 20
        return at if long or looks_drawn(user) else 0
    return at


def _find_host(rest: str) -> int:
    """Where the @ before the host is, -1 without one."""
    best = -1
    at = rest.rfind("@")
    tries = 0
    while at > 0 and tries < 20:
        host = _HOST.match(rest, at + 1)
        if host:
            best = at if best < 0 else best
            if host["port"] or "." in host["name"] or host["name"] == "localhost":
                return at
        at, tries = rest.rfind("@", 0, at), tries + 1
    return best


def find_in_hooks(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of the path of a webhook's URL, and of a session's number in a URL."""
    for match in _HOOK.finditer(text) if "ook" in text or "OOK" in text else ():
        if any(looks_made(part) for part in match["path"].split("/")):
            yield match.span("path")
    for match in _SESSION.finditer(text) if ";" in text else ():
        yield match.span("value")


def find_without_scheme(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of user:password before @ and a host, where no scheme tells of a URL."""
    for match in _NO_SCHEME.finditer(text) if "@" in text else ():
        if looks_random(match["password"]):
            yield match.span("password")


def find_said(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each secret that a sentence, a prompt or a .netrc tells."""
    for match in _SAID.finditer(text):
        begin, end = find_value(text, match.end())
        if looks_made(text[begin:end]):
            yield begin, end
    for match in _SAID_FAINTLY.finditer(text):
        begin, end = find_value(text, match.end())
        if looks_drawn(text[begin:end]):
            yield begin, end
    if alone := _NETRC.match(text):
        value = alone["value"]
        if not (is_harmless(value) or is_wordlike(value)):
            yield alone.span("value")
