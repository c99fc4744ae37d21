"""A git history of deploy/ that a replay can be recorded of: 24 commits that end in what it is now.

    python -m benchmarks.believable_history FOLDER
    make experiment CONTEXT=FOLDER COMMITS=24 STRATEGIES=docker,registry-cache-push

The service grows by features, tests, versions and instructions, as a small one does, and some
commits change nothing that is built. Dates, authors and so the commits' ids are always the same.
"""

import argparse
import os
import subprocess
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from analysis.shipped import ROOT

CONTEXT = ROOT / "deploy"
_BEGIN, _BETWEEN = datetime(2026, 3, 2, 9, 12, tzinfo=UTC), timedelta(hours=19, minutes=7)
_AUTHORS = ("Ada", "Ben")
_FIRST = "The service"


class Edit(NamedTuple):
    """A change of a file's text; those of one message are one commit."""

    message: str
    path: str
    old: str
    new: str


def _edit(path: str, message: str, new: str, old: str = "") -> Edit:
    return Edit(message, path, old, new)


_docker, _list = partial(_edit, "Dockerfile"), partial(_edit, "requirements.txt")
_prices, _service = partial(_edit, "app/prices.py"), partial(_edit, "app/service.py")
_tests, _readme = partial(_edit, "tests/test_service.py"), partial(_edit, "README.md")
_ROUTES = "\nRoutes: /health, /articles and /stock-value.\n"
_START = "A price list. Start it with `gunicorn app.service:app`.\n"
_STAGES = "dependencies and tests in one stage, a lean one to run"
_TITLE = f"# The web service of the quick start: {_STAGES}.\n"
_WORTH = '''

def stock_value() -> int:
    """What all articles in stock are worth, in cents."""
    with Session(engine) as session:
        return int(session.scalar(select(func.sum(Article.price * Article.stock))))
'''
_ROUTE = '''

@app.get("/stock-value")
def value():
    """What the stock is worth."""
    return jsonify(cents=stock_value())
'''
_TEST = """
    def test_stock_value(self):
        self.assertEqual(self.client.get("/stock-value").json, {"cents": 102055})
"""
EDITS = (
    _readme("Say how to start it", _START),
    _prices("A fourth article", ', ("compass", 1825, 31))\n', ")\n"),
    _list("Bump click to 8.1.8", "click==8.1.8", "click==8.1.7"),
    _prices("Names are searched in small letters", "(text.lower())", "(text)"),
    _service("Without a query all articles are found", 'args.get("q", "")', 'args["q"]'),
    _docker("Say what the Dockerfile is of", _TITLE),
    _prices("The cheapest article comes first", ".order_by(Article.price)"),
    _tests(
        "The order is tested",
        'assertEqual([article["name"] for article in found], ["lantern", "blanket"])',
        'assertIn("lantern", [article["name"] for article in found])',
    ),
    _list("Bump Jinja2 to 3.1.5", "Jinja2==3.1.5", "Jinja2==3.1.4"),
    _docker("Compiled once, not at each start", "RUN /venv/bin/python -m compileall -q app\n"),
    _prices("What the stock is worth", _WORTH),
    _service("A route for what the stock is worth", "search, stock_value", "search"),
    _service("A route for what the stock is worth", _ROUTE),
    _readme("Name the routes", _ROUTES),
    _tests("The worth of the stock is tested", _TEST),
    _list("Bump packaging to 24.2", "packaging==24.2", "packaging==24.1"),
    _docker("Logs come at once", " PYTHONUNBUFFERED=1"),
    _docker("pip says less", "--no-cache-dir --disable-pip-version-check", "--no-cache-dir"),
    _service("Say what a search gives", "Articles whose name holds the query's `q`.", "Search."),
    _docker("The service needs no rights", "USER 65534\n"),
    _prices("Say in which order", ", cheapest first: name", ": name"),
    _list("Bump SQLAlchemy to 2.0.38", "SQLAlchemy==2.0.38", "SQLAlchemy==2.0.37"),
    _prices("Bump SQLAlchemy to 2.0.38", "What the tables share.", "The base of the tables."),
    _service("Say what health is for", "Say that the service is up.", "Health."),
    _docker("It is served from /srv", "WORKDIR /srv\n", "WORKDIR /app\n"),
    _tests("Say what the tests ask", "Asks the service what its users ask it.", "Tests."),
)


def list_states() -> list[tuple[str, dict[str, str]]]:
    """(message, path -> text of all files) of each commit, the oldest first; the last is deploy/.

    ValueError where deploy/ holds no more what an edit left.
    """
    commits = [(message, list(edits)) for message, edits in groupby(EDITS, lambda e: e.message)]
    now, states = _read_context() | {"README.md": _START + _ROUTES}, []
    for message, edits in reversed(commits):
        states.append((message, now))
        now = _undo(now, edits)
    return [(_FIRST, now), *reversed(states)]


def _undo(texts: dict[str, str], edits: list[Edit]) -> dict[str, str]:
    """The files before a commit."""
    texts = dict(texts)
    for edit in reversed(edits):
        if edit.new not in texts[edit.path]:
            raise ValueError(f"{edit.path} has no {edit.new!r}: change EDITS with {CONTEXT}.")
        texts[edit.path] = texts[edit.path].replace(edit.new, edit.old, 1)
    return texts


def _read_context() -> dict[str, str]:
    """Path -> text of the files of deploy/ that its image is of."""
    names = ("Dockerfile", ".dockerignore", "requirements.txt", "app/*.py", "tests/*.py")
    paths = (path for name in names for path in sorted(CONTEXT.glob(name)))
    return {path.relative_to(CONTEXT).as_posix(): path.read_text() for path in paths}


def make_history(folder: Path) -> int:
    """Write the repository to a new folder; how many commits it has after the first."""
    folder.mkdir(parents=True)
    _git(folder, 0, "init", "-q", "-b", "main")
    states = list_states()
    for number, (message, texts) in enumerate(states):
        for path, text in texts.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(text)
        _git(folder, number, "add", "-A")
        _git(folder, number, "commit", "-q", "-m", message)
    return len(states) - 1


def _git(folder: Path, number: int, *arguments: str) -> None:
    """Call git as the author of a commit, at its time, whatever the user's settings are."""
    name, when = _AUTHORS[number % len(_AUTHORS)], (_BEGIN + number * _BETWEEN).isoformat()
    who = {"NAME": name, "EMAIL": f"{name.lower()}@example.com", "DATE": when}
    roles = ("AUTHOR", "COMMITTER")
    own = {f"GIT_{role}_{key}": each for role in roles for key, each in who.items()}
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "-C", str(folder), *arguments]
    subprocess.run(command, check=True, env={**os.environ, **settings, **own})


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="where the repository is to be; a new folder")
    folder = parser.parse_args().folder
    if folder.exists():
        parser.error(f"{folder} is there already: name a new folder")
    print(f"{make_history(folder)} commits after the first in {folder}")


if __name__ == "__main__":
    main()
