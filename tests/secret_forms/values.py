"""Values with odd signs in them, of several lines, and private keys."""

import base64
import json
from collections.abc import Iterator
from html import escape
from textwrap import wrap
from urllib.parse import quote

from secret_forms.making import ALNUM, B64, Case, Maker


def list_odd_values(make: Maker) -> Iterator[Case]:
    """Values with signs in them: each part must be gone."""
    of = make.of
    first, second = of(ALNUM, 9), of(ALNUM, 9)
    for sign in "@/:!$%+,.;=~^*?#":
        value = f"{first}{sign}{second}"
        yield Case(
            f"{sign} in a URL",
            f"git clone https://me:{value}@example.com/x",
            (first, second),
            "example.com",
        )
        yield Case(f"{sign} in quotes", f'PASSWORD="{value}" make', (first, second), "make")
        yield Case(f"{sign} bare", f"PASSWORD={value} make", (first, second), "make")
        yield Case(
            f"{sign} in JSON", json.dumps({"password": value, "n": 1}), (first, second), '"n": 1'
        )
        yield Case(
            f"{sign} in HTML",
            f"<td>{escape(f'PASSWORD={value} make')}</td>",
            (first, second),
            " make</td>",
        )
        encoded = quote(value, safe="")
        yield Case(
            f"{sign} encoded", f"https://me:{encoded}@example.com/x", (first, second), "example.com"
        )
    for value in (
        f"{first} {second}",
        f"{first}'{second}",
        f'{first}"{second}',
        f"{first}<{second}",
    ):
        yield Case(
            "odd in JSON", json.dumps({"password": value, "n": 1}), (first, second), '"n": 1'
        )
        twice = json.dumps(json.dumps({"token": value, "n": 1}))
        yield Case("odd in JSON in JSON", twice, (first, second))
        yield Case("odd in HTML", escape(json.dumps({"password": value, "n": 1})), (first, second))


def _make_key(make: Maker, kind: str = "RSA ", size: int = 1200) -> str:
    """A private key in PEM."""
    data = "\n".join(wrap(base64.b64encode(make.random.randbytes(size)).decode(), 64))
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{data}\n-----END {kind}PRIVATE KEY-----"


def list_keys(make: Maker) -> Iterator[Case]:
    """Private keys whole, cut off, behind prefixes, in one line."""
    for kind in ("RSA ", "EC ", "OPENSSH ", "", "ENCRYPTED ", "DSA "):
        pem = _make_key(make, kind)
        lines = pem.splitlines()
        parts = tuple(line[:24] for line in lines[1:-1])
        yield Case(f"{kind}key", f"before\n{pem}\nafter it", parts, "after it")
        prefixed = "\n".join(f"#8 0.{at:03d} {line}" for at, line in enumerate(lines))
        yield Case(
            f"{kind}key with prefix", f"#7 DONE\n{prefixed}\n#8 DONE 0.4s", parts, "#8 DONE 0.4s"
        )
        cut = "\n".join(lines[:9])
        yield Case(f"{kind}key cut off", f"{cut}\n#9 DONE 0.1s", tuple(parts[:8]), "#9 DONE 0.1s")
        yield Case(
            f"{kind}key without begin",
            "\n".join(["#8 x", *lines[6:], "after it"]),
            parts[5:],
            "after it",
        )
        yield Case(f"{kind}key in JSON", json.dumps({"key_data": pem, "n": 1}), parts, '"n": 1')
        yield Case(
            f"{kind}key in HTML", f"<pre>{escape(pem)}</pre><p>after it</p>", parts, "after it"
        )
        yield Case(
            f"{kind}key in YAML", "tls.key: |\n" + "".join(f"  {line}\n" for line in lines), parts
        )
        yield Case(
            f"{kind}key with times", "\n".join(f"2026-11-24T23:24:00.1Z {x}" for x in lines), parts
        )
        yield Case(f"{kind}key coloured", "\n".join(f"\x1b[36m{x}\x1b[0m" for x in lines), parts)
        yield Case(f"{kind}key in echo", f"RUN printf {pem!r} > k", parts)
        yield Case(
            f"{kind}key with CRLF", pem.replace("\n", "\r\n") + "\r\nafter it", parts, "after it"
        )


def list_wrapped(make: Maker) -> Iterator[Case]:
    """Values that go on in the next line."""
    long = make.of(B64, 180)
    parts = tuple(wrap(long, 64))
    yield Case("wrapped base64", "TOKEN=" + "\n".join(parts), parts)
    yield Case("wrapped in YAML", "token: >-\n  " + "\n  ".join(parts) + "\nn: 1", parts, "n: 1")
    yield Case("block in YAML", "password: |\n  " + parts[0] + "\nn: 1", parts[:1], "n: 1")
    yield Case("continued", f"RUN TOKEN={parts[0]}\\\n{parts[1]} make", parts[:2], "make")
    first, second = make.of(ALNUM, 20), make.of(ALNUM, 20)
    yield Case("quoted over lines", f'PASSWORD="{first}\n{second}"\nn=1', (first, second), "n=1")
    yield Case("next line", f"password:\n  {first}\n", (first,))
    yield Case(
        "wrapped behind prefix",
        "\n".join(["#8 0.1 TOKEN=" + parts[0], *(f"#8 0.1 {x}" for x in parts[1:])]),
        parts,
    )
