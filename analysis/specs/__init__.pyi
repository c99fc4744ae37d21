from .composed import list_dockerfiles
from .deriving import AS_IS, Derived, derive
from .finding import Commands, Place, find_commands
from .hidden import Hidden, find_hidden
from .images import Pushes, find_pushes
from .reaching import AwsCall, Pushed, list_aws_calls, list_pushed, list_told

__all__ = [
    "AS_IS",
    "AwsCall",
    "Commands",
    "Derived",
    "Hidden",
    "Place",
    "Pushed",
    "Pushes",
    "derive",
    "find_commands",
    "find_hidden",
    "find_pushes",
    "list_aws_calls",
    "list_dockerfiles",
    "list_pushed",
    "list_told",
]
