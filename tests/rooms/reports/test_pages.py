import base64
import re
from html import unescape

import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.prose import Card
from analysis.reports.first_screen import FirstScreen
from analysis.reports.pages import Page, Site, render_index, render_page

HOSTILE = "<script>document.title = 'taken'</script>"
SITE = Site({"index.html": "Overview", "3-trial.html": "Trial"}, f"5 builds of {HOSTILE}.")
PIXEL = base64.b64encode(b"any picture").decode()
FIGURE = f'<figure><img src="data:image/png;base64,{PIXEL}" alt="Seconds by strategy."></figure>'

FIRST = FirstScreen(
    title=f"docker {HOSTILE}",
    advice=f"Use {HOSTILE}.",
    measured="Measured in the lab.",
    lead=["It is so."],
    cards=[Card("−1.0 s", HOSTILE), Card("4 entries", HOSTILE, warns=True)],
    figure=FIGURE,
    heads=[("docker", ""), (HOSTILE, "wide")],
    rows=[("source", "a changed source file", [("20.0 s", "own"), ("−1.0", "faster wide")])],
    unknown=[HOSTILE],
    words={"by_kind": "By kind", "against": "Seconds", "more_rows": ""},
)


def show(html):
    return new_code_cell(
        "secret_code()",
        outputs=[new_output("execute_result", {"text/html": html, "text/plain": "plain"})],
    )


def render(*cells):
    return render_page(new_notebook(cells=list(cells)), "Trial: a page", "3-trial.html", SITE)


def test_a_page_shows_prose_and_results_and_no_code():
    html = render(new_markdown_cell("# Trial\n\nSome **prose**."), show("<p>a result</p>"))
    assert "<h1>Trial</h1>" in html and "<strong>prose</strong>" in html
    assert "a result" in html
    assert "secret_code" not in html and "plain" not in html


def test_what_is_printed_is_shown_and_what_python_warns_of_is_not():
    cell = new_code_cell("x")
    cell.outputs = [
        new_output("stream", name="stdout", text="said <b>so</b>"),
        new_output("stream", name="stderr", text="DeprecationWarning"),
    ]
    html = render(cell)
    assert "said &lt;b&gt;so&lt;/b&gt;" in html
    assert "DeprecationWarning" not in html


def test_a_frame_of_hostile_text_is_escaped():
    html = render(show(pd.DataFrame({"step": [HOSTILE]})._repr_html_()))
    assert html.count("<script") == 1 and "<script>\n// Tables" in html
    assert "&lt;script&gt;" in html


def test_an_account_in_a_result_is_redacted():
    html = render(show("<p>123456789012.dkr.ecr.eu-west-1.amazonaws.com/app</p>"))
    assert "123456789012" not in html and "ACCOUNT.dkr.ecr" in html


def test_a_page_forbids_every_request():
    html = render(new_markdown_cell("# Trial"))
    assert "default-src 'none'" in html
    assert html.count("<script") == 1 and "script-src 'sha256-" in html
    assert "<link" not in html and "@import" not in html


def test_a_page_names_its_language_title_and_landmarks():
    html = render(new_markdown_cell("# Trial"))
    assert '<html lang="en">' in html and "<title>Trial: a page</title>" in html
    for landmark in ("<header", "<nav", "<main", "<footer"):
        assert html.count(landmark) == 1
    assert 'href="#content"' in html and 'id="content"' in html
    assert 'aria-current="page"' in html


def test_a_page_that_could_not_be_made_offers_nothing_to_the_index():
    failed = Page("3-trial.html", "Trial", problem="failed")
    index = render_index(SITE, FIRST, [failed], {}, [])
    assert "Not made: failed" in index and 'href="3-trial.html"' in index.partition("<main")[0]
    assert 'href="3-trial.html"' not in index.partition("<main")[2]


def test_the_index_shows_answer_picture_reports_facts_and_problems():
    made = Page("5-verdict.html", "Trial: a page", "<html></html>")
    failed = Page("4-lost.html", "Lost", problem=f"cell 7 failed: {HOSTILE}")
    index = render_index(SITE, FIRST, [made, failed], {"Built": HOSTILE}, [HOSTILE])
    assert unescape(re.search("<h1>(.*?)</h1>", index)[1]) == FIRST.title
    assert re.findall(r'alt="([^"]*)"', index) == ["Seconds by strategy."]
    assert 'href="4-lost.html"' not in index
    assert "Not made: cell 7 failed" in index
    # title twice, advice, both cards, head, source, what is unknown, lost, a fact, and left out
    assert index.count("<script") == 1 and index.count("&lt;script&gt;") == 12


def test_an_answer_of_nothing_has_its_index():
    nothing = FirstScreen("No build", "No build can be compared yet.", "", ["Record more."])
    index = render_index(SITE, nothing, [], {}, [])
    assert "<h1>No build</h1>" in index and "Record more." in index
    main = index.partition("<main")[2]
    assert not any(each in main for each in ("<figure", "<table", "<ul", "<h2"))
