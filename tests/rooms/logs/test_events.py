"""What Arrow reads at once of JSON and CSV holds what is read entry by entry."""

import csv
import io
import json
import random

import pytest

from analysis.logs import containers
from analysis.logs.containers import encode, open_container, read_json
from analysis.logs.listed import read_events

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
        found, wanted = read_events(data), read_json(data.decode())
        if found is not None:
            opened += 1
            assert found == (encode("".join(wanted.messages)), wanted.times), data
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
        assert read_events(data) is None


def print_rows(rng):
    """A table as csv.writer writes it, or with quotes, feeds and rows as they should not be."""
    names = ["timestamp", "message", "logStreamName"][: rng.choice((2, 2, 3))]
    rng.shuffle(names)
    rows = []
    for number, message in enumerate(make_messages(rng)):
        time = 1767225600000 + (number if rng.random() < 0.9 else rng.randint(0, 9))
        row = {"timestamp": time, "message": message, "logStreamName": rng.choice("aaaab")}
        rows.append([row[name] for name in names])
    file = io.StringIO(newline="")
    end = rng.choice(("\r\n", "\n"))
    quoting = rng.choice((csv.QUOTE_ALL, csv.QUOTE_MINIMAL))
    file.write(",".join(names) + end)
    csv.writer(file, lineterminator=end, quoting=quoting).writerows(rows)
    data = bytearray(file.getvalue().encode())
    if rng.random() < 0.5:
        at = rng.randrange(data.index(end.encode()) + len(end), len(data))
        data[at:at] = rng.choice((b'"', b",", b"\n", b"\r\n", b" ", b"\xff", b'""', b"\0"))
    return bytes(data)


def test_rows_of_any_text_are_those_of_csv(monkeypatch):
    print(f"seed {SEED}")
    rng = random.Random(SEED)
    tables = [print_rows(rng) for _ in range(1500)]
    found = [open_container(data) for data in tables]
    taken = []
    read = containers.read_table
    monkeypatch.setattr(containers, "read_table", lambda *given: taken.append(read(*given)))
    assert found == [open_container(data) for data in tables]
    assert 300 < sum(each is not None for each in taken) < len(tables)
