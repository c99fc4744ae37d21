"""Values of shell variables, as far as a script tells them."""

import re
from collections.abc import Mapping

_USE = re.compile(
    r"\$(?:\{(?P<braced>\w+)(?P<form>(?::?[-=+?]|##?|%%?|/|:)[^{}]*)?\}|(?P<plain>[A-Za-z_]\w*))"
)
_LONGEST, _ROUNDS = 4000, 4
# what differs with each build, by what CodeBuild, git and date call it
_CHANGING = re.compile(
    r"CODEBUILD_(?:RESOLVED_SOURCE_VERSION|SOURCE_VERSION|BUILD_ID|BUILD_ARN|BUILD_NUMBER|"
    r"START_TIME|LOG_PATH|WEBHOOK_TRIGGER)|\$\(\s*date\b|`\s*date\b|\bgit\s+(?:rev-parse|log|describe"
    r"|show)\b|\bCODEPIPELINE_EXECUTION_ID\b|\$\{?(?:RANDOM|EPOCHSECONDS)\b|\$\(\s*uuidgen|"
    r"/proc/sys/kernel/random/uuid|#\{?(?:codepipeline\.PipelineExecutionId|\w+\.CommitId)"
)
# names of what is a commit, a date or a build's number, where nobody tells the value
CHANGING_NAME = re.compile(
    r"(?:^|_)(?:COMMIT|COMMIT_?(?:ID|SHA|HASH)|GIT_?(?:SHA1?|HASH|COMMIT|REV|REVISION)|SHA|REVISION|"
    r"VCS_REF|BUILD_?(?:DATE|TIME|TIMESTAMP|NUMBER|ID|NUM)|CACHE_?BUST(?:ER)?|TIMESTAMP|"
    r"SOURCE_VERSION)$",
    re.IGNORECASE,
)


def expand(text: str, values: Mapping[str, str], computed: bool = False) -> str:
    """`text` with the values that are known; the other variables as $NAME.

    What a command prints is filled in, as the command, only for `computed`.
    """

    def fill(found: re.Match[str]) -> str:
        name, form = found["braced"] or found["plain"], found["form"] or ""
        known = values.get(name)
        if known is not None and not computed and ("$(" in known or "`" in known):
            known = None
        if not form:
            return f"${name}" if known is None else known
        if form.startswith((":-", ":=", "-", "=")):
            return known or f"${name}"
        if form.startswith((":+", "+")):
            return "" if known is None else form.lstrip(":+")
        return found[0] if known is None else f"${{{name}{form}}}"

    return _USE.sub(fill, text)[:_LONGEST]


def is_changing(text: str, values: Mapping[str, str]) -> bool:
    """Whether a value differs with each build: a commit, a date, a build's number."""
    for _ in range(_ROUNDS):
        names = [found["braced"] or found["plain"] for found in _USE.finditer(text)]
        # a substring of a variable is kept as it is written, and its value told besides
        told = " ".join(values[name] for name in names if name in values)
        text = f"{expand(text, values, computed=True)} {told}"[:_LONGEST]
        if _CHANGING.search(text):
            return True
    return any(
        CHANGING_NAME.search(found["braced"] or found["plain"])
        for found in _USE.finditer(text)
        if (found["braced"] or found["plain"]) not in values
    )
