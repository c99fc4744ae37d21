"""Secrets on command lines, by the program and its option or by the place behind its name."""

import re
from collections.abc import Iterator

from analysis.redaction.assignments import find_value
from analysis.redaction.names import is_harmless, is_wordlike, looks_drawn
from analysis.redaction.plain import TAG

# a quoted value or a bare one
FIELD = rf"(?:\"(?P<double>[^\"\n]*)\"|'(?P<single>[^'\n]*)'|(?P<bare>[^\s\"'|;&<>{TAG}]+))"
# signs of a command that are looked at
COMMAND = 400
# what ends a command on a line
COMMAND_END = re.compile(r"\|\|?|;|&&|\n|" + TAG)
_P, _UPPER_P, _T, _K = (rf"(?<=\s)-{sign}[ =]?(?=[^\s=])" for sign in "pPtk")
# a program, and the option whose value is a secret
_OPTIONS = [
    ("login", r"\blogin\b", _P),
    ("login", r"\blogin\b", _T),
    ("mongo", r"\bmongo(?:sh|dump|restore|import|export)?\b", _P),
    ("poetry", r"\bpoetry\s+publish\b", _P),
    ("useradd", r"\buseradd\b", r"(?<=\s)-p[ ]?"),
    ("usermod", r"\busermod\b", r"(?<=\s)-p[ ]?"),
    ("ldap", r"\bldap\w+\b", r"(?<=\s)-w[ ]?"),
    ("slappasswd", r"\bslappasswd\b", r"(?<=\s)-s[ ]?"),
    ("smb", r"\bsmb\w+\b", r"(?<=\s)-U[ ]?[^\s%]+%"),
    ("net ads", r"\bnet\s+ads\b", r"(?<=\s)-U[ ]?[^\s%]+%"),
    ("rclone", r"\brclone\s+config\b", r"(?<=\s)pass(?:word)?[ =]"),
    ("/u", r"(?<=\s)/u(?:ser)?:(?=\S)", r"(?<=\s)/p(?:ass(?:word)?)?:"),
    ("schtasks", r"\bschtasks\b", r"(?<=\s)/rp[ ]"),
    ("snmp", r"\bsnmp\w+\b", r"(?<=\s)-[AXc][ ]"),
    ("azuresigntool", r"\bazuresigntool\b", r"(?<=\s)-kvs[ ]"),
    ("net use", r"\bnet\s+use\b", r"/user:\S+\s+"),
    ("doctl", r"\bdoctl\b", _T),
    ("fly", r"\bfly(?:ctl)?\b", _T),
    ("vercel", r"\bvercel\b", _T),
    ("anaconda", r"\banaconda\b", _T),
    ("codecov", r"\bcodecov\b", _T),
    ("drone", r"\bdrone\b", _T),
    ("influx", r"\binflux\b", _T),
    ("gem", r"\bgem\s+push\b", r"(?<=\s)(?:-k|--key)[ =]?"),
    ("hex.", r"\bmix\s+hex\.\w+\b", r"(?<=\s)--key[ =]"),
    ("nuget", r"\bnuget\b", _K),
    ("openai", r"\bopenai\b", _K),
    ("kaggle", r"\bkaggle\b", r"(?<=\s)-v[ ]"),
    ("sshpass", r"\bsshpass\b", _P),
    ("7z", r"\b7z\w?\b", r"(?<=\s)-p"),
    ("rar ", r"\b(?:un)?rar\b", r"(?<=\s)-h?p"),
    ("twine", r"\btwine\b", _P),
    ("nuget", r"\bnuget\b", _P),
    ("ftpput", r"\bncftp\w*\b", _P),
    ("lftp", r"\blftp\b", r"(?<=\s)-u[ ]?[^\s,]+,"),
    ("certutil", r"\bcertutil\b", _P),
    ("altool", r"\baltool\b", _P),
    ("cqlsh", r"\bcqlsh\b", _P),
    ("cypher-shell", r"\bcypher-shell\b", _P),
    ("rabbitmqadmin", r"\brabbitmqadmin\b", _P),
    ("elasticsearch", r"\belasticsearch-users\b", _P),
    ("keychain", r"\bsecurity\s+\w+-keychain\b", _P),
    ("security import", r"\bsecurity\s+import\b", _UPPER_P),
    ("knife", r"\bknife\b", _UPPER_P),
    ("sqlcmd", r"\bsqlcmd\b", _UPPER_P),
    ("bcp", r"\bbcp\b", _UPPER_P),
    ("mosquitto", r"\bmosquitto_\w+\b", _UPPER_P),
    ("ssh-keygen", r"\bssh-keygen\b", r"(?<=\s)-[NP][ ]?"),
    ("signtool", r"\bsigntool\b", r"(?<=\s)/p[ ]"),
    ("gitlab-runner", r"\bgitlab-runner\b", r"(?<=\s)-r[ ]"),
    ("travis", r"\btravis\b", r"(?<=\s)-g[ ]"),
    ("SUSEConnect", r"\bSUSEConnect\b", r"(?<=\s)-r[ ]"),
    ("hatch", r"\bhatch\b", r"(?<=\s)-a[ =]?"),
    ("reporter", r"\b[\w-]*reporter\b", r"(?<=\s)--id[ =]"),
    ("mvn", r"\bmvnw?\b", r"(?<=\s)(?:-emp|-ep)[ ]"),
    ("mysql", r"\bmysql\w*\b", r"(?<=\s)-p(?=[^\s=])"),
    ("mariadb", r"\bmariadb\w*\b", r"(?<=\s)-p(?=[^\s=])"),
    ("redis-cli", r"\bredis-cli\b", r"(?<=\s)-a[ ]?"),
    ("zip", r"\b(?:un)?zip\b", r"(?<=\s)-P[ ]?"),
    ("openssl", r"\bopenssl\b", r"(?<=\s)-pass(?:in|out)?[ =](?:pass:)?|(?<=\s)-[kK][ ]"),
    ("curl", r"\bcurl\b", r"(?<=\s)(?:-b|--cookie)[ =]?(?:[\w-]+=)?"),
    ("curl", r"\bcurl\b", r"(?<=\s)(?:-E|--(?:proxy-)?cert)[ =]?[^\s:]+:"),
    ("http", r"(?<![\w/.-])https?(?=\s)", r"(?<=\s)(?:-a|--auth)[ =]?[^\s:]+:"),
    ("literal", r"\bcreate\s+secret\b", r"(?<=\s)--from-literal[ =]['\"]?[\w.-]+="),
    ("keyvault", r"\bkeyvault\s+secret\s+set\b", r"(?<=\s)--value[ =]"),
    ("put-parameter", r"\bput-parameter\b(?=.{0,300}\bSecureString\b)", r"(?<=\s)--value[ =]"),
    ("htpasswd", r"\bhtpasswd\s+-\w*b\w*", r"\s\S+\s+\S+\s+(?=\S+\s*$)"),
]
# what a secret follows: a program with its first words, or words of SQL and of other tools
_BEFORE = [
    ("snyk", r"\bsnyk\s+(?:config\s+set\s+api=|auth\s+)"),
    ("cargo", r"\bcargo\s+login\s+(?:--registry[ =]\S+\s+)?"),
    ("rabbitmqctl", r"\brabbitmqctl\s+(?:add|change|authenticate)_\w+\s+\S+\s+"),
    ("add-mask", r"::add-mask::"),
    ("composer", r"\bcomposer\s+config\s+(?:-\S+\s+)*(?:git\w+-\w+|bearer)\.\S+\s+"),
    ("htpasswd", r"\bhtpasswd\s+-\w*n\w*\s+\S+\s+"),
    ("vault", r"\bvault\s+(?:login|unwrap|operator\s+unseal)\s+(?:-\S+\s+)*(?:token=|(?!\w+=\w))"),
    ("bao", r"\bbao\s+(?:login|unwrap|operator\s+unseal)\s+(?:-\S+\s+)*(?:token=|(?!\w+=\w))"),
    ("terraform", r"\b(?:terraform|tofu)\s+login\s+(?!\S+\.\S)"),
    ("wandb", r"\bwandb\s+login\s+(?:-\S+\s+)*"),
    ("attach", r"\b(?:pro|ua)\s+attach\s+(?:-\S+\s+)*"),
    ("cloudflared", r"\bcloudflared\s+service\s+install\s+"),
    ("circleci", r"\bcircleci\s+setup\s+"),
    ("bw ", r"\bbw\s+(?:unlock|login\s+[^\s-]\S*)\s+"),
    ("rclone", r"\brclone\s+obscure\s+"),
    ("berglas", r"\bberglas\s+(?:create|update)\s+\S+\s+"),
    ("vault", r"\bansible-vault\s+encrypt_string\s+"),
    ("setapikey", r"\bnuget\s+setapikey\s+"),
    ("nuget", r"\bnuget\s+push\s+\S+\s+"),
    ("poetry", r"\bpoetry\s+config\s+http-basic\.\S+\s+\S+\s+"),
    ("composer", r"\bcomposer\s+config\s+(?:-\S+\s+)*http-basic\.\S+\s+\S+\s+"),
    ("cf auth", r"\bcf\s+auth\s+\S+\s+"),
    ("steamcmd", r"\+login\s+\S+\s+(?!\+)"),
    ("twilio", r"\btwilio\s+login\s+\S+\s+"),
    ("add-user", r"\badd-user\.\w+\s+[^\s-]\S*\s+"),
    ("samba-tool", r"\bsamba-tool\s+user\s+(?:create|add|setpassword)\s+\S+\s+"),
    ("net user", r"\bnet\s+user\s+[^\s/]+\s+(?!/)"),
    ("user-secrets", r"\buser-secrets\s+set\s+\S+\s+"),
    ("dvc", r"\bdvc\s+remote\s+modify\s+(?:-\S+\s+)*\S+\s+(?:password|\w*secret\w*)\s+"),
    ("BUNDLE_", r"\bBUNDLE_\w+__\w+['\"]?[=:]\s*(?=['\"]?(?:[^\s:/]+:[^\s/]|\w{16}))"),
    ("AUTH", r"(?:^|\bredis-cli\s.{0,60}|#\d+ [\d.]+ )AUTH\s+(?=\S*\d)"),
    ("(", r"(?i:auth|credentials?|login|connect(?:ion)?)\(\s*['\"][^'\"]+['\"]\s*,\s*(?=['\"])"),
    ("(", r"(?i:credentials?)\(\s*(?:['\"][^'\"]+['\"]\s*,\s*){3}(?=['\"])"),
    ("SecureString", r"\b(?i:ConvertTo-SecureString)\s+(?:-String\s+)?(?=['\"])"),
    ("default", r"\bdefault\s+login\s+\S+\s+password\s+"),
    ("machine", r"\bmachine\s+\S+\s+login\s+\S+\s+password\s+"),
    ("bundle", r"\bbundle\s+config\s+(?:set\s+)?(?:-\S+\s+)*\S+\s+[^\s:]+:"),
    ("bundle", r"\bbundle\s+config\s+(?:set\s+)?(?:-\S+\s+)*[\w-]+(?:\.[\w-]+)+\s+"),
    ("mc ", r"\bmc\s+(?:alias\s+set|config\s+host\s+add)\s+\S+\s+\S+\s+\S+\s+"),
    ("isql", r"\bisql\s+(?:-\S+\s+)*\S+\s+\S+\s+"),
    ("sqlplus", r"\bsqlplus\s+(?:-\S+\s+)*[\w.]+/(?=[^\s@]+@)"),
    ("crypt(", r"\bcrypt\((?=\\{0,7}['\"])"),
    ("requirepass", r"(?<!\S)(?:--)?requirepass\s+"),
    ("masterauth", r"(?<!\S)(?:--)?masterauth\s+"),
    ("BY", r"\bIDENTIFIED\s+(?:WITH\s+\S+\s+)?BY\s+(?:PASSWORD\s+)?(?=\\{0,7}['\"])"),
    ("by", r"\bidentified\s+(?:with\s+\S+\s+)?by\s+(?=\\{0,7}['\"])"),
    ("PASSWORD", r"\bPASSWORD[\s(]+(?=\\{0,7}')"),
    ("password", r"\bpassword\s+(?=\\{0,7}')"),
]
_BY_OPTION = [(word, re.compile(one), re.compile(other)) for word, one, other in _OPTIONS]
_BY_PLACE = [(word, re.compile(program)) for word, program in _BEFORE]
# as find_telling wants them: in lower case
WORDS = sorted(
    {word.lower() for word, *_ in (*_OPTIONS, *_BEFORE)} - {"http", "by", "default", "/u", "("}
)
_CURL = re.compile(r"\bcurl\b")
_CURL_USER = re.compile(rf"(?<=\s)(?:-[A-Za-z#]{{0,8}}?u|--user|-U|--proxy-user)[ =]?{FIELD}")


def find_in_commands(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each secret on a command line, by program and option or place."""
    for word, program, option in _BY_OPTION:
        for match in program.finditer(text) if word in text else ():
            end = _end_command(text, match.end(), program)
            for each in option.finditer(text, match.end(), end):
                yield from _take_value(text, each.end())
    for word, program in _BY_PLACE:
        for match in program.finditer(text) if word in text else ():
            begin, end = find_value(text, match.end())
            # a word behind a command's name may be another command's
            if begin > match.end() or not is_wordlike(text[begin:end]):
                yield from _take_value(text, match.end())
    yield from _find_curl_users(text)


def _take_value(text: str, at: int) -> Iterator[tuple[int, int]]:
    """The value at a place, if it is none that says by itself that it is no secret."""
    begin, end = find_value(text, at)
    value = text[begin:end]
    told = looks_drawn(value) if value.startswith("-") else not is_harmless(value)
    if value and told:
        yield begin, end


def _end_command(text: str, at: int, program: re.Pattern[str]) -> int:
    """Where the command that begins before a place ends, or its program stands again."""
    last = min(len(text), at + COMMAND)
    ends = (COMMAND_END.search(text, at, last), program.search(text, at, last))
    return min((end.start() for end in ends if end), default=last)


def _find_curl_users(text: str) -> Iterator[tuple[int, int]]:
    """User and password that curl is given."""
    for match in _CURL.finditer(text) if "curl" in text else ():
        end = _end_command(text, match.end(), _CURL)
        for user in _CURL_USER.finditer(text, match.end(), end):
            value = user["double"] or user["single"] or user["bare"] or ""
            name, colon, password = value.partition(":")
            if colon and password and not (is_harmless(password) or name.startswith("//")):
                begin = user.start(user.lastgroup or "bare")
                yield begin, begin + len(value)
