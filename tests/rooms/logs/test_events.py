"""What `aws logs get-log-events` prints is opened at once, and holds what any JSON does."""

import json
import random

import pytest

from analysis.logs.containers import _read_events, encode, read_json

SEED = random.randrange(1_000_000)
PARTS = (
    '"',
    "\\",
    "\\n",
    "\n",
    "\r",
    "\t",
    "\x1b[1m",
    "é",
    "},",
    "{",
    '"message": "',
    "#5 DONE",
    " ",
)
STAMP = '", \n }, { "timestamp": 1767225600000, "message": "'


def print_events(messages, ingested=True, indent=4):
    events = [
        {"timestamp": 1767225600000 + n, "message": message}
        | ({"ingestionTime": 1767225600500 + n} if ingested else {})
        for n, message in enumerate(messages)
    ]
    return json.dumps({"events": events, "nextForwardToken": "f/1"}, indent=indent).encode()


def make_messages(rng):
    return [
        "".join(rng.choices((*PARTS, STAMP), k=rng.randint(0, 6))) + rng.choice(("\n", "\n", ""))
        for _ in range(rng.randint(1, 8))
    ]


@pytest.mark.parametrize("ingested", [True, False])
def test_messages_of_any_text_are_those_of_json(ingested):
    print(f"seed {SEED}")
    rng = random.Random(f"{SEED} {ingested}")
    opened = 0
    for _ in range(300):
        data = print_events(make_messages(rng), ingested)
        found, wanted = _read_events(data), read_json(data.decode())
        if found is not None:
            opened += 1
            assert found.text == encode("".join(wanted.messages))
            assert found.times == wanted.times
    assert opened > 100


def test_other_json_is_left_to_others():
    lines = ["#1 [internal] load build definition\n", "#1 DONE 0.0s\n"]
    for data in (
        print_events(lines)[:-60],
        print_events(lines) + print_events(lines),
        print_events(lines).replace(b'"timestamp"', b'"logStreamName": "a", "timestamp"'),
        print_events(lines).replace(b"1767225600000", b"1767225600009"),
        b'{"events": []}',
    ):
        assert _read_events(data) is None
