"""What is given to a name that tells of a secret: NAME=value, name: value, --name value, XML."""

import re
from collections.abc import Iterator

from analysis.redaction.names import (
    NONE,
    STRONG,
    is_counted,
    is_harmless,
    is_secret,
    is_wordlike,
    judge_name,
    list_words,
    looks_drawn,
    looks_made,
)
from analysis.redaction.plain import TAG

_QUOTE = r"\\{0,7}[\"']"
# a word, whatever quotes it, and what gives it a value
_GIVEN = re.compile(
    rf"(?<![\w.-])(?P<name>\.?[A-Za-z_-][\w.-]*+)(?P<close>{_QUOTE}\]?|\])?"
    r"(?P<sign>[ \t]{0,60}+(?:(?::|\?|\+|::)?=(?![=~])>?)[ \t]{0,8}"
    r"|[ \t]{0,8}:(?![:=/+?-])[ \t]{0,40})"
)
# to the quote that closes, with as many backslashes before it as open
_QUOTED = re.compile(
    rf"(?P<quote>[\"'])(?P<value>(?:(?!(?P=quote)|{TAG}/)(?:\\.|[^\n])|'\\''(?=[^\n]*'))*+)"
)
_QUOTED_AGAIN = re.compile(
    rf"(?P<quote>\\{{1,7}}[\"'])(?P<value>(?:(?!(?<!\\)(?P=quote)|{TAG}/)[^\n])*+)"
)
# a sign that ends a bare value when a blank, the line's end or another assignment follows
_BARE = re.compile(
    rf"(?:\\[^\n]|[,;&|)\]}}](?![,;&|)\]}}\"']*(?:\s|$|{TAG}|[\w.-]{{1,60}}=|[\w ]{{1,30}}=))"
    rf"|[^\s\"'\\,;&|()\]}}{TAG}`]|`[^`\s]*`|\([^()\s]{{0,200}}\)|\(|(?<=\w)[\"'][\w.$!#%^*+@~-]{{1,200}}[\"'](?=[\s\w]|$)"
    rf"|(?<=[^\s\"'=:])['\"](?=[\w!#$%^*+@~.-]))++"
)
_REFERENCE = re.compile(
    r"\$\([^()\n]*\)|\$\{\{[^{}\n]*\}\}|\{\{[^{}\n]*\}\}|\$\{[^{}\n]*\}|`[^`\n]*`"
    r"|\([^()\n]{0,200}\)|\[[^\[\]\s{\"]{0,40}\]"
)
# a literal that a function makes a secret of
_CALL = re.compile(r"[A-Za-z_][\w.]*\([ ]?[\"'](?P<value>[^\"'\n]{16,2000})[\"']")
_HEX = re.compile(r"(?=[a-f]*\d)[0-9a-f]{24,128}")
# what YAML writes before a value
_TAGGED = re.compile(r"(?:!!?[a-z]*|&[\w-]+)[ ]+(?![\[{|>\s])")
# what Terraform writes between an old value and a new one
_NEW = re.compile(r"[\"']?[ \t]*->[ \t]*")
# a quotation mark that opens a word, but no command
_OPENS = re.compile(r"(?:^|(?<!c)[ \t(,\[])[\"']$")
_ANOTHER = re.compile(r"[\w.-]=|[|;&]")
# a URL up to a place in its user or password, which holds no name but by accident
_IN_URL = re.compile(r"://[^\s/?#&;\"']*$")
_ATTRIBUTE = re.compile(r"(?=[a-z.]*_)[a-z_]+(?:\.[a-z_]+)+")
# a tag, an object of JSON, a list
_NO_VALUE = re.compile(rf"[<{TAG}]|[{{\[](?:[\s\"'{{\[&]|$)")
_SCHEME = re.compile(
    r"(?:(?:Basic|Bearer|Digest|Token|ApiKey|Negotiate|GenieKey)[ \t]+)", re.IGNORECASE
)
_OTHER_SCHEME = re.compile(r"[A-Z][\w-]{2,30}[ \t]+(?=\S*\d|REDACTED)")
_BEARER = re.compile(r"\b(?:[Bb]earer|BEARER)[ \t]+(?P<value>[\w.~+/=-]{8,})")
_HEADER = re.compile(r"(?:proxy-)?authorization", re.IGNORECASE)
_COOKIE = re.compile(r"(?:set-)?cookie", re.IGNORECASE)
# what stands before a key of YAML, JSON or a header, but not before a word of prose
_KEY_PLACE = re.compile(
    rf"(?:^|[{{}}\[(,;|>?&=+\"'{TAG}-])[ \t]*(?:\\{{0,7}}[\"'])?$"
    r"|^(?:\S{1,60}[ \t]+){0,3}[ \t]*$"
)
_WORD_BEFORE = re.compile(r"[A-Za-z]{2,}[,.:]?[ \t]+$")
# `:password "value"` of Lisp and Ruby
_KEYWORD = re.compile(r"(?<![\w:]):(?P<name>[a-z][\w-]{1,60})[ \t]+(?=\\{0,7}[\"'])")
_OPTION = re.compile(
    # without what takes no value: --ask-password
    r"(?<![\w-])--?(?!(?:ask|no|prompt|skip|without)-)(?P<name>[A-Za-z_][\w.-]{1,60})"
    r"(?:[ \t]+|[ \t]*=[ \t]*)(?![=\s])"
)
# of a sentence on an option, not its value
_SENTENCE = frozenset(
    list_words("via is was or and option flag for to from in with instead cannot must has are the")
)
# `ENV NAME value`, `npm config set NAME value`
_SET = re.compile(
    r"(?<![\w-])(?:ENV|env|LABEL|setx|--arg|SETX|secret set|config(?:ure)?[ \t]+set|config|set"
    r"|(?:kv|etcdctl)[ ]put|Set-Item(?:[ ]-Path)?)[ \t]+"
    r"(?:-\S{1,80}[ \t]+){0,3}(?:'[^'\n]{0,100}\.)?(?P<name>[\w./:@\[\]\"-]{1,200})'?[ \t]+"
    r"(?:(?:--body|-Value)[ \t]+)?(?![=:\s])"
)


def find_value(text: str, at: int) -> tuple[int, int]:
    """(begin, end) of the value at a place, without its quotes; an empty one where none is."""
    if quoted := _QUOTED.match(text, at) or _QUOTED_AGAIN.match(text, at):
        return quoted.span("value")
    if reference := _REFERENCE.match(text, at):
        rest = _BARE.match(text, reference.end())
        return at, rest.end() if rest else reference.end()
    if _NO_VALUE.match(text, at):
        return at, at
    bare = _BARE.match(text, at)
    return bare.span() if bare else (at, at)


def find_assigned(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each secret that a plain line gives to a name."""
    at = 0
    while match := _GIVEN.search(text, at):
        at = match.end("sign")
        if span := _judge(text, match):
            yield span
            at = max(span[1], at)
            for more in _find_joined(text, match.end(), span[1]):
                yield more
                at = more[1]
        if span := _find_new(text, match):
            yield span
            at = max(span[1], at)


def _find_joined(text: str, at: int, end: int) -> Iterator[tuple[int, int]]:
    """What a shell takes for one word with a quoted value: 'one'"two", but not within quotes."""
    while text[end : end + 2] in ("'\"", "\"'") and text.count(text[end + 1], 0, at) % 2 == 0:
        more = _QUOTED.match(text, end + 1)
        if more is None or more.end() == len(text):
            return
        yield more.span("value")
        at, end = end + 1, more.end("value")


def _find_new(text: str, match: re.Match[str]) -> tuple[int, int] | None:
    """Where the value is that Terraform says a secret will have: "old" -> "new"."""
    if judge_name(match["name"]) != STRONG:
        return None
    new = _NEW.match(text, find_value(text, match.end())[1])
    begin, end = find_value(text, new.end()) if new else (0, 0)
    return None if is_harmless(text[begin:end]) else (begin, end)


def _judge(text: str, match: re.Match[str]) -> tuple[int, int] | None:
    """Where the secret is that a name is given, None when there is none."""
    name, sign, at = match["name"], match["sign"], match.end()
    if _HEADER.fullmatch(name):
        return _find_header(text, at)
    if _COOKIE.fullmatch(name) and ":" in sign:
        return _find_cookie(text, at)
    strength = judge_name(name)
    cache = name.lower() == "key" and "ache" in text[: match.start()]
    if strength == NONE or cache:
        return None
    if ":" in sign and (tagged := _TAGGED.match(text, at)):
        at = tagged.end()
    begin, end = find_value(text, at)
    value = text[begin:end]
    if call := _CALL.match(text, begin):
        literal = call["value"]
        return call.span("value") if looks_drawn(literal) or _HEX.fullmatch(literal) else None
    if begin == at and not _is_given(text, match, strength, value):
        return None
    if begin == at and sign == "=":
        end = _close_whole(text, match, end)
    if "@" in value and (strength < STRONG or ":" in sign) and _is_in_url(text, match.start()):
        end = text.rindex("@", begin, end)
    value = text[begin:end]
    default = re.match(r"\$\{\w+:?[-=](?=[^}$])", value)
    if default and text[begin:end].endswith("}"):
        begin, end = begin + default.end(), end - 1
        value = text[begin:end]
    return (begin, end) if is_secret(strength, name, value) else None


def _is_given(text: str, match: re.Match[str], strength: int, value: str) -> bool:
    """Whether `name: value` without quotes is no prose, no image and no line number."""
    if "=" in match["sign"]:
        # an attribute of code
        return not (match["sign"].startswith(" ") and _ATTRIBUTE.fullmatch(value))
    if value.endswith(":"):
        # another name
        return False
    if not match["sign"].endswith((" ", "\t")):
        return looks_made(value) and "/" not in value
    before = text[max(0, match.start() - 80) : match.start()]
    end = match.end() + len(value)
    rest = text[end : end + 80].strip(" \t\\\"',;}])")
    at_key = _KEY_PLACE.search(before) and not _WORD_BEFORE.search(before)
    if not at_key or (rest and not rest.startswith(("#", "//", TAG))):
        return looks_made(value)
    told = is_wordlike(value) and "token" in match["name"].lower() and not match["name"].isupper()
    return strength < STRONG or not told


def _is_in_url(text: str, at: int) -> bool:
    """Whether a place is in the user or password of a URL."""
    return _IN_URL.search(text, max(0, at - 300), at) is not None


def _close_whole(text: str, match: re.Match[str], end: int) -> int:
    """Where the value of 'NAME=value with blanks' ends, whose quotes are around the name too."""
    begin = match.start()
    quote = text[begin - 1 : begin]
    if not quote or quote not in "\"'" or not _OPENS.search(text, max(0, begin - 40), begin):
        return end
    close = text.find(quote, match.end())
    return end if close < end or _ANOTHER.search(text, end, close) else close


def _find_header(text: str, at: int) -> tuple[int, int] | None:
    """The credentials of an Authorization header."""
    opened = re.compile(_QUOTE).match(text, at)
    at = opened.end() if opened else at
    scheme = _SCHEME.match(text, at)
    other = None if scheme else _OTHER_SCHEME.match(text, at)
    begin, end = find_value(text, scheme.end() if scheme else other.end() if other else at)
    value = text[begin:end]
    made = scheme is not None or looks_made(value)
    return (begin, end) if made and not is_harmless(value) else None


def _find_cookie(text: str, at: int) -> tuple[int, int] | None:
    """All of a header's cookies."""
    match = re.compile(r"[^\"'\n]*[^\"'\s]").match(text, at)
    return match.span() if match and "=" in match[0] else None


def find_options(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each secret that an option with a secret's name is given."""
    keywords = _KEYWORD.finditer(text) if " :" in text or "{:" in text else ()
    for match in (*_OPTION.finditer(text), *keywords):
        strength = judge_name(match["name"])
        begin, end = find_value(text, match.end())
        value = text[begin:end]
        told = looks_drawn(value) if value.startswith("-") else value not in _SENTENCE
        if strength and told and is_secret(strength, match["name"], value):
            yield begin, end


def find_bearers(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of what follows Bearer where no header's name stands before it."""
    for match in _BEARER.finditer(text):
        if looks_made(match["value"]) and text[match.end() : match.end() + 1] != '"':
            yield match.span("value")


def find_set(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each secret that a command or an instruction sets a name to."""
    for match in _SET.finditer(text):
        name = match["name"].rpartition(":")[2]
        # the one name of a configuration that says so at its begin: pypi-token.main
        strength = judge_name(name) or judge_name(name.partition(".")[0])
        # npm's own: //host/:_auth
        own = strength == STRONG or name == "_auth"
        if own and not is_counted(name):
            begin, end = (
                _find_rest(text, match.end())
                if match[0].startswith("ENV")
                else find_value(text, match.end())
            )
            value = text[begin:end]
            told = match[0].startswith("ENV") or not is_wordlike(value)
            if told and is_secret(STRONG, name, value):
                yield begin, end


def _find_rest(text: str, at: int) -> tuple[int, int]:
    """What is left of a line, without its quotes: the value of `ENV NAME value`."""
    begin, end = find_value(text, at)
    if begin > at:
        return begin, end
    stop = text.find(TAG, at)
    rest = text[at : stop if stop >= 0 else len(text)].rstrip(" \t\\\"'")
    return at, at + len(rest)
