"""When, from which commit and by which command a set of pages was made."""

import os
import shlex
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, distribution
from json import JSONDecodeError, loads
from pathlib import Path

from analysis.languages import ENGLISH, get_language
from analysis.logs import show_path
from analysis.prose.template import tell
from analysis.shipped import ROOT

_PACKAGE = "codebuild-cache-analysis"
# letters of a commit that tell it from others
_SHORT = 10
_GIT_SECONDS = 5


@dataclass(frozen=True)
class Made:
    """`when` (UTC), `package` (name, version, commit), `command`: as a page's footer says them."""

    when: str
    package: str
    command: str


def note_made(*command: str | Path) -> Made:
    """What there is to say of pages that this command makes now.

    SOURCE_DATE_EPOCH, where it is set, is now: https://reproducible-builds.org/specs/source-date-epoch/
    """
    words = [_hide_place(each) if isinstance(each, Path) else each for each in command]
    return Made(_say_now(), _say_package(), shlex.join(words))


def list_language() -> list[str]:
    """The option of a command that speaks a language that is not English."""
    language = get_language()
    return [] if language == ENGLISH else ["--language", language]


def _say_now() -> str:
    """`29 November 2026, 10:02 UTC`."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = datetime.fromtimestamp(int(given), UTC) if given.isdecimal() else datetime.now(UTC)
    return tell("{now.day} {now:%B %Y, %H:%M} UTC", now=now)


def _say_package() -> str:
    """`codebuild-cache-analysis 0.1.0, commit 0123456789`; as much of it as is known."""
    try:
        found = distribution(_PACKAGE)
        version, direct = found.version, found.read_text("direct_url.json")
    except PackageNotFoundError:
        version, direct = "", None
    commit = _ask_git() or _read_commit(direct)
    return f"{_PACKAGE} {version}".strip() + (
        tell(", commit {commit}", commit=commit) if commit else ""
    )


def _ask_git() -> str:
    """The commit of the checkout, and whether its files differ from it; '' where git can't tell."""
    if not (ROOT / ".git").exists():
        return ""
    git = ["git", "-C", str(ROOT), "describe", "--always", "--exclude=*", f"--abbrev={_SHORT}"]
    try:
        told = subprocess.run(
            [*git, f"--dirty={tell(' with changes')}"],
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return told.stdout.strip() if told.returncode == 0 else ""


def _read_commit(direct: str | None) -> str:
    """The commit that a package was installed from (PEP 610); '' when it does not say."""
    try:
        commit = loads(direct or "{}").get("vcs_info", {}).get("commit_id", "")
    except (JSONDecodeError, AttributeError):
        return ""
    return str(commit)[:_SHORT]


def _hide_place(path: Path) -> str:
    """A path as a reader may see it: from here on, or its name alone."""
    here = Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    return show_path(shown.name if shown.is_absolute() or ".." in shown.parts else shown)
