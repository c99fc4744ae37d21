"""Dockerfiles as BuildKit reads them: what is an instruction and what only looks like one."""

import pytest

from analysis.workload.dockerfile import (
    list_images,
    list_instructions,
    replace_defaults,
    replace_images,
)
from analysis.workload.layers import list_layers


def find_images(text):
    return [named.image for named in list_images(text)]


BASES = {
    "over two lines": ("FROM \\\n  python:3\n", ["python:3"]),
    "over two lines with a platform": (
        "FROM --platform=linux/amd64 \\\nnode:20 \\\n AS a\nFROM a\n",
        ["node:20"],
    ),
    "of Windows": ("FROM \\\r\n  python:3 AS a\r\nRUN ls\r\nFROM a\r\n", ["python:3"]),
    "a byte order mark": ("\ufeffFROM python:3\n", ["python:3"]),
    "a byte order mark before a comment": ("\ufeff# x\nFROM python:3\n", ["python:3"]),
    "no newline at the end": ("FROM python:3", ["python:3"]),
    "SQL in a RUN": ("FROM a:1\nRUN psql -c 'SELECT * \\\n  FROM users;'\n", ["a:1"]),
    "SQL after a comment": ("FROM a:1\nRUN psql -c \\\n# all\n\n'SELECT *\\\nFROM u'\n", ["a:1"]),
    "an escaped backslash ends a line": ("RUN echo \\\\\nFROM a:1\n", ["a:1"]),
    "a comment that ends with a backslash": ("# x \\\nFROM a:1\n", ["a:1"]),
    "a heredoc": ("FROM a:1\nRUN <<EOF\nFROM users;\nEOF\nFROM b:1\n", ["a:1", "b:1"]),
    "a heredoc with tabs": ('RUN <<-"EOF" sh\n\tFROM u\n\tEOF\nFROM b:1\n', ["b:1"]),
    "tabs without a dash": ("RUN <<EOF\nFROM u\n\tEOF\nFROM v\nEOF\nFROM b:1\n", ["b:1"]),
    "two heredocs": ("COPY <<A <<'B' /x/\nFROM u\nA\nFROM v\nB\nFROM b:1\n", ["b:1"]),
    "a file handle": ("RUN cat 3<<E\nFROM u\nE\nFROM b:1\n", ["b:1"]),
    "a heredoc of a continued line": ("RUN cat \\\n <<E\nFROM u \\\nE\nFROM b:1\n", ["b:1"]),
    "a heredoc in quotes": ("RUN echo 'a <<EOF b'\nFROM b:1\nRUN ls\nEOF\n", ["b:1"]),
    "a shift": ("RUN echo $((1 << 2))\nFROM b:1\n", ["b:1"]),
    "a label": ('LABEL a="b <<c"\nFROM b:1\n', ["b:1"]),
    "an argument over two lines": ("ARG A=1 \\\n B=2\nFROM a:$A-$B\n", ["a:1-2"]),
    "another escape": ("# escape=`\nFROM `\n b:1\nRUN dir C:\\\nFROM c:1\n", ["b:1", "c:1"]),
    "another escape of Windows": (
        "\ufeff# check=skip=all\r\n#  ESCAPE = `\r\nFROM `\r\n b:1\r\nRUN dir C:\\\r\nFROM c:1\r\n",
        ["b:1", "c:1"],
    ),
    "an escape that comes too late": (
        "# x\n# escape=`\nFROM a:1\nRUN ls `\nFROM c:1",
        ["a:1", "c:1"],
    ),
    "a syntax": ("# syntax=docker/dockerfile:1.7\nFROM a:1\n", ["docker/dockerfile:1.7", "a:1"]),
    "a syntax after an escape": (
        "# escape=`\n#syntax = d/f:1\nFROM `\na:1\n",
        ["d/f:1", "a:1"],
    ),
    "a syntax that comes too late": ("FROM a:1\n# syntax=d/f:1\n", ["a:1"]),
    "a copy from an image": (
        "FROM a:1 AS x\nCOPY --from=X --link /a /\nCOPY --from=0 /b /\n"
        "COPY --link --from=astral/uv:0.5 /uv \\\n /bin/\n",
        ["a:1", "astral/uv:0.5"],
    ),
    "a mount from an image": (
        "FROM a:1 AS x\nRUN --mount=type=cache,target=/c --mount=from=c:1,source=/d,target=/d \\\n"
        " --mount=type=bind,from=x,target=/x echo --from=e:1 from=f:1\n",
        ["a:1", "c:1"],
    ),
}


@pytest.mark.parametrize("name", BASES)
def test_an_image_is_what_an_instruction_names(name):
    text, images = BASES[name]
    assert find_images(text) == images


@pytest.mark.parametrize("name", BASES)
def test_only_the_images_change_when_they_are_replaced(name):
    text, images = BASES[name]
    made = replace_images(text, dict.fromkeys(images, "lab/new:9"))
    assert find_images(made) == ["lab/new:9"] * len(images)
    for named in list_images(text):
        written = named.image if named.image in text else "a:$A-$B"
        text = text.replace(written, "lab/new:9", 1)
    assert made == text


def test_stages_begin_from_bases_and_copy_from_other_images():
    text = "# syntax=d/f:1\nFROM a:1\nCOPY --from=c:1 /a /\nRUN --mount=from=a:1,target=/a ls /a\n"
    found = [(named.image, named.base) for named in list_images(text)]
    assert found == [("d/f:1", False), ("a:1", True), ("c:1", False), ("a:1", False)]


def test_an_instructions_characters_stay_where_they_are():
    text = "# a\n\nFROM a:1 \\\n # b\n  AS c\nRUN <<E\nls\nE\nCOPY . .\n"
    found = list(list_instructions(text))
    assert [line.split() for _, line in found] == [
        ["FROM", "a:1", "AS", "c"],
        ["RUN", "<<E"],
        ["COPY", ".", "."],
    ]
    assert all(text[offset + line.find(w)] == w[0] for offset, line in found for w in line.split())


SOURCES = {
    "a comment between": ("COPY a.py \\\n# no\n  # no\n  b.py /x/\n", ["a.py", "b.py"]),
    "a default": ("COPY ${SRC:-src}/ /x\n", ["src"]),
    "an argument": (
        "FROM a\nARG DIR=lib\nCOPY $DIR/a.py ${DIR}/b.py /x/\n",
        ["lib/a.py", "lib/b.py"],
    ),
    "a variable": ("FROM a\nENV DIR=lib\nCOPY ${DIR}/ /x/\n", ["lib"]),
    "a heredoc": ("COPY <<EOF a.py /x/\nCOPY b.py /\nEOF\nCOPY c.py /\n", ["a.py", "c.py"]),
    "another stage": ("COPY --link \\\n --from=build /a /a\nADD ./d/ /\n", ["d"]),
    "a list": ('COPY ["a.py", "b/", "/x/"]\n', ["a.py", "b"]),
    "mounts": (
        "RUN --mount=type=bind,source=go.mod,target=go.mod --mount=type=cache,target=/c \\\n"
        "  --mount=src=./lib/,target=/lib --mount=from=a,source=b.py,target=/b go mod download\n",
        ["go.mod", "lib"],
    ),
    "a mount of it all": ("RUN --mount=target=. --mount=type=secret,id=s go build\n", [""]),
    "no mount": ("RUN go build --mount=type=bind,source=a.py\n", []),
    "in a script": ("RUN echo \\\n COPY a.py /\n", []),
}


@pytest.mark.parametrize("name", SOURCES)
def test_sources_are_what_copy_and_add_take_from_the_context(name):
    text, sources = SOURCES[name]
    layers = list_layers(text if text.startswith("FROM") else f"FROM z\n{text}")
    assert [source.pattern for layer in layers for source in layer.sources] == sources


DEFAULTS = {
    "plain": ("ARG A=1\nFROM a\n", 'ARG A="7"\nFROM a\n'),
    "quoted": ("ARG A='1 2' B=3\n", 'ARG A="7" B=3\n'),
    "twice": ("ARG A=1\nFROM a\nARG A=2\n", 'ARG A="7"\nFROM a\nARG A="7"\n'),
    "none": ("ARG A\nARG AA=1\nENV A=1\nRUN <<E\nARG A=1\nE\n", None),
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_defaults_of_arguments_are_replaced_and_nothing_else(name):
    text, changed = DEFAULTS[name]
    assert replace_defaults(text, {"A": "7", "Z": "0"}) == (changed or text)
