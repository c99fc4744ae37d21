"""Commands of shell scripts, and calls of docker among them."""

import pytest

from analysis.workload.docker_calls import parse_docker
from analysis.workload.shell import list_commands

SCRIPTS = {
    "a && b; c | d || e": ["a", "b", "c", "d", "e"],
    "a \\\n  b\nc": ["a b", "c"],
    "if a; then b; elif c; then d; else e; fi": ["a", "b", "c", "d", "e"],
    "for x in 1 2; do a $x; done": ["for x in 1 2", "a $x"],
    "while a\ndo b\ndone": ["a", "b"],
    "case $x in\n a|b) c ;;\n *) d\n e;;\nesac\nf": ["c", "d", "e", "f"],
    "case x in (a) b;; esac": ["b"],
    "x() { a; }\nx": ["a", "x"],
    "{ a; } 2>&1 >/dev/null </dev/null": ["a"],
    "a > b 2> c <<< d e": ["a e"],
    "cat <<EOF | a\nb\nEOF\nc": ["cat", "a", "c"],
    "cat <<-'X'\n\tb $(c)\n\tX\nd": ["cat", "d"],
    "a $(b c) `d`": ["b c", "d", "a $(b c) `d`"],
    'a "$(b "c d")"': ["b c d", 'a $(b "c d")'],
    "a 'b; c' \"d && e\" f\\ g": ["a b; c d && e f g"],
    "# a\nb # c\nd#e": ["b", "d#e"],
    "(a; b) & c": ["a", "b", "c"],
    "[[ a && b ]] && c": ["[[", "c"],
    "(( a + b )); c": ["c"],
    "sudo -u x a; env A=1 b; timeout -k 5 60 c; nohup d": ["a", "b", "c", "d"],
    "bash -ec 'a; b'": ["a", "b", "bash -ec a; b"],
    "A=1 B=2 c; D=3": ["c", ""],
    "! a": ["a"],
    'a "unclosed\nb': ["a unclosed\nb"],
    "a ${b:-$(c)} d": ["a ${b:-$(c)} d"],
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_commands_are_found_in_their_order(script):
    assert [" ".join(each.texts) for each in list_commands(script)] == SCRIPTS[script]


def test_a_word_knows_its_place():
    script = "x; docker build \\\n -t 'a b' \"$C\" ."
    (command,) = [each for each in list_commands(script) if each.texts[0] == "docker"]
    places = [script[word.start : word.end] for word in command.words]
    assert places == ["docker", "build", "-t", "'a b'", '"$C"', "."]
    assert command.texts[3:] == ["a b", "$C", "."]


def test_pipes_loops_background_and_assignments_are_told():
    found = {
        " ".join(each.texts): each for each in list_commands("a | b; while c; do d; done; e &")
    }
    assert found["b"].piped and not found["a"].piped
    assert found["d"].looped and not found["e"].looped
    assert found["e"].background and not found["d"].background
    assert list_commands('A="b c" D=$(e) f')[-1].assignments == {"A": "b c", "D": "$(e)"}


CALLS = {
    "docker build -t a:1 -tb:2 --tag=c -f x/Dockerfile . ": (
        "build",
        {"--tag": ["a:1", "b:2", "c"], "--file": ["x/Dockerfile"]},
        ["."],
    ),
    "docker image build -qt a .": ("build", {"--quiet": [""], "--tag": ["a"]}, ["."]),
    "docker --context x buildx b --push .": (
        "buildx build",
        {"--context": ["x"], "--push": [""]},
        ["."],
    ),
    "docker buildx --builder b build .": ("buildx build", {"--builder": ["b"]}, ["."]),
    "docker buildx bake -f a.hcl x y": ("bake", {"--file": ["a.hcl"]}, ["x", "y"]),
    "docker-compose -f a.yml -p q build web": (
        "compose build",
        {"--file": ["a.yml"], "--project-name": ["q"]},
        ["web"],
    ),
    "docker compose up --build -d": ("compose up", {"--build": [""], "-d": [""]}, []),
    "docker login -u a -p b host": ("login", {"--username": ["a"], "--password": ["b"]}, ["host"]),
    "/usr/bin/docker push a:1": ("push", {}, ["a:1"]),
    "docker": ("", {}, []),
}


@pytest.mark.parametrize("line", CALLS)
def test_a_call_of_docker_is_read(line):
    call = parse_docker(list_commands(line)[0])
    name, options, arguments = CALLS[line]
    assert call.name == name
    assert {each.name: call.values(each.name) for each in call.options} == options
    assert [each.text for each in call.arguments] == arguments


def test_flags_and_builds():
    calls = [
        parse_docker(each) for each in list_commands("docker build --load=false .; podman build .")
    ]
    assert not calls[0].has("--load") and calls[0].builds
    assert calls[1] is None
    up = [parse_docker(c) for c in list_commands("docker compose up; docker compose up --build")]
    assert [each.builds for each in up] == [False, True]
