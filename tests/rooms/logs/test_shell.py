"""Whether a command goes on: shell syntax, and no line of it looked at twice."""

import re

import pytest

from analysis.logs import shell
from analysis.logs.reading import read_logs
from analysis.logs.shell import Script

OPEN = [
    "docker build \\",
    "docker build \\  ",
    "make &&",
    "cat a |",
    "echo 'a",
    'echo "a\nb',
    'echo "a \\"',
    "if true; then\n  echo a",
    "for a in b\ndo\n  if c; then\n    d\n  fi",
    "while read a; do if b; then c; fi",
    'case "$1" in\n  a) b ;;',
    "cat <<EOF\nit's",
    "cat <<-'EOF' >file\n\tEOF comes later",
    "cat <<A <<B\nA",
    'docker login -p "$(cat <<EOF\n"a" EOF',
    "make &&\nif a; then",
]
CLOSED = [
    "",
    "docker build .",
    "docker build \\\n  .",
    "echo it\\'s",
    "echo 'it is' \"it's\"",
    "make # it's a comment",
    "echo a#it",
    "if a; then\n  b\nfi",
    "make &&\nif a; then\n  b\nfi",
    "for a in b; do c; done",
    'case "$1" in\n  a) b ;;\nesac',
    "cat <<EOF\nit's\n  EOF",
    "cat <<-\\EOF\n$(if \n\tEOF",
    "cat <<A <<B\nA\nB",
    "echo $((1<<2)) 1<<X",
    "cat <<<word",
    "echo 'see <<EOF' \"and <<EOF\"",
    "make # see <<EOF",
    'docker login -p "$(cat <<EOF\n"a\nEOF\n)"',
    'echo "a\nfi" if b',
    "echo a \\\nif b",
    "verify | notify",
]


def follow(text):
    first, *rest = text.split("\n")
    script = Script(first)
    for line in rest:
        script.take(line)
    return script


@pytest.mark.parametrize("text", OPEN)
def test_a_shell_would_wait_for_more(text):
    assert follow(text).is_open


@pytest.mark.parametrize("text", CLOSED)
def test_a_shell_would_run_it(text):
    assert not follow(text).is_open


class Counted:
    """A pattern that adds up how many characters it was given."""

    def __init__(self, pattern, seen):
        self.pattern, self.seen = pattern, seen

    def __getattr__(self, name):
        def call(text, at=0):
            self.seen.append(len(text) - at)
            return getattr(self.pattern, name)(text, at)

        return call


HOSTILE = {
    "heredocs that begin and never end": ("cat <<EOF", "<<A"),
    "heredocs in a string": ('echo "', "<<A"),
    "blocks that never end": ("if a; then", "if b; then"),
    "lines that go on": ("a \\", "b \\"),
    "blank lines": ("echo '", ""),
    "quotes": ("echo '", "'\\''"),
}


@pytest.mark.parametrize("first, line", HOSTILE.values(), ids=HOSTILE)
def test_the_work_on_a_command_grows_as_its_lines_do(monkeypatch, first, line):
    seen = []
    for name, value in vars(shell).copy().items():
        if isinstance(value, re.Pattern):
            monkeypatch.setattr(shell, name, Counted(value, seen))
    inside = {quote: Counted(pattern, seen) for quote, pattern in shell.INSIDE.items()}
    monkeypatch.setattr(shell, "INSIDE", inside)
    text = f"[Container] 2026/01/22 23:28:00 Running command {first}\n"
    work = []
    for number in (500, 1000):
        seen.clear()
        assert len(read_logs((text + number * f"{line}\n").encode()).commands) == 1
        work.append(sum(seen))
    assert work[0] <= 40 * (len(first) + 500 * (len(line) + 1))
    assert work[1] <= 2.1 * work[0] + 100


@pytest.mark.parametrize("first, line", HOSTILE.values(), ids=HOSTILE)
def test_a_command_that_never_ends_takes_no_more_than_its_share_of_a_log(first, line):
    text = f"[Container] 2026/01/22 23:28:00 Running command {first}\n" + 20_000 * f"{line}\n"
    logs = read_logs(text.encode())
    assert 9_900 < len(logs.commands["command"].item()) <= 10_100
    assert logs.logs["lines"].item() == 20_001
