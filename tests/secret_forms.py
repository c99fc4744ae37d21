"""Secrets with random values as build logs show them, and harmless texts that look alike."""

import base64
import json
import random
import re
import string
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from textwrap import wrap
from typing import NamedTuple
from urllib.parse import quote

_LETTERS, _DIGITS = string.ascii_letters, string.digits
_ALNUM = _LETTERS + _DIGITS
_HEX = "0123456789abcdef"
_B64 = _ALNUM + "+/"
_SAFE = _ALNUM + "-_"


def _read_lines(name: str) -> list[str]:
    """The lines of a file beside this one."""
    return Path(__file__).with_name(name).read_text("utf-8").splitlines()


class Case(NamedTuple):
    """A text, the parts of it that must be gone, and what must be left."""

    kind: str
    text: str
    secrets: tuple[str, ...]
    stays: str = ""


class Maker:
    """Random values of one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def of(self, letters: str, length: int) -> str:
        """`length` of these letters, a digit and a letter among them."""
        text = "".join(self.random.choices(letters, k=length))
        if letters in (_ALNUM, _SAFE, _B64, _HEX) and length > 3:
            at = self.random.randrange(1, length - 2)
            return text[:at] + "7" + "b" + text[at + 2 :]
        return text

    def between(self, low: int, high: int) -> int:
        """A whole number."""
        return self.random.randint(low, high)

    def password(self) -> str:
        """What a person or a generator makes up, without what a shell would take apart."""
        return (
            self.of(_ALNUM, self.between(8, 12))
            + self.random.choice(["!", "%", "#", "+", "."])
            + (self.of(_ALNUM, 4))
        )


def make_service_keys(make: Maker) -> dict[str, str]:
    """Service -> a key in its form."""
    of = make.of
    jwt = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "HS256", "typ": "JWT"}, {"sub": of(_DIGITS, 10), "n": of(_ALNUM, 8)})
    )
    return {
        "aws access key": "AKIA" + of(string.ascii_uppercase + "234567", 16),
        "aws temporary key": "ASIA" + of(string.ascii_uppercase + "234567", 16),
        "github pat": "ghp_" + of(_ALNUM, 36),
        "github oauth": "gho_" + of(_ALNUM, 36),
        "github app": "ghs_" + of(_ALNUM, 36),
        "github fine": "github_pat_" + of(_ALNUM, 22) + "_" + of(_ALNUM, 59),
        "gitlab pat": "glpat-" + of(_SAFE, 20),
        "gitlab deploy": "gldt-" + of(_SAFE, 20),
        "gitlab runner": "glrt-" + of(_SAFE, 20),
        "slack bot": f"xoxb-{of(_DIGITS, 11)}-{of(_DIGITS, 12)}-{of(_ALNUM, 24)}",
        "slack app": f"xapp-1-{of(string.ascii_uppercase, 11)}-{of(_DIGITS, 13)}-{of(_HEX, 64)}",
        "slack hook": f"https://hooks.slack.com/services/T{of(_ALNUM, 10)}/B{of(_ALNUM, 10)}/"
        + of(_ALNUM, 24),
        "stripe live": "sk_live_" + of(_ALNUM, 24),
        "stripe restricted": "rk_live_" + of(_ALNUM, 24),
        "google api": "AIza" + of(_SAFE, 35),
        "google oauth": "GOCSPX-" + of(_SAFE, 28),
        "google access": "ya29." + of(_SAFE, 60),
        "npm": "npm_" + of(_ALNUM, 36),
        "pypi": "pypi-AgEIcHlwaS5vcmc" + of(_SAFE, 80),
        "docker hub": "dckr_pat_" + of(_SAFE, 27),
        "sendgrid": f"SG.{of(_SAFE, 22)}.{of(_SAFE, 43)}",
        "twilio": "SK" + of(_HEX, 32),
        "mailgun": "key-" + of(_HEX, 32),
        "heroku": "HRKU-AA" + of(_SAFE, 58),
        "digitalocean": "dop_v1_" + of(_HEX, 64),
        "vault": "hvs." + of(_SAFE, 95),
        "terraform cloud": f"{of(_ALNUM, 14)}.atlasv1.{of(_SAFE, 64)}",
        "openai": f"sk-proj-{of(_ALNUM, 74)}T3BlbkFJ{of(_ALNUM, 74)}",
        "anthropic": f"sk-ant-api03-{of(_SAFE, 93)}AA",
        "huggingface": "hf_" + of(_LETTERS, 34),
        "new relic": "NRAK-" + of(string.ascii_uppercase + _DIGITS, 27),
        "shopify": "shpat_" + of(_HEX, 32),
        "telegram": f"{of(_DIGITS, 10)}:AA{of(_SAFE, 33)}",
        "jwt": f"{jwt}.{of(_SAFE, 43)}",
        "square": "sq0atp-" + of(_SAFE, 22),
        "linear": "lin_api_" + of(_ALNUM, 40),
        "databricks": "dapi" + of(_HEX, 32),
        "atlassian": "ATATT3xFfGF0" + of(_SAFE, 180),
        "doppler": "dp.pt." + of(_ALNUM, 43),
        "sentry": "sntryu_" + of(_HEX, 64),
        "rubygems": "rubygems_" + of(_HEX, 48),
        "pulumi": "pul-" + of(_HEX, 40),
        "planetscale": "pscale_tkn_" + of(_ALNUM, 43),
        "postman": f"PMAK-{of(_HEX, 24)}-{of(_HEX, 34)}",
        "age": "AGE-SECRET-KEY-1" + of("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58),
        "azure client": f"{of(_ALNUM, 3)}8Q~{of(_ALNUM, 34)}",
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


def _list_services(make: Maker) -> Iterator[Case]:
    """A key of each service in two carriers."""
    for service, key in make_service_keys(make).items():
        for carry in make.random.sample(_ANYWHERE, 2):
            yield Case(service, carry(key), (key.rpartition("/")[2],))


_NAMES = [
    "DB_PASSWORD", "NPM_TOKEN", "STRIPE_KEY", "MYSQL_PASS", "GCP_CREDENTIALS", "API_KEY",
    "CLIENT_SECRET", "SIGNING_KEY", "REDIS_PASSWD", "JWT_SECRET", "ADMIN_PWD", "SSH_PASSPHRASE",
    "DATADOG_API_KEY", "PRIVATE_TOKEN", "SECRET_KEY_BASE", "AWS_SECRET_ACCESS_KEY",
    "ENCRYPTION_KEY",
    "SONAR_TOKEN", "TF_VAR_db_password", "DEPLOY_KEY", "githubToken", "dbPassword", "apiKey",
    "AccountKey", "password", "passwd", "secret", "auth_token", "access-key", "FTP_PW",
]  # fmt: skip

# where builds assign: NAME and VALUE stand in them
_ASSIGNMENTS = [
    "#7 [2/9] RUN NAME=VALUE make",
    "#7 [2/9] RUN export NAME=VALUE && make",
    "#7 [2/9] RUN echo NAME=VALUE >> .env",
    '#7 [2/9] RUN echo "NAME=VALUE" > .env',
    "#7 [2/9] ENV NAME=VALUE",
    "#7 [2/9] ENV NAME VALUE",
    "#7 [2/9] ENV A=b NAME=VALUE C=d",
    "#7 [2/9] ARG NAME=VALUE",
    "Step 3/12 : ENV NAME VALUE",
    'Step 3/12 : ARG NAME="VALUE"',
    " ---> ENV NAME='VALUE'",
    "#7 0.123 NAME=VALUE",
    "#7 0.123 export NAME='VALUE'",
    "      NAME: VALUE",
    "      - NAME=VALUE",
    '      NAME: "VALUE"',
    '    "NAME": "VALUE",',
    "    'NAME': 'VALUE'",
    '{"a": 1, "NAME": "VALUE", "b": [2]}',
    '"{\\"NAME\\": \\"VALUE\\"}"',
    '{"name": "NAME", "value": "VALUE", "type": "PLAINTEXT"}',
    '{"Name":"NAME","Value":"VALUE"}',
    "- name: NAME\n  value: VALUE",
    '#7 0.1 - name: NAME\n#7 0.1   value: "VALUE"',
    "docker build --build-arg NAME=VALUE .",
    'docker build --build-arg="NAME=VALUE" .',
    "docker run -e NAME=VALUE app",
    'docker run --env "NAME=VALUE" app',
    "NAME = VALUE",
    'NAME = "VALUE"',
    "terraform apply -var NAME=VALUE",
    "terraform apply -var 'NAME=VALUE'",
    '  + NAME = "VALUE"',
    "<td>NAME=VALUE</td>",
    "<td>NAME</td><td>NAME: VALUE</td>",
    "<p>{&quot;NAME&quot;: &quot;VALUE&quot;}</p>",
    "&lt;NAME&gt;VALUE&lt;/NAME&gt;",
    "<NAME>VALUE</NAME>",
    "\x1b[33mNAME\x1b[0m=\x1b[36mVALUE\x1b[0m",
    "\x1b[1mNAME:\x1b[22m VALUE",
    '<span class="ansi-red-fg">NAME</span>=<span>VALUE</span>',
    "[Container] 2026/11/24 23:24:00.352123 Running command export NAME=VALUE",
    "2026-11-24T23:24:00.352Z stdout F NAME=VALUE",
    "app-1  | NAME=VALUE",
    "helm upgrade app --set auth.NAME=VALUE",
    "kubectl create secret generic app --from-literal=NAME=VALUE",
    "heroku config:set NAME=VALUE -a app",
    "gh secret set NAME --body VALUE",
    "vault kv put secret/app NAME=VALUE",
    "setx NAME VALUE",
    '$env:NAME = "VALUE"',
    "NAME := VALUE",
    "NAME ?= VALUE",
    "'NAME' => 'VALUE',",
    "java -DNAME=VALUE -jar app.jar",
    "jdbc:postgresql://db/app?user=me&NAME=VALUE",
    "Server=db;User Id=me;NAME=VALUE;Timeout=3",
    "env NAME=VALUE sh -c 'make'",
    "sed -i 's/^NAME=.*/NAME=VALUE/' .env",
    "aws ssm put-parameter --name NAME --value VALUE",
    'time=x level=info msg="start" NAME=VALUE n=3',
]  # fmt: skip


def _fill(text: str, name: str, value: str) -> str:
    """A carrier with its name and value."""
    return text.replace("NAME", name).replace("VALUE", value)


def _list_assignments(make: Maker) -> Iterator[Case]:
    """Each carrier with three names."""
    for carrier in _ASSIGNMENTS:
        for name in make.random.sample(_NAMES, 3):
            value = make.of(_ALNUM, make.between(12, 32))
            yield Case(f"{name} in {carrier[:40]!r}", _fill(carrier, name, value), (value,))


_CREDENTIALS = [
    "git clone https://x-access-token:SECRET@github.com/me/app",
    "git clone https://SECRET@github.com/me/app",
    "git clone https://oauth2:SECRET@gitlab.example.com/me/app.git",
    "#5 1.1 fatal: unable to access 'https://me:SECRET@example.com/app/': 403",
    "RUN pip install --index-url https://me:SECRET@pip.example.com/simple app",
    "RUN pip install git+https://SECRET@github.com/me/app@v1.2.3",
    "RUN pip install git+https://me:SECRET@github.com/me/app.git@main#egg=app",
    "DATABASE_URL=postgres://me:SECRET@db:5432/app",
    "url: redis://:SECRET@cache:6379/0",
    "mongodb://me:SECRET@a.example.com:27017,b.example.com:27017/app",
    "amqp://me%40x:SECRET@mq/vhost",
    "<a href=&quot;https://me:SECRET@example.com/&quot;>x</a>",
    "https%3A%2F%2Fme%3ASECRET%40example.com%2Fx",
    "https://SECRET@o12.ingest.sentry.io/45",
    "[global]\nindex-url = https://me:SECRET@pip.example.com/simple",
    "//npm.example.com/:_authToken=SECRET",
    "#8 0.2 //npm.example.com/:_password=SECRET",
    "npm config set //npm.example.com/:_authToken SECRET",
    "npm config set _auth=SECRET",
    "yarn config set npmAuthToken SECRET",
    "npmAuthToken: SECRET",
    "aws configure set aws_secret_access_key SECRET",
    "aws_secret_access_key = SECRET",
    "AWS Secret Access Key [None]: SECRET",
    "aws_session_token=SECRET",
    "echo SECRET | docker login -u me --password-stdin",
    'echo "SECRET" | docker login -u me --password-stdin example.com',
    "echo -n 'SECRET' | docker login -u me --password-stdin",
    "printf '%s' SECRET | docker login --username me --password-stdin",
    "docker login -u me --password-stdin <<< SECRET",
    "echo SECRET | helm registry login example.com -u me --password-stdin",
    "echo SECRET | gh auth login --with-token",
    "echo SECRET | sudo -S make install",
    "echo 'root:SECRET' | chpasswd",
    "docker login -u me -p SECRET example.com",
    "docker login -u me -pSECRET example.com",
    "docker login --username=me --password=SECRET",
    'docker login -u me -p "SECRET"',
    "curl -u me:SECRET https://example.com/x",
    "curl -fsSLu 'me:SECRET' https://example.com/x",
    "curl --user me:SECRET https://example.com/x",
    "curl -H 'Authorization: Bearer SECRET' https://example.com",
    'curl -H "Authorization: token SECRET" https://example.com',
    'curl -H "PRIVATE-TOKEN: SECRET" https://example.com',
    "curl -H X-Api-Key:SECRET https://example.com",
    "curl -b session=SECRET -H 'Cookie: sid=SECRET' https://example.com",
    "curl 'https://example.com/x?access_token=SECRET&n=1'",
    "curl 'https://example.com/x?n=1&api_key=SECRET'",
    "wget --http-user=me --http-password=SECRET https://example.com",
    "wget --header='X-Vault-Token: SECRET' https://example.com",
    "https://x.blob.core.windows.net/c/b?sv=2026&sig=SECRET",
    "https://x.s3.amazonaws.com/k?X-Amz-Algorithm=A&X-Amz-Signature=SECRET",
    "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=SECRET;EndpointSuffix=y",
    "Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=SECRET",
    "mysql -uroot -pSECRET app",
    "mysqldump --password=SECRET app",
    "PGPASSWORD=SECRET psql -h db",
    "sshpass -p SECRET ssh me@host",
    "sshpass -pSECRET ssh me@host",
    "redis-cli -a SECRET ping",
    "openssl rsa -in k -passin pass:SECRET",
    "gpg --batch --passphrase SECRET -d x.gpg",
    "htpasswd -bc .htpasswd me SECRET",
    "zip -P SECRET x.zip x",
    "machine example.com login me password SECRET",
    "machine example.com\n  login me\n  password SECRET",
    "CREATE USER me IDENTIFIED BY 'SECRET'",
    "ALTER USER me WITH PASSWORD 'SECRET'",
    "poetry config pypi-token.main SECRET",
    "poetry config http-basic.main me SECRET",
    "composer config http-basic.example.com me SECRET",
    "bundle config gems.example.com me:SECRET",
    "dotnet nuget add source x -n y -u me -p SECRET --store-password-in-clear-text",
    "nuget setapikey SECRET -source x",
    '<add key="ClearTextPassword" value="SECRET" />',
    "<server><id>x</id><username>me</username><password>SECRET</password></server>",
    "az login --service-principal -u me -p SECRET --tenant x",
    "gradle publish -PmavenPassword=SECRET",
    "mvn deploy -Dsonar.login=SECRET",
    "mvn deploy -Dsonar.token=SECRET",
    "sonar-scanner -Dsonar.host.url=x -Dsonar.login=SECRET",
    "vault login SECRET",
    "vault login token=SECRET",
    "npm publish --otp=123 --token SECRET",
    "twine upload -u __token__ -p SECRET dist/*",
    "snyk auth SECRET",
    "app --api-key SECRET --n 3",
    "app --client-secret=SECRET",
    "app --auth-token 'SECRET'",
    "app -e /p:Password=SECRET",
    '{"auths": {"example.com": {"auth": "SECRET"}}}',
    '"identitytoken": "SECRET"',
    "token: SECRET",
    "Your token: SECRET",
    "password is SECRET",
    "Password: SECRET",
    "Login password set to: SECRET",
    "db_password = SECRET",
    'output "db_password" = "SECRET"',
    '  "value": "x", "password": "SECRET"',
    "TOKEN=${TOKEN:-SECRET}",
    "git config --global url.https://SECRET@github.com/.insteadOf https://github.com/",
    "git config http.extraheader 'AUTHORIZATION: basic SECRET'",
    "proxy=http://me:SECRET@proxy:3128",
    "HTTPS_PROXY=http://me:SECRET@proxy:3128 apt-get update",
    "ssh://me:SECRET@host/x",
    "ftp://me:SECRET@host/x",
    "jdbc:oracle:thin:me/SECRET@db:1521:x",
    "token%3DSECRET%26n%3D1",
    "msg={\\u0022password\\u0022:\\u0022SECRET\\u0022}",
    "x-amz-security-token: SECRET",
    "set-cookie: sid=SECRET; path=/",
    "docker secret create app_token - <<< SECRET",
    "#6 [2/3] RUN --mount=type=secret,id=x TOKEN=SECRET make",
]


# more of both, as found in Dockerfiles, scripts, configurations and what programs print
_MORE = _read_lines("secret_carriers.txt")


def _list_credentials(make: Maker) -> Iterator[Case]:
    """Each command and file with two values."""
    for carrier in _CREDENTIALS:
        for length in (20, 40):
            value = make.of(_ALNUM, length)
            yield Case(carrier[:50], carrier.replace("SECRET", value), (value,))
    for carrier in _MORE:
        # with each kind of sign in it, as generators take care of
        value = f"{make.of(_ALNUM, 18)}aB7"
        yield Case(carrier[:50], re.sub(r"(?<!_)SECRET(?!_)", value, carrier), (value,))


def _list_odd_values(make: Maker) -> Iterator[Case]:
    """Values with signs in them: each part must be gone."""
    of = make.of
    first, second = of(_ALNUM, 9), of(_ALNUM, 9)
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


def make_key(make: Maker, kind: str = "RSA ", size: int = 1200) -> str:
    """A private key in PEM."""
    data = "\n".join(wrap(base64.b64encode(make.random.randbytes(size)).decode(), 64))
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{data}\n-----END {kind}PRIVATE KEY-----"


def _list_keys(make: Maker) -> Iterator[Case]:
    """Private keys whole, cut off, behind prefixes, in one line."""
    for kind in ("RSA ", "EC ", "OPENSSH ", "", "ENCRYPTED ", "DSA "):
        pem = make_key(make, kind)
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


def _list_wrapped(make: Maker) -> Iterator[Case]:
    """Values that go on in the next line."""
    long = make.of(_B64, 200)
    parts = tuple(wrap(long, 64))
    yield Case("wrapped base64", "TOKEN=" + "\n".join(parts), parts)
    yield Case("wrapped in YAML", "token: >-\n  " + "\n  ".join(parts) + "\nn: 1", parts, "n: 1")
    yield Case("block in YAML", "password: |\n  " + parts[0] + "\nn: 1", parts[:1], "n: 1")
    yield Case("continued", f"RUN TOKEN={parts[0]}\\\n{parts[1]} make", parts[:2], "make")
    first, second = make.of(_ALNUM, 20), make.of(_ALNUM, 20)
    yield Case("quoted over lines", f'PASSWORD="{first}\n{second}"\nn=1', (first, second), "n=1")
    yield Case("next line", f"password:\n  {first}\n", (first,))
    yield Case(
        "wrapped behind prefix",
        "\n".join(["#8 0.1 TOKEN=" + parts[0], *(f"#8 0.1 {x}" for x in parts[1:])]),
        parts,
    )


def _list_accounts(make: Maker) -> Iterator[Case]:
    """Account numbers of AWS."""
    for carrier in (
        "NUMBER.dkr.ecr.eu-west-1.amazonaws.com/app:1",
        "arn:aws:codebuild:eu-west-1:NUMBER:build/x:y",
        "arn:aws:iam::NUMBER:role/build",
        "arn:aws-cn:sts::NUMBER:assumed-role/x/y",
        "s3://codebuild-cache-NUMBER/prefix",
        "s3://NUMBER-eu-west-1-logs/x",
        "bucket my-logs-NUMBER does not exist",
        "https://my-logs-NUMBER.s3.eu-west-1.amazonaws.com/x",
        "https://s3.amazonaws.com/my-logs-NUMBER/x",
        "arn:aws:s3:::my-logs-NUMBER/x",
        '"Account": "NUMBER"',
        "accountId=NUMBER",
        "AWS_ACCOUNT_ID=NUMBER",
        "--registry-ids NUMBER",
        '"registryId": "NUMBER"',
        "registry with id 'NUMBER'",
        "account NUMBER is not allowed to",
        "https://sqs.eu-west-1.amazonaws.com/NUMBER/queue",
        "https://NUMBER.signin.aws.amazon.com/console",
        "--bucket my-logs-NUMBER --prefix x",
        "bucket=codepipeline-eu-west-1-NUMBER",
    ):
        number = f"{make.between(1, 9)}{make.of(_DIGITS, 11)}"
        yield Case(carrier, carrier.replace("NUMBER", number), (number,))


def make_secrets(seed: int) -> list[Case]:
    """All cases, of random values of a seed."""
    make = Maker(seed)
    makers = (
        _list_services, _list_assignments, _list_credentials, _list_odd_values, _list_keys,
        _list_wrapped, _list_accounts,
    )  # fmt: skip
    return [case for each in makers for case in each(make)]


def make_harmless(seed: int) -> list[str]:
    """Texts that must stay byte for byte."""
    make = Maker(seed)
    digest, commit = make.of(_HEX, 64), make.of(_HEX, 40)
    uuid = "-".join(make.of(_HEX, n) for n in (8, 4, 4, 4, 12))
    picture = base64.b64encode(make.random.randbytes(3000)).decode()
    return [*_HARMLESS, *(
        f"#5 [2/4] FROM docker.io/library/python:3.13-slim@sha256:{digest}",
        f"#5 sha256:{digest} 57.56MB / 57.56MB 0.1s done",
        f"#9 exporting manifest sha256:{digest} 0.0s done",
        f"#9 pushing layers 1.2s\n#9 pushing manifest for 127.0.0.1:5000/app:1@sha256:{digest}",
        f"https://127.0.0.1:5000/app@sha256:{digest}",
        f"docker-image://docker.io/tonistiigi/binfmt:latest@sha256:{digest}",
        f"HEAD is now at {commit[:7]} Change the token's name",
        f"CODEBUILD_RESOLVED_SOURCE_VERSION={commit}",
        f"git checkout {commit}",
        f"CODEBUILD_BUILD_ID=my-app:{uuid}",
        f"build my-app:{uuid} failed",
        f"[Container] 2026/11/24 23:24:00.352 Running on CodeBuild On-demand {uuid}",
        "uuid 550e8400-e29b-41d4-a716-446655440000",
        f'<img src="data:image/png;base64,{picture}" alt="Seconds.">',
        f"cache-key: node-modules-{digest[:16]}",
        f"CACHE_KEY=deps-{digest}",
        f"key = {digest}",
        f"integrity sha512-{base64.b64encode(make.random.randbytes(64)).decode()}",
        f"Successfully built {digest[:12]}",
        f" ---> {digest[:12]}",
        f'"Digest": "sha256:{digest}"',
        f"--hash=sha256:{digest}",
        f"layer {digest[:12]}: Pull complete",
        f"ref: 3nt8ruqd0kdoplxg5m3ay2srk-{make.of(_DIGITS, 4)}",
        f"etag: \"{make.of(_HEX, 32)}\"",
        f"#10 writing image sha256:{digest} done",
        "-----BEGIN CERTIFICATE-----\n" + "\n".join(wrap(picture[:600], 64))
        + "\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\n" + "\n".join(wrap(picture[:300], 64))
        + "\n-----END PUBLIC KEY-----",
        "ssh-rsa AAAAB3NzaC1yc2E" + picture[:300] + " me@host",
    )]  # fmt: skip


_HARMLESS = _read_lines("harmless.txt")
