"""Text without what a log should not have shown: account numbers, keys, passwords, tokens."""

import re

# an embedded picture is passed over whole: its letters mean nothing
PICTURE = r"(?P<picture>data:image/[^\"'\s]+)"
ACCOUNT = r"(?<!\d)(?P<account>\d{12})(?=\.dkr[.-]ecr)|(?P<arn>arn:aws[\w-]*:[\w-]*:[\w-]*:)\d{12}"
KEY = (
    r"(?P<key>\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_\w{36,}|\bglpat-[\w-]{20,}"
    r"|\beyJ[\w-]{16,}(?:\.[\w-]+)*)"
)
NAMED = (
    r"(?P<name>\b\w*(?:secret_access_key|session_token|password|passwd|api_?key|auth_token)"
    r"[\"']?\s*[=:]\s*[\"']?|\bBearer\s+|--password[ =])(?![\"'\s])[^\s<>&\"']+"
)
LOGIN = r"(?P<scheme>\b\w+://)[^\s/@:<>&\"']+:[^\s/@<>&\"']+(?=@)"
SECRET = re.compile("|".join((PICTURE, ACCOUNT, KEY, NAMED, LOGIN)), re.IGNORECASE)


def redact(text: str) -> str:
    """`text` with AWS account numbers as ACCOUNT and credentials as REDACTED."""
    return SECRET.sub(replace_secret, text)


def replace_secret(match: re.Match[str]) -> str:
    """What stands for one match of SECRET."""
    if match["picture"]:
        return match["picture"]
    if match["account"] or match["arn"]:
        return (match["arn"] or "") + "ACCOUNT"
    return (match["name"] or match["scheme"] or "") + "REDACTED"
