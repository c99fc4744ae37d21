from .mixes import compare_mixes
from .month import can_tell, month, month_storage, read_mix
from .prices import find_price
from .usual import BUILDS, COMPUTE, MIX, MIXES

__all__ = [
    "BUILDS",
    "COMPUTE",
    "MIX",
    "MIXES",
    "can_tell",
    "compare_mixes",
    "find_price",
    "month",
    "month_storage",
    "read_mix",
]
