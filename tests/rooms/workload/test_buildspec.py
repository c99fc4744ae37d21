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


def test_json_may_be_indented_with_tabs():
    text = '{\n\t"version": 0.2,\n\t"phases": {"build": {"commands": ["ls\\t-l"]}}\n}\n'
    (command,) = parse_buildspec(text).commands
    assert command == "ls\t-l" and command.line == 3


BAD = {
    "cut off in a list": ("version: 0.2\nphases: [", "spec.yml is not YAML at line 2"),
    "a tab": ("version: 0.2\nphases:\n\tbuild:", "not YAML at line 3: indent with blanks"),
    "a control character": ("version: \x07", "is not YAML: correct"),
    "nothing": ("", "is not a buildspec"),
    "text": ("docker build .", "is not a buildspec"),
    "no version": ("phases: {}", "has version None: write version: 0.2"),
    "another version": ("version: 0.3\nphases: {}", "has version 0.3: write version: 0.2"),
    "no phases": ("version: 0.2", "has no phases"),
    "phases in a list": ("version: 0.2\nphases: [build]", "under 'phases': indent"),
    "a phase unknown": ("version: 0.2\nphases: {test: {}}", "'phases/test', which is none: use"),
    "a phase misspelt": ("version: 0.2\nphases: {pre-build: }", "did you mean pre_build?"),
    "another shell": ("version: 0.2\nenv: {shell: powershell}", "use sh or bash"),
    "a map for a command": (
        "version: 0.2\nphases: {build: {commands: [echo a: b]}}",
        "phases/build/commands at line 2: quote commands",
    ),
    "a list in a list": (
        "version: 0.2\nx: &a [ls]\nphases: {build: {commands: [*a, date]}}",
        "phases/build/commands: write one list",
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
        "version: 0.2\nphases: {build: {on-failure: STOP}}",
        "on-failure: STOP; use ABORT, CONTINUE, RETRY, RETRY-count",
    ),
    "too many retries": (
        "version: 0.2\nphases: {build: {on-failure: RETRY-101}}",
        "RETRY-101; use",
    ),
    "retries for no pattern": (
        "version: 0.2\nphases: {build: {on-failure: 'RETRY-[a'}}",
        "is no regular expression",
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


EVERY = """\
version: 0.2
run-as: root
env:
  shell: /bin/sh
  variables: {A: 1.10}
  parameter-store:
    TOKEN: /app/token
  secrets-manager:
    PASSWORD: "app:password::"
  exported-variables: [A, TAG]
  git-credential-helper: yes
proxy: {upload-artifacts: no, logs: yes}
batch: {fast-fail: false, build-list: [{identifier: one}]}
phases:
  install:
    run-as: builder
    on-failure: RETRY-2-.*reset by peer.*
    runtime-versions: {docker: 19, python: 3.x, nodejs: }
    commands: [date]
    finally: [ls]
reports:
  tests: {files: ["**/*"], file-format: JUNITXML, discard-paths: yes}
artifacts:
  files: ["**/*"]
  name: app-$(date +%F)
  secondary-artifacts: {web: {files: [web/**/*], base-directory: out}}
cache:
  key: k-$(codebuild-hash-files package-lock.json)
  fallback-keys: [k-]
  action: save
  paths: [node_modules/**/*]
"""


def test_every_key_of_the_reference_is_read():
    spec = parse_buildspec(EVERY)
    (install,) = spec.phases
    assert (spec.parameters, spec.secrets) == (
        {"TOKEN": "/app/token"},
        {"PASSWORD": "app:password::"},
    )
    assert (spec.exported, spec.git_credentials, spec.run_as) == (("A", "TAG"), True, "root")
    assert (install.run_as, install.retry.count) == ("builder", 2)
    assert install.retry.allows(1, "Connection reset by peer (54)")
    assert not install.retry.allows(2, "Connection reset by peer")
    assert not install.retry.allows(0, "exit status 1")
    assert spec.runtimes == {"docker": "19", "python": "3.x", "nodejs": "latest"}
    assert sorted(spec.around) == ["artifacts", "batch", "cache", "proxy", "reports"]
    assert spec.around["cache"]["fallback-keys"] == ["k-"]
    assert spec.unknown == ()


@pytest.mark.parametrize(
    ("written", "count", "pattern"),
    [
        ("RETRY", 3, ".*"),
        ("RETRY-7", 7, ".*"),
        ("RETRY-0", 0, ".*"),
        ("RETRY-.*timed out.*", 3, ".*timed out.*"),
        ("RETRY-5-exit status 1", 5, "exit status 1"),
        ("RETRY-12monkeys", 3, "12monkeys"),
    ],
)
def test_retries_have_a_number_and_a_pattern(written, count, pattern):
    text = f"version: 0.2\nphases: {{build: {{on-failure: '{written}'}}}}"
    retry = parse_buildspec(text).phases[0].retry
    assert (retry.count, retry.pattern) == (count, pattern)


def test_version_0_1_calls_its_variables_otherwise():
    text = "version: 0.1\nenvironment_variables: {plaintext: {A: b}}\nphases: {build: }"
    spec = parse_buildspec(text)
    assert (spec.version, spec.variables, spec.unknown) == ("0.1", {"A": "b"}, ())


def test_keys_that_the_reference_lacks_are_named_and_do_not_matter():
    text = "version: 0.2\nmine: 1\nenv: {extra: 1}\nphases: {build: {steps: [], commands: [ls]}}"
    assert parse_buildspec(text).unknown == ("mine", "env/extra", "phases/build/steps")


def test_an_item_without_a_command_is_none():
    text = "version: 0.2\nphases:\n  build:\n    commands:\n      -\n      - ls\n      - ~\n"
    assert parse_buildspec(text).phases[0].commands == ("ls",)


PLACED = """\
version: 0.2
phases:
  build:
    commands:
      - docker build -t "$A" .   # note
      - 'echo ''hi'' && ls'
      - "echo \\"x\\" \\
          && ls \\x41
          folded"
      - |
        docker build \\
          -t x .

        if true; then
          ls
        fi
      - |-
        no newline
      - >
        a b@
          more
        c

        d
      - echo plain
        folded
  post_build: {commands: [a b, 'c d']}
""".replace("@", " ")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_each_sign_of_a_command_is_found_in_the_file(newline):
    text = PLACED.replace("\n", newline)
    spec = parse_buildspec(text)
    assert len(spec.commands) == 9
    for command in spec.commands:
        for at, sign in enumerate(command):
            there = text[command.locate(at) :]
            escaped = there.startswith(("\\", "''")) or (sign in " \n" and there[0] in "\r\n")
            assert there[0] == sign or escaped, (command, at)
        assert command.locate(len(command)) <= command.end


def test_lines_of_commands_are_those_of_the_file():
    spec = parse_buildspec(PLACED)
    lines = PLACED.split("\n")
    for command in spec.commands[:2] + spec.commands[7:]:
        assert str(command)[:4].strip("'") in lines[command.line - 1]
    block = spec.commands[3]
    assert "if true" in lines[block.line_at(block.index("if true")) - 1]
    assert "docker build" in lines[block.line - 1]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_keeps_its_line_ends(tmp_path, end):
    path = tmp_path / "spec.yml"
    path.write_bytes(WHOLE.strip().replace("\n", end).encode())
    assert read_buildspec(path).text == WHOLE.strip().replace("\n", end)
    assert read_buildspec(path).phases == parse_buildspec(WHOLE).phases
