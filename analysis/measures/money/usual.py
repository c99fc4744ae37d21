"""The month that is meant where none is given, and the usual mixes of commits."""

from analysis.workload import CHANGING, SHARES

# project -> its mix of commits, as read_mix takes it
MIXES = {
    project: ", ".join(f"{scenario} {share:g}" for scenario, share in shares.items())
    for project, shares in SHARES.items()
}
USUAL, MIX = "usual", MIXES[CHANGING]
# builds a month, CodeBuild's compute type
BUILDS, COMPUTE = 600, "general1.small"
