"""The command line: `codebuild-cache SUB-COMMAND …`, or `python -m analysis SUB-COMMAND …`.

A sub-command is a module of this room, named in COMMANDS, with two functions:

    add_arguments(parser)  adds its options to an argparse.ArgumentParser
    run(options)           calls one function of the library and prints what came of it

Its docstring is what `--help` shows: a sentence, then examples. `run` returns nothing, or an exit
code of its own: it raises an AnalysisError when it fails, and an interrupt may pass through. A
module may have STOPPED, what to say then. It is imported only when its sub-command is called.
"""

import argparse
import os
import re
import sys
import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType, TracebackType

from analysis.errors import AnalysisError, UnknownName
from analysis.languages import ENGLISH, speaking
from analysis.redaction import redact
from analysis.visible import show_signs

# sub-command -> what `codebuild-cache --help` says of it
COMMANDS = {
    "experiment": "build a Dockerfile with every strategy and record it",
    "strategies": "write one buildspec once for each strategy, changed where it builds alone",
    "report": "write the reports on recorded builds",
    "history": "write a report on builds that a project already has",
    "notebooks": "write the notebooks for JupyterLab, in the language of the pages",
    "doctor": "find what a cache can't use in buildspecs, Dockerfiles and Terraform",
    "mix": "tell from git which kinds of commit a context sees, without building",
    "calibrate": "read from build logs how fast their hosts are",
    "grid": "build over links and amounts of work, to see from when on a cache pays",
    "sql": "ask about logs and experiments in SQL",
    "aa": "build strategies against themselves, to see how often verdicts are wrong",
    "cleanup": "remove what a lab or an experiment on AWS left behind",
}
# as a shell tells of a program that SIGPIPE ended
_PIPE_CLOSED = 141
_DESCRIPTION = "Compares Docker caching strategies for AWS CodeBuild by real builds."
_EXAMPLES = """\
examples:
  codebuild-cache experiment --context . --experiment runs/mine --rounds 3
  codebuild-cache report runs/mine --out reports
  codebuild-cache strategies --from buildspec.yml
  codebuild-cache history my-codebuild-project --since "30 days"
  codebuild-cache doctor .
  codebuild-cache mix . --commits 50
  codebuild-cache calibrate build.log --out speeds.json
  codebuild-cache sql "select count(*) from logs" --from logs/
  codebuild-cache cleanup

codebuild-cache SUB-COMMAND --help lists the options of a sub-command.
Exit codes: 0 done, 1 failed (standard error says why), 2 wrong usage, 130 stopped.
"""


def run_command_line(arguments: Sequence[str] | None = None) -> int:
    """Run a sub-command (default: the one in sys.argv); its exit code."""
    sys.excepthook = _print_traceback
    given = sys.argv[1:] if arguments is None else list(arguments)
    chosen = next((name for name in given if not name.startswith("-")), "")
    command = load_command(chosen) if chosen in COMMANDS else None
    parser, its = _make_parsers(chosen, command)
    if chosen and command is None:
        parser.error(str(UnknownName("sub-command", chosen, COMMANDS)))
    options, unknown = parser.parse_known_args(given)
    if unknown:
        its.error(_say_unknown(unknown, its.format_usage()))
    if command is None:
        parser.print_help()
        return 0
    return run_command(command, options)


def _say_unknown(unknown: Sequence[str], usage: str) -> str:
    """That arguments are unknown, and which options were probably meant."""
    known = re.findall(r"--[a-z-]+", usage)
    close = [name for given in unknown for name in get_close_matches(given, known, n=1)]
    hint = f" (did you mean {', '.join(close)}?)" if close else ""
    return redact(f"unrecognized arguments: {' '.join(unknown)}{hint}")


def load_command(name: str) -> ModuleType:
    """The module of a sub-command."""
    return import_module(f"analysis.commands.{name}")


def _make_parsers(
    chosen: str, command: ModuleType | None
) -> tuple[argparse.ArgumentParser, argparse.ArgumentParser]:
    """(the parser of all sub-commands, that of the chosen one, which alone has its options)."""
    parser = argparse.ArgumentParser(
        prog="codebuild-cache",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {_find_version()}")
    parsers = parser.add_subparsers(title="sub-commands", metavar="SUB-COMMAND")
    of_chosen = parser
    for name, words in COMMANDS.items():
        its = parsers.add_parser(
            name,
            help=words,
            description=command.__doc__ if command and name == chosen else words,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if command and name == chosen:
            command.add_arguments(its)
            of_chosen = its
    return parser, of_chosen


def _find_version() -> str:
    """The version that is installed."""
    try:
        return version("codebuild-cache-analysis")
    except PackageNotFoundError:
        return "(not installed)"


def _complain(text: str) -> None:
    """Print on standard error, without secrets and what would steer a terminal."""
    print(show_signs(redact(text)), file=sys.stderr)


def _print_traceback(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """What Python prints of an error that nobody expected, without secrets."""
    _complain("".join(traceback.format_exception(kind, error, trace)).rstrip())


def run_command(command: ModuleType, options: argparse.Namespace) -> int:
    """0 when a sub-command went through, 1 with the reason when it failed, 130 when stopped."""
    try:
        # a sub-command without that option has no words in another language, and would mix them
        with speaking(getattr(options, "language", ENGLISH)):
            code = command.run(options) or 0
        sys.stdout.flush()
        return code
    except AnalysisError as error:
        _complain(str(error))
        return 1
    except BrokenPipeError:
        # who reads, such as head, has enough; nothing is left to be written as Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    except OSError as error:
        cure = ": check its permissions" if isinstance(error, PermissionError) else ""
        _complain(f"{error.filename or command.__name__}: {error.strerror or error}{cure}")
        return 1
    except KeyboardInterrupt:
        print(getattr(command, "STOPPED", "stopped"), file=sys.stderr)
        return 130
