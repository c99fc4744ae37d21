import base64
import os

import pytest

from analysis.redaction import redact

SECRETS = {
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1": (
        "ACCOUNT.dkr.ecr.eu-west-1.amazonaws.com/app:1"
    ),
    "arn:aws:codebuild:eu-west-1:123456789012:x": "arn:aws:codebuild:eu-west-1:ACCOUNT:x",
    "arn:aws-cn:iam::123456789012:role/build": "arn:aws-cn:iam::ACCOUNT:role/build",
    "key AKIAABCDEFGHIJKLMNOP here": "key REDACTED here",
    "export AWS_SECRET_ACCESS_KEY=abc/def+123": "export AWS_SECRET_ACCESS_KEY=REDACTED",
    '"aws_session_token": "xyz=="': '"aws_session_token": "REDACTED"',
    "docker login -u AWS --password hunter2 host": "docker login -u AWS --password REDACTED host",
    "Authorization: Bearer abc.def": "Authorization: Bearer REDACTED",
    "git clone https://me:pass@example.com/x": "git clone https://REDACTED@example.com/x",
    "<td>DB_PASSWORD=a</td>": "<td>DB_PASSWORD=REDACTED</td>",
    "token eyJwYXlsb2FkIjoiYWJjZGVmZ2hp": "token REDACTED",
}
HARMLESS = [
    "docker login --username AWS --password-stdin registry.example.com",
    "pushed 123456789012 bytes",
    "sha256:123456789012345678901234567890",
    "https://example.com:8080/x",
    "no password was given",
    "127.0.0.1:5000/app@sha256:abc",
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_is_replaced_and_the_text_around_it_stays(text):
    assert redact(text) == SECRETS[text]
    assert redact(redact(text)) == SECRETS[text]


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_stays(text):
    assert redact(text) == text


def test_an_embedded_picture_stays_whole():
    data = base64.b64encode(os.urandom(30_000)).decode()
    picture = f'<img src="data:image/png;base64,{data}AKIAABCDEFGHIJKLMNOP+/==">'
    assert redact(picture) == picture
