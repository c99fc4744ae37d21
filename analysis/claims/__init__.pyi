from .evidence import Evidence, first_pushes, gather_evidence
from .table import claims

__all__ = [
    "Evidence",
    "claims",
    "first_pushes",
    "gather_evidence",
]
