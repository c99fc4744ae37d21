"""`python -m analysis` is the command `codebuild-cache`."""

import sys

from analysis.commands import run_command_line

if __name__ == "__main__":
    sys.exit(run_command_line())
