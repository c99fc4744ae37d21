from .kinds import LOGS, Kind
from .places import OFF, VARIABLE
from .reading import Store, read_logs, read_tables

__all__ = ["LOGS", "OFF", "VARIABLE", "Kind", "Store", "read_logs", "read_tables"]
