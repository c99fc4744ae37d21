"""All pages together give one answer to one question: every number is collected with what it is of.

The notebooks' cells are run here, with charts that draw nothing: each fact of a sentence and each
cell of a table is a number with a question (what, of which strategy, scenario, …), and so are the
claims' own. Equal questions must have equal numbers, whichever page or template says them.
"""

import ast
import json
import pkgutil
import re
import sys
from collections import defaultdict
from numbers import Real
from pathlib import Path

import pandas as pd
import pytest

import analysis
from analysis.prose.template import say

ROOT = Path(__file__).parents[1]
PAGES = ("2-hits", "3-overheads", "4-images", "5-verdict", "6-trust")
BUILDS = 600  # a month's, as 5-verdict has them
# one question under several names: (template or measure, fact or column) -> (question, factor)
SAME = {
    ("caching.rate", "median"): ("hit rate", 1),
    ("caching.rate_alike", "median"): ("hit rate", 1),
    ("measures.widen_rates", "layers"): ("hit rate", 1),
    ("answer.use", "to"): ("seconds of a build, the mix", 1),
    ("answer.use_restart", "to"): ("seconds of a build, the mix", 1),
    ("answer.use", "start"): ("seconds of a build, the mix", 1),
    ("answer.use_restart", "start"): ("seconds of a build, the mix", 1),
    ("answer.entries_more", "before"): ("entries of the first push", 1),
    ("months", "minutes"): ("seconds of a build, the mix", 60 / BUILDS),
    ("answer.grounds", "saved"): ("seconds saved, the mix", 1),
    ("answer.use_restart", "turns_at"): ("seconds saved, the mix", 1),
    ("answer.exports", "difference"): ("seconds saved, the mix", -1),
    ("answer.emulated", "saved"): ("seconds saved, the mix", 1),
    ("answer.bill", "minutes"): ("seconds saved, the mix", 60 / BUILDS),
    ("month.saves", "minutes"): ("seconds saved, the mix", 60 / BUILDS),
    ("months", "difference"): ("seconds saved, the mix", -60 / BUILDS),
    ("comparison", "median"): ("median seconds of a build", 1),
    ("measures.spread(runs, seconds)", "median"): ("median seconds of a build", 1),
    ("comparison", "difference"): ("seconds more, as compared", 1),
    ("measures.break_even", "difference"): ("seconds more, as compared", 1),
    ("seconds.balance_more", "net"): ("seconds more, of means", 1),
    ("seconds.balance_less", "net"): ("seconds more, of means", -1),
    ("answer.entries", "entries"): ("entries of the first push", 1),
    ("answer.entries_with", "entries"): ("entries of the first push", 1),
    ("claims", "entries of the first push"): ("entries of the first push", 1),
    ("storage.growth", "entries"): ("entries of all pushes", 1),
    ("storage.growth_alike", "entries"): ("entries of all pushes", 1),
    ("storage.growth_alike", "untagged"): ("untagged entries of all pushes", 1),
    ("storage.growth", "untagged"): ("untagged entries of all pushes", 1),
    ("entries", "entries"): ("entries of all pushes", 1),
    ("entries", "untagged"): ("untagged entries of all pushes", 1),
    ("measures.push_by_push(entries, untagged)", "after 5"): ("untagged entries of all pushes", 1),
    ("kept", "entries"): ("entries of all pushes", 1),
    ("claims", "entries of all pushes"): ("entries of all pushes", 1),
    ("answer.policy", "kept"): ("builds kept", 1),
    ("answer.policy_readings", "kept"): ("builds kept", 1),
    ("storage.kept_of", "kept"): ("builds kept", 1),
    ("kept", "children don't count"): ("builds kept", 1),
    ("claims", "builds kept"): ("builds kept", 1),
    ("answer.policy", "counted"): ("builds kept if each counts", 1),
    ("answer.policy_readings", "counted"): ("builds kept if each counts", 1),
    ("storage.kept_of", "counted"): ("builds kept if each counts", 1),
    ("kept", "each entry counts"): ("builds kept if each counts", 1),
    ("claims", "builds kept if each counts"): ("builds kept if each counts", 1),
    ("seconds.builder", "mean"): ("seconds of a new builder", 1),
    ("claims", "seconds of a new builder"): ("seconds of a new builder", 1),
    ("seconds.builder", "share"): ("share of a new builder", 1),
    ("claims", "share of a new builder"): ("share of a new builder", 1),
    ("seconds.builder", "pull"): ("seconds of BuildKit's image", 1),
    ("claims", "seconds of BuildKit's image"): ("seconds of BuildKit's image", 1),
}
# by what a table is known in the source of its cell, where it is no call of a measure
TABLES = {"months.": "months", "comparison": "comparison", "kept.": "kept", "entries.": "entries"}
# facts that say of what a number is, and parts of sentences that don't know of what they are
SUBJECTS = ("strategy", "scenario", "activity", "link", "condition", "item", "layer", "wait")
SUBJECTS += ("host", "speed", "left_out", "context", "cause", "position", "before", "stage")
PARTS = ("intervals.", "storage.kinds", "storage.several", "seconds.saves", "seconds.pays",
         "seconds.activity", "caching.cause", "month.share", "month.price")  # fmt: skip
# of the baseline, though the sentence is of another strategy
BASELINES = {("answer.use", "start"), ("answer.use_restart", "start"),
             ("answer.entries_more", "before")}  # fmt: skip
CLAIMED = {
    r"([\d.]+) s \(mean of \d+ rounds?,": ("seconds of a new builder", 1),
    r"that is (\d+) % of the build": ("share of a new builder", 0.01),
    r"of which ([\d.]+) s \(median\) pull": ("seconds of BuildKit's image", 1),
}


class Charts:
    """Stands for the charts: draws nothing, keeps the tables that it is given."""

    def __init__(self, page):
        self.page, self.source, self.tables = page, "", []

    def table(self, frame, digits=None, **more):
        self.tables.append((self.page, self.source, frame))

    some = table

    def memos(self, frame):
        self.tables.append((self.page, "claims", frame))

    def __getattr__(self, name):
        return lambda *given, **more: None


@pytest.fixture(scope="module")
def shown():
    """(facts of sentences: page, template, facts; tables: page, source, frame) of all pages."""
    facts, tables, page = [], [], ""

    def told(name, /, **given):
        facts.append((page, name, given))
        return say(name, **given)

    for each in pkgutil.walk_packages(analysis.__path__, "analysis."):
        if each.name.startswith(("analysis.prose.", "analysis.answers.", "analysis.claims.")):
            __import__(each.name)
    ours = [each for name, each in list(sys.modules.items()) if name.startswith("analysis.")]
    modules = [each for each in ours if vars(each).get("say") is say]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        for module in modules:
            patch.setattr(module, "say", told)
        for page in PAGES:
            tables += run_page(page)
    return facts, tables


@pytest.fixture(scope="module")
def numbers(shown):
    """What is collected from them."""
    return list(collect(*shown))


def run_page(page):
    """The tables of a notebook, whose cells are run in order."""
    charts, names = Charts(page), {}
    cells = json.loads((ROOT / "notebooks" / f"{page}.ipynb").read_text())["cells"]
    for cell in (each for each in cells if each["cell_type"] == "code"):
        charts.source = "".join(cell["source"])
        show_result(charts.source, page, names)
        names["charts"] = charts
    return charts.tables


def show_result(source, page, names):
    """Run a cell and show the value of its last line, as a notebook does."""
    *lines, last = ast.parse(source).body
    is_value = isinstance(last, ast.Expr)
    exec(compile(ast.Module(lines if is_value else [*lines, last], []), page, "exec"), names)
    value = eval(compile(ast.Expression(last.value), page, "eval"), names) if is_value else None
    # what the stand-in for the charts gives shows nothing
    getattr(value, "_repr_html_", lambda: None)()


def is_number(value):
    return isinstance(value, Real) and not isinstance(value, bool) and not pd.isna(value)


def key(source, name, subject):
    """(question, its subject) and the factor with which a number answers it."""
    question, factor = SAME.get((source, name), (f"{name} of {source}", 1))
    plain = tuple(sorted({str(each).removesuffix(" (emulated)") for each in subject}))
    return (question, *plain), factor


def collect(facts, tables):
    """(question, number, digits shown or None, where) of everything on the pages."""
    return [*collect_facts(facts), *collect_cells(tables), *collect_claims(tables)]


def collect_facts(facts):
    advised = {
        page: given["strategy"]
        for page, name, given in facts
        if name.startswith(("answer.use", "answer.close", "answer.nearest"))
    }
    for page, name, given in facts:
        if name.startswith(PARTS):
            continue
        whose = [given[each] for each in SUBJECTS if isinstance(given.get(each), (str, int))]
        if name.startswith("answer.") and "strategy" not in given and page in advised:
            whose.append(advised[page])
        for fact, value in given.items():
            if not is_number(value) or fact in SUBJECTS:
                continue
            told = ["docker"] if (name, fact) in BASELINES else whose
            for each in (
                given.get("strategies", [None]) if name.startswith("storage.growth") else [None]
            ):
                question, factor = key(name, fact, [*told, *([each] if each else [])])
                yield question, factor * value, None, f"{page}, {name}"


def name_table(source):
    """The measure whose rows a cell shows, with what it is asked for; `claims`."""
    call = re.search(r"charts\.(?:table|some)\(\s*([\w.]+)(?:\(([^()]*)\))?", source)
    if not call:
        return source
    known = next((name for start, name in TABLES.items() if call[1].startswith(start)), None)
    asked = "spread" in call[1] or "push_by_push" in call[1]
    return known or (f"{call[1]}({call[2]})".replace('"', "") if asked else call[1])


def collect_cells(tables):
    for page, source, frame in tables:
        name = name_table(source)
        whose = [c for c in frame if c in SUBJECTS or not pd.api.types.is_numeric_dtype(frame[c])]
        for row in frame.to_dict("records"):
            subject = [row[column] for column in whose if column in SUBJECTS]
            for column, value in row.items():
                if column not in whose and is_number(value):
                    question, factor = key(name, column, subject)
                    yield question, factor * value, None, f"{page}, {name}"


def collect_claims(tables):
    """The numbers in claims that other pages have as well."""
    for page, source, frame in tables:
        for text in frame["numbers"] if source == "claims" else ():
            for pattern, (question, factor) in CLAIMED.items():
                for found in re.findall(pattern, text):
                    digits = len(found.partition(".")[2]) + (2 if factor == 0.01 else 0)
                    yield (question,), factor * float(found), digits, f"{page}, claims"
            for number, names in re.findall(r"(\d+) entr\w+ \([a-z, ]+\) with ([^;]+)", text):
                for each in re.findall(r"([\w.-]+)(?: \(emulated\))? \(n = \d+\)", names):
                    yield ("entries of the first push", each), int(number), 0, f"{page}, claims"
            for found in re.findall(
                r"in (\d+) entr\w+ (\d+) if children of an index don't count, (\d+) if each entry "
                r"does \(([^)]*)\)",
                text,
            ):
                for each in re.split(", | and ", found[3]):
                    for question, number in zip(
                        ("entries of all pushes", "builds kept", "builds kept if each counts"),
                        found,
                        strict=False,
                    ):
                        yield (question, each), int(number), 0, f"{page}, claims"


def find_clashes(numbers):
    """(question, place and number, place and number) of what is answered in two ways.

    A place may say several numbers of what it has no word for; then another has one of them.
    """
    told = defaultdict(lambda: defaultdict(list))
    for question, number, digits, where in numbers:
        told[question][where].append((float(number), digits))
    return [
        clash for question, places in told.items() for clash in compare_places(question, places)
    ]


def compare_places(question, places):
    known = {question for question, _ in SAME.values()}
    exact = {where: [n for n, digits in told if digits is None] for where, told in places.items()}
    first = max(exact, key=lambda where: len(exact[where]))
    numbers = exact[first] or [number for number, _ in places[first]]
    numbers = numbers[:1] if question[0] in known else numbers
    for where, told in places.items():
        for number, digits in told:
            strict = where != first or question[0] in known
            if strict and not any(agree(each, number, digits) for each in numbers):
                yield question, (first, numbers), (where, number)


def agree(number, other, digits):
    """Whether a number is the other, which may have been rounded to so many digits."""
    slack = 1e-6 * max(1, abs(number)) if digits is None else 0.5 * 10**-digits + 1e-9
    return abs(number - other) <= slack


def test_one_question_has_one_answer_on_all_pages(numbers):
    clashes = find_clashes(numbers)
    assert not clashes, "\n".join(map(str, clashes[:20]))


@pytest.mark.parametrize("question", sorted({question for question, _ in SAME.values()}))
def test_what_several_places_answer_is_found_in_them(numbers, question):
    places = {where for (what, *_), _, _, where in numbers if what == question}
    assert len(places) > 1


def test_a_second_answer_to_a_question_is_found():
    frame = pd.DataFrame({"strategy": ["a"], "scenario": ["cold"], "median": [20.0]})
    tables = [("one", "charts.table(comparison)", frame)]
    spread = 'charts.table(measures.spread(runs, "seconds"))'
    assert not find_clashes(collect([], [*tables, ("two", spread, frame)]))
    (clash,) = find_clashes(collect([], [*tables, ("two", spread, frame.assign(median=20.1))]))
    assert clash[0] == ("median seconds of a build", "a", "cold")
    claim = "9.8 s (mean of 6 rounds, x), 7.4 to 12.1 s in 300 builds; that is 33 % of the build"
    tables = [("one", "claims", pd.DataFrame({"numbers": [claim]}))]
    builder = {"mean": 9.84, "share": 0.334}
    assert not find_clashes(collect([("two", "seconds.builder", builder)], tables))
    clashes = find_clashes(
        collect([("two", "seconds.builder", {"mean": 9.9, "share": 0.34})], tables)
    )
    assert {clash[0][0] for clash in clashes} == {
        "seconds of a new builder",
        "share of a new builder",
    }
    rate = {"strategy": "a (emulated)", "scenario": "cold", "median": 0.5}
    facts = [("one", "caching.rate", rate), ("two", "caching.rate", rate | {"median": 0.4})]
    assert len(find_clashes(collect(facts, []))) == 1
