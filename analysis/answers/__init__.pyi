from .asking import answer
from .fields import VERSION, Answer
from .gates import is_older_lab, list_unrestarted

__all__ = ["VERSION", "Answer", "answer", "is_older_lab", "list_unrestarted"]
