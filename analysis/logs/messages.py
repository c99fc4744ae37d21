"""What docker prints besides a build's steps: error reports, and push, pull and login."""

import re

ANSI = re.compile(rb"\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x07\x1b]*+\x07)")
# the end of a failed build, by the words of buildx, buildctl and compose
FINAL = re.compile(
    rb"(?:ERROR|error|Error): failed to (?:build|solve)\b|failed to (?:build|solve): "
    rb"|ERROR: Cache export |ERROR: (?:target \S+: )?(?:failed to|process )"
)
FILE_LINE = re.compile(rb"[^\s:]+:\d+$")
DOCKER = re.compile(
    rb"View build details: |What's next:|Learn more at https://docs\.docker| ?\d+ warnings? found"
    rb"|\s*- (?=\w*[a-z])[A-Z]\w*[A-Z]\w*: |WARNING: (?:No output specified|.*the attribute `)"
    rb"|time=\"[^\"]+\" level=|The push refers to repository \[|[0-9a-f]{12}: (?:Preparing|Waiting"
    rb"|Layer|Push|Pull|Verif|Download|Extract|Already|Mount|Retry)"
    rb"|\S+: (?:digest: sha256:[0-9a-f]|Pulling from )|Digest: sha256:|Status: (?:Downloaded|Image)"
    rb"|Using default tag: |Login Succeeded|WARNING! Your (?:password|credentials)"
    rb"|Configure a credential helper|https://docs\.docker\.com/"
)
# what buildx says of `--cache-from type=local` where there is no such folder, after the build
NO_FOLDER = b"local cache import at ", b" not found due to err: "
RULES = (b"------", b"--------------------")
