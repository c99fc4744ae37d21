from .agent import Result, run_buildspec
from .boot import start_host
from .build import Build, build_in_lab
from .build_records import json_lines, read_history
from .conveyor import Conveyor
from .engine import connect, ensure_image
from .given import Given
from .images import NEWEST_TAG, Images
from .jobs import BuildJob
from .lab import BUILDKIT_TAG, LINK, NEWEST, STORE, THROUGH, VERSION, Lab, down
from .platforms import check_platform, find_missing_images
from .probe import read_end
from .project import Project
from .store import BUCKET, SETTING, Store
from .story import build_story
from .variables import BRANCH, COMMIT, THROUGH_SETTING, name_commit
from .versions import read_versions

__all__ = [
    "BRANCH",
    "BUCKET",
    "BUILDKIT_TAG",
    "COMMIT",
    "LINK",
    "NEWEST",
    "NEWEST_TAG",
    "SETTING",
    "STORE",
    "THROUGH",
    "THROUGH_SETTING",
    "VERSION",
    "Build",
    "BuildJob",
    "Conveyor",
    "Given",
    "Images",
    "Lab",
    "Project",
    "Result",
    "Store",
    "build_in_lab",
    "build_story",
    "check_platform",
    "connect",
    "down",
    "ensure_image",
    "find_missing_images",
    "json_lines",
    "name_commit",
    "read_end",
    "read_history",
    "read_versions",
    "run_buildspec",
    "start_host",
]
