"""Write one buildspec once for each strategy, changed where it builds and pushes alone.

    codebuild-cache strategies --from buildspec.yml
    codebuild-cache strategies --from buildspec.yml --strategies registry-cache --print
    codebuild-cache strategies --from buildspec.yml --batch-build linux_small --out ../mine

Each strategy becomes NAME.yml and NAME.diff. What can't be rewritten is told, with file and line.
"""

import argparse
import re
from pathlib import Path

from analysis.experiment import split_names
from analysis.records import writing_errors
from analysis.redaction import redact
from analysis.specs import Derived, derive
from analysis.visible import show_signs
from analysis.workload import choose_build, find_strategy, load_strategies, read_buildspec

# of the shell, as "${NAME:+…}" where it may be unset
_VARIABLE = re.compile(r"\$\{?([A-Z][A-Z0-9_]*)(:[-+])?")
_OF_CODEBUILD = {"AWS_REGION", "AWS_DEFAULT_REGION"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the buildspec, the strategies, and where they go."""
    parser.add_argument(
        "--from", dest="source", required=True, metavar="FILE", help="your buildspec"
    )
    parser.add_argument(
        "--out",
        default="strategies",
        metavar="FOLDER",
        help="folder of the files (default: %(default)s)",
    )
    parser.add_argument(
        "--strategies",
        default="",
        metavar="NAMES",
        help="strategies with commas between (default: all)",
    )
    parser.add_argument(
        "--batch-build", default="", metavar="NAME", help="the build of a batch to take"
    )
    parser.add_argument("--print", action="store_true", help="print the diffs too")


def run(options: argparse.Namespace) -> None:
    """Write the files, and print what they are and what was left out."""
    derived = _derive_from(options.source, options.strategies, options.batch_build)
    with writing_errors(Path(options.out)):
        paths = derived.write(Path(options.out))
    for line in _say_derived(derived, paths, options.print):
        print(show_signs(redact(line)))


def _derive_from(path: str | Path, names: str = "", batch_build: str = "") -> Derived:
    """The strategies of a buildspec file; BuildspecError, UnknownName."""
    known = load_strategies()
    chosen = [find_strategy(name, known) for name in split_names(names)]
    return derive(choose_build(read_buildspec(path), batch_build), chosen or known.values())


def _say_derived(derived: Derived, paths: list[Path], diffs: bool = False) -> list[str]:
    """What a command line says of strategies that were written to some paths."""
    lines = []
    for name, diff in derived.diffs.items():
        path = next(each for each in paths if each.name == f"{name}.yml")
        lines.append(f"{path}: {_count_changes(diff)}")
        if needed := _list_needed(diff, path.read_text("utf-8")):
            lines.append(f"{name} needs in your project: {', '.join(needed)}")
        lines += diff.splitlines() if diffs else []
    lines += [f"{name} is not written: {why}" for name, why in derived.left_out.items()]
    return lines + [f"can't be rewritten: {each}" for each in derived.hidden]


def _list_needed(diff: str, written: str) -> list[str]:
    """The variables that a strategy brings, without which its commands can't do their work."""
    lines = diff.splitlines()[2:]
    added = {line[1:] for line in lines if line.startswith("+")}
    found = _VARIABLE.findall("\n".join(added))
    optional = {name for name, default in found if default}
    own = [line for line in written.splitlines() if line not in added]
    own += [line for line in lines if line.startswith("-")]
    asked = {name for name, _ in found} - optional - _OF_CODEBUILD
    return sorted(name for name in asked if name not in "\n".join(own))


def _count_changes(diff: str) -> str:
    """How many lines a diff takes out and puts in, in words."""
    lines = diff.splitlines()[2:]
    new, old = (sum(line.startswith(sign) for line in lines) for sign in "+-")
    word = "line" if new == 1 else "lines"
    return f"{new} {word} in the place of {old}" if diff else "as it is"
