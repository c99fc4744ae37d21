"""What builds are given: secrets reach them, and no log or record."""

import base64
import json

from analysis.lab.given import Given
from analysis.workload import read_secret

VALUES = ("made-up-token-1", "//registry.example/:_authToken=made-up-token-2\n")


def test_a_secret_is_hidden_however_a_log_shows_it():
    given = Given(hidden=(*VALUES, 'made "up"'))
    log = b'#5 0.1 made-up-token-1\n#5 0.2 made-up-token-2 {"a": "made \\"up\\""} up\n'
    assert given.hide(log) == b'#5 0.1 ***\n#5 0.2 *** {"a": "***"} up\n'
    assert Given().hide(log) == log


def test_no_line_of_a_log_is_lost():
    given = Given(hidden=("made-up-token-1\n", "first-line-of-it\nsecond-line-of-it\n"))
    log = b"#5 0.1 made-up-token-1\n#5 DONE 0.2s\nfirst-line-of-it\nsecond-line-of-it\n#6 DONE\n"
    assert given.hide(log) == b"#5 0.1 ***\n#5 DONE 0.2s\n***\n***\n#6 DONE\n"


def test_short_values_leave_a_log_as_it_is():
    given = Given(hidden=("ab", "registry=x\nstrict-ssl=true\n"))
    assert given.hide(b"#1 [ab 1/2] true x\n") == b"#1 [ab 1/2] true x\n"


def test_a_record_of_a_build_is_looked_into():
    given = Given(hidden=VALUES)
    data = base64.b64encode(b"#5 made-up-token-1\n").decode()
    record = {"builds": [{"args": {"made-up-token-2": 1}, "logs": [{"data": data}], "n": 2}]}
    clean = given.hide_in(record)
    assert "made-up" not in json.dumps(clean)
    assert base64.b64decode(clean["builds"][0]["logs"][0]["data"]) == b"#5 ***\n"
    assert clean["builds"][0]["n"] == 2


def test_secrets_of_the_environment_are_variables_of_commands(monkeypatch):
    monkeypatch.setenv("TOKEN", VALUES[0])
    given = Given({"MODE": "ci"}, (read_secret("id=t,env=TOKEN"), read_secret("id=n,src=x")))
    assert given.environment == {"TOKEN": VALUES[0], "MODE": "ci"}
    assert VALUES[0] not in repr(given)
