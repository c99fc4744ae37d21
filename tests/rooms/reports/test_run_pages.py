"""From a page to the runs behind it: their rows, their pages, their logs."""

import csv
import gzip
import json
import re
import shutil
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from analysis import read_experiment, read_logs
from analysis.reports.proofs import Proofs, link_rows, link_runs, order_runs
from analysis.reports.run_log import read_excerpt, write_lines
from analysis.reports.run_pages import _list_timed
from analysis.reports.site import make_reports

ROOT = Path(__file__).parents[3]
CONTROL = ROOT / "data" / "control"
EVIL = "</pre><script>document.title='taken'</script>\u202e export NPM_TOKEN=8fj3kd02kd9sX"


def test_rows_of_runs_are_those_of_the_csv(tmp_path):
    experiment = read_experiment(CONTROL)
    index = make_reports(experiment, tmp_path / "out", [])
    with (index.parent / "runs.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    assert len(rows) == len(experiment.runs) and set(head) == set(experiment.runs)
    proofs = Proofs(order_runs(experiment.runs))
    for at, row in enumerate(rows, start=2):
        assert proofs.find_run(row[head.index("run")]) == f"runs.csv#row={at}"
        assert row[head.index("log")] == f"runs/{row[head.index('run')]}/build.log.gz"
    first, last = map(int, re.findall(r"\d+", proofs.find_group("docker", "cold")))
    named = {
        (r[head.index("strategy")], r[head.index("scenario")]) for r in rows[first - 2 : last - 1]
    }
    assert named == {("docker", "cold")}
    assert str(ROOT) not in (index.parent / "runs.csv").read_text()


@pytest.fixture(scope="module")
def proofs():
    return Proofs(order_runs(read_experiment(CONTROL).runs), pages=True)


def test_a_run_that_a_text_names_is_linked_where_a_link_may_stand(proofs):
    run = '<a href="runs/docker.cold.01.html">docker.cold.01</a>'
    assert link_runs("<li>docker.cold.01 is not compared</li>", proofs) == (
        f"<li>{run} is not compared</li>"
    )
    for kept in (
        "<p>docker.cold.99, x.docker.cold.01 and docker.cold.012</p>",
        '<p title="docker.cold.01"><a href="#x">docker.cold.01</a></p>',
        "<svg><text>docker.cold.01</text></svg>",
    ):
        assert link_runs(kept, proofs) == kept
    assert link_runs('<a href="run:docker.cold.01"><b>dot</b></a>', proofs) == (
        '<a href="runs/docker.cold.01.html"><b>dot</b></a>'
    )
    assert link_runs('<a href="run:none.cold.01">dot</a>', proofs) == "dot"


def test_what_a_chart_draws_of_one_run_leads_there(proofs):
    sign = "<title>docker.cold.01: 21.2 s</title><circle/>"
    text = "<text>docker.cold.02: 22.1 s</text>"
    others = "<g><title>docker.cold.99: 2 s</title><circle/></g><g><title>cold: 2 s</title></g>"
    svg = f'<svg role="img"><g>{sign}</g>{text}{others}</svg>'
    assert link_runs(svg, proofs) == (
        f'<svg role="group"><a href="runs/docker.cold.01.html" tabindex="-1">{sign}</a>'
        f'<a href="runs/docker.cold.02.html">{text}</a>{others}</svg>'
    )
    assert link_runs(svg.replace("docker.", "other."), proofs) == svg.replace("docker.", "other.")


def test_the_folders_of_a_claim_lead_to_its_strategies(proofs):
    html = link_runs("<code>runs/{docker,nobody}.cold.{01,02} runs/docker.cold.01</code>", proofs)
    assert html == (
        '<code>runs/{<a href="runs.html#docker">docker</a>,nobody}.cold.{01,02} '
        'runs/<a href="runs/docker.cold.01.html">docker.cold.01</a></code>'
    )


def test_rows_of_a_table_lead_to_their_runs(proofs):
    head = "<table><thead><tr><th>strategy</th><th>scenario</th><th>n</th></tr></thead><tbody>"
    row = "<tr><td>{}</td><td>{}</td><td>12</td></tr>"
    table = head + row.format("docker (emulated)", "cold") + row.format("other", "cold")
    html = link_rows(f"{table}</tbody></table>", proofs)
    assert '<td><a href="runs.html#docker.cold">docker (emulated)</a></td>' in html
    assert "<td>other</td>" in html and html.count("<a ") == 1
    assert link_rows(table.replace("strategy", "link"), proofs).count("<a ") == 0


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The reports of two runs, one with an evil log and a name to match."""
    folder = tmp_path_factory.mktemp("recorded") / "experiment"
    for name in ("docker.cold.01", "docker.source.01"):
        shutil.copytree(CONTROL / "runs" / name, folder / "runs" / name)
    log = folder / "runs" / "docker.cold.01" / "build.log.gz"
    text = gzip.decompress(log.read_bytes()).decode()
    log.write_bytes(gzip.compress(f"{text}{EVIL}\n".encode()))
    evil = folder / "runs" / "do<b>&#cker%.cold.02"
    shutil.copytree(CONTROL / "runs" / "docker.cold.02", evil)
    record = json.loads((evil / "record.json").read_text())
    record |= {"run": evil.name, "strategy": "do<b>&#cker%"}
    (evil / "record.json").write_text(json.dumps(record))
    return make_reports(folder, folder.parent / "out", [], runs=True).parent


def test_each_run_has_a_page_that_every_link_finds(pages):
    listed = (pages / "runs.html").read_text()
    links = [unquote(unescape(each)) for each in re.findall(r'href="(runs/[^"]+)"', listed)]
    assert len(set(links)) == 3 and all((pages / each).is_file() for each in links)
    assert '<a href="runs.html">Runs</a>' in (pages / "index.html").read_text()
    for page in (pages / "runs").iterdir():
        text = page.read_text()
        for target in re.findall(r'href="([^"#:]+)(?=["#])', text):
            assert (page.parent / unquote(unescape(target))).is_file(), target
        anchors = set(re.findall(r'\bid="([^"]+)"', text))
        assert set(re.findall(r'href="#([^"]+)"', text)) <= anchors


def test_the_page_of_a_run_has_its_phases_steps_entries_checks_and_log(pages):
    text = (pages / "runs" / "docker.cold.01.html").read_text()
    for heading in (
        "Checks",
        "Phases",
        "Commands",
        "Steps of docker builds",
        "held afterwards",
        "Log",
    ):
        assert re.search(rf"<h2[^>]*>[^<]*{heading}", text), heading
    assert ">docker.cold.01</h1>" in text, "a page leads not to itself"
    assert ">none of a cold build<" in text
    other = (pages / "runs" / "docker.source.01.html").read_text()
    assert ">none of a cold build<" not in other
    assert re.search(r"<dd>2026-[^<]*\d:\d\d\sUTC</dd>", text.replace("\u2060", ""))
    lines = dict(re.findall(r'<a id="(L\d+)" href="#L\d+">\d+</a>(.*)', text))
    told = re.findall(r"<td[^>]*>(COPY[^<]*)</td>.*?<a href=\"#(L\d+)\">", text)
    assert told and all(name.split()[0] in lines[line] for name, line in told)
    steps = read_experiment(CONTROL).logs.steps
    own = steps["log"].str.contains("/docker.cold.01/").sum()
    table = text.partition(">Steps of docker builds</h2>")[2].partition("</table>")[0]
    assert table.count("<tr") == own + 1


def test_steps_of_several_targets_say_whose_they_are(pages):
    class Bake:
        path = Path(__file__).parents[2] / "bake" / "source.log"
        logs = read_logs(path)

        def of(self, name, _):
            return getattr(self.logs, name)

    lines = Bake.path.read_text().splitlines()
    steps = _list_timed({"log": str(Bake.path)}, Bake(), lines)["Steps of docker builds"]
    assert "<th>target<" in steps and ">api</td>" in steps and ">web</td>" in steps
    # a log of one target has no such column
    assert not re.search(r"<th [^>]*>target", (pages / "runs" / "docker.cold.01.html").read_text())


def test_a_log_is_shown_as_text_without_secrets(pages):
    text = (pages / "runs" / "docker.cold.01.html").read_text()
    # one is the page's own
    assert text.count("<script") == 1 and "&lt;script&gt;" in text
    assert "8fj3kd02kd9sX" not in text and "NPM_TOKEN=REDACTED" in text
    assert "\u202e" not in text and "\\u202e" in text


def test_of_a_huge_log_the_page_shows_begin_and_end_and_says_so(tmp_path):
    path = tmp_path / "build.log.gz"
    line = "#7 12.3 " + "x" * 92 + "\n"
    number = 200_000
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"first\n")
        for _ in range(20):
            file.write(line.encode() * (number // 20))
        file.write(b"last")
    log = read_excerpt(path)
    assert log.begin[0] == "first" and log.end[-1] == "last"
    assert log.first_of_end + len(log.end) - 1 == number + 2
    between = log.first_of_end - 1 - len(log.begin)
    assert log.left_out.startswith(f"{between} lines (") and "left out" in log.left_out
    html = write_lines(log.begin) + write_lines(log.end, log.first_of_end)
    assert len(html) < 1_000_000 and f'id="L{number + 2}"' in html


def test_a_line_without_an_end_and_a_damaged_log_are_told(tmp_path):
    path = tmp_path / "build.log.gz"
    path.write_bytes(gzip.compress(b"y" * 3_000_000))
    log = read_excerpt(path)
    assert "more characters" in write_lines(log.begin) and log.left_out
    path.write_bytes(path.read_bytes()[:-20])
    assert "could not be read" in read_excerpt(path).problem
    assert "could not be read" in read_excerpt(tmp_path / "none").problem
