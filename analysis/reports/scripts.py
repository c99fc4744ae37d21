"""The one script of a page: inline, and allowed by its hash alone."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from analysis.charts import TABLE_SCRIPT

_YOURS = Path(__file__).parent / "templates" / "report" / "yours.js"
# what a result carries for JupyterLab
_LIVE = re.compile(r'<(script|style) class="table-\1">.*?</\1>', re.DOTALL)
_NONE = "script-src 'none'"


def add_script(html: str) -> str:
    """A page with its script at its end, and the script's hash in its policy.

    After all else is done to the page: the hash is that of every letter.
    """
    own = _read_yours() if 'id="yours-data"' in html else ""
    script = f"\n{TABLE_SCRIPT}{own}"
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page, body, rest = html.replace(_NONE, f"script-src 'sha256-{digest}'", 1).rpartition("</body>")
    return f"{page}<script>{script}</script>\n{body}{rest}" if body else html


def drop_scripts(html: str) -> str:
    """HTML without the scripts and styles that tables carry for JupyterLab."""
    return _LIVE.sub("", html)


@cache
def _read_yours() -> str:
    """The script of the reader's own numbers."""
    return _YOURS.read_text("utf-8")
