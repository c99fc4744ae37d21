"""Text without what a log should not have shown: account numbers, keys, passwords, tokens.

gitleaks.toml: the rules of gitleaks v8.30.1 (config/gitleaks.toml of github.com/gitleaks/gitleaks,
MIT: gitleaks.LICENSE), as they are there. A newer one may be laid in its place.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
