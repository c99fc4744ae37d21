from .kept import redact_log, redact_values
from .texts import redact

__all__ = ["redact", "redact_log", "redact_values"]
