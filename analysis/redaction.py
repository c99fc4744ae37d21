"""Text without what a log should not have shown: account numbers, keys, passwords, tokens."""

import re

# a quotation mark as itself, as HTML writes it, and with what JSON in JSON puts before it
ENTITY = r"&(?:quot|apos|#x27|#39|#34);"
QUOTE = rf"\\{{0,3}}(?:[\"']|{ENTITY})"
GAP = r"[ \t]*+"
# an embedded picture is passed over whole: its letters mean nothing
PICTURE = r"(?P<picture>data:image/[^\"'\s]+)"
ACCOUNT = (
    r"(?<!\d)(?P<account>\d{12})(?=\.dkr[.-]ecr)|(?P<arn>arn:aws[\w-]*:[\w-]*:[\w-]*:)\d{12}"
    r"|(?P<link>/codesuite/codebuild/)\d{12}(?=/)"
    # `"Account": "123456789012"`, `AWS_ACCOUNT_ID=…`, `registry with id '…'`
    rf"|(?P<owner>(?:account|registry)(?:[ _-]?id| number| with id)?"
    rf"(?:{QUOTE})?{GAP}[=:]?{GAP}(?:{QUOTE})?)\d{{12}}(?!\d)"
)
KEY = (
    r"(?P<key>\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_\w{36,}|\bgithub_pat_\w{22,}"
    r"|\bglpat-[\w-]{20,}|\bnpm_[A-Za-z0-9]{30,}|\bdckr_pat_[\w-]{20,}"
    r"|\beyJ[\w-]{16,}(?:\.[\w-]+)*)"
)
# BuildKit's warning, and `failed to fetch oauth token: unexpected status`, name no secret
PROSE = rf"SecretsUsedInArgOrEnv|(?:secret|token)s?{GAP}:{GAP}(?!{QUOTE}|[\w.~+/=-]{{16}})"
NAME = (
    rf"\b(?!{PROSE})\w{{0,64}}?(?:secret|token|passw(?:or)?d|api[_-]?key|(?<=x-amz-)signature)"
    r"\w{0,64}+"
    rf"(?:{QUOTE})?{GAP}[=:](?![=:]){GAP}"
)
SCHEME = rf"\bAuthorization(?:{QUOTE})?{GAP}[=:]{GAP}(?:{QUOTE})?(?:Basic|token){GAP}|\bBearer\s+"
# what follows a program on its command line, as far as the option that is looked for
LINE = rf"(?=\s)(?:[^\n<|;&]|{ENTITY}){{0,200}}?\s"
OPTION = (
    r"--(?:\w{1,32}-){0,3}(?:password|passwd|token|api-?key|client-secret)"
    r"(?:=|[ \t]++(?!-|via the CLI))"
    rf"|\blogin{LINE}-p[ =]?"
    rf"|\bcurl{LINE}(?:-[a-z#]{{0,8}}?u|--user|-U|--proxy-user)[ =]?(?=[^\s:]{{0,100}}:)"
)
# of Docker's config.json and of an .npmrc: user and password in base64
AUTH = rf"(?:{QUOTE})auth(?:{QUOTE}){GAP}:{GAP}(?={QUOTE})|(?<!\w)_auth{GAP}={GAP}"
VALUE = (
    rf"(?:(?P<quote>{QUOTE})(?:(?!(?P=quote))(?:\\.|[^\n<]))+"
    r"|(?!(?:id|src|env|type)=)(?:[^\s<>&\"']|&(?:amp|lt|gt);)+)"
)
NAMED = rf"(?P<name>{NAME}|{SCHEME}|{OPTION}|{AUTH}){VALUE}"
LOGIN = r"(?P<scheme>\b\w+://)[^\s/@:<>&\"']+:[^\s/@<>&\"']+(?=@)"
SECRET = re.compile("|".join((PICTURE, ACCOUNT, KEY, NAMED, LOGIN)), re.IGNORECASE)


def redact(text: str) -> str:
    """`text`, also of HTML, with AWS account numbers as ACCOUNT and credentials as REDACTED."""
    return SECRET.sub(replace_secret, text)


def replace_secret(match: re.Match[str]) -> str:
    """What stands for one match of SECRET."""
    if match["picture"]:
        return match["picture"]
    before = match["arn"] or match["link"] or match["owner"]
    if match["account"] or before:
        return (before or "") + "ACCOUNT"
    return (match["name"] or match["scheme"] or "") + (match["quote"] or "") + "REDACTED"
