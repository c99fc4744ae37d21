"""What buildspecs take from AWS or their project, which the lab can't give: asked for once."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from analysis.errors import SettingError
from analysis.specs import find_commands, find_pushes
from analysis.workload import WINDOWS_SHELLS, Buildspec, Strategy

# what each build of a project is given
_GIVEN = {"CONTEXT", "ECR_REPOSITORY_URL", "IMAGE_TAG"}
_GIVEN |= {"AWS_ACCOUNT_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "HOME", "PWD"}


def check_given(
    strategies: Sequence[Strategy], env: Mapping[str, str], on_aws: Collection[str] | None = None
) -> None:
    """SettingError that names all variables which builds need and nobody gives, and how to.

    On AWS a project gives some (`on_aws`), and what is taken from AWS is there.
    """
    env = {**env, **dict.fromkeys(on_aws or (), "")}
    for spec in (strategy.buildspec for strategy in strategies):
        if spec.shell in WINDOWS_SHELLS:
            raise SettingError(
                f"{spec.source} asks for {spec.shell} (env/shell), and hosts of the lab are Linux: "
                "use sh or bash."
            )
    asked = {
        s.name: [n for n in _list_taken(s.buildspec) if n not in env and on_aws is None]
        for s in strategies
    }
    unset = {s.name: _find_unset(s.buildspec, env) for s in strategies if s.in_context}
    specs = _unique(s.buildspec.source for s in strategies if asked[s.name] or unset.get(s.name))
    taken, named = (_unique(n for v in each.values() for n in v) for each in (asked, unset))
    parts = []
    if taken:
        parts.append(f"takes {', '.join(taken)} from Parameter Store or Secrets Manager")
    if named:
        parts.append(f"names images by {', '.join(named)}, which nothing in it sets")
    if parts:
        raise SettingError(
            f"{', '.join(specs)} {' and '.join(parts)}: give each, ENV='NAME=value,…' (a name "
            "alone takes its value from this shell), or ENV=@FILE with a file of NAME=value lines."
        )


def _list_taken(buildspec: Buildspec) -> list[str]:
    """The variables that a buildspec takes from AWS."""
    return [*buildspec.parameters, *buildspec.secrets]


def say_lacking(buildspec: Buildspec) -> list[str]:
    """A sentence on the runtimes that a buildspec asks for, none where it asks for nothing."""
    if not buildspec.runtimes:
        return []
    names = ", ".join(f"{name} {text}" for name, text in buildspec.runtimes.items())
    return [
        f"the buildspec asks for {names} (runtime-versions), which hosts of the lab do not "
        "install: commands that need them fail, unless HOST_IMAGE has them"
    ]


def _unique(names: Iterable[str]) -> list[str]:
    """Each name once, in their order."""
    return list(dict.fromkeys(names))


def _find_unset(buildspec: Buildspec, env: Mapping[str, str]) -> list[str]:
    """The variables in names of images that neither the buildspec, `env` nor the lab sets."""
    commands = find_commands(buildspec, env)
    references = [
        each
        for build in commands.builds
        for pushes in [find_pushes(build, commands)]
        for each in (*pushes.references, *pushes.tags)
    ]
    known = _GIVEN | buildspec.parameters.keys() | buildspec.secrets.keys()
    names = _unique(name for each in references for name in commands.list_unset(each))
    return [n for n in names if n not in known and not n.startswith("CODEBUILD_")]
