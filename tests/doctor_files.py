"""Texts of small buildspecs, Dockerfiles, projects and policies."""

import json

LOGIN = "aws ecr get-login-password | docker login --username AWS --password-stdin $REGISTRY"


def spec(*commands, variables=None):
    """A buildspec; its first command stands in line 5, or below the variables."""
    lines = ["version: 0.2"]
    if variables:
        lines += ["env:", "  variables:", *(f"    {k}: {v}" for k, v in variables.items())]
    lines += ["phases:", "  build:", "    commands:"]
    for command in commands:
        first, *rest = command.split("\n")
        lines += [f"      - {first}"] if not rest else ["      - |", f"        {first}"]
        lines += [f"        {line}" for line in rest]
    return "\n".join(lines) + "\n"


def dockerfile(*lines):
    return "\n".join(lines) + "\n"


def project(name="app", buildspec="buildspec.yml", **facts):
    """What batch-get-projects prints of a project, a key a line."""
    environment = {"type": "LINUX_CONTAINER", "computeType": "BUILD_GENERAL1_SMALL"}
    environment |= facts.pop("environment", {})
    whole = {"name": name, "source": {"buildspec": buildspec}, "environment": environment, **facts}
    return json.dumps({"projects": [whole]}, indent=1)


def policy(*selections, name="app"):
    """What get-lifecycle-policy prints: rules that expire, one a selection."""
    rules = [
        {"rulePriority": n, "selection": each, "action": {"type": "expire"}}
        for n, each in enumerate(selections, start=1)
    ]
    text = json.dumps({"rules": rules})
    return json.dumps({"repositoryName": name, "lifecyclePolicyText": text}, indent=1)


def keep(number, status="any", **more):
    """A selection that counts entries."""
    return {
        "tagStatus": status,
        "countType": "imageCountMoreThan",
        "countNumber": number,
        **more,
    }


def days(number, status="untagged"):
    """A selection by age."""
    return {
        "tagStatus": status,
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": number,
    }
