from .kept import redact_log, redact_values
from .texts import redact, redact_texts

__all__ = ["redact", "redact_log", "redact_texts", "redact_values"]
