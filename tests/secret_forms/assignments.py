"""Values that are given to names which say that they are secret."""

from collections.abc import Iterator

from secret_forms.making import ALNUM, Case, Maker

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


def list_assignments(make: Maker) -> Iterator[Case]:
    """Each carrier with three names."""
    for carrier in _ASSIGNMENTS:
        for name in make.random.sample(_NAMES, 3):
            value = make.of(ALNUM, make.between(12, 32))
            yield Case(f"{name} in {carrier[:40]!r}", _fill(carrier, name, value), (value,))
