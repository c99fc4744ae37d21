from .buildspec import PHASES, Buildspec, Phase, TextLoader, parse_buildspec
from .dockerfile import list_instructions
from .link import UNSHAPED, Link, read_link
from .scenarios import (
    SCENARIOS,
    check_arguments,
    context_files,
    copied_files,
    derivable,
    find_dependency,
    find_source,
    list_bases,
    list_named,
    list_replacements,
    make_context,
    set_arguments,
    set_images,
)
from .strategies import FOLDER, STORE, Strategy, find_strategy, load_strategies

__all__ = [
    "FOLDER",
    "PHASES",
    "SCENARIOS",
    "STORE",
    "UNSHAPED",
    "Buildspec",
    "Link",
    "Phase",
    "Strategy",
    "TextLoader",
    "check_arguments",
    "context_files",
    "copied_files",
    "derivable",
    "find_dependency",
    "find_source",
    "find_strategy",
    "list_bases",
    "list_instructions",
    "list_named",
    "list_replacements",
    "load_strategies",
    "make_context",
    "parse_buildspec",
    "read_link",
    "set_arguments",
    "set_images",
]
