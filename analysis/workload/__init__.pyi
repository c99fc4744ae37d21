from .arguments import check_build_arguments, list_secrets
from .batch import BatchBuild, choose_build, list_batch
from .buildspec import (
    PHASES,
    WINDOWS_SHELLS,
    Buildspec,
    Phase,
    parse_buildspec,
    read_buildspec,
)
from .changes import Change, find_dependency, find_source
from .context_files import (
    check_arguments,
    context_files,
    copied_files,
    list_bases,
    list_named,
    read_dockerfile,
    set_arguments,
    set_images,
    set_syntax,
)
from .contexts import derivable, find_changes, list_replacements, make_context, plan_changes
from .docker_calls import DockerCall, Option, parse_docker
from .dockerfile import drop_syntax, find_syntax, list_instructions
from .ignore import BUILD_FILES
from .layers import Layer, list_layers
from .link import CODEBUILD, LINK_SOURCES, UNSHAPED, Link, Origin, read_link
from .mounts import carries_mounts, find_mounting, list_cache_mounts
from .on_failure import CONTINUE
from .options import DOCKERFILE, SECRETS_FOLDER, BuildOptions, Secret, read_secret
from .rewriting import apply_options
from .scenarios import (
    BASE,
    CHANGING,
    COLD,
    COLD_STARTS,
    REPEATS,
    SCENARIOS,
    SEQUENCE,
    SHARES,
    SOURCE,
    UNCHANGED,
    Scenario,
    describe_scenarios,
    needs_newer_base,
    pick_scenario,
    say_commit,
)
from .shell import list_commands
from .shell_words import Command, Word
from .strategies import BASELINE, FOLDER, POOL, STORE, Strategy, find_strategy, load_strategies
from .tree import BuildTree
from .yaml_places import PlacedLoader, SpecText, TextLoader

__all__ = [
    "BASE",
    "BASELINE",
    "BUILD_FILES",
    "CHANGING",
    "CODEBUILD",
    "COLD",
    "COLD_STARTS",
    "CONTINUE",
    "DOCKERFILE",
    "FOLDER",
    "LINK_SOURCES",
    "PHASES",
    "POOL",
    "REPEATS",
    "SCENARIOS",
    "SECRETS_FOLDER",
    "SEQUENCE",
    "SHARES",
    "SOURCE",
    "STORE",
    "UNCHANGED",
    "UNSHAPED",
    "WINDOWS_SHELLS",
    "BatchBuild",
    "BuildOptions",
    "BuildTree",
    "Buildspec",
    "Change",
    "Command",
    "DockerCall",
    "Layer",
    "Link",
    "Option",
    "Origin",
    "Phase",
    "PlacedLoader",
    "Scenario",
    "Secret",
    "SpecText",
    "Strategy",
    "TextLoader",
    "Word",
    "apply_options",
    "carries_mounts",
    "check_arguments",
    "check_build_arguments",
    "choose_build",
    "context_files",
    "copied_files",
    "derivable",
    "describe_scenarios",
    "drop_syntax",
    "find_changes",
    "find_dependency",
    "find_mounting",
    "find_source",
    "find_strategy",
    "find_syntax",
    "list_bases",
    "list_batch",
    "list_cache_mounts",
    "list_commands",
    "list_instructions",
    "list_layers",
    "list_named",
    "list_replacements",
    "list_secrets",
    "load_strategies",
    "make_context",
    "needs_newer_base",
    "parse_buildspec",
    "parse_docker",
    "pick_scenario",
    "plan_changes",
    "read_buildspec",
    "read_dockerfile",
    "read_link",
    "read_secret",
    "say_commit",
    "set_arguments",
    "set_images",
    "set_syntax",
]
