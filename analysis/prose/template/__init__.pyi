from .filling import list_texts, say, tell

__all__ = ["list_texts", "say", "tell"]
