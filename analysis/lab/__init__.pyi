from .agent import Result, run_buildspec
from .boot import start_host
from .build import Build, BuildJob, build_in_lab, read_versions
from .build_records import json_lines, read_history
from .conveyor import Conveyor
from .engine import connect, ensure_image
from .images import NEWEST_TAG, Images
from .lab import LINK, NEWEST, STORE, VERSION, Lab, down
from .store import BUCKET, SETTING, Store

__all__ = [
    "BUCKET",
    "LINK",
    "NEWEST",
    "NEWEST_TAG",
    "SETTING",
    "STORE",
    "VERSION",
    "Build",
    "BuildJob",
    "Conveyor",
    "Images",
    "Lab",
    "Result",
    "Store",
    "build_in_lab",
    "connect",
    "down",
    "ensure_image",
    "json_lines",
    "read_history",
    "read_versions",
    "run_buildspec",
    "start_host",
]
