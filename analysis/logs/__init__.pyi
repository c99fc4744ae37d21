from .batch import read_batch, without_collection
from .frames import Logs, join_tables
from .paths import match_files, show_path
from .rawjson import RawBuild, Vertex, merge_spans
from .reader import read_log
from .reading import Sources, list_sources, read_logs
from .speeds import LARGE, rate_push
from .stored import Remote, Source, is_gzip, read_bytes, unpack
from .tables import Tables
from .traced import TRACES, read_traced, read_traces
from .transport import clean

__all__ = [
    "LARGE",
    "TRACES",
    "Logs",
    "RawBuild",
    "Remote",
    "Source",
    "Sources",
    "Tables",
    "Vertex",
    "clean",
    "is_gzip",
    "join_tables",
    "list_sources",
    "match_files",
    "merge_spans",
    "rate_push",
    "read_batch",
    "read_bytes",
    "read_log",
    "read_logs",
    "read_traced",
    "read_traces",
    "show_path",
    "unpack",
    "without_collection",
]
