from .frames import ORDER, PastBuilds
from .inputs import takes_history
from .reading import read_history

__all__ = [
    "ORDER",
    "PastBuilds",
    "read_history",
    "takes_history",
]
