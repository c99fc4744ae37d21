from .experiment import build, run_rounds
from .main import run_command_line

__all__ = [
    "build",
    "run_command_line",
    "run_rounds",
]
