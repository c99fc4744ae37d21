"""SQL about logs, an experiment and a store, from the command line."""

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest
from histories import after, build_log, write_folder

from analysis import read_logs, read_runs
from analysis.commands import run_command_line

ROOT = Path(__file__).parents[3]
CONTROL = ROOT / "data" / "control"


@pytest.fixture
def ask(capsys):
    def ask(*arguments, code=0):
        assert run_command_line(["sql", *map(str, arguments)]) == code
        captured = capsys.readouterr()
        return captured.err if code else captured.out

    return ask


@pytest.fixture(params=["store", "st[o]r*e 'quoted' \"?\""])
def store(request, tmp_path):
    """A store of some logs and of an experiment, in a folder of any name."""
    from analysis import read_experiment

    store = tmp_path / request.param
    write_folder(tmp_path / "logs", build_log(after(0)), build_log(after(9)))
    read_logs(tmp_path / "logs", store=store)
    read_experiment(CONTROL, store=store).timelines()
    return store


def test_an_experiment_is_asked_about(ask):
    query = "select strategy, count(*) as n, avg(seconds) as mean from runs group by all order by 1"
    rows = json.loads(ask(query, "--from", CONTROL, "--format", "json"))
    runs = read_runs(CONTROL).groupby("strategy")["seconds"]
    assert {row["strategy"]: row["n"] for row in rows} == runs.size().to_dict()
    assert [row["mean"] for row in rows] == pytest.approx(runs.mean().tolist())
    joined = "select count(*) as n from steps join runs using (log) join images using (run)"
    assert ask(joined, "--from", CONTROL).splitlines()[0] == "n"


def test_logs_are_asked_about(ask, tmp_path):
    folder = write_folder(tmp_path / "logs", build_log(), build_log(command="echo \x1b[31m; true"))
    query = "select command, seconds, exit_code from commands order by log"
    lines = ask(query, "--from", folder).splitlines()
    assert lines[0].split() == ["command", "seconds", "exit_code"]
    assert "\x1b" not in "".join(lines) and r"\x1b[31m" in lines[2]
    (_, first, _) = csv.reader(io.StringIO(ask(query, "--from", folder, "--format", "csv")))
    assert first[0] == "docker build ."


def test_a_store_is_asked_about(ask, store, tmp_path):
    rows = ask("select count(*) from logs", "--from", store).split()
    assert int(rows[-1]) == 2 + len(read_runs(CONTROL))
    told = ask("select count(distinct path) from files join steps using (log)", "--from", store)
    assert told.split()[-1].isdigit()
    for table in ("phases", "commands", "builds", "parts", "listings", "images", "records"):
        assert int(ask(f"select count(*) from {table}", "--from", store).split()[-1]) > 0
    assert int(ask("select count(*) from histories_steps", "--from", store).split()[-1]) > 0


def test_the_views_are_printed_as_duckdb_takes_them(ask, store):
    database = duckdb.connect()
    database.execute(ask("--views", "--from", store))
    assert database.sql("select count(*) from steps").fetchall()[0][0] > 500


def test_a_store_without_anything_has_empty_views(ask, tmp_path, monkeypatch):
    monkeypatch.setenv("CODEBUILD_CACHE_STORE", str(tmp_path / "none"))
    assert ask("select count(*) from steps join files using (log)").split()[-1] == "0"


def test_athena_gets_the_tables_of_a_store_in_s3(ask, tmp_path):
    text = ask("--athena", "--from", "s3://bucket/a'b")
    assert "create external table if not exists `steps` (\n  `log` string," in text
    assert "`started` timestamp" in text and "`spans` array<double>" in text
    assert text.count("location 's3://bucket/a''b/") == text.count("create external table") == 10
    assert "Athena reads S3" in ask("--athena", "--from", tmp_path, code=1)


def test_what_is_wrong_is_told_in_a_sentence(ask, tmp_path, monkeypatch):
    assert "DuckDB says" in ask("select nothing from nowhere", "--from", CONTROL, code=1)
    assert "does not exist" in ask("select 1", "--from", tmp_path / "none", code=1)
    assert "There is no query" in ask(code=1)
    monkeypatch.setenv("CODEBUILD_CACHE_STORE", "off")
    assert "switches it off" in ask("select 1", code=1)
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    assert "pip install duckdb" in ask("select 1", "--from", CONTROL, code=1)


def test_secrets_are_not_shown(ask, tmp_path):
    log = build_log(command="curl https://me:hunter2secret@example.com/x")
    folder = write_folder(tmp_path / "logs", log)
    assert "hunter2secret" not in ask("select command from commands", "--from", folder)
