"""`strategies` writes a buildspec once for each strategy, and says what it wrote and left out."""

import pytest

from analysis.commands.main import run_command_line

SPEC = """\
version: 0.2
batch: {build-list: [{identifier: arm, env: {variables: {R: arm}}}]}
phases:
  build:
    commands:
      - docker build -t $R/a:latest .
      - docker push $R/a:latest
      - make image
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "buildspec.yml").write_text(SPEC)
    (tmp_path / "Makefile").write_text("image:\n\tdocker build -t x .\n")
    return tmp_path


def test_files_and_diffs_are_written_and_told(project, capsys):
    assert run_command_line(["strategies", "--from", "buildspec.yml"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "strategies/docker.yml: as it is" in said
    assert "strategies/registry-cache.yml: 2 lines in the place of 1" in said
    assert "docker-driver-cache-to is not written: its builds are to fail" in said
    needed = [line for line in said if "needs in your project" in line]
    assert needed == ["s3-cache needs in your project: CACHE_BUCKET"]
    told = "can't be rewritten: line 8: make image: make runs a build (Makefile line 2)"
    assert said[-1] == told
    assert "--cache-to" in (project / "strategies/registry-cache.diff").read_text()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            "nothing.yml",
            "nothing.yml can't be read as a buildspec (No such file or directory): name",
        ),
        (".", ". is a folder: name the buildspec in it."),
        ("buildspec.yml --batch-build none", "There is no build of the batch 'none': known: arm"),
        ("plain.yml --batch-build arm", "plain.yml has no batch: leave BATCH_BUILD out."),
    ],
)
def test_what_is_no_buildspec_is_told_with_the_cure(given, told, project, capsys):
    plain = "".join(line for line in SPEC.splitlines(keepends=True) if "batch" not in line)
    (project / "plain.yml").write_text(plain)
    assert run_command_line(["strategies", "--from", *given.split()]) == 1
    assert told in capsys.readouterr().err


def test_names_that_no_disk_takes_end_nothing(project, capsys):
    long = "a" * 300
    more = (
        f"      - docker compose -f {long} build\n      - bash {long}\n      - make -C {long} x\n"
    )
    (project / "buildspec.yml").write_text(SPEC + more)
    given = ["--from", "buildspec.yml", "--strategies", "docker", "--out", "long"]
    assert run_command_line(["strategies", *given]) == 0
    assert "long/docker.yml: as it is" in capsys.readouterr().out


def test_one_strategy_may_be_printed(project, capsys):
    given = ["--strategies", "buildx-push", "--print", "--out", "mine", "--batch-build", "arm"]
    assert run_command_line(["strategies", "--from", "buildspec.yml", *given]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "+      - docker buildx build --push -t $R/a:latest ." in said
    assert sorted(path.name for path in (project / "mine").iterdir()) == [
        "buildx-push.diff", "buildx-push.yml",
    ]  # fmt: skip


def test_a_buildspec_that_builds_nothing_in_sight_is_told_with_what_is_hidden(project, capsys):
    (project / "none.yml").write_text("version: 0.2\nphases: {build: {commands: [make image]}}\n")
    assert run_command_line(["strategies", "--from", "none.yml"]) == 1
    said = capsys.readouterr().err
    assert "none.yml has no docker build" in said and "Makefile line 2" in said
