"""Notebooks executed and rendered into pages, and the site that they make."""

import sys

import lazy_loader

# jsonschema, which Jupyter's libraries import, would build a grammar of addresses for a second of
# CPU; it does without, and no notebook has an address to check
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
