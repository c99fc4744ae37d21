"""The month that is meant where none is given."""

# shares of the scenarios, builds a month, CodeBuild's compute type
MIX, BUILDS, COMPUTE = "unchanged 10, source 70, dependency 15, base 5", 600, "general1.small"
