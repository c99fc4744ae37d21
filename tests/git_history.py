"""A git history that tests build from: five commits of a small context, one of which is broken."""

import subprocess

DOCKERFILE = "FROM node:20\nCOPY package.json .\nRUN npm ci\nCOPY app.js .\n"


def git(folder, *arguments):
    """What a git command in a folder prints."""
    names = ("-c", "user.name=n", "-c", "user.email=e@example.com")
    command = ["git", "-C", str(folder), *names, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder, message, files):
    """One commit more, which writes these files."""
    for name, text in files.items():
        (folder / name).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


def make_app(folder):
    """A context of five commits, the third of which can't be built."""
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "first", {"Dockerfile": DOCKERFILE, "package.json": "{}", "app.js": "1"})
    commit(folder, "source", {"app.js": "2"})
    commit(folder, "broken", {"Dockerfile": DOCKERFILE + "COPY absent .\n"})
    commit(folder, "base", {"Dockerfile": DOCKERFILE.replace("node:20", "node:22")})
    commit(folder, "list", {"package.json": '{"name": "a"}'})
    return folder


def list_names(folder):
    """The short ids of its commits, the oldest first."""
    return git(folder, "log", "--format=%h", "--abbrev=10", "--reverse").split()
