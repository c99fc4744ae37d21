from .filling import say

__all__ = ["say"]
