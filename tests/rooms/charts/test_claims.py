"""The table of claims: each row leads to its runs and back, and nothing in it is markup."""

import re

import pandas as pd

from analysis.charts.claims import memos
from analysis.reports import dress_tables

LONG = "9.5 s (mean of 3 rounds) " * 8
CLAIMS = pd.DataFrame(
    {
        "claim": ["a <b>bold</b> one", "another"],
        "verdict": ["holds", "can't tell"],
        "numbers": [LONG, "nothing was measured"],
        "where": ["lab; docker & co", "not measured"],
        "runs": ["runs/docker.{cold,source}.{01,02}", "none"],
    },
    dtype="string",
)


def test_each_link_has_its_place():
    html = memos(CLAIMS).data
    links, places = re.findall(r'href="#([^"]+)"', html), re.findall(r'id="([^"]+)"', html)
    assert sorted(links) == sorted(places)
    assert len(set(places)) == 4
    assert re.findall(r'href="([^#][^"]*)"', html) == []


def test_all_is_said_whole_and_as_text():
    html = memos(CLAIMS).data
    assert "&lt;b&gt;bold" in html
    assert "docker &amp; co" in html
    assert LONG.strip() in html
    assert "<code>runs/docker.{cold,source}.{01,02}</code>" in html


def test_the_tables_are_dressed_as_others_are():
    html = dress_tables(memos(CLAIMS).data)
    assert html.count('role="region"') == 2
    assert html.count('<table class="wordy"') == 2
    assert 'data-label="verdict"' in html


def test_no_claims_give_empty_tables():
    assert memos(CLAIMS[:0]).data.count("<table") == 2


def test_a_verdict_is_a_chip_and_what_it_depends_on_stands_beside_the_claim():
    verdicts = ["holds", "does not hold", "holds only if the commit is big", "not measured here"]
    rows = pd.concat([CLAIMS[:1]] * 4).assign(verdict=pd.array(verdicts, "string"))
    html = memos(rows).data
    found = re.findall(r'<span class="chip (\w+)">([^<]*)</span>', html)
    assert found == [
        ("holds", "holds"),
        ("fails", "does not hold"),
        ("partly", "holds only if"),
        ("open", "not measured here"),
    ]
    assert "one” – only if the commit is big.<details>" in html
    rows = rows.assign(claim=pd.array(["it says “a”"] * 4, "string"))
    assert "“it says ‘a’”" in memos(rows).data
    assert html.count("<details>") == 5, "the evidence of each, and where all were measured"


def test_long_evidence_is_a_list_and_its_brackets_and_quotes_stay_whole():
    said = "one is 2 of 3 (a; b. c); two says “x; y. Z”; three. four has 0.5 s"
    html = memos(CLAIMS[:1].assign(numbers=pd.array([said], "string"))).data
    assert re.findall(r"<li>(.*?)</li>", html) == [
        "one is 2 of 3 (a; b. c);",
        "two says “x; y. Z”;",
        "three.",
        "four has 0.5 s",
    ]
