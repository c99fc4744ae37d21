"""What documents say of the recorded experiment and of the code, between marks in their text.

`make readme` brings it up to date: the README's answer and its picture, what builds on AWS cost,
the tables of kinds of entries, scenarios, settings and strategies. A block lies between the lines
`<!-- NAME -->` and `<!-- /NAME -->`.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from analysis.answers import answer, answer_sizes
from analysis.commands.answer_block import write_answer, write_table
from analysis.errors import ReportError
from analysis.experiment import list_settings
from analysis.languages import ENGLISH, speak
from analysis.measures.money import find_price
from analysis.prose import say_sizes
from analysis.records import read_prices
from analysis.registry import describe_kinds
from analysis.results import Experiment, read_experiment, read_grid
from analysis.shipped import ROOT
from analysis.widgets import draw_matrix
from analysis.workload import (
    LINK_SOURCES,
    SCENARIOS,
    SEQUENCE,
    STORIES,
    Scenario,
    describe_scenarios,
    load_strategies,
)

_PICTURE, RECORDED = ROOT / "data" / "answer.png", "data/lab"
# other projects and links, of which a model learns
_OTHERS = ("data/contexts", "data/sweep")
# a guess at what CodeBuild bills for a build of data/lab, and on which hosts
_BILLED_MINUTES, _COMPUTE, ROUNDS = 2, "general1.small", 3
# block -> the document that holds it
PAGES = {
    "answer": ROOT / "README.md",
    "costs": ROOT / "docs" / "aws.md",
    "kinds": ROOT / "docs" / "words.md",
    "link": ROOT / "docs" / "lab.md",
    "scenarios": ROOT / "docs" / "scenarios.md",
    "settings": ROOT / "docs" / "experiment.md",
    "stories": ROOT / "docs" / "scenarios.md",
    "strategies": ROOT / "docs" / "strategies.md",
    "strategies by name": ROOT / "docs" / "strategies.md",
}


def write_blocks(experiment: Experiment) -> dict[str, str]:
    """Block -> what it is to say, in Markdown."""
    return {
        "answer": _write_answer(experiment),
        "costs": _list_costs(),
        "kinds": tabulate_kinds(),
        "link": _tabulate_link(),
        "scenarios": tabulate_scenarios(),
        "settings": _tabulate_settings(),
        "stories": tabulate_scenarios(STORIES),
        "strategies": _tabulate_strategies(by_default=True),
        "strategies by name": _tabulate_strategies(by_default=False),
    }


def _write_answer(experiment: Experiment) -> str:
    """The answer, and what it is for projects of other sizes."""
    found, others = answer(experiment), [each for name in _OTHERS for each in read_grid(name)]
    return write_answer(found, [say_sizes(answer_sizes(experiment, others), found)])


def _list_costs() -> str:
    """What builds of two strategies, and of all whose price is known, cost on AWS: a list."""
    usual = [each for each in load_strategies().values() if each.by_default]
    priced = [each for each in usual if each.host != "server"]
    return "".join(f"- {_say_cost(strategies)}\n" for strategies in (2, len(priced)))


def _say_cost(strategies: int) -> str:
    """What an experiment with so many strategies costs, by _BILLED_MINUTES a build."""
    builds = strategies * len(SCENARIOS) * ROUNDS
    minutes = builds * _BILLED_MINUTES
    usd = find_price(read_prices(), _COMPUTE, "minute")["usd"]
    return (
        f"{strategies} strategies × {len(SCENARIOS)} scenarios × {ROUNDS} rounds = "
        f"{builds} builds, {minutes} min at {usd:g} USD ({_COMPUTE}): {minutes * usd:.2f} USD"
    )


def tabulate_kinds() -> str:
    """A table of the kinds of entries in a registry, and what each is."""
    return write_table(("kind", "meaning"), describe_kinds().itertuples(index=False))


def tabulate_scenarios(scenarios: Sequence[Scenario] = SEQUENCE) -> str:
    """A table of scenarios: the commit, and what of its layers a cache can give."""
    rows = describe_scenarios(scenarios).itertuples(index=False)
    return write_table(("scenario", "the commit", "layers that a cache can give"), rows)


def _tabulate_link() -> str:
    """A table of the numbers of the link `codebuild`, and where each comes from."""
    return write_table(("what", "value", "how it is known", "source"), LINK_SOURCES)


def _tabulate_settings() -> str:
    """A table of an experiment's settings: variable of make, option, default and meaning."""
    rows = (
        (f"`{each.variable}`", f"`{each.option}`", each.text or "none", each.form.help)
        for each in list_settings()
    )
    return write_table(("make", "codebuild-cache", "default", "meaning"), rows)


def _tabulate_strategies(by_default: bool) -> str:
    """A table of strategies by name: what each does, as its buildspec's first line says."""
    rows = (
        (name, strategy.title, "emulated" if strategy.emulated else "")
        for name, strategy in sorted(load_strategies().items())
        if strategy.by_default == by_default
    )
    return write_table(("strategy", "what it does", "in the lab"), rows)


def find_block(text: str, name: str) -> str:
    """What lies between a block's marks; ReportError when there are none."""
    found = re.search(rf"^<!-- {name} -->\n(.*?)^<!-- /{name} -->", text, re.DOTALL | re.MULTILINE)
    if not found:
        raise ReportError(
            f"{PAGES[name]} lacks the lines <!-- {name} --> and <!-- /{name} -->: put them where "
            "make readme is to write."
        )
    return found[1]


def put_block(text: str, name: str, content: str) -> str:
    """A document's text with this content between a block's marks; ReportError without them."""
    old = f"<!-- {name} -->\n{find_block(text, name)}<!-- /{name} -->"
    return text.replace(old, f"<!-- {name} -->\n{content}<!-- /{name} -->")


def draw_answer(experiment: Experiment, path: Path) -> None:
    """Write the picture of the answer: who is faster for which kind of commit."""
    draw_matrix(experiment, answer(experiment)).savefig(path, dpi=110)


def main() -> None:
    """Bring the documents and the README's picture up to date."""
    speak(ENGLISH)
    experiment = read_experiment(RECORDED)
    for name, content in write_blocks(experiment).items():
        text = PAGES[name].read_text(encoding="utf-8")
        PAGES[name].write_text(put_block(text, name, content), encoding="utf-8")
    draw_answer(experiment, _PICTURE)


if __name__ == "__main__":
    main()
