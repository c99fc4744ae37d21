import base64
import dataclasses
import gzip
import html
import os
import random
import re
import tomllib
from pathlib import Path

import markupsafe
import pandas as pd
import pytest
from secret_forms import make_harmless, make_secrets

import analysis
from analysis.redaction import redact, redact_log, redact_values

RULES = Path(analysis.__file__).parent / "redaction"
LAB = Path(__file__).parent.parent / "data" / "lab"

SECRETS = {
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1": (
        "ACCOUNT.dkr.ecr.eu-west-1.amazonaws.com/app:1"
    ),
    "arn:aws:codebuild:eu-west-1:123456789012:x": "arn:aws:codebuild:eu-west-1:ACCOUNT:x",
    "https://x.console.aws.amazon.com/codesuite/codebuild/123456789012/projects/a": (
        "https://x.console.aws.amazon.com/codesuite/codebuild/ACCOUNT/projects/a"
    ),
    "arn:aws-cn:iam::123456789012:role/build": "arn:aws-cn:iam::ACCOUNT:role/build",
    "key AKIAABCDEFGHIJKLMNOP here": "key REDACTED here",
    "export AWS_SECRET_ACCESS_KEY=abc/def+123": "export AWS_SECRET_ACCESS_KEY=REDACTED",
    '"aws_session_token": "xyz=="': '"aws_session_token": "REDACTED"',
    "docker login -u AWS --password hunter2 host": "docker login -u AWS --password REDACTED host",
    "Authorization: Bearer abc.def": "Authorization: Bearer REDACTED",
    "git clone https://me:pass@example.com/x": "git clone https://REDACTED@example.com/x",
    "<td>DB_PASSWORD=a</td>": "<td>DB_PASSWORD=REDACTED</td>",
    "token eyJwYXlsb2FkIjoiYWJjZGVmZ2hp": "token REDACTED",
    '{"password": "hunter2"}': '{"password": "REDACTED"}',
    "{'db_password' : 'a b'}": "{'db_password' : 'REDACTED'}",
    'PASSWORD="a b" next': 'PASSWORD="REDACTED" next',
    'PASSWORD="a \\" b" next': 'PASSWORD="REDACTED" next',
    '"{\\"token\\": \\"a b\\"}"': '"{\\"token\\": \\"REDACTED\\"}"',
    '"SecretAccessKey": "abc/+"': '"SecretAccessKey": "REDACTED"',
    "NPM_TOKEN=abc npm ci": "NPM_TOKEN=REDACTED npm ci",
    "--build-arg GITHUB_TOKEN=a,b .": "--build-arg GITHUB_TOKEN=REDACTED .",
    "GITHUB_TOKEN: abc": "GITHUB_TOKEN: REDACTED",
    "client_secret=abc&x=1": "client_secret=REDACTED&x=1",
    "//registry.example.com/:_authToken=abc": "//registry.example.com/:_authToken=REDACTED",
    "token: 0123456789abcdef0": "token: REDACTED",
    "X-Api-Key: abc": "X-Api-Key: REDACTED",
    'storePassword "abcdefgh"': 'storePassword "REDACTED"',
    "Temporary Password Generated: abcdefghij": "Temporary Password Generated: REDACTED",
    "docker login -p hunter2 host": "docker login -p REDACTED host",
    "docker login -u AWS -p 'a b' host": "docker login -u AWS -p 'REDACTED' host",
    "docker login --password 'a b' host": "docker login --password 'REDACTED' host",
    f"//x:npm_{36 * 'a'} npm": "//x:REDACTED npm",
    f"use github_pat_{30 * 'a'}_b": "use REDACTED",
    f"use dckr_pat_{20 * 'a'}-b": "use REDACTED",
    "Authorization: Basic dXNlcjpwYXNz": "Authorization: Basic REDACTED",
    '"Authorization": "Basic dXNl"': '"Authorization": "Basic REDACTED"',
    "-H 'Authorization: token abc' x": "-H 'Authorization: token REDACTED' x",
    "curl -u me:hunter2 https://example.com/x": "curl -u REDACTED https://example.com/x",
    "curl -fsSLu me:hunter2 host": "curl -fsSLu REDACTED host",
    "curl -sS -o x --user 'me:a b' host": "curl -sS -o x --user 'REDACTED' host",
    "RUN curl --proxy-user me:hunter2 host": "RUN curl --proxy-user REDACTED host",
    "npm publish --token abc --tag x": "npm publish --token REDACTED --tag x",
    "sonar --auth-token=abc x": "sonar --auth-token=REDACTED x",
    "wget --http-password 'a b' host": "wget --http-password 'REDACTED' host",
    "az login --client-secret abc": "az login --client-secret REDACTED",
    '{"auths": {"host": {"auth": "bWU6aHVudGVyMg=="}}}': (
        '{"auths": {"host": {"auth": "REDACTED"}}}'
    ),
    "//registry.example.com/:_auth=bWU6aHVudGVyMg==": "//registry.example.com/:_auth=REDACTED",
    "https://example.com/x?X-Amz-Signature=0a1b": "https://example.com/x?X-Amz-Signature=REDACTED",
    '"Account": "123456789012",': '"Account": "ACCOUNT",',
    "AWS_ACCOUNT_ID=123456789012 make": "AWS_ACCOUNT_ID=ACCOUNT make",
    "does not exist in the registry with id '123456789012'": (
        "does not exist in the registry with id 'ACCOUNT'"
    ),
}
HARMLESS = [
    "docker buildx build --provenance=false --push .",
    "#3 [auth] library/python:pull token for registry-1.docker.io",
    "failed to fetch oauth token: unexpected status: 401 Unauthorized",
    'failed to fetch anonymous token: Get "https://auth.docker.io/token?service=x": EOF',
    'SecretsUsedInArgOrEnv: Do not use ARG or ENV (ARG "NPM_TOKEN") (line 5)',
    "WARNING! Using --password via the CLI is insecure. Use --password-stdin.",
    "RUN --mount=type=secret,id=npm_token,target=/home/ci/.npmrc npm ci",
    "docker build --secret id=npm_token,env=NPM_TOKEN --secret=id=a,src=b .",
    "aws ecr get-login-password --region eu-west-1 | docker login -u AWS --password-stdin x",
    "docker login x; mkdir -p a/b",
    "docker login x && mkdir -p a/b",
    "a secret, a token and a password",
    "Basic usage: see Authorization",
    'curl -u "$NAME:$KEY" host',
    "npm_config_cache=/cache",
    'NPM_TOKEN=""',
    "if token == other:",
    "docker login --username AWS --password-stdin registry.example.com",
    "pushed 123456789012 bytes",
    "sha256:123456789012345678901234567890",
    "https://example.com:8080/x",
    "no password was given",
    "127.0.0.1:5000/app@sha256:abc",
    "curl -fsSL -o x https://example.com:8080/y",
    "curl -u me host",
    "npm publish --token --dry-run",
    "sort -u a:b",
    "docker run --user 1000:1000 x",
    '{"auth": {"type": "none"}, "auths": {}}',
    "#3 [auth] library/python:pull",
    "account 1234567890123",
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_is_replaced_and_the_text_around_it_stays(text):
    assert redact(text) == SECRETS[text]
    assert redact(redact(text)) == SECRETS[text]


@pytest.mark.parametrize("text", [text for text in SECRETS if not re.search("[<&]", text)])
@pytest.mark.parametrize("write", [html.escape, markupsafe.escape])
def test_a_secret_is_replaced_in_html_too(text, write):
    expected = SECRETS[text]
    assert redact(f"<p>{write(text)}</p>") == f"<p>{write(expected)}</p>"


def test_a_value_with_html_s_own_signs_is_replaced_whole():
    assert redact("<td>PASSWORD=a&amp;b&lt;c</td>") == "<td>PASSWORD=REDACTED</td>"


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_stays(text):
    assert redact(text) == text
    assert redact(html.escape(text)) == html.escape(text)


@pytest.mark.parametrize(
    "text",
    [
        "token",
        "login -",
        "'",
        "eyJ",
        "secret=",
        "\\",
        "a",
        'login "',
        "curl ",
        "curl -u a",
        "--a-",
        "account",
        '"auth"',
        "token a b ",
        "accounts: [",
        "hooks",
        "%252",
        "%20https%3A//me:",
        'a="&quot;',
        "https:\\/\\/me:",
        "\\u005c",
    ],
)
def test_hostile_text_is_read_to_its_end(text):
    key = " AKIAABCDEFGHIJKLMNOP"
    assert key not in redact((text * 100_000)[:100_000] + "\n" + key)


def test_an_embedded_picture_stays_whole():
    data = base64.b64encode(os.urandom(30_000)).decode()
    picture = f'<img src="data:image/png;base64,{data}AKIAABCDEFGHIJKLMNOP+/==">'
    assert redact(picture) == picture


SEED = random.randrange(1_000_000)


def find_pieces(secret):
    """What no reader may see of a secret: any eight signs in a row."""
    return {secret[at : at + 8] for at in range(max(1, len(secret) - 7))}


def test_no_piece_of_a_secret_in_any_carrier_is_left_and_what_stands_around_it_is():
    print(f"seed {SEED}")
    cases = make_secrets(SEED)
    assert len(cases) >= 300
    for case in cases:
        said = redact(case.text)
        leaks = [each for each in case.secrets if any(x in said for x in find_pieces(each))]
        assert not leaks, f"{case.kind}: {case.text!r} -> {said!r}"
        assert case.stays in said, f"{case.kind}: {case.text!r} -> {said!r}"
        assert said.count("\n") == case.text.count("\n")
        assert redact(said) == said


def test_look_alikes_stay_byte_for_byte():
    print(f"seed {SEED}")
    texts = make_harmless(SEED)
    assert len(texts) >= 100
    changed = {text: redact(text) for text in texts if redact(text) != text}
    assert changed == {}
    assert redact("\n".join(texts)) == "\n".join(texts)


def test_many_lines_are_redacted_as_a_few_are():
    print(f"seed {SEED}")
    cases = [case for case in make_secrets(SEED) if "\n" not in case.text]
    together = redact("\n".join(case.text for case in cases) + "\n")
    shown = find_pieces(together)
    for case in cases:
        assert not any(
            x in shown for each in case.secrets if len(each) >= 8 for x in find_pieces(each)
        ), case


def test_a_log_keeps_its_lines_and_the_bytes_that_are_no_text():
    log = b"#1 \xff\xfe DB_PASSWORD=hunter2\r\n#1 DONE 0.1s\r\n"
    assert redact_log(log) == b"#1 \xff\xfe DB_PASSWORD=REDACTED\r\n#1 DONE 0.1s\r\n"


def test_recorded_logs_read_as_before_but_for_their_secrets():
    log = gzip.decompress((LAB / "runs/docker.cold.01/build.log.gz").read_bytes())
    assert redact_log(log) == log
    spoiled = log.replace(b"RUN ", b"RUN API_TOKEN=8fj3kd02kd9s ")
    assert b"8fj3kd02kd9s" in spoiled
    clean = log.replace(b"RUN ", b"RUN API_TOKEN=REDACTED ")
    before, after = analysis.read_logs({"a": clean}), analysis.read_logs({"a": redact_log(spoiled)})
    for field in dataclasses.fields(before):
        pd.testing.assert_frame_equal(getattr(before, field.name), getattr(after, field.name))


def test_values_of_json_are_redacted_by_their_keys_and_inside_base64():
    output = base64.b64encode(b"export NPM_TOKEN=8fj3kd02kd9s\n").decode()
    record = {
        "digest": "sha256:" + 64 * "a",
        "seconds": 1.5,
        "arguments": {"DB_PASSWORD": "hunter2", "PORT": "80"},
        "BuildArgs": [{"Name": "API_KEY", "Value": "hunter2"}, {"Name": "PORT", "Value": "80"}],
        "rawjson": [{"logs": [{"data": output}]}],
    }
    safe = redact_values(record)
    assert "hunter2" not in str(safe)
    assert safe["digest"] == record["digest"] and safe["seconds"] == 1.5
    assert safe["arguments"] == {"DB_PASSWORD": "REDACTED", "PORT": "80"}
    assert safe["BuildArgs"][1] == {"Name": "PORT", "Value": "80"}
    data = safe["rawjson"][0]["logs"][0]["data"]
    assert base64.b64decode(data) == b"export NPM_TOKEN=REDACTED\n"


def test_accounts_and_secrets_of_kubernetes_are_redacted_in_values_of_json():
    record = {
        "accountIds": ["123456789012"],
        "environment": [{"name": "AWS_ACCOUNT_ID", "value": "223456789012"}],
        "size": "323456789012",
        "manifest": {"kind": "Secret", "data": {"db": "cGxhaW4="}},
        "other": {"kind": "ConfigMap", "data": {"db": "cGxhaW4="}},
    }
    assert redact_values(record) == {
        "accountIds": ["ACCOUNT"],
        "environment": [{"name": "AWS_ACCOUNT_ID", "value": "ACCOUNT"}],
        "size": "323456789012",
        "manifest": {"kind": "Secret", "data": {"db": "REDACTED"}},
        "other": {"kind": "ConfigMap", "data": {"db": "cGxhaW4="}},
    }


def test_what_lies_deep_in_a_secret_or_beside_two_names_is_redacted_in_values_of_json():
    secret = {"kind": "Secret", "data": {"a": {"password": "pepper-lily"}, "b": "cGxhaW4="}}
    named = {"name": "db", "key": "DB_PASSWORD", "value": "pepper-lily"}
    assert redact_values([secret, named]) == [
        {"kind": "Secret", "data": {"a": {"password": "REDACTED"}, "b": "REDACTED"}},
        {"name": "db", "key": "DB_PASSWORD", "value": "REDACTED"},
    ]


def test_every_rule_of_gitleaks_is_one_that_python_can_read():
    text = (RULES / "gitleaks.toml").read_text()
    used = [rule for rule in tomllib.loads(text)["rules"] if "regex" in rule]
    assert len(used) > 200
    # all keywords in one line: each rule is compiled and tried
    redact(" ".join(word for rule in used for word in rule["keywords"]) + " " + "x" * 20)
