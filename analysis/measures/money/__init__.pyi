from .mixes import compare_mixes
from .month import can_tell, count_minutes, month, month_storage, read_mix
from .prices import find_price
from .usual import BUILDS, COMPUTE, MIX, MIXES, USUAL

__all__ = [
    "BUILDS",
    "COMPUTE",
    "MIX",
    "MIXES",
    "USUAL",
    "can_tell",
    "compare_mixes",
    "count_minutes",
    "find_price",
    "month",
    "month_storage",
    "read_mix",
]
