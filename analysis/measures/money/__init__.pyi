from .advice import best_by_mix, find_best
from .mixes import compare_mixes
from .month import can_tell, month, month_storage, read_mix
from .prices import find_price
from .usual import BUILDS, COMPUTE, MIX, MIXES

__all__ = [
    "BUILDS",
    "COMPUTE",
    "MIX",
    "MIXES",
    "best_by_mix",
    "can_tell",
    "compare_mixes",
    "find_best",
    "find_price",
    "month",
    "month_storage",
    "read_mix",
]
