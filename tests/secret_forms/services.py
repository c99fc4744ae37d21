"""Keys of services, told by their form alone."""

import base64
import json
import string
from collections.abc import Callable, Iterator

from secret_forms.making import ALNUM, DIGITS, HEX, LETTERS, SAFE, Case, Maker


def _make_service_keys(make: Maker) -> dict[str, str]:
    """Service -> a key in its form."""
    of = make.of
    jwt = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "HS256", "typ": "JWT"}, {"sub": of(DIGITS, 10), "n": of(ALNUM, 8)})
    )
    return {
        "aws access key": "AKIA" + of(string.ascii_uppercase + "234567", 16),
        "aws temporary key": "ASIA" + of(string.ascii_uppercase + "234567", 16),
        "github pat": "ghp_" + of(ALNUM, 36),
        "github oauth": "gho_" + of(ALNUM, 36),
        "github app": "ghs_" + of(ALNUM, 36),
        "github fine": "github_pat_" + of(ALNUM, 22) + "_" + of(ALNUM, 59),
        "gitlab pat": "glpat-" + of(SAFE, 20),
        "gitlab deploy": "gldt-" + of(SAFE, 20),
        "gitlab runner": "glrt-" + of(SAFE, 20),
        "slack bot": f"xoxb-{of(DIGITS, 11)}-{of(DIGITS, 12)}-{of(ALNUM, 24)}",
        "slack app": f"xapp-1-{of(string.ascii_uppercase, 11)}-{of(DIGITS, 13)}-{of(HEX, 64)}",
        "slack hook": f"https://hooks.slack.com/services/T{of(ALNUM, 10)}/B{of(ALNUM, 10)}/"
        + of(ALNUM, 24),
        "stripe live": "sk_live_" + of(ALNUM, 24),
        "stripe restricted": "rk_live_" + of(ALNUM, 24),
        "google api": "AIza" + of(SAFE, 35),
        "google oauth": "GOCSPX-" + of(SAFE, 28),
        "google access": "ya29." + of(SAFE, 60),
        "npm": "npm_" + of(ALNUM, 36),
        "pypi": "pypi-AgEIcHlwaS5vcmc" + of(SAFE, 80),
        "docker hub": "dckr_pat_" + of(SAFE, 27),
        "sendgrid": f"SG.{of(SAFE, 22)}.{of(SAFE, 43)}",
        "twilio": "SK" + of(HEX, 32),
        "mailgun": "key-" + of(HEX, 32),
        "heroku": "HRKU-AA" + of(SAFE, 58),
        "digitalocean": "dop_v1_" + of(HEX, 64),
        "vault": "hvs." + of(SAFE, 95),
        "terraform cloud": f"{of(ALNUM, 14)}.atlasv1.{of(SAFE, 64)}",
        "openai": f"sk-proj-{of(ALNUM, 74)}T3BlbkFJ{of(ALNUM, 74)}",
        "anthropic": f"sk-ant-api03-{of(SAFE, 93)}AA",
        "huggingface": "hf_" + of(LETTERS, 34),
        "new relic": "NRAK-" + of(string.ascii_uppercase + DIGITS, 27),
        "shopify": "shpat_" + of(HEX, 32),
        "telegram": f"{of(DIGITS, 10)}:AA{of(SAFE, 33)}",
        "jwt": f"{jwt}.{of(SAFE, 43)}",
        "square": "sq0atp-" + of(SAFE, 22),
        "linear": "lin_api_" + of(ALNUM, 40),
        "databricks": "dapi" + of(HEX, 32),
        "atlassian": "ATATT3xFfGF0" + of(SAFE, 180),
        "doppler": "dp.pt." + of(ALNUM, 43),
        "sentry": "sntryu_" + of(HEX, 64),
        "rubygems": "rubygems_" + of(HEX, 48),
        "pulumi": "pul-" + of(HEX, 40),
        "planetscale": "pscale_tkn_" + of(ALNUM, 43),
        "postman": f"PMAK-{of(HEX, 24)}-{of(HEX, 34)}",
        "age": "AGE-SECRET-KEY-1" + of("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58),
        "azure client": f"{of(ALNUM, 3)}8Q~{of(ALNUM, 34)}",
    }


# a key of a service stands anywhere: each of these shows it without a word that names it
_ANYWHERE: list[Callable[[str], str]] = [
    lambda key: f"#9 [3/7] RUN setup {key} && make",
    lambda key: f"#9 0.412 using {key}",
    lambda key: f"Step 4/9 : RUN ./configure --with={key}",
    lambda key: f'{{"id": 7, "value": "{key}"}}',
    lambda key: f"<tr><td>{key}</td><td>1</td></tr>",
    lambda key: f"2026/11/24 23:24:00 logged in ({key}), going on",
    lambda key: f"\x1b[32m{key}\x1b[0m accepted",
    lambda key: f"x = '{key}';",
]


def list_services(make: Maker) -> Iterator[Case]:
    """A key of each service in two carriers."""
    for service, key in _make_service_keys(make).items():
        for carry in make.random.sample(_ANYWHERE, 2):
            yield Case(service, carry(key), (key.rpartition("/")[2],))
