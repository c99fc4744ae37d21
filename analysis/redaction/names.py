"""What a name and a value say of themselves: which names hold secrets, which values are none."""

import re
from functools import lru_cache

from analysis.redaction.drawn import WORD, changes_often, is_mixed, reads_as_nothing


def list_words(text: str) -> list[str]:
    """The words of a text, between blanks."""
    return re.findall(r"\S+", text)


_SECRET_WORD = re.compile(
    r"(?:password|passwd|passphrase|passcode|passwort|secret|token|apikey|authkey|accesskey"
    r"|secretkey|privatekey|accountkey|sharedkey|masterkey|signingkey|licensekey|activationkey"
    r"|credential|mnemonic|requirepass|masterauth"
    # in other languages
    r"|kennwort|wachtwoord|contrasena|senha|motdepasse|parola|salasana|passord|adgangskode|heslo"
    r"|(?:ssh|db|root|ftp|user|admin|mysql|pg|http|mail|smtp|ldap|store|key|trust|login|my)pass)s?$"
    r"|^(?:pwd|pw|creds|passe)$"
    r"|^(?:ssh|deploy|encrypt(?:ion)?|crypto|app|client|server|session|admin|github|stripe)keys?$"
    r"|^dockerconfigjson$"
)
# what a secret word is followed by where the name is of something else
_OTHER = frozenset(
    list_words(
        "file files path paths dir directory folder url uri urls name names id ids type types "
        "length len size sizes count counts limit limits max min ttl expiry expires "
        "expiration expired age policy version enabled disabled required provider providers "
        "manager store stores mount arn region endpoint host port user username owner format "
        "algorithm alg prefix suffix hint env var vars field fields header headers label "
        "title regex pattern strength reset rotation server service class index ref refs sock "
        "socket method mode helper command status state usage budget window bucket stripped "
        "missing yaml yml txt toml ini py js ts go md sh cfg conf lock html css xml in "
        "args needed allowed detected found issuer audience scope scopes timeout retries "
        "interval days hours seconds cost price position offset stdin map set hasher hashers "
        "encoder generator validator validators backend strategy driver handler resolver parser "
        "storage lifetime duration threshold"
    )
)
# how a secret is written, behind its name: CLIENT_KEY_DATA, SSH_KEY_B64
_DRESS = frozenset(
    list_words("b base pem data encoded enc value raw plain content contents body blob json")
)
# what a key is that anyone may see
_OPEN_KEYS = frozenset(
    list_words(
        "public pub cache primary foreign partition sort object map row hash host gpg pgp kms "
        "registry group lookup index unique composite idempotency dedup restore parent child "
        "hot arrow enter shift ctrl alt tab any join shard natural surrogate s3 node item "
        "dict json config translation locale message tag label annotation topic routing apt "
        "known trusted layer release order search filter state event metric data first last "
        "next project parameter option variable property attribute param"
    )
)
# names of no secret where the value is a number: MAX_TOKENS=4096
_COUNTED = frozenset(
    list_words("max min num total count tokens limit prompt completion input output")
)
# these alone say little: only a value that looks like a secret is one
_WEAK = frozenset(
    list_words(
        "pass pwd pw auth signature sig jwt hmac salt otp totp cookie rsa psk sas pat bearer cred "
        "csrf xsrf session pin authorization"
    )
)
# these less: only a value that looks drawn at random is one
_FAINT = frozenset(list_words("key keys license serial sid seed webhook"))
# and what a code is that lets somebody in
_CODES = frozenset(
    list_words("activation unlock recovery backup access login verification otp security pass auth")
)
# MYPASS and the like, but no word of English
_ENDS_IN_PASS = re.compile(r"(?<!by)(?<!com)(?<!sur)(?<!tres)(?<!over)(?<!under)(?<!\b)pass$")
STRONG, _POSSIBLE, _UNLIKELY, NONE = 3, 2, 1, 0
_REFERENCE = (
    r"(?:\$\$?\w+|\$\$?\{\w+(?::?[-+?=](?:\$\{?\w+\}?)?)?\}|%\w+%|\$\{\{[^{}]*\}\}|\{\{[^{}]*\}\}"
    r"|\$?[<\ue000][\w .\u2026-]*>|@\w+@|\$\([^()]*\)|`[^`]*`|!(?:Ref|Sub|GetAtt)\b.*)"
)
_HARMLESS = re.compile(
    rf"(?:{_REFERENCE}[-:/._+@]?)+"
    # cut off in the middle of a reference
    r"|\$[({].*|`.*|\{\{.*|!(?:Ref|Sub|GetAtt|ImportValue)\b.*"
    r"|(?:true|false|none|null|nil|undefined|yes|no|on|off|empty|unset|inherit|read|write|required"
    r"|optional|prompt|stdin|string|str|bool|bytes|int|any|redacted|account|masked|hidden|secure)"
    # the first words of a call, and a key of a secret in AWS Secrets Manager
    r"|[A-Za-z_][\w.]*\((?:[\"']|[A-Za-z_][\w.]*\().*|[\w/.@-]+:(?:\w*_|(?-i:[a-z]+(?=[A-Z])))?(?:password|token|secret|key)s?"
    # an element of a list, and what a statement of SQL is given later
    r"|[a-z_]{2,30}\[(?:[a-z_]{1,12}|\d)\]?|\?|:[a-z_]{2,30}"
    # a path of words alone, as the names of parameters are
    r"|(?:/[A-Za-z][A-Za-z_.-]{0,60}+){2,8}"
    r"|[|>][-+\d]*|(?:id|src|source|env|type|target|dst|name)=.*|\*+|(?:x{3,}-?)+|[.\u2026]+|-+"
    r"|\[[\w=, ]*\]:?|\((?:sensitive|known)[^()]*\)"
    # code and references of other tools
    r"|(?:var|local|data|module|self|this|process\.env|os\.environ|env|secrets|config|settings"
    r"|args|options|params|request|req|ctx)[.\[:].*|[A-Za-z_][\w.]*\([^()]*\)"
    r"|(?:arn:aws|sha(?:256|384|512)[:-]|projects/|alias/|file:|ssm:|vault:).*"
    r"|(?:~|\.{1,2}|/(?:run|etc|var|home|root|usr|opt|tmp|mnt|app|secrets|srv|data|workspace|src"
    r"|codebuild|build|github|builds|proc|dev|bin|kaniko|keys|certs))(?:/[\w.@-]+)*/?"
    r"|[\w./-]+\.(?:ya?ml|json|txt|pem|key|crt|env|ini|toml|conf|cfg|properties|js|ts|py|sh|go|md)"
    r"|[v^~<>=]*\d+(?:\.\d+){2,}(?:[-+][\w.]+)?|[v^~<>=]+\d+(?:\.\d+)*",
    re.IGNORECASE,
)
# certificates and public keys in base64
_OPEN_PEM = ("LS0tLS1CRUdJTiBDRVJU", "LS0tLS1CRUdJTiBQVUJM", "LS0tLS1CRUdJTiBQR1AgUFVC")
_NUMBER = re.compile(r"[-+]?[\d_,]+(?:\.\d+)?[kKmM%]?")
_WORDLIKE = re.compile(r"[A-Z]?[a-z]{1,14}|[A-Z]{1,12}|[a-z]{1,12}(?:[-_/.:][a-z]{1,12}){1,5}")
_RUNS, _DRAWN = re.compile(r"[\w+/=-]+"), re.compile(r"[A-Za-z0-9+/=]+")
# base64 for URLs has - and _ too; in names these stand between words, digests and numbers
_OF_URLS, _PART = re.compile(r"[\w-]{24,}"), re.compile(r"[A-Za-z0-9]+")
_NAMED = re.compile(r"[A-Za-z][a-z]{2,}\d{0,3}|[a-z]{1,2}\d{0,3}|[A-Z]{2,}\d*|[0-9a-f]{7,}|\d+")
# what unlocks a telephone's card, a token or a door
_PIN = re.compile(r"\d{4,12}")
# XXXX-XXXX-XXXX-XXXX with a digit
_SERIAL = re.compile(r"(?=[^\d]*\d)(?:[A-Z]{1,2}-)?[A-Z\d]{4,8}(?:-[A-Z\d]{4,8}){3,6}")
_LETTERS_OR_DIGITS = re.compile(r"[A-Za-z]*|\d*")


@lru_cache(maxsize=50_000)
def judge_name(name: str) -> int:
    """STRONG when whatever a name is given is a secret, _POSSIBLE when it may be, else NONE."""
    words = [word.lower() for word in WORD.findall(name[-200:])]
    while len(words) > 1 and words[-1].isdigit():
        words.pop()
    if words[-2:] in (["secret", "id"], ["session", "id"]):
        # of Vault, of a login
        return _POSSIBLE
    if words[-2:] in (["seed", "phrase"], ["recovery", "phrase"], ["auth", "ident"]):
        return STRONG
    if not words or words[-1] in _OTHER or name.endswith(".json"):
        return NONE
    while len(words) > 1 and words[-1] in _DRESS:
        words.pop()
    if any(_SECRET_WORD.search(word) for word in words if word not in _WEAK):
        return STRONG
    if words[-1] == "signature" and words[0] == "x":
        # of a URL that AWS or Google signed
        return STRONG
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in ("key", "keys") and before:
        return NONE if before in _OPEN_KEYS else STRONG
    if last in ("pass", "pwd", "pw", "credentials", "credential") and before:
        return STRONG
    opens = before in _CODES and last == "code"
    if last in _WEAK or opens or _ENDS_IN_PASS.search(last) or name.lower().endswith("sonar.login"):
        return _POSSIBLE
    if len(words) > 1 and not {"pwd", "pw"}.isdisjoint(words):
        return _POSSIBLE
    return _UNLIKELY if last in _FAINT else NONE


@lru_cache(maxsize=50_000)
def is_counted(name: str) -> bool:
    """Whether a name is of a number of things, such as tokens of a language model."""
    return not _COUNTED.isdisjoint(word.lower() for word in WORD.findall(name[-200:]))


def is_harmless(value: str) -> bool:
    """Whether a value is no secret by itself: a reference, a path, yes or no, a version."""
    short = len(value) < 500 and _HARMLESS.fullmatch(value) is not None
    return not value or short or value.startswith(_OPEN_PEM)


def is_wordlike(value: str) -> bool:
    """Whether a value looks like words that people write."""
    return len(value) < 100 and _WORDLIKE.fullmatch(value) is not None


def _is_number(value: str) -> bool:
    """Whether a value is a number."""
    return _NUMBER.fullmatch(value) is not None


def looks_made(value: str) -> bool:
    """Whether a value looks as if it had been made at random, of letters and digits."""
    if len(value) < 6 or is_wordlike(value) or is_harmless(value):
        return False
    return len(value) >= 16 or _LETTERS_OR_DIGITS.fullmatch(value) is None


def looks_random(value: str) -> bool:
    """Whether a value has what a generator mixes: small and capital letters, and digits."""
    return len(value) >= 12 and not is_harmless(value) and is_mixed(value)


def looks_drawn(value: str) -> bool:
    """Whether a value, or a part of it, looks drawn sign by sign: in turns, or as no word is."""
    if len(value) > 500 or not looks_random(value):
        return False
    parts = _PART.findall(value if _OF_URLS.fullmatch(value) else "")
    whole = "".join(part for part in parts if not _NAMED.fullmatch(part))
    runs = filter(looks_random, _DRAWN.findall(value if _RUNS.fullmatch(value) else ""))
    return (looks_random(whole) and changes_often(whole, 2.5)) or any(
        changes_often(run, 3) or reads_as_nothing(run) for run in runs
    )


def is_open(name: str) -> bool:
    """Whether a name says itself that it is of something that is no secret: X-Request-Id."""
    words = [word.lower() for word in WORD.findall(name[-200:]) if not word.isdigit()]
    return not words or words[-1] in _OTHER


def is_secret(strength: int, name: str, value: str) -> bool:
    """Whether a value that a name of this strength is given is a secret."""
    if is_harmless(value) or (_is_number(value) and is_counted(name)):
        return False
    if strength == STRONG:
        return True
    if strength == _UNLIKELY:
        return looks_drawn(value) or _SERIAL.fullmatch(value) is not None
    if name.lower().endswith("pin") and _PIN.fullmatch(value):
        return True
    return strength == _POSSIBLE and looks_made(value) and re.search(r"\d", value) is not None
