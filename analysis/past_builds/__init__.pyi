from .frames import ORDER, PastBuilds
from .reading import read_history

__all__ = [
    "ORDER",
    "PastBuilds",
    "read_history",
]
