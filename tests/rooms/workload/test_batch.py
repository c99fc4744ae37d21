"""The builds of a batch, and one of them by its name."""

import pytest

from analysis.errors import BuildspecError, UnknownName
from analysis.workload import choose_build, list_batch, parse_buildspec, read_buildspec

PHASES = "phases: {build: {commands: [ls]}}\n"
LIST = """\
version: 0.2
env: {variables: {A: own, B: own}}
batch:
  fast-fail: true
  build-list:
    - identifier: small
      env: {compute-type: BUILD_GENERAL1_SMALL, variables: {A: small}}
    - env: {image: aws/codebuild/standard:7.0}
"""
GRAPH = """\
version: 0.2
batch:
  build-graph:
    - identifier: first
    - identifier: second
      depend-on: [first]
      buildspec: ci/second.yml
      env: {variables: {A: 2}}
"""
MATRIX = """\
version: 0.2
batch:
  build-matrix:
    static: {env: {type: LINUX_CONTAINER, privileged-mode: true, variables: {S: s}}}
    dynamic:
      env:
        image: [a:1, b:2]
        compute-type: [BUILD_GENERAL1_SMALL]
        variables: {V: [x, y]}
"""
FANOUT = "version: 0.2\nbatch: {build-fanout: {parallelism: 3, env: {variables: {A: b}}}}\n"


def test_a_list_names_its_builds_and_numbers_those_without_a_name():
    spec = parse_buildspec(LIST + PHASES)
    builds = list_batch(spec)
    assert list(builds) == ["small", "build-2"]
    assert builds["small"].environment == {"compute-type": "BUILD_GENERAL1_SMALL"}
    assert choose_build(spec, "small").variables == {"A": "small", "B": "own"}
    assert choose_build(spec).variables == {"A": "own", "B": "own"}


def test_a_graph_may_name_a_buildspec_of_its_own(tmp_path):
    path = tmp_path / "buildspec.yml"
    path.write_text(GRAPH)
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci/second.yml").write_text(f"version: 0.2\nenv: {{variables: {{A: 1}}}}\n{PHASES}")
    spec = read_buildspec(path)
    assert list_batch(spec)["second"].after == ("first",)
    chosen = choose_build(spec, "second")
    assert (chosen.variables, chosen.commands) == ({"A": "2"}, ["ls"])
    with pytest.raises(BuildspecError, match=r"no phases of its own.*BATCH_BUILD=first .there are"):
        choose_build(spec)
    with pytest.raises(BuildspecError, match="has no phases"):
        choose_build(spec, "first")
    (tmp_path / "ci/second.yml").unlink()
    with pytest.raises(BuildspecError, match=r"ci/second\.yml .batch., which is absent"):
        choose_build(spec, "second")


def test_a_matrix_is_every_combination():
    builds = list_batch(parse_buildspec(MATRIX + PHASES))
    assert list(builds) == [f"image={i},V={v}" for i in ("a:1", "b:2") for v in "xy"]
    one = builds["image=b:2,V=x"]
    assert one.variables == {"S": "s", "V": "x"}
    assert (one.environment["image"], one.environment["type"]) == ("b:2", "LINUX_CONTAINER")


def test_a_fan_out_is_so_many_builds():
    spec = parse_buildspec(FANOUT + PHASES)
    assert list(list_batch(spec)) == ["build-1", "build-2", "build-3"]
    assert choose_build(spec, "build-3").variables == {"A": "b"}


def test_another_name_is_told_with_the_one_that_was_probably_meant():
    with pytest.raises(UnknownName, match="smal.*did you mean 'small'"):
        choose_build(parse_buildspec(LIST + PHASES), "smal")


@pytest.mark.parametrize(
    ("batch", "words"),
    [
        ("[a]", "no names and values under 'batch'"),
        ("{build-list: a}", "no list under 'batch/build-list'"),
        ("{build-list: [{env: {}}, {env: [x]}]}", "batch/build-list/2/env"),
        ("{build-fanout: {parallelism: many}}", "parallelism: many; give a number"),
    ],
)
def test_a_batch_that_is_none_is_refused_with_its_key(batch, words):
    spec = parse_buildspec(f"version: 0.2\nbatch: {batch}\n{PHASES}", "spec.yml")
    with pytest.raises(BuildspecError, match=words):
        list_batch(spec)


def test_a_key_beside_the_builds_of_a_list_is_none():
    # as in a sample of AWS's own reference
    text = (
        "version: 0.2\nbatch:\n  build-list:\n    ignore-failure: true\n    one: {identifier: a}\n"
    )
    assert list(list_batch(parse_buildspec(text + PHASES))) == ["a"]
