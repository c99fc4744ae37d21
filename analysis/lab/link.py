"""A link of chosen bandwidth and latency between build hosts and the lab's servers.

Toxiproxy (https://github.com/Shopify/toxiproxy) forwards every connection; its toxics
`bandwidth` (KB/s, each way) and `latency` (ms, on what comes back) shape it.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from analysis.errors import LabError
from analysis.registry import OPENER
from analysis.workload import Link

API_PORT = 8474


def add_proxy(api: str, name: str, port: int, upstream: str, link: Link) -> None:
    """Let `port` of the Toxiproxy at `api` (http://HOST:PORT) lead to `upstream` over the link."""
    _send(f"{api}/proxies", {"name": name, "listen": f"0.0.0.0:{port}", "upstream": upstream})
    for toxic in link.toxics:
        _send(f"{api}/proxies/{name}/toxics", toxic)


def _send(url: str, value: Mapping[str, Any]) -> None:
    """POST a JSON value; LabError with the answer when it is refused."""
    request = urllib.request.Request(url, json.dumps(value).encode(), method="POST")
    try:
        with OPENER.open(request, timeout=10):
            pass
    except (urllib.error.URLError, OSError) as error:
        words = error.read().decode("utf-8", "replace") if hasattr(error, "read") else error
        raise LabError(f"The lab's link refuses {url}: {words}; check LINK_IMAGE.") from error
