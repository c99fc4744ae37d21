"""Changes of a file that leave it valid, and what is built of it the same."""

from fnmatch import fnmatch
from pathlib import Path

_WORD = "changed"
# a comment of its own line -> the names of files that may have one
_COMMENTS = {
    f"# {_WORD}": """*.py *.pyi *.rb *.sh *.bash *.pl *.pm *.r *.R *.jl *.ex *.exs *.cr *.nim *.tcl
        *.yml *.yaml *.toml *.tf *.hcl *.conf *.properties *.env *.graphql *.gql *.ps1 *.cmake *.mk
        *.gemspec *.rake *.ru *.bzl *.po requirements*.txt constraints*.txt Gemfile Pipfile Rakefile
        Makefile CMakeLists.txt cpanfile Podfile BUILD BUILD.bazel yarn.lock Cargo.lock uv.lock
        poetry.lock pdm.lock mix.lock gradle.lockfile *Dockerfile* .env .npmrc Procfile""",
    f"// {_WORD}": """*.js *.mjs *.cjs *.jsx *.ts *.mts *.cts *.tsx *.go *.java *.kt *.kts *.rs *.c
        *.h *.cc *.cpp *.cxx *.hpp *.cs *.fs *.php *.scala *.sc *.swift *.dart *.groovy *.gradle
        *.zig *.v *.proto *.sbt *.m *.mm *.cu *.sol *.prisma *.ino go.mod""",
    f"/* {_WORD} */": "*.css *.scss *.less",
    f"<!-- {_WORD} -->": """*.html *.htm *.xhtml *.xml *.svg *.vue *.svelte *.md *.xsl
        *.csproj *.fsproj *.vbproj *.props *.targets *.config *.slnx *.astro""",
    f"-- {_WORD}": "*.sql *.lua *.hs *.elm *.adb *.cabal",
    f"; {_WORD}": "*.clj *.cljs *.cljc *.edn *.el *.lisp *.scm *.asm",
    f"% {_WORD}": "*.erl *.hrl *.tex rebar.config",
    f"(* {_WORD} *)": "*.ml *.mli",
    # a blank line at the end
    "": "*.json *.ipynb *.geojson *.webmanifest *.txt *.csv *.lock *.sum",
}
_STYLES = [(name, line) for line, names in _COMMENTS.items() for name in names.split()]


def find_edit(name: str) -> str | None:
    """The line that changes a file of this name to no effect; null where none is known."""
    return next((line for pattern, line in _STYLES if fnmatch(name, pattern)), None)


def edit_file(path: Path) -> None:
    """Add a line of no effect to a file's end, as what it is named after allows."""
    line, data = find_edit(path.name) or "", path.read_bytes()
    if path.suffix == ".php" and (b"<?" not in data or data.rstrip().endswith(b"?>")):
        line = f"<?php {line}"
    gap = b"" if data.endswith(b"\n") or not data else b"\n"
    path.write_bytes(data + gap + f"{line}\n".encode())
