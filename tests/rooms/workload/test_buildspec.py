"""Buildspecs as CodeBuild reads them, and what is said of those that can't be run."""

import pytest

from analysis.errors import BuildspecError
from analysis.workload.buildspec import parse_buildspec, read_buildspec

WHOLE = """
version: 0.2
env:
  shell: bash
  variables:
    TAG: latest
phases:
  post_build: {commands: docker images}
  install:
    on-failure: CONTINUE
    commands:
      - docker version
  build:
    commands:
      - |
        docker build \\
          .
      - docker push "$TAG"
    finally:
      - docker logout
artifacts:
  files: ["**/*"]
"""


def test_phases_come_in_codebuilds_order_with_their_commands():
    spec = parse_buildspec(WHOLE, "my.yml")
    assert [phase.name for phase in spec.phases] == ["install", "build", "post_build"]
    install, build, post_build = spec.phases
    assert build.commands == ("docker build \\\n  .\n", 'docker push "$TAG"')
    assert build.final == ("docker logout",)
    assert build.on_failure is None
    assert install.on_failure == "CONTINUE"
    assert post_build.commands == ("docker images",)
    assert (spec.source, spec.text, spec.shell) == ("my.yml", WHOLE, "bash")


def test_a_phase_may_be_empty_and_the_shell_is_sh():
    spec = parse_buildspec("version: 0.2\nphases:\n  build:\n  install:\n    commands:\n")
    assert [(phase.name, phase.commands) for phase in spec.phases] == [
        ("install", ()),
        ("build", ()),
    ]
    assert spec.shell == "sh"
    assert spec.variables == {}


@pytest.mark.parametrize("version", ["0.2", '"0.2"', "'0.2'"])
def test_a_version_may_be_quoted(version):
    assert parse_buildspec(f"version: {version}\nphases: {{build: {{commands: [ls]}}}}").phases


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1.10", "1.10"),
        ("010", "010"),
        ("1e3", "1e3"),
        ("yes", "yes"),
        ("true", "true"),
        ("2026-11-24", "2026-11-24"),
        ("12:30", "12:30"),
        ('"1.10"', "1.10"),
        ("", ""),
        ("~", ""),
    ],
)
def test_variables_are_the_text_that_is_written(written, read):
    text = f"version: 0.2\nenv:\n  variables:\n    A: {written}\nphases: {{build: {{}}}}\n"
    assert parse_buildspec(text).variables == {"A": read}


def test_commands_of_several_phases_may_share_an_anchor():
    text = """
version: 0.2
phases:
  install: &phase {commands: [date]}
  build: {<<: *phase, finally: [ls]}
"""
    assert parse_buildspec(text).phases[1].commands == ("date",)


def test_a_key_may_overrule_that_of_an_anchor():
    text = """
version: 0.2
phases:
  install: {<<: &phase {commands: [date], on-failure: CONTINUE}, commands: [ls]}
  build: {<<: *phase, commands: [id]}
"""
    install, build = parse_buildspec(text).phases
    assert (install.commands, build.commands) == (("ls",), ("id",))
    assert build.on_failure == "CONTINUE"


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    path = tmp_path / "mine.yml"
    path.write_bytes(b"\xef\xbb\xbf" + f"# mine{WHOLE}".encode())
    assert read_buildspec(path).text == f"# mine{WHOLE}"


BAD = {
    "cut off in a list": ("version: 0.2\nphases: [", "spec.yml is not YAML at line 2"),
    "a tab": ("version: 0.2\nphases:\n\tbuild:", "is not YAML at line 3"),
    "a control character": ("version: \x07", "is not YAML: correct"),
    "nothing": ("", "is not a buildspec"),
    "text": ("docker build .", "is not a buildspec"),
    "no version": ("phases: {}", "has version None: write version: 0.2"),
    "the old version": ("version: 0.1\nphases: {}", "has version 0.1: write version: 0.2"),
    "no phases": ("version: 0.2", "has no phases"),
    "phases in a list": ("version: 0.2\nphases: [build]", "under 'phases': indent"),
    "a phase unknown": ("version: 0.2\nphases: {test: {}}", "'phases/test', which is not supp"),
    "a key unknown": ("version: 0.2\nbatch: {}", "uses 'batch'"),
    "secrets": ("version: 0.2\nenv: {secrets-manager: {}}", "uses 'env/secrets-manager'"),
    "another shell": ("version: 0.2\nenv: {shell: powershell}", "use sh or bash"),
    "a map for a command": (
        "version: 0.2\nphases: {build: {commands: [echo a: b]}}",
        "phases/build/commands: quote commands",
    ),
    "a variable in a list": (
        "version: 0.2\nenv: {variables: {A: [1]}}\nphases: {build: }",
        "A must be",
    ),
    "a variable that is no name": (
        "version: 0.2\nenv: {variables: {MY-TAG: a}}\nphases: {build: }",
        "'MY-TAG' .env/variables.: use letters, digits and _",
    ),
    "a variable with a digit first": (
        "version: 0.2\nenv: {variables: {1A: a}}\nphases: {build: }",
        "'1A'",
    ),
    "a variable without a name": (
        "version: 0.2\nenv: {variables: {~: a}}\nphases: {build: }",
        "the variable None",
    ),
    "a phase twice": (
        "version: 0.2\nphases:\n  build: {commands: [ls]}\n  build: {commands: [date]}\n",
        "the key 'build' a second time at line 4: keep one",
    ),
    "a variable twice": (
        "version: 0.2\nenv:\n  variables:\n    A: 1\n    B: 2\n    A: 3\nphases: {build: }",
        "the key 'A' a second time at line 6",
    ),
    "another on-failure": (
        "version: 0.2\nphases: {build: {on-failure: RETRY}}",
        "on-failure: RETRY; use ABORT or CONTINUE",
    ),
    "commands under finally": (
        "version: 0.2\nphases: {build: {finally: {commands: [ls]}}}",
        "phases/build/finally",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_run_is_refused_with_file_key_and_cure(name):
    text, words = BAD[name]
    with pytest.raises(BuildspecError, match=words) as error:
        parse_buildspec(text, "spec.yml")
    assert str(error.value).startswith("spec.yml")


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(BuildspecError, match=r"none\.yml can't be read"):
        read_buildspec(tmp_path / "none.yml")
    latin = tmp_path / "latin.yml"
    latin.write_bytes("# é".encode("latin-1"))
    with pytest.raises(BuildspecError, match=r"latin\.yml can't be read"):
        read_buildspec(latin)
