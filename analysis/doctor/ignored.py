"""What a .dockerignore leaves out.

Rules: https://docs.docker.com/build/concepts/context/#dockerignore-files
"""

import re


class Ignored:
    """The lines of a .dockerignore."""

    def __init__(self, text: str) -> None:
        lines = (line.strip() for line in text.removeprefix("\ufeff").splitlines())
        self.lines = [line for line in lines if line and not line.startswith("#")]

    def leaves_out(self, name: str) -> bool:
        """Whether a folder at the top of a context is left out: the last line that fits decides."""
        ignored = False
        for line in self.lines:
            kept = line.startswith("!")
            pattern = line.removeprefix("!").strip().strip("/").removeprefix("./")
            if _compile(pattern).fullmatch(name):
                ignored = not kept
        return ignored


def _compile(pattern: str) -> re.Pattern[str]:
    """A pattern of .dockerignore, for a name at the top of a context.

    What takes all inside of a folder leaves nothing of it.
    """
    pattern = re.sub(r"/\*\*?$", "", pattern) if "/" in pattern else pattern
    pattern = pattern.removeprefix("**/")
    parts = (re.escape(part) for part in re.split(r"(\*\*?|\?)", pattern))
    signs = {r"\*": "[^/]*", r"\*\*": ".*", r"\?": "[^/]"}
    return re.compile("".join(signs.get(part, part) for part in parts))
