"""What Arrow reads at once of JSON and CSV holds what is read entry by entry."""

import csv
import io
import json
import random
import tracemalloc

import pytest

from analysis.logs import containers
from analysis.logs.containers import encode, open_container, read_json
from analysis.logs.listed import read_events
from analysis.logs.spaced import cut_events, cut_rows

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


def print_entries(rng):
    """Entries in the form of some service or logger, in lines or a document; now and then odd."""
    name = rng.choice(("message", "Message", "@message", "log", "msg", "text"))
    clock = rng.choice(("timestamp", "time", "ts", "ingestionTime", "when"))
    times = rng.choice((
        lambda n: 1767225600000 + n,
        lambda n: 1767225600.25 + n,
        lambda n: f"2026-01-01T00:00:00.{n:09d}Z",
        lambda n: str(1767225600000 + n),
    ))  # fmt: skip
    more = {"level": "info", "pid": 17, "logStreamName": "a/1", "kubernetes": {"pod": "b-0"}}
    more = {key: more[key] for key in rng.sample([*more], rng.choice((0, 0, 1, 2)))}
    entries = []
    for number, text in enumerate(make_messages(rng)):
        moment = number if rng.random() < 0.97 else rng.randint(0, 9)
        entry = {name: text, clock: times(moment), "eventId": f"{number:056d}", **more}
        if "logStreamName" in more and rng.random() < 0.03:
            entry["logStreamName"] = "a/2"
        entries.append(entry)
    order = rng.sample([*entries[0]], len(entries[0]))
    entries = [{key: each[key] for key in order} for each in entries]
    marks = rng.choice(((", ", ": "), (",", ":")))
    if rng.random() < 0.4:
        text = "".join(json.dumps(each, separators=marks) + "\n" for each in entries)
    else:
        whole = rng.choice((entries, {"events": entries}, {"events": entries, "searched": [{}]}))
        text = json.dumps(whole, indent=rng.choice((None, 2)), separators=marks)
    if rng.random() < 0.1:
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice('"{}\\\n\t1 ') + text[at:]
    return text


def test_entries_of_any_form_are_cut_out_as_they_are_parsed():
    print(f"seed {SEED}")
    rng = random.Random(f"{SEED} entries")
    cut = 0
    for _ in range(500):
        text = print_entries(rng)
        if (found := cut_events(text.encode())) is not None:
            cut += 1
            wanted = read_json(text)
            assert found == (encode("".join(wanted.messages)), wanted.times), text
    assert cut > 100


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
    # a time that a line's end cuts in two
    cut = b'timestamp,message\n176\r\n7225600000,"a: ""b""\r\n"\n'
    tables = [cut, *(print_rows(rng) for _ in range(1500))]
    found = [open_container(data) for data in tables]
    taken = []
    read = containers.read_table
    monkeypatch.setattr(containers, "read_table", lambda *given: taken.append(read(*given)))
    assert found == [open_container(data) for data in tables]
    assert 300 < sum(each is not None for each in taken) < len(tables)


def test_messages_as_services_print_them_are_cut_out_without_parsing():
    print(f"seed {SEED}")
    rng = random.Random(SEED)
    lines = ["".join(rng.choices(PARTS, k=4)).replace("\n", " ") + "\n" for _ in range(500)]
    text = "".join(lines)
    lines_read, times = cut_events(print_events(lines))
    assert lines_read == encode(text)
    assert cut_events(print_events(lines, indent=None)) == (lines_read, times)
    assert cut_events(print_events([each[:-1] for each in lines])) == (lines_read, times)
    assert [round(each.timestamp() * 1000) for each in times] == [1767225600000, 1767225600499]
    rows = [[1767225600000 + number, line] for number, line in enumerate(lines)]
    for end in ("\n", "\r\n"):
        file = io.StringIO(newline="")
        csv.writer(file, lineterminator=end).writerows([["timestamp", "message"], *rows])
        assert cut_rows(file.getvalue().encode(), ",") == (encode(text), times)


def test_braces_in_messages_cost_no_more_than_other_signs():
    event = {"timestamp": 1767225600000, "host": "h" * 800, "message": "{" * 100_000}
    data = json.dumps([event, event]).encode()
    tracemalloc.start()
    found = cut_events(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found is not None and found[0] == (b"{" * 100_000 + b"\n") * 2
    assert peak < 100 * len(data)


@pytest.mark.parametrize(
    "old, new", [(b"5600007", b"560000x"), (b"1767225600007", b"176722560000")]
)
def test_one_event_that_is_written_otherwise_leaves_all_to_others(old, new):
    data = print_events(["#1 DONE 0.1s\n"] * 20)
    assert cut_events(data) is not None and cut_events(data.replace(old, new)) is None
