"""Builds that compose and bake files describe."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from analysis.doctor.builds import Build
from analysis.doctor.caches import read_cache
from analysis.doctor.hcl import Block, Expression
from analysis.doctor.nodes import Node
from analysis.doctor.variables import expand

_BAKE_USE = re.compile(r"\$\{\s*(\w+)\s*\}")
_TRUE = ("true", "1", "yes")


def is_compose(node: Node) -> bool:
    """Whether a file's values are those of a compose file."""
    services = node.get("services").items()
    known = ("image", "build", "extends", "command", "ports", "volumes", "environment")
    return any(set(known) & set(service.items()) for service in services.values())


def read_compose(node: Node, path: Path, values: Mapping[str, str]) -> Iterator[Build]:
    """The builds of a compose file's services."""
    for service in node.get("services").items().values():
        build = service.get("build")
        if isinstance(build.value, str):
            yield _make(
                path, build.line, _find_context(path, build.value, values), {}, service, values
            )
        elif build.items():
            given = build.get("context").text() or "."
            context = _find_context(path, given, values)
            yield _make(path, build.line, context, build.items(), service, values)


def _make(
    path: Path,
    line: int,
    context: Path | None,
    build: Mapping[str, Node],
    service: Node,
    values: Mapping[str, str],
) -> Build:
    """The build of a service."""
    whole = Node(dict(build), line)
    image = service.get("image").text()
    tags = [*([image] if image else []), *whole.get("tags").texts()]
    named = expand(whole.get("dockerfile").text() or "Dockerfile", values)
    file = context / named if context and "$" not in named else None
    options = ("cache_from", "cache_to", "no_cache", "args", "target")
    return Build(
        file=path,
        line=line,
        form="compose",
        context=context,
        dockerfile=file if file and os.path.isfile(file) else None,
        target=expand(whole.get("target").text(), values),
        tags=tuple(expand(tag, values) for tag in tags),
        arguments=_read_arguments(whole.get("args"), values),
        cache_from=tuple(read_cache(expand(t, values)) for t in whole.get("cache_from").texts()),
        cache_to=tuple(read_cache(expand(t, values)) for t in whole.get("cache_to").texts()),
        no_cache=whole.get("no_cache").text().lower() in _TRUE,
        provenance=whole.get("provenance").text(),
        lines={name.replace("_", "-"): build[name].line for name in options if name in build},
    )


def _read_arguments(node: Node, values: Mapping[str, str]) -> dict[str, str]:
    """Name -> value of build arguments, a mapping or a list of NAME=value."""
    pairs = [(name, value.text()) for name, value in node.items().items()]
    for text in node.texts():
        name, _, value = text.partition("=")
        pairs.append((name, value))
    return {name: expand(value or f"${name}", values) for name, value in pairs}


def _find_context(path: Path, given: str, values: Mapping[str, str]) -> Path | None:
    """The folder of a context, None where it is not here."""
    given = expand(given, values)
    found = path.parent / given
    return found if "$" not in given and "://" not in given and os.path.isdir(found) else None


def is_bake_json(node: Node) -> bool:
    """Whether a JSON file's values are those of a bake file."""
    return bool(node.get("target").items()) and not set(node.items()) - {
        "target",
        "group",
        "variable",
        "function",
    }


def bake_json(node: Node) -> Block:
    """A bake file in JSON, as HCL would give it."""
    root = Block("", [], 1)
    for kind in ("target", "variable"):
        for name, body in node.get(kind).items().items():
            root.blocks.append(Block(kind, [name], body.line, dict(body.items())))
    return root


def read_bake(root: Block, path: Path, values: Mapping[str, str]) -> Iterator[Build]:
    """The builds of a bake file's targets, with what they inherit."""
    known = {
        block.labels[0]: block.get("default").text()
        for block in root.find("variable")
        if block.labels and isinstance(block.get("default").value, str)
    }
    known |= {name: value for name, value in values.items() if name in known}
    targets = {block.labels[0]: block for block in root.find("target") if block.labels}
    for block in targets.values():
        merged = _inherit(block, targets, ())
        if merged.keys() - {"inherits", "name"} and not block.labels[0].startswith("_"):
            yield _make_target(block, merged, path, known)


def _inherit(block: Block, targets: Mapping[str, Block], above: tuple[str, ...]) -> dict[str, Node]:
    """A target's attributes, with those of the targets it inherits from."""
    found: dict[str, Node] = {}
    for name in block.get("inherits").texts():
        if name in targets and name not in above:
            found |= _inherit(targets[name], targets, (*above, name))
    return {**found, **block.attributes}


def _fill(text: str, known: Mapping[str, str]) -> str:
    """A text of bake with its variables' values; others as a shell would write them."""
    if isinstance(text, Expression):
        return known.get(text, f"${text}" if text.isidentifier() else f"${{{text}}}")
    return _BAKE_USE.sub(lambda use: known.get(use[1]) or f"${use[1]}", text)


def _make_target(
    block: Block, merged: Mapping[str, Node], path: Path, known: Mapping[str, str]
) -> Build:
    """The build of a target."""
    whole = Node(dict(merged), block.line)

    def text(name: str, default: str = "") -> str:
        return _fill(whole.get(name).text() or default, known)

    def texts(name: str) -> tuple[str, ...]:
        node = whole.get(name)
        found = [_as_text(item) for item in node.each()]
        return tuple(_fill(each, known) for each in found)

    given = text("context", ".")
    folder = path.parent / given
    context = folder if "$" not in given and os.path.isdir(folder) else None
    file = context / text("dockerfile", "Dockerfile") if context else None
    outputs = [read_cache(each) for each in texts("output")]
    return Build(
        file=path,
        line=block.line,
        form="bake",
        context=context,
        dockerfile=file if file and os.path.isfile(file) else None,
        target=text("target"),
        tags=texts("tags"),
        arguments={
            name: _fill(node.text(), known) for name, node in whole.get("args").items().items()
        },
        cache_from=tuple(read_cache(each) for each in texts("cache-from")),
        cache_to=tuple(read_cache(each) for each in texts("cache-to")),
        no_cache=text("no-cache").lower() in _TRUE,
        load=any(each.kind == "docker" for each in outputs),
        push=any(each.kind == "registry" or each.option("push") == "true" for each in outputs),
        provenance="false" if "type=provenance,disabled=true" in texts("attest") else "",
        lines={name: node.line for name, node in merged.items()},
    )


def _as_text(node: Node) -> str:
    """An item as text: newer bake files write caches as objects."""
    if node.items():
        return ",".join(f"{name}={value.text()}" for name, value in node.items().items())
    return node.value if isinstance(node.value, str) else ""
