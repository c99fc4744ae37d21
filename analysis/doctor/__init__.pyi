from .diagnosis import COLUMNS, Diagnosis, diagnose, examine
from .findings import SEVERITIES, Finding
from .rules import RULES, Rule
from .written import to_json, to_sarif, to_text

__all__ = [
    "COLUMNS",
    "RULES",
    "SEVERITIES",
    "Diagnosis",
    "Finding",
    "Rule",
    "diagnose",
    "examine",
    "to_json",
    "to_sarif",
    "to_text",
]
