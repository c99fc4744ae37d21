"""What the command prints and writes, and with which exit code."""

import gzip
import json
from pathlib import Path

import pytest
from doctor_files import dockerfile, spec

from analysis.commands import run_command_line
from analysis.doctor import RULES, SEVERITIES, examine, to_sarif

LATE = dockerfile("FROM a", "COPY . .", "RUN pip install x")
LOG = """\
[Container] 2026/01/02 03:04:05.000000 Running command docker pull r/app:latest
latest: Pulling from r/app
[Container] 2026/01/02 03:04:17.500000 Running command docker build --cache-from r/app:latest .
#1 [1/2] FROM a
#1 DONE 0.1s

#2 [2/2] RUN pip install x
#2 DONE 7.0s
[Container] 2026/01/02 03:04:27.000000 Phase complete: BUILD State: SUCCEEDED
"""


@pytest.fixture
def folder(tmp_path):
    build = "docker build --cache-from r/app:latest -t r/app:latest ."
    (tmp_path / "buildspec.yml").write_text(spec("docker pull r/app:latest", build))
    (tmp_path / "Dockerfile").write_text(LATE)
    return tmp_path


def test_costs_are_those_of_the_logs_given_else_of_recorded_runs(folder):
    recorded = examine([folder]).findings.set_index("rule")
    assert recorded.loc["cache-from-without-metadata", "cost"] > 0
    assert recorded["cost_origin"].str.startswith("recorded lab runs").any()
    (folder / "build.log").write_text(LOG)
    own = examine([folder]).findings.set_index("rule")
    assert own.loc["pull-unused", "cost"] == pytest.approx(12.5)
    assert own.loc["cache-from-without-metadata", "cost"] == pytest.approx(7)
    assert own.loc["copy-before-install", "cost"] == pytest.approx(7)
    assert own.loc["pull-unused", "cost_origin"] == "your logs: median, n = 1"


def test_text_groups_by_file_and_says_all(folder, capsys):
    assert run_command_line(["doctor", str(folder)]) == 1
    text = capsys.readouterr().out
    assert f"{folder}/buildspec.yml:6: error: " in text
    assert text.index("/Dockerfile:2: ") < text.index("/buildspec.yml:5: ")
    for word in ("why: ", "costs: ", "instead: ", "see: docs/doctor.md#"):
        assert f"    {word}" in text
    assert "instead: docker build --build-arg BUILDKIT_INLINE_CACHE=1 --cache-from" in text
    assert text.splitlines()[-1] == "2 files read: 1 error, 2 warnings and 1 note."


@pytest.mark.parametrize(
    ("level", "text", "code"),
    [
        ("error", LATE, 0),
        ("warning", LATE, 1),
        ("note", LATE, 1),
        ("never", LATE, 0),
        ("note", "FROM a\n", 0),
        ("error", "RUN a\n", 1),
        ("never", "RUN a\n", 0),
    ],
)
def test_the_exit_code_follows_the_severity(level, text, code, tmp_path):
    (tmp_path / "Dockerfile").write_text(text)
    assert run_command_line(["doctor", str(tmp_path), "--fail-on", level]) == code


def test_wrong_usage_is_2(tmp_path, capsys):
    assert run_command_line(["doctor", str(tmp_path)]) == 2
    with pytest.raises(SystemExit) as stopped:
        run_command_line(["doctor", str(tmp_path), "--format", "xml"])
    assert stopped.value.code == 2
    assert "Nothing to read there" in capsys.readouterr().err


def test_json_has_what_the_frame_has(folder, tmp_path):
    out = tmp_path / "out.json"
    run_command_line(["doctor", str(folder), "--format", "json", "--out", str(out)])
    told = json.loads(out.read_text())
    found = examine([folder])
    assert told["files"] == found.files == 2
    assert [each["rule"] for each in told["findings"]] == found.findings["rule"].tolist()
    assert list(told["findings"][0]) == list(found.findings)


def test_sarif_is_what_code_scanning_takes(folder, monkeypatch):
    (folder / ".git").mkdir()
    (folder / ".dockerignore").write_text(".git\n")
    (folder / "my app").mkdir()
    (folder / "my app" / "Dockerfile").write_text(LATE + "# more\n")
    found = examine([folder])
    told = json.loads(to_sarif(found))
    assert told["version"] == "2.1.0" and told["$schema"].endswith("sarif-2.1.0.json")
    (run,) = told["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(RULES)
    assert len(run["results"]) == len(found.findings)
    uris = set()
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in SEVERITIES and result["message"]["text"]
        (place,) = result["locations"]
        where = place["physicalLocation"]
        uris.add(where["artifactLocation"]["uri"])
        assert where["region"]["startLine"] >= 1
    assert uris == {"buildspec.yml", "Dockerfile", "my%20app/Dockerfile"}
    marks = [each["partialFingerprints"]["primaryLocationLineHash"] for each in run["results"]]
    assert len(set(marks)) == len(marks)


def test_a_fingerprint_stays_when_lines_move(folder):
    def list_marks():
        results = json.loads(to_sarif(examine([folder / "Dockerfile"])))["runs"][0]["results"]
        return {each["partialFingerprints"]["primaryLocationLineHash"] for each in results}

    before = list_marks()
    (folder / "Dockerfile").write_text("# a comment\n\n" + LATE)
    assert list_marks() == before


def test_secrets_of_a_command_are_not_told(tmp_path, capsys):
    build = "docker build --no-cache --build-arg PASSWORD=hunter2hunter2 ."
    (tmp_path / "buildspec.yml").write_text(spec(build))
    run_command_line(["doctor", str(tmp_path)])
    assert "hunter2" not in capsys.readouterr().out


def test_each_rule_has_its_place_in_the_documents():
    page = (Path(__file__).parents[3] / "docs" / "doctor.md").read_text()
    headings = [line.removeprefix("### ") for line in page.splitlines() if line.startswith("### ")]
    assert sorted(headings) == sorted(RULES)
    for name, rule in RULES.items():
        section = page.partition(f"### {name}\n")[2].partition("\n### ")[0]
        assert rule.severity in section.splitlines()[1], name


def test_a_log_is_known_by_what_it_says_also_packed(folder):
    (folder / "build.log.gz").write_bytes(gzip.compress(LOG.encode()))
    (folder / "data.json.gz").write_bytes(gzip.compress(b'{"a": 1}'))
    (folder / "other.log").write_text("nothing\n")
    (folder / "cut.gz").write_bytes(b"\x1f\x8bno")
    found = examine([folder])
    assert found.files == 3
    assert "your logs: median, n = 1" in found.findings["cost_origin"].tolist()
    events = {"events": [{"timestamp": 1, "message": line} for line in LOG.splitlines()]}
    (folder / "events.json").write_text(json.dumps(events))
    assert examine([folder / "events.json"]).findings.empty
