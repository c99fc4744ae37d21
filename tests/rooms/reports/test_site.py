"""The reports of the recorded experiment, opened in a browser as their readers do."""

import functools
import http.server
import itertools
import json
import os
import re
import subprocess
import sys
import threading
from collections import defaultdict
from html import escape, unescape
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from browser import look_at
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from analysis import read_experiment
from analysis.answers import answer, is_older_lab
from analysis.commands import run_command_line
from analysis.errors import RecordError, ReportError
from analysis.prose import say_advice, say_title
from analysis.reports.notebooks import list_analyses, read_title
from analysis.reports.site import make_reports
from analysis.words import FASTER

ROOT = Path(__file__).parents[3]
RECORDED = ROOT / "data" / "lab"
CONTROL = ROOT / "data" / "control"
pytest_plugins = ["browser", "wheel_install"]
PAGES = ["index.html", *(f"{path.stem}.html" for path in list_analyses())]
each_page = pytest.mark.parametrize("page", PAGES)


@pytest.fixture(scope="module")
def reports(wheel_reports):
    """The folder of the recorded experiment's reports, as the installed package makes them."""
    folder, told = wheel_reports
    assert told.returncode == 0, told.stderr
    return folder


@pytest.fixture(scope="module")
def looks(reports, browser):
    """Page -> what the browser saw of it."""
    return {page: look_at(browser, reports / page) for page in PAGES}


def test_the_set_is_a_page_a_notebook_an_index_and_their_data(reports):
    there = sorted(path.name for path in reports.iterdir())
    assert there == sorted([*PAGES, "answer.json", "runs.csv", "tables"])
    names = {path.name.partition(".")[0] for path in (reports / "tables").iterdir()}
    assert names <= {page.removesuffix(".html") for page in PAGES}


@each_page
def test_every_heading_table_and_figure_can_be_linked_to_and_has_a_caption(reports, page):
    text = (reports / page).read_text()
    assert not re.search(r"<h[2-6](?![^>]*\bid=)", text)
    for kind, caption in (("figure", "figcaption"), ("table", "caption")):
        parts = re.findall(rf"<{kind}\b.*?</{kind}>", text, re.DOTALL)
        # a matrix is told by its figure's caption
        told = [each for each in parts if f"<{caption}" in each or 'class="matrix"' in each]
        assert told == parts
    names = re.findall(r'\bid="([^"]+)"', text)
    assert len(names) == len(set(names))
    assert all(f'id="{each}"' in text for each in re.findall(r'href="#([^"]+)"', text))


@each_page
def test_a_page_asks_for_nothing_and_complains_of_nothing(looks, page):
    look = looks[page]
    assert look.requests == []
    assert look.complaints == []


@each_page
def test_a_page_says_the_same_without_scripts(reports, page):
    text = (reports / page).read_text()
    # what the reader's own numbers are computed from is no script
    scripts = re.findall(r"<script\b[^>]*>", text)
    assert scripts == ['<script type="application/json" id="yours-data">'] * (
        page == "index.html"
    ) + ["<script>"]
    seen = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert not re.search(r"\son\w+=", seen)


@each_page
def test_every_picture_is_described(looks, page):
    look = looks[page]
    assert all(alt and 30 <= len(alt) <= 1500 for alt in look.alts), look.alts
    assert not any("No description" in alt for alt in look.alts)


@each_page
def test_a_page_fits_a_phone(looks, page):
    assert looks[page].width <= 390
    assert looks[page].smallest >= 12, "pixels of the text in charts"


@each_page
def test_charts_are_text_without_pictures_and_ids_occur_once(reports, looks, page):
    text = (reports / page).read_text()
    assert "<img" not in text and text.count("chart-style") == 0
    assert looks[page].repeated == []
    large = text.count('class="wide"') + text.count('class="full"')
    assert large >= text.count('class="narrow"') > 0
    # a matrix is a table of the page
    names = re.search(r"<(text|th)\b[^>]*>(<[^>]*>)*[\w-]+-cache\b", text)
    assert names or page == "6-trust.html"


def test_pages_are_light(reports):
    sizes = {page: (reports / page).stat().st_size for page in PAGES}
    assert max(sizes.values()) <= 600_000, sizes
    assert sum(sizes.values()) <= 2_500_000, sizes


@each_page
def test_a_page_has_title_language_landmarks_and_ordered_headings(looks, page):
    look = looks[page]
    assert look.language == "en" and len(look.title) > 10
    assert set(look.landmarks.values()) == {1}
    levels = [int(heading[1]) for heading in look.headings]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@each_page
def test_a_page_shows_no_code_no_python_repr_and_no_path_of_this_machine(reports, page):
    text = (reports / page).read_text()
    for unwanted in (str(ROOT), "Traceback", "<Axes", "&lt;Axes", "DataFrame", "import pandas"):
        assert unwanted not in text, unwanted


@each_page
def test_a_page_says_that_data_are_recorded_and_what_is_emulated(reports, page):
    text = (reports / page).read_text()
    assert "recorded builds" in text
    assert re.search(r"Emulated there: [\w ,-]*local-layer-cache", text)


def test_every_link_between_the_pages_leads_somewhere(reports):
    for page in PAGES:
        for target in re.findall(r'href="([^"#:]+)(?=["#])', (reports / page).read_text()):
            assert (reports / unquote(unescape(target))).is_file(), target


def test_the_index_begins_with_the_answer_and_its_picture(reports):
    text = (reports / "index.html").read_text()
    order = [
        "<h1>",
        '<p class="lead">',
        "cards headline",
        "<figure",
        'id="kinds"',
        'id="source"',
    ]
    assert sorted(order, key=text.index) == order
    found = answer(RECORDED)
    title = unescape(re.search(r"<h1>(.*?)</h1>", text)[1]).replace("\xa0", " ")
    assert title == say_title(found)
    for seconds in (found.seconds_from, found.seconds_to):
        assert f"{seconds:.1f} s" in title
    cards = unescape(re.search(r'<ul class="cards.*?</ul>', text, re.S)[0]).replace("\xa0", " ")
    told = ["95 % interval", found.emulated["strategy"], "the lab only emulates"]
    if found.verdict == FASTER:
        told += [f"{found.price['entries_a_push']:.0f} entries", "600 builds"]
    assert [said for said in told if said not in cards] == []


def read_words(text):
    """The words of a page's main part without tables, charts, sliders, code and lists of links."""
    text = re.search(r"<main\b.*</main>", text, re.S)[0]
    controls = ("form", "pre", 'p class="data"')
    for tag in ("table", "figure", "svg", "style", "script", "nav", *controls):
        text = re.sub(rf"<{tag}(?: [^>]*)?>.*?</{tag.split()[0]}>", " ", text, flags=re.S)
    return unescape(re.sub(r"<[^>]+>", " ", text)).replace("\xa0", " ").split()


def drop_folded(text):
    """A page without what its reader has to unfold."""
    inner = r"<details\b[^>]*>(?:(?!<details\b).)*?</details>"
    while (shorter := re.sub(inner, " ", text, flags=re.S)) != text:
        text = shorter
    return text


@each_page
def test_a_page_is_said_in_few_words(reports, page):
    most = {"2-hits.html": 250, "3-overheads.html": 330, "6-trust.html": 230}.get(page, 190)
    text = (reports / page).read_text()
    assert len(read_words(drop_folded(text))) <= most
    assert len(read_words(text)) <= 380


def test_no_sentence_stands_on_two_pages(reports):
    places = defaultdict(set)
    for page in PAGES:
        words = " ".join(read_words((reports / page).read_text()))
        for sentence in re.split(r"(?<=[.:?!])\s+", words):
            if len(sentence.split()) >= 6:
                places[sentence].add(page)
    assert {said: pages for said, pages in places.items() if len(pages) > 1} == {}


@each_page
def test_low_and_high_are_the_ends_of_an_interval_alone(reports, page):
    tables = re.findall(r"<table\b.*?</table>", (reports / page).read_text(), re.S)
    for table in tables:
        heads = {re.sub(r"<[^>]+>", "", each) for each in re.findall(r"<th [^>]*>.*?</th>", table)}
        if {"low", "high"} & {each.partition(" (")[0] for each in heads}:
            assert any(each.startswith(("difference", "with hits")) for each in heads), heads


def list_titles(text):
    """Titles, headings, captions and first words of pictures' descriptions in a page."""
    tags = re.findall(r"<(title|h[1-6]|caption|figcaption)\b[^>]*>(.*?)</\1>", text, re.DOTALL)
    alts = re.findall(r'(?:alt|aria-label)="([^"]*?)[.:"]', text)
    return [re.sub(r"<[^>]+>", "", words) for _, words in tags] + alts


@each_page
def test_no_title_of_a_page_from_the_lab_claims_codebuild(reports, page):
    text = (reports / page).read_text()
    titles = list_titles(text)
    assert len(titles) > 3
    assert [each for each in titles if re.search("codebuild|aws", each, re.IGNORECASE)] == []
    older = "The lab was an older, slower one, without the restart of the engine for" in text
    assert older == is_older_lab(read_experiment(RECORDED))
    # the index has it as its title, the others in a line
    line = r'<p class="source">(?:<[^>]+>)*The answer(.*)'
    own = r"<h1>(.*?)</h1>" if page == "index.html" else line
    (advice,) = re.findall(own, text)
    assert "in the lab" in advice.replace("\xa0", " ")


def test_a_title_that_claims_codebuild_would_be_found():
    page = '<h2 id="x">On <code>CodeBuild</code></h2><img alt="Seconds on AWS: a table">'
    assert list_titles(page) == ["On CodeBuild", "Seconds on AWS"]


def test_the_answer_lies_beside_the_pages(reports):
    found = json.loads((reports / "answer.json").read_text())
    # the installed package read a copy of it
    own = {"experiment", "again"}
    expected = answer(RECORDED).to_dict()
    assert found.keys() == expected.keys()
    assert [key for key in found if found[key] != expected[key] and key not in own] == []
    assert say_advice(answer(RECORDED)) in unescape((reports / "index.html").read_text())


def test_the_browser_would_notice_a_request_and_a_picture_without_a_word(browser, tmp_path):
    page = tmp_path / "page.html"
    with serve_folder(tmp_path) as address:
        page.write_text(f'<title>x</title><img src="{address}/page.html">')
        look = look_at(browser, page)
    assert look.requests == [f"{address}/page.html"]
    assert look.alts == [None]


@pytest.mark.parametrize(
    "fault",
    [
        "<script>throw new Error('broken')</script>",
        '<meta http-equiv="Content-Security-Policy" content="img-src data:"><img src="a.png">',
    ],
)
def test_the_browser_would_notice_a_complaint(browser, tmp_path, fault):
    page = tmp_path / "page.html"
    page.write_text(fault)
    assert len(look_at(browser, page).complaints) == 1


def test_the_browser_would_notice_a_page_that_is_too_wide(browser, tmp_path):
    page = tmp_path / "page.html"
    head = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    page.write_text(f'{head}<div style="width: 900px">wide</div>')
    assert look_at(browser, page).width > 390


class serve_folder:
    """A server of a folder's files on a loopback port, while in its block."""

    def __init__(self, folder):
        handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def write_notebook(path, source):
    cells = [
        new_markdown_cell(f"# {path.stem}: a trial\n\nIts **summary**."),
        new_code_cell("experiment: str = 'x'", metadata={"tags": ["parameters"]}),
        new_code_cell(source),
    ]
    python = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": python}), path)
    return path


def test_a_failing_notebook_is_told_and_the_others_are_made(tmp_path):
    good = write_notebook(tmp_path / "a-good.ipynb", "experiment")
    bad = write_notebook(tmp_path / "b-bad.ipynb", "raise ValueError('<b>oh</b>')")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "b-bad.html").write_text("of an earlier call")
    with pytest.raises(ReportError, match=r"b-bad\.ipynb, cell 3") as caught:
        make_reports(CONTROL, folder, [good, bad])
    assert "ValueError: <b>oh</b>" in str(caught.value)
    assert sorted(path.name for path in folder.iterdir()) == [
        "a-good.html",
        "answer.json",
        "index.html",
        "runs.csv",
        "tables",
    ]
    index = (folder / "index.html").read_text()
    assert "Not made: b-bad.ipynb, cell 3" in index and "&lt;b&gt;oh&lt;/b&gt;" in index
    assert '<a href="a-good.html">' in index


def test_a_folder_without_an_experiment_is_told_in_a_sentence(tmp_path, capsys):
    with pytest.raises(RecordError, match="holds no experiment"):
        make_reports(tmp_path, tmp_path / "out")
    assert run_command_line(["report", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert "holds no experiment" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_of_two_notebooks_one_whose_process_ends_leaves_the_other_s_page(tmp_path):
    bad = write_notebook(tmp_path / "a.ipynb", "import os; os.kill(os.getpid(), 9)")
    good = write_notebook(tmp_path / "b.ipynb", "experiment")
    with pytest.raises(ReportError, match=r"a\.ipynb was stopped.*out of memory"):
        make_reports(CONTROL, tmp_path / "out", [bad, good])
    made = {path.name for path in (tmp_path / "out").glob("*.html")}
    assert made == {"b.html", "index.html"}
    assert "Not made: a.ipynb was stopped" in (tmp_path / "out" / "index.html").read_text()


def test_notebooks_share_the_experiment_that_was_read_and_change_it_for_none(tmp_path):
    source = (
        "from analysis import read_experiment\nrecorded = read_experiment(experiment)\n"
        "recorded.facts.setdefault('seen', []).append(1)\nlen(recorded.facts['seen'])"
    )
    pages = [write_notebook(tmp_path / f"{name}.ipynb", source) for name in "ab"]
    data = read_experiment(CONTROL)
    data.facts["seen"] = [0, 0]
    folder = make_reports(data, tmp_path / "out", pages).parent
    assert all("<pre>3</pre>" in (folder / f"{name}.html").read_text() for name in "ab")
    assert data.facts["seen"] == [0, 0] and read_experiment(CONTROL).facts.get("seen") is None


def spoil(folder):
    (folder / "docker.cold.01").mkdir()
    (folder / "docker.cold.01" / "record.json").write_text("{")


def join_notebooks(folder):
    """The cells of all analysis notebooks as one, which needs a single kernel."""
    joined = new_notebook(metadata=nbformat.read(list_analyses()[0], 4).metadata)
    for path in list_analyses():
        cells = nbformat.read(path, 4).cells
        for cell in cells if joined.cells else []:
            # the experiment is set once
            if "parameters" in cell.metadata.pop("tags", []):
                cell.source = re.sub(r"^experiment: .*\n", "", cell.source)
        joined.cells += cells
    nbformat.write(joined, folder / "all.ipynb")
    return folder / "all.ipynb"


def test_an_experiment_without_a_run_that_can_be_read_has_all_its_pages(tmp_path):
    (tmp_path / "data" / "runs").mkdir(parents=True)
    spoil(tmp_path / "data" / "runs")
    index = make_reports(tmp_path / "data", tmp_path / "out", [join_notebooks(tmp_path)])
    text = index.read_text(encoding="utf-8")
    assert "No build can be compared yet" in text
    assert "record.json is damaged" in text
    page = (tmp_path / "out" / "all.html").read_text(encoding="utf-8")
    titles = [read_title(path) for path in list_analyses()]
    assert [title for title in titles if escape(title.partition(": ")[2]) not in page] == []
    assert (tmp_path / "out" / "answer.json").is_file()


def test_an_experiment_without_any_run_has_its_index(tmp_path):
    (tmp_path / "data" / "runs").mkdir(parents=True)
    index = make_reports(tmp_path / "data", tmp_path / "out", [])
    assert "No build can be compared yet" in index.read_text(encoding="utf-8")


def test_pages_are_in_utf_8_whatever_the_locale_is(tmp_path):
    (tmp_path / "data" / "runs").mkdir(parents=True)
    (tmp_path / "data" / "experiment.json").write_text('{"context": "d\\u00e9ploy \\ud800"}')
    command = (
        "from analysis.reports import make_reports; import sys; make_reports(*sys.argv[1:], [])"
    )
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    arguments = [sys.executable, "-c", command, str(tmp_path / "data"), str(tmp_path / "out")]
    subprocess.run(arguments, env=environment, cwd=ROOT, check=True)
    assert r"déploy \ud800" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
