from .cleanup import clean_up
from .contexts import zip_context
from .options import Options
from .probe import HOST_AFTER, HOST_BEFORE, Probe
from .record_probe import BEGIN, COMMAND, END, TITLE, add_record_probe, take_record
from .run import run_on_codebuild, say_on_codebuild

__all__ = [
    "BEGIN",
    "COMMAND",
    "END",
    "HOST_AFTER",
    "HOST_BEFORE",
    "TITLE",
    "Options",
    "Probe",
    "add_record_probe",
    "clean_up",
    "run_on_codebuild",
    "say_on_codebuild",
    "take_record",
    "zip_context",
]
