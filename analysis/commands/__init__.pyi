from .experiment import build
from .main import run_command_line

__all__ = [
    "build",
    "run_command_line",
]
