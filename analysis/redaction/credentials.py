"""Credentials by the place where they stand: in URLs, on command lines, in pipes and sentences."""

import re
from collections.abc import Iterator

from analysis.redaction.assignments import find_value
from analysis.redaction.names import is_harmless, is_wordlike, looks_made, looks_random
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
_PORT = re.compile(r"\d{2,5}(?:[/?#]|$)")
_TOKEN = re.compile(r"(?=[^/]*\d)[\w.~+=-]{16,}|[A-Za-z]{24,}")
_FIELD = rf"(?:\"(?P<double>[^\"\n]*)\"|'(?P<single>[^'\n]*)'|(?P<bare>[^\s\"'|;&<>{TAG}]+))"
# signs of a command that are looked at, and of what is piped into one
_COMMAND, _PIPED = 400, 4000
# what ends a command on a line
_COMMAND_END = re.compile(r"\|\|?|;|&&|\n|" + TAG)
# a program, and the option whose value is a secret; or what follows it
_COMMANDS = [
    (word, re.compile(program), re.compile(option))
    for word, program, option in (
        ("login", r"\blogin\b", r"(?<=\s)-p[ =]?"),
        ("mongo", r"\bmongo(?:sh|dump|restore|import|export)?\b", r"(?<=\s)-p[ =]?(?=[^\s=])"),
        ("poetry", r"\bpoetry\s+publish\b", r"(?<=\s)-p[ =]?"),
        ("useradd", r"\buseradd\b", r"(?<=\s)-p[ ]?"),
        ("ldap", r"\bldap\w+\b", r"(?<=\s)-w[ ]?"),
        ("smb", r"\bsmb\w+\b", r"(?<=\s)-U[ ]?[^\s%]+%"),
        ("doctl", r"\bdoctl\b", r"(?<=\s)-t[ ]?"),
        ("gem", r"\bgem\s+push\b", r"(?<=\s)(?:-k|--key)[ =]?"),
        ("nuget", r"\bnuget\b", r"(?<=\s)-k[ =]?"),
        ("snyk", r"\bsnyk\s+config\s+set\s+api=", r""),
        ("cargo", r"\bcargo\s+login\s+", r""),
        ("rabbitmqctl", r"\brabbitmqctl\s+(?:add_user|change_password)\s+\S+\s+", r""),
        ("add-mask", r"::add-mask::", r""),
        ("composer", r"\bcomposer\s+config\s+(?:-\S+\s+)*(?:git\w+-\w+|bearer)\.\S+\s+", r""),
        ("sshpass", r"\bsshpass\b", r"(?<=\s)-p[ =]?"),
        ("7z", r"\b7z\w?\b", r"(?<=\s)-p"),
        ("twine", r"\btwine\b", r"(?<=\s)-p[ =]?"),
        ("nuget", r"\bnuget\b", r"(?<=\s)-p[ =]?"),
        ("mysql", r"\bmysql\w*\b", r"(?<=\s)-p(?=[^\s=])"),
        ("mariadb", r"\bmariadb\w*\b", r"(?<=\s)-p(?=[^\s=])"),
        ("redis-cli", r"\bredis-cli\b", r"(?<=\s)-a[ ]?"),
        ("zip", r"\b(?:un)?zip\b", r"(?<=\s)-P[ ]?"),
        ("openssl", r"\bopenssl\b", r"(?<=\s)-pass(?:in|out)?[ =](?:pass:)?|(?<=\s)-k[ ]"),
        ("curl", r"\bcurl\b", r"(?<=\s)(?:-b|--cookie)[ =]?(?:[\w-]+=)?"),
        ("htpasswd", r"\bhtpasswd\s+-\w*n\w*\s+\S+\s+", r""),
        ("htpasswd", r"\bhtpasswd\s+-\w*b\w*", r"\s\S+\s+\S+\s+(?=\S+\s*$)"),
        ("vault", r"\bvault\s+login\s+(?!-)(?:token=)?", r""),
        ("snyk", r"\bsnyk\s+auth\s+", r""),
        ("setapikey", r"\bnuget\s+setapikey\s+", r""),
        ("poetry", r"\bpoetry\s+config\s+http-basic\.\S+\s+\S+\s+", r""),
        ("composer", r"\bcomposer\s+config\s+(?:-\S+\s+)*http-basic\.\S+\s+\S+\s+", r""),
        ("machine", r"\bmachine\s+\S+\s+login\s+\S+\s+password\s+", r""),
        ("bundle", r"\bbundle\s+config\s+(?:set\s+)?(?:-\S+\s+)*\S+\s+[^\s:]+:", r""),
        ("BY", r"\bIDENTIFIED\s+(?:WITH\s+\S+\s+)?BY\s+(?:PASSWORD\s+)?(?=\\{0,7}['\"])", r""),
        ("by", r"\bidentified\s+(?:with\s+\S+\s+)?by\s+(?=\\{0,7}['\"])", r""),
        ("PASSWORD", r"\bPASSWORD\s+(?=\\{0,7}')", r""),
        ("password", r"\bpassword\s+(?=\\{0,7}')", r""),
    )
]
_CURL = re.compile(r"\bcurl\b")
_CURL_USER = re.compile(rf"(?<=\s)(?:-[A-Za-z#]{{0,8}}?u|--user|-U|--proxy-user)[ =]?{_FIELD}")
# what reads a secret from the pipe before it, or from <<<
_SINK = re.compile(
    r"--password-stdin|--with-token|\bsudo\s+-S|\bchpasswd\b|--passphrase-fd|--passwd-stdin"
    r"|--token-stdin|\bsecret\s+create\b|\bpasswd\s+--stdin|--(?:api-)?key-stdin|\blogin\s.{0,80}\s-(?=\s|$)"
)
_ECHO = re.compile(r"\b(?:echo|printf)\b")
_HERE = re.compile(rf"<<<\s*{_FIELD}")
_ECHO_OPTION = re.compile(r"-[neE]+|%s(?:\\n)?|--")
_SAID = re.compile(
    r"\b(?:[Pp]ass(?:word|wd|phrase|code)|[Tt]oken|[Ss]ecret|(?:[Aa]ccess|[Aa]pi|API|[Pp]rivate"
    r"|[Ss]ecret|[Aa]uth)[ ][Kk]ey|PASSWORD|TOKEN|SECRET)(?:[ ][Ii][Dd])?"
    r"(?:[ \t]*\[[^\]\n]{0,40}\][ \t]*:|[ \t]+(?:is|was|set to|will be)[ \t]*:?|[ \t]*:)[ \t]+"
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
        secret_user = _TOKEN.fullmatch(user) and not is_harmless(user) and len(user) >= 20
        return at if secret_user else 0
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


def find_without_scheme(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of user:password before @ and a host, where no scheme tells of a URL."""
    for match in _NO_SCHEME.finditer(text) if "@" in text else ():
        if looks_random(match["password"]):
            yield match.span("password")


def find_in_commands(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each secret on a command line, by program and option."""
    for word, program, option in _COMMANDS:
        for match in program.finditer(text) if word in text else ():
            yield from _find_option(text, match, option)
    for match in _CURL.finditer(text) if "curl" in text else ():
        end = _end_command(text, match.end(), _CURL)
        for user in _CURL_USER.finditer(text, match.end(), end):
            value = user["double"] or user["single"] or user["bare"] or ""
            name, colon, password = value.partition(":")
            if colon and password and not (is_harmless(password) or name.startswith("//")):
                begin = user.start(user.lastgroup or "bare")
                yield begin, begin + len(value)


def _end_command(text: str, at: int, program: re.Pattern[str]) -> int:
    """Where the command that begins before a place ends, or its program stands again."""
    last = min(len(text), at + _COMMAND)
    ends = (_COMMAND_END.search(text, at, last), program.search(text, at, last))
    return min((end.start() for end in ends if end), default=last)


def _find_option(
    text: str, match: re.Match[str], option: re.Pattern[str]
) -> Iterator[tuple[int, int]]:
    """The secrets behind a program's option."""
    if not option.pattern:
        places = [match.end()]
    else:
        end = _end_command(text, match.end(), match.re)
        places = [each.end() for each in option.finditer(text, match.end(), end)]
    for place in places:
        begin, last = find_value(text, place)
        value = text[begin:last]
        # a word behind a command's name may be another command's
        told = begin > place or option.pattern or not is_wordlike(value)
        if value and told and not value.startswith("-") and not is_harmless(value):
            yield begin, last


def find_piped(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each secret that echo gives to a login, or that <<< does."""
    if not any(word in text for word in ("echo", "printf", "<<<")):
        return
    for sink in _SINK.finditer(text):
        here = _HERE.search(text, sink.start(), sink.start() + 300)
        if here and not is_harmless(_read_field(here)):
            yield here.span(here.lastgroup or "bare")
        first = max(0, sink.start() - _PIPED)
        pipe = max(text.rfind("|", first, sink.start()), 0)
        begin = max(first, text.rfind("|", first, pipe) + 1)
        echoes = [each.end() for each in _ECHO.finditer(text, begin, pipe)]
        if echoes:
            yield from _find_echoed(text, echoes[-1], pipe)


def _find_echoed(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """What echo or printf says, without its options."""
    for field in re.compile(_FIELD).finditer(text, begin, end):
        value = _read_field(field)
        if value and not _ECHO_OPTION.fullmatch(value) and not is_harmless(value):
            yield field.span(field.lastgroup or "bare")


def _read_field(match: re.Match[str]) -> str:
    """The value of a field, without its quotes."""
    return match["double"] or match["single"] or match["bare"] or ""


def find_said(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each secret that a sentence, a prompt or a .netrc tells."""
    for match in _SAID.finditer(text):
        begin, end = find_value(text, match.end())
        if looks_made(text[begin:end]):
            yield begin, end
    if alone := _NETRC.match(text):
        value = alone["value"]
        if not (is_harmless(value) or is_wordlike(value)):
            yield alone.span("value")
