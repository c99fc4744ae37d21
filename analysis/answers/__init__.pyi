from .asking import answer
from .fields import VERSION, Answer
from .gates import is_older_lab, list_unrestarted
from .mixes import answer_mixes
from .sizes import answer_sizes
from .your_numbers import list_numbers

__all__ = [
    "VERSION",
    "Answer",
    "answer",
    "answer_mixes",
    "answer_sizes",
    "is_older_lab",
    "list_numbers",
    "list_unrestarted",
]
