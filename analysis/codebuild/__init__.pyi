from .cleanup import sweep
from .context_archive import zip_context
from .probe import AFTER, BEFORE, Step
from .record_probe import BEGIN, COMMAND, END, TITLE, add_record_step, take_record
from .session import Options, run_on_codebuild, say_on_codebuild

__all__ = [
    "AFTER",
    "BEFORE",
    "BEGIN",
    "COMMAND",
    "END",
    "TITLE",
    "Options",
    "Step",
    "add_record_step",
    "run_on_codebuild",
    "say_on_codebuild",
    "sweep",
    "take_record",
    "zip_context",
]
