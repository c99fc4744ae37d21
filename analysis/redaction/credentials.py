"""Credentials by the place where they stand: in URLs, prompts and sentences."""

import re
from collections.abc import Iterator

from analysis.redaction.assignments import find_value
from analysis.redaction.names import is_harmless, is_wordlike, looks_drawn, looks_made, looks_random
from analysis.redaction.plain import SEALED, TAG

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
# of a driver of Go: me:password@tcp(host:3306)/name
_GO = re.compile(
    r"(?<![\w:@.-])[\w.+-]{1,60}+:(?P<password>[^\s:/\"'<>]{1,200})@(?:tcp|udp|unix)\d?\("
)
# of a proxy, which may be short of all that tells of a URL
_PROXY = re.compile(
    r"(?i:proxy)[\"']?[ =:]{1,3}[\"']?[\w.+-]{1,60}+:(?P<password>[^\s:/@\"'<>]{1,200})@(?=[\w-])"
)
# where chats and pipelines take messages from anyone who knows the path
_HOOKS = re.compile(
    r"://(?:[^\s/\"']{0,200}?hook[^\s/\"']{0,100}|[^\s/\"']{1,200}/[^\s\"']{0,60}?hooks?\w{0,2})[./]"
    r"(?P<path>[^\s\"'<>]{16,600})",
    re.IGNORECASE,
)
_HOOKS_HOST = re.compile(r"://(?:web)?hooks?\.[\w.-]{1,100}/(?P<path>[^\s\"'<>]{8,600})")
# a token as a part of a path: https://host/t/TOKEN/channel
_PATH = re.compile(
    r"://[^\s/\"']{1,200}/(?:t|tokens?|keys?|secrets?|auth)/(?P<path>[\w-]{20,200})(?=/)"
)
_DRAWN_PART = re.compile(r"[0-9a-f]{24,}|(?:\w{1,8}-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SOURCE = re.compile(r"(?:^|/)(?:commit|blob|tree|raw|archive|pull|issues|compare|-|releases)/")
_HOOK = re.compile(
    r"(?i:hook)[\w-]{0,80}+[\"']?[ \t]*[:=][ \t]*[\"']?https?://[^\s/\"']+/"
    r"(?P<path>[\w/.-]{12,300})"
)
_SESSION = re.compile(r"(?i:;(?:jsessionid|phpsessid|sid)=)(?P<value>[\w.!-]{8,200})")
_PORT = re.compile(r"\d{2,5}(?:[/?#]|$)")
_TOKEN = re.compile(r"(?=[^/]*\d)[\w.~+=-]{16,}|[A-Za-z]{24,}")
# a sign that a user's name would not have, though an address of mail has one
_ENCODED = re.compile(rf"{SEALED}|%[0-9A-Fa-f]{{2}}")
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
# `A temporary password is generated for root@localhost: value`
_GENERATED = re.compile(
    r"\b(?:password|passcode|passphrase)(?: (?:is|was|has been))?"
    r" (?:(?P<drawn>generated)|created|set|issued)"
    r"(?: for (?!(?:user|account):)(?:(?:user|account) )?\S{1,60}?)?:"
    rf" (?P<value>[^\s\"'<>{TAG}]{{8,200}})(?=$|[<{TAG}]/)",
    re.IGNORECASE,
)
# `credentials: me / password`
_USER_AND = re.compile(
    r"\b(?:[Cc]redentials?|[Ll]ogin|[Uu]ser(?:name)?):?[ ]{1,4}[\w.@-]{1,60}[ ]/[ ]"
    r"(?P<value>\S{8,200})"
)
# digits that are good for one time
_ONCE = re.compile(
    r"\b(?:one[- ]time|temporary|verification|2fa|mfa)[ ](?:password|passcode|code|pin)"
    r"(?: is)?:?[ ]"
    r"(?P<value>\d{4,8})\b",
    re.IGNORECASE,
)
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SECRETS = r"(?:pass(?:word|phrase|code)|token|(?:access|api|private|secret|auth)[ ]key|secret)"
# `token … VALUE`, and `VALUE is the token`, of what has no letter that only a generator writes
_BESIDE = re.compile(
    rf"\b{_SECRETS}(?P<between>(?:[ ][\w@.-]{{1,30}}){{0,5}})[ ][\"'`(]?"
    rf"(?P<value>{_UUID}|(?=[a-f]*\d)[0-9a-f]{{32,128}})(?![\w./@:-])",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?<![\w./@:-])(?P<value>{_UUID}|(?=[a-f]*\d)[0-9a-f]{{32,128}})[\"'`)]?[ ](?:is|was|as)[ ]"
    rf"(?:(?:the|your|our|my|a|new)[ ]){{1,2}}(?:\w{{1,20}}[ ]){{0,2}}{_SECRETS}\b",
    re.IGNORECASE,
)
# what has a number of that form that anyone may see
_THINGS = re.compile(
    r"\b(?:ids?|uuids?|guids?|requests?|jobs?|builds?|runs?|traces?|versions?|users?|tenants?|clients?"
    r"|apps?|volumes?|containers?|nodes?|instances?|sessions?|correlations?|transactions?|events?"
    r"|messages?|commits?|subscriptions?|projects?|workspaces?|organi[sz]ations?|orgs?|accounts?"
    r"|resources?|deployments?|pipelines?|executions?|operations?|devices?|refs?|principals?|kms"
    r"|layers?|steps?|stages?|images?|snapshots?|groups?|roles?|hosts?|at|by|idempotency)\b",
    re.IGNORECASE,
)
# `storePassword "value"`
_QUOTED = re.compile(
    r"(?<![\w.-])(?:(?P<gradle>(?:store|key)Password)"
    r"|(?:[A-Za-z]\w{0,40})?(?:[Pp]ass(?:word|phrase)|[Tt]oken|[Aa]piKey|[Ss]ecretKey))[ ]"
    r"(?P<quote>[\"'])(?P<value>(?(gradle)|(?=[^\"'\n]*\d))[^\s\"']{6,200})(?P=quote)"
    rf"(?=[ ]?(?:[;)}}<{TAG}]|$))"
)
_SAYS_IT, _NUMBERED = re.compile(r" (?:is|was)$"), re.compile(r"(?i:id|version|request|trace) \w+$")
_SAYS = re.compile(r"(?:[ ](?:is|was|value|of|named|with))*", re.IGNORECASE)
# without any of these no sentence tells a secret
_TELLING = (
    "pass",
    "token",
    "secret",
    "key",
    "code",
    "credential",
    "pin",
    "seed",
    "log",
    "user",
    "sign in",
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
        token = _TOKEN.fullmatch(user) or looks_drawn(_ENCODED.sub("", user))
        return at if token and not is_harmless(user) else 0
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
    for match in _HOOKS_HOST.finditer(text) if "hook" in text else ():
        yield match.span("path")
    for match in _PATH.finditer(text) if "://" in text else ():
        if looks_drawn(match["path"]) or _DRAWN_PART.fullmatch(match["path"]):
            yield match.span("path")
    for match in _HOOKS.finditer(text) if "ook" in text else ():
        parts = re.split("[/@?&=]", match["path"])
        drawn = any(looks_drawn(part) or _DRAWN_PART.fullmatch(part) for part in parts)
        if drawn and not _SOURCE.search(match["path"]):
            yield match.span("path")
    for match in _SESSION.finditer(text) if ";" in text else ():
        yield match.span("value")


def find_without_scheme(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of user:password before @ and a host, where no scheme tells of a URL."""
    for match in _GO.finditer(text) if "@" in text else ():
        if not is_harmless(match["password"]):
            yield match.span("password")
    for match in _PROXY.finditer(text) if "@" in text else ():
        if not is_harmless(match["password"]):
            yield match.span("password")
    for match in _NO_SCHEME.finditer(text) if "@" in text else ():
        if looks_random(match["password"]):
            yield match.span("password")


def find_said(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each secret that a sentence, a prompt or a .netrc tells."""
    lower = text.lower()
    if not any(word in lower for word in _TELLING):
        return
    for match in _SAID.finditer(text):
        begin, end = find_value(text, match.end())
        if looks_made(text[begin:end]):
            yield begin, end
    for match in _ONCE.finditer(text) if "ass" in text or "ode" in text else ():
        yield match.span("value")
    for match in _GENERATED.finditer(text) if ": " in text else ():
        # what is generated is no word, though it may look like one
        if match["drawn"] or (looks_made(match["value"]) and re.search(r"\d", match["value"])):
            yield match.span("value")
    for match in _USER_AND.finditer(text) if " / " in text else ():
        if looks_made(match["value"]) and re.search(r"\d", match["value"]):
            yield match.span("value")
    for match in _SAID_FAINTLY.finditer(text):
        begin, end = find_value(text, match.end())
        # a cache's key is shown to anyone
        if looks_drawn(text[begin:end]) and "ache" not in text[: match.start()]:
            yield begin, end
    yield from _find_beside(text)
    for match in _QUOTED.finditer(text):
        if not is_harmless(match["value"]):
            yield match.span("value")
    if alone := _NETRC.match(text):
        value = alone["value"]
        if not (is_harmless(value) or is_wordlike(value)):
            yield alone.span("value")


def _find_beside(text: str) -> Iterator[tuple[int, int]]:
    """What of hexadecimal digits is beside the word for a secret, and is of nothing else."""
    for match in _BESIDE.finditer(text):
        between = match["between"]
        near = "-" in match["value"] or _SAYS.fullmatch(between)
        other = (_NUMBERED if _SAYS_IT.search(between) else _THINGS).search(between)
        if near and not other:
            yield match.span("value")
    for match in _BEFORE.finditer(text):
        yield match.span("value")
