"""Text without what a log should not have shown: account numbers, keys, passwords, tokens."""

import re

# a quotation mark as itself, as HTML writes it, and with what JSON in JSON puts before it
_ENTITY = r"&(?:quot|apos|#x27|#39|#34);"
_QUOTE = rf"\\{{0,3}}(?:[\"']|{_ENTITY})"
_GAP = r"[ \t]*+"
# an embedded picture is passed over whole: its letters mean nothing
_PICTURE = r"(?P<picture>data:image/[^\"'\s]+)"
ACCOUNT = (
    r"(?<!\d)(?P<account>\d{12})(?=\.dkr[.-]ecr)|(?P<arn>arn:aws[\w-]*:[\w-]*:[\w-]*:)\d{12}"
    r"|(?P<link>/codesuite/codebuild/)\d{12}(?=/)"
    # `"Account": "123456789012"`, `AWS_ACCOUNT_ID=…`, `registry with id '…'`
    rf"|(?P<owner>(?:account|registry)(?:[ _-]?id| number| with id)?"
    rf"(?:{_QUOTE})?{_GAP}[=:]?{_GAP}(?:{_QUOTE})?)\d{{12}}(?!\d)"
)
_KEY = (
    r"(?P<key>\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_\w{36,}|\bgithub_pat_\w{22,}"
    r"|\bglpat-[\w-]{20,}|\bnpm_[A-Za-z0-9]{30,}|\bdckr_pat_[\w-]{20,}"
    r"|\beyJ[\w-]{16,}(?:\.[\w-]+)*)"
)
# BuildKit's warning, and `failed to fetch oauth token: unexpected status`, name no secret
_PROSE = rf"SecretsUsedInArgOrEnv|(?:secret|token)s?{_GAP}:{_GAP}(?!{_QUOTE}|[\w.~+/=-]{{16}})"
_NAME = (
    rf"\b(?!{_PROSE})\w{{0,64}}?(?:secret|token|passw(?:or)?d|api[_-]?key|(?<=x-amz-)signature)"
    r"\w{0,64}+"
    rf"(?:{_QUOTE})?{_GAP}[=:](?![=:]){_GAP}"
)
_SCHEME = (
    rf"\bAuthorization(?:{_QUOTE})?{_GAP}[=:]{_GAP}(?:{_QUOTE})?(?:Basic|token){_GAP}|\bBearer\s+"
)
# what follows a program on its command line, as far as the option that is looked for
_LINE = rf"(?=\s)(?:[^\n<|;&]|{_ENTITY}){{0,200}}?\s"
_OPTION = (
    r"--(?:\w{1,32}-){0,3}(?:password|passwd|token|api-?key|client-secret)"
    r"(?:=|[ \t]++(?!-|via the CLI))"
    rf"|\blogin{_LINE}-p[ =]?"
    rf"|\bcurl{_LINE}(?:-[a-z#]{{0,8}}?u|--user|-U|--proxy-user)[ =]?(?=[^\s:]{{0,100}}:)"
)
# of Docker's config.json and of an .npmrc: user and password in base64
_AUTH = rf"(?:{_QUOTE})auth(?:{_QUOTE}){_GAP}:{_GAP}(?={_QUOTE})|(?<!\w)_auth{_GAP}={_GAP}"
_VALUE = (
    rf"(?:(?P<quote>{_QUOTE})(?:(?!(?P=quote))(?:\\.|[^\n<]))+"
    r"|(?!(?:id|src|env|type)=)(?:[^\s<>&\"']|&(?:amp|lt|gt);)+)"
)
_NAMED = rf"(?P<name>{_NAME}|{_SCHEME}|{_OPTION}|{_AUTH}){_VALUE}"
_LOGIN = r"(?P<scheme>\b\w+://)[^\s/@:<>&\"']+:[^\s/@<>&\"']+(?=@)"
_SECRET = re.compile("|".join((_PICTURE, ACCOUNT, _KEY, _NAMED, _LOGIN)), re.IGNORECASE)


def redact(text: str) -> str:
    """`text`, also of HTML, with AWS account numbers as ACCOUNT and credentials as REDACTED."""
    return _SECRET.sub(_replace_secret, text)


def _replace_secret(match: re.Match[str]) -> str:
    """What stands for one match of _SECRET."""
    if match["picture"]:
        return match["picture"]
    before = match["arn"] or match["link"] or match["owner"]
    if match["account"] or before:
        return (before or "") + "ACCOUNT"
    return (match["name"] or match["scheme"] or "") + (match["quote"] or "") + "REDACTED"
