from .frames import Logs
from .paths import match_files
from .rawjson import RawBuild, Vertex
from .reader import read_log
from .reading import read_logs
from .transport import clean, is_gzip, read_bytes, unpack

__all__ = [
    "Logs",
    "RawBuild",
    "Vertex",
    "clean",
    "is_gzip",
    "match_files",
    "read_bytes",
    "read_log",
    "read_logs",
    "unpack",
]
