"""Cache mounts: seen in a Dockerfile's instructions and in a log's, and who keeps them."""

import pytest

from analysis.workload import BuildTree, carries_mounts, find_mounting, load_strategies
from analysis.workload.mounts import list_cache_mounts

MOUNTS = {
    "RUN --mount=type=cache,target=/var/cache pip install a": [("/var/cache", "/var/cache")],
    "RUN --mount=target=/x,type=cache,id=m,sharing=locked a": [("/x", "m")],
    "RUN --mount=type=cache,dst=/a --mount=type=cache,destination=/b c": [
        ("/a", "/a"),
        ("/b", "/b"),
    ],
    "run --network=none --mount=type=cache,target=/a b": [("/a", "/a")],
    "RUN --mount=type=secret,id=cache a": [],
    "RUN echo --mount=type=cache,target=/a": [],
    "COPY --from=cache /a /b": [],
}


@pytest.mark.parametrize("text", MOUNTS)
def test_cache_mounts_of_an_instruction(text):
    assert list_cache_mounts(text) == MOUNTS[text]


def test_layers_that_mount_are_found_over_several_lines(tmp_path):
    text = "FROM a\nRUN b\nRUN --mount=type=cache,target=/c \\\n  --mount=type=bind d\n"
    (tmp_path / "Dockerfile").write_text(text)
    assert [layer.line for layer in find_mounting(BuildTree(tmp_path).layers)] == [3]


def test_who_keeps_its_builder_or_says_so_carries_them(tmp_path):
    variables = "env: {variables: {STRATEGY_CACHE_MOUNTS: kept}}"
    text = f"version: 0.2\n{variables}\nphases: {{build: {{commands: [a]}}}}\n"
    (tmp_path / "saved.yml").write_text(text)
    known = load_strategies(tmp_path)
    carrying = {name for name, each in known.items() if carries_mounts(each)}
    assert {"docker-server", "local-layer-cache", "saved"} <= carrying
    assert not carrying & {"docker", "registry-cache", "inline-cache", "s3-cache", "buildx-push"}
