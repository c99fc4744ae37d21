"""What a commit changes in a context: a source file or the list of dependencies."""

from fnmatch import fnmatch
from pathlib import Path

from analysis.errors import ContextError
from analysis.workload.context_files import copied_files, read_text, write_text

# dependency lists and a line that changes each of them to no effect
DEPENDENCY_FILES = {
    "requirements*.txt": "# changed",
    "pyproject.toml": "# changed",
    "package.json": "",
    "go.mod": "// changed",
    "pom.xml": "<!-- changed -->",
    "build.gradle": "// changed",
    "build.gradle.kts": "// changed",
    "*.csproj": "<!-- changed -->",
    "Cargo.toml": "# changed",
    "Gemfile": "# changed",
    "Pipfile": "# changed",
    "composer.json": "",
}
_COMMENTS = {
    "#": ".py .rb .sh .pl .r .yml .yaml .toml",
    "//": ".js .mjs .cjs .jsx .ts .tsx .go .java .kt .rs .c .cc .cpp .h .cs .php .scala .swift",
}
# settings rather than source, which changes first
_SETTINGS = (".yml", ".yaml", ".toml")
_COMMENT_OF = {suffix: sign for sign, text in _COMMENTS.items() for suffix in text.split()}
# in our own context the change of a dependency is a real one
_VERSION_CHANGES = {"click==8.1.8": "click==8.1.7"}


def find_dependency(context: Path) -> Path | None:
    """The dependency list that the Dockerfile copies, null without one."""
    for pattern in DEPENDENCY_FILES:
        for path in copied_files(context):
            if fnmatch(path.name, pattern):
                return path
    return None


def find_source(context: Path) -> Path | None:
    """A source file that the Dockerfile copies, settings and tests last; null without one."""
    found = [
        path
        for path in copied_files(context)
        if path.suffix in _COMMENT_OF
        and not any(fnmatch(path.name, pattern) for pattern in DEPENDENCY_FILES)
    ]
    return min(found, key=_rank_source, default=None)


def _rank_source(path: Path) -> tuple[bool, bool, Path]:
    """What source files are sorted by: settings and hidden folders last, before them tests."""
    settings = path.suffix in _SETTINGS or any(part.startswith(".") for part in path.parts)
    return settings, "test" in path.as_posix().lower(), path


def change_source(context: Path) -> None:
    """Add a comment to a source file; ContextError when there is none."""
    path = find_source(context)
    if path is None:
        raise ContextError(f"{context}: no source file to change; give one by REPLACEMENTS/source.")
    _append_line(context / path, f"{_COMMENT_OF[path.suffix]} changed")


def change_dependency(context: Path) -> None:
    """Change the dependency list: another version where we know one, else a line of no effect."""
    path = find_dependency(context)
    if path is None:
        raise ContextError(
            f"{context}: no dependency list to change; give one by REPLACEMENTS/dependency."
        )
    text = read_text(context / path)
    for old, new in _VERSION_CHANGES.items():
        if old in text.splitlines():
            write_text(context / path, text.replace(old, new))
            return
    line = next(line for glob, line in DEPENDENCY_FILES.items() if fnmatch(path.name, glob))
    _append_line(context / path, line)


def _append_line(path: Path, line: str) -> None:
    """Add a line of its own at a file's end."""
    text = path.read_bytes()
    gap = b"" if text.endswith(b"\n") or not text else b"\n"
    path.write_bytes(text + gap + f"{line}\n".encode())
