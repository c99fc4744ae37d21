from .asking import answer
from .fields import VERSION, Answer

__all__ = ["VERSION", "Answer", "answer"]
