"""Rules on what a RUN fetches that moves on: hits and near misses, each in a file of its own."""

import pytest
from doctor_files import dockerfile

INSTALL = "RUN apt-get install -y curl"
URL = "https://github.com/me/tool"
UPDATES = {
    "an install below": (2, ["FROM debian", "RUN apt-get update", INSTALL]),
    "apt, with a repository before it": (
        3,
        ["FROM debian", "WORKDIR /a", "RUN add-key && apt -y update", "RUN apt install -y a"],
    ),
    "with options": (2, ["FROM debian", "RUN apt-get -qq update", INSTALL]),
    "by sudo's user, over lines": (2, ["FROM a", "RUN set -ex; \\", "  apt-get update", INSTALL]),
    "an upgrade below": (2, ["FROM ubuntu", "RUN apt-get update -y", "RUN apt-get upgrade -y"]),
    "another RUN between": (2, ["FROM a", "RUN apt-get update", "RUN useradd x", INSTALL]),
    "in a stage below": (2, ["FROM a AS b", "RUN apt-get update", "FROM b", INSTALL]),
    "in a stage below that": (
        2,
        ["FROM a AS b", "RUN apt update", "FROM b AS c", "FROM c", INSTALL],
    ),
    "in the second of two stages below": (
        2,
        [
            *("FROM a AS b", "RUN apt update"),
            *("FROM b", "RUN apt update && apt install a"),
            *("FROM b", INSTALL),
        ],
    ),
    "an install by a release": (
        2,
        ["FROM a", "RUN apt-get update", "RUN apt-get -t sid install a"],
    ),
    "in JSON": (2, ["FROM a", 'RUN ["apt-get", "update"]', INSTALL]),
    "in a heredoc": (2, ["FROM a", "RUN <<EOF", "apt-get update", "EOF", INSTALL]),
    "before an install that updates": (
        2,
        ["FROM a", "RUN apt-get update", INSTALL, "RUN apt-get update && apt-get install -y b"],
    ),
    "together": (0, ["FROM a", "RUN apt-get update && apt-get install -y curl"]),
    "together over lines": (0, ["FROM a", "RUN apt-get update \\", " && apt-get -y upgrade"]),
    "together, by a release": (
        0,
        ["FROM a", "RUN apt-get update && apt-get -t sid install -y a", INSTALL],
    ),
    "the install updates itself": (
        0,
        ["FROM a", "RUN apt-get update", "RUN apt-get update && apt-get install -y curl"],
    ),
    "nothing installed": (0, ["FROM a", "RUN apt-get update", "RUN echo apt-get install"]),
    "lists in a mount": (
        0,
        [
            "FROM a",
            "RUN --mount=type=cache,target=/var/lib/apt/lists apt-get update",
            "RUN --mount=type=cache,target=/var/lib/apt/lists apt-get install -y a",
        ],
    ),
    "another stage installs": (0, ["FROM a AS b", "RUN apt-get update", "FROM c", INSTALL]),
    "npm": (0, ["FROM node", "RUN npm update", "RUN npm install a@1"]),
    "apk": (0, ["FROM alpine", "RUN apk add --no-cache curl=8.1-r0"]),
    "echoed": (0, ["FROM a", "RUN echo apt-get update", "RUN echo"]),
    "a comment": (0, ["FROM a", "# RUN apt-get update", "RUN apt-get update && apt-get install a"]),
}
CLONES = {
    "the newest": (2, ["FROM a", f"RUN git clone {URL}"]),
    "shallow, into a folder": (2, ["FROM a", f"RUN git clone --depth 1 {URL}.git /src"]),
    "main by name": (2, ["FROM a", f"RUN git clone -b main {URL} && make -C tool"]),
    "a branch with =": (2, ["FROM a", f"RUN git clone --branch=master {URL}"]),
    "after another command": (2, ["FROM a", f"RUN cd /opt && git clone {URL} && cd tool && make"]),
    "ssh": (2, ["FROM a", "RUN --mount=type=ssh git clone git@github.com:me/tool.git"]),
    "with options of git": (2, ["FROM a", f"RUN git -c http.sslVerify=true clone {URL}"]),
    "with submodules": (2, ["FROM a", f"RUN git clone --recurse-submodules -j 8 {URL}"]),
    "in a heredoc": (2, ["FROM a", "RUN <<EOF", f"git clone {URL}", "make", "EOF"]),
    "in a second stage": (3, ["FROM a AS b", "FROM a", f"RUN git clone {URL}"]),
    "an argument of another kind above": (3, ["FROM a", "ARG USER", f"RUN git clone {URL}"]),
    "a tag": (0, ["FROM a", f"RUN git clone --branch v1.4.2 --depth 1 {URL}"]),
    "a tag by -b": (0, ["FROM a", f"RUN git clone -b 2.0 {URL}"]),
    "a variable": (0, ["FROM a", "ARG REF=v1", f"RUN git clone -b $REF {URL}"]),
    "a checkout": (0, ["FROM a", f"RUN git clone {URL} && cd tool && git checkout 3f2a1b9"]),
    "a checkout below": (0, ["FROM a", f"RUN git clone {URL}", "RUN git -C tool checkout 3f2a1b9"]),
    "a reset": (0, ["FROM a", f"RUN git clone {URL} t && git -C t reset --hard 3f2a1b9"]),
    "a cache break": (0, ["FROM a", "ARG CACHEBUST=1", f"RUN git clone {URL}"]),
    "an address above": (0, ["FROM a", "ADD https://api.github.com/x v", f"RUN git clone {URL}"]),
    "a commit's argument": (0, ["FROM a", "ARG COMMIT", f"RUN git clone {URL}"]),
    "a folder": (0, ["FROM a", "RUN git clone /src /copy"]),
    "echoed": (0, ["FROM a", f"RUN echo git clone {URL}"]),
}
TABLE = {"update-alone": UPDATES, "clone-without-commit": CLONES}


@pytest.mark.parametrize(
    ("rule", "name"), [(rule, name) for rule, cases in TABLE.items() for name in cases]
)
def test_what_a_run_fetches_is_found_where_it_moves_on(rule, name, find):
    line, lines = TABLE[rule][name]
    places = [f"Dockerfile:{line}"] if line else []
    assert find(rule, {"Dockerfile": dockerfile(*lines)}) == places
