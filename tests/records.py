"""Records of docker builds as BuildKit writes them, with chosen times."""

import base64
import json

BEGIN = 10


def at(second):
    """The time so many seconds after the begin of a build."""
    whole, micro = divmod(round((BEGIN + second) * 1_000_000), 1_000_000)
    return f"2026-01-01T00:{whole // 60:02d}:{whole % 60:02d}.{micro:06d}Z"


def vertex(digest, name, *spans, inputs=(), cached=False, error=None):
    """The states of a step: announced with its inputs, then begun and ended once a span."""
    states = [{"digest": digest, "name": name} | ({"inputs": [*inputs]} if inputs else {})]
    for number, (start, end) in enumerate(spans):
        state = {"digest": digest, "name": name, "started": at(start)}
        state |= {} if end is None else {"completed": at(end)}
        # a hit is told once; what is then fetched for it is told without
        state |= {"cached": True} if cached and not number else {}
        state |= {"error": error} if error else {}
        states.append(state)
    return states


def part(digest, words, start, end):
    """A part of a step that is done."""
    return {"vertex": digest, "id": words, "started": at(start), "completed": at(end)}


def output(digest, text):
    """What a step printed."""
    return {"vertex": digest, "stream": 1, "data": base64.b64encode(text.encode()).decode()}


def record(*vertices, parts=(), logs=()):
    """A build as history.json.gz holds it: all in one status."""
    states = [state for each in vertices for state in each]
    status = {"vertexes": states} | ({"statuses": [*parts]} if parts else {})
    return {"ref": "r", "inspect": None, "rawjson": [status | ({"logs": [*logs]} if logs else {})]}


def show(*builds):
    """The bytes of a log of these builds, one status a line."""
    lines = [json.dumps(status) for build in builds for status in build["rawjson"]]
    return "".join(f"{line}\n" for line in lines).encode()


READ = vertex("a", "[internal] load build definition from Dockerfile", (0, 0.1))
BASE = vertex("b", "[1/3] FROM base:1", (0.1, 2.1))
RUN = vertex("c", "[2/3] RUN make", (2.1, 7.1), inputs="b")
COPY = vertex("d", "[3/3] COPY a b", (7.1, 7.2), inputs="c")
EXPORT = vertex("e", "exporting to image", (7.2, 8.2))
BUILD = record(READ, BASE, RUN, COPY, EXPORT)
