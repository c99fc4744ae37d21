from .frames import ORDER, PastBuilds
from .hosts import read_host_logs
from .inputs import takes_history
from .reading import read_history

__all__ = [
    "ORDER",
    "PastBuilds",
    "read_history",
    "read_host_logs",
    "takes_history",
]
