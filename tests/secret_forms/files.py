"""Configurations, scripts and logs as people have them, with secrets in them, and without."""

import base64
import json
import re
import string
from collections.abc import Iterator
from urllib.parse import quote

from secret_forms.making import ALNUM, B64, DIGITS, HEX, SAFE, Case, Maker, read_lines

_WORDS = [
    "winter",
    "tiger",
    "lily",
    "banjo",
    "rocket",
    "monkey",
    "dragon",
    "coffee",
    "falcon",
    "pepper",
    "orange",
    "welcome",
    "purple",
    "maple",
]
_LETTERS = {
    "hex": HEX, "HEX": HEX.upper(), "an": ALNUM, "b64": B64, "url": SAFE, "dig": DIGITS,
    "up": string.ascii_uppercase + DIGITS, "low": string.ascii_lowercase + DIGITS,
}  # fmt: skip
# a prefix, and how many letters and digits follow it
_PREFIXED = {
    "ghp": ("ghp_", 36), "gho": ("gho_", 36), "ghu": ("ghu_", 36), "ghs": ("ghs_", 36),
    "ghr": ("ghr_", 76), "ghfine": ("github_pat_", 82), "glpat": ("glpat-", 20),
    "npm": ("npm_", 36), "pypi": ("pypi-AgEIcHlwaS5vcmc", 150), "dckr": ("dckr_pat_", 27),
    "sess": ("IQoJb3JpZ2luX2Vj", 280),
}  # fmt: skip
_PLACE = re.compile("«([^»]*)»")


def list_files(make: Maker) -> Iterator[Case]:
    """Each form of the file beside this one, ⏎ a line's end, «kind» a value of that kind."""
    for form in read_lines("files.txt"):
        text, values = _fill(make, form)
        yield Case(form[:60], text, tuple(values))


def list_harmless(make: Maker) -> list[str]:
    """Texts of the same kind without a secret."""
    return [_fill(make, form)[0] for form in read_lines("harmless_files.txt")]


def _fill(make: Maker, form: str) -> tuple[str, list[str]]:
    """A form's text, and the values in it."""
    known: dict[str, str] = {}
    shown = []
    for place in _PLACE.findall(form):
        kind, _, encoded = place.partition("|")
        known.setdefault(kind, _make_value(make, kind.partition(":")[0]))
        shown.append(quote(known[kind], safe="") if encoded else known[kind])
    values = iter(shown)
    return _PLACE.sub(lambda match: next(values), form).replace("⏎", "\n"), shown


def _make_value(make: Maker, kind: str) -> str:
    """A value of a kind: letters and how many, a service's token, what people choose."""
    if counted := re.fullmatch(r"(b64|[a-zA-Z]+)(\d+)", kind):
        letters, size = _LETTERS[counted[1]], int(counted[2])
        return make.of(letters, size)
    if kind in _PREFIXED:
        prefix, size = _PREFIXED[kind]
        return prefix + make.of(ALNUM, size)
    return _ODD[kind](make)


def _choose(make: Maker) -> str:
    """A password as people choose them."""
    word, other = (each.capitalize() for each in make.random.sample(_WORDS, 2))
    number = make.between(100, 2026)
    return make.random.choice(
        [f"{word}{number}!", f"{word}-{other.lower()}-{number}", f"P@ss{word}{number}",
         f"{word}#{number}x", f"{other}_{word}{number}?", f"{word}{other}{number}%"]
    )  # fmt: skip


def _make_jwt(make: Maker) -> str:
    """A token of three parts."""
    head, body = ({"alg": "RS256", "kid": make.of(HEX, 8)}, {"sub": make.of(ALNUM, 12)})
    parts = [base64.urlsafe_b64encode(json.dumps(each).encode()).decode() for each in (head, body)]
    return ".".join([*(part.rstrip("=") for part in parts), make.of(SAFE, 86)])


def _encode(content: str) -> str:
    """A text in base64."""
    return base64.b64encode(content.encode()).decode()


_ODD = {
    "pw": _choose,
    "pws": lambda make: f"{make.random.choice(_WORDS)}{make.between(10, 9999)}Orange",
    "word": lambda make: "".join(make.random.sample(_WORDS, 2)),
    "phrase": lambda make: " ".join([*make.random.sample(_WORDS, 3), str(make.between(10, 99))]),
    "uuid": lambda make: "-".join(make.of(HEX, size) for size in (8, 4, 4, 4, 12)),
    "akia": lambda make: "AKIA" + make.of(string.ascii_uppercase, 16),
    "asia": lambda make: "ASIA" + make.of(string.ascii_uppercase, 16),
    "awskey": lambda make: make.of(B64, 40),
    "acct": lambda make: f"{make.between(1, 9)}{make.of(DIGITS, 11)}",
    "jwt": _make_jwt,
    "ecr": lambda make: _encode(json.dumps({"payload": make.of(B64, 400), "version": "2"})),
    "userpass": lambda make: _encode(f"ci-bot:{make.of(ALNUM, 14)}"),
    "b64sa": lambda make: _encode(json.dumps({"type": "service", "id": make.of(HEX, 40)})),
}
