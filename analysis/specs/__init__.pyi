from .deriving import AS_IS, Derived, derive
from .finding import Commands, Place, find_commands
from .hidden import Hidden, find_hidden
from .images import Pushes, find_pushes

__all__ = [
    "AS_IS",
    "Commands",
    "Derived",
    "Hidden",
    "Place",
    "Pushes",
    "derive",
    "find_commands",
    "find_hidden",
    "find_pushes",
]
