from .frames import ORDER, History
from .reading import read_history

__all__ = [
    "ORDER",
    "History",
    "read_history",
]
