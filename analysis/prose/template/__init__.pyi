from .filling import list_texts, say

__all__ = ["list_texts", "say"]
