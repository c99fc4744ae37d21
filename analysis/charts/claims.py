"""The table of claims: a chip, a sentence and its evidence, linked to where it was measured."""

from collections.abc import Sequence

import pandas as pd
from IPython.display import HTML

from analysis.charts.canvas import say, write_text
from analysis.charts.folds import fold
from analysis.languages import translate
from analysis.prose.template import tell
from analysis.rows import list_rows

_FOUND = ("no.", "verdict", "claim")
_WHERE = ("no.", "measured", "folders of the runs, in that of the experiment")
# quotation marks -> those that stand within others
_WITHIN = str.maketrans("“”「」", "‘’『』")
# a verdict, or how it begins -> the class of its chip; any other is not told
_CHIPS = {"holds only if": "partly", "holds": "holds", "does not hold": "fails"}


def memos(claims: pd.DataFrame) -> HTML:
    """Two tables of claims' rows, what was found and, folded, where; a row's number leads to the

    other's. A verdict is a chip, and what it depends on stands beside the claim.
    """
    found, where = [], []
    for number, row in enumerate(list_rows(claims), start=1):
        chip, condition = _split_verdict(str(row.verdict))
        claim = write_text(
            tell(
                "“{claim}” {condition}", claim=_nest(translate(row.claim)), condition=condition
            ).strip()
        )
        evidence = fold(tell("evidence"), say(_split_evidence(str(row.numbers)))).data
        found.append([_link_number(number, "claim", "runs"), chip, f"{claim}{evidence}"])
        folders = f"<code>{write_text(row.runs)}</code>"
        where.append([_link_number(number, "runs", "claim"), write_text(row.where), folders])
    places = fold(tell("Where each was measured"), HTML(_draw_table(_WHERE, where)))
    return HTML(f"{_draw_table(_FOUND, found)}{places.data}")


def _nest(claim: str) -> str:
    """A claim with its own quotation marks as those within others."""
    return claim.translate(_WITHIN)


def _split_verdict(verdict: str) -> tuple[str, str]:
    """(the chip of a verdict, `only if …` where it depends on something)."""
    begin = next((each for each in _CHIPS if verdict.startswith(each)), verdict)
    name, rest = _CHIPS.get(begin, "open"), verdict.removeprefix(begin)
    chip = f'<span class="chip {name}">{write_text(translate(begin))}</span>'
    return chip, tell("– only if {rest}.", rest=rest.strip()) if rest else ""


def _split_evidence(numbers: str) -> list[str]:
    """The parts of a text between full stops and semicolons that stand in no brackets or quotes."""
    parts, depth, begin = [], 0, 0
    for at, sign in enumerate(numbers):
        depth += (sign in "([“（「") - (sign in ")]”）」")
        if depth == 0 and (end := _find_end(numbers[at : at + 2])):
            parts.append(numbers[begin : at + 1])
            begin = at + end
    return [*parts, numbers[begin:]]


def _find_end(signs: str) -> int:
    """How many of two signs end a part; 0 where they end none."""
    return 2 if signs in ("; ", ". ") else 1 if signs[:1] in ("；", "。") and signs[1:] else 0


def _link_number(number: int, here: str, there: str) -> str:
    """A number that can be linked to as `here` and leads to the same number `there`."""
    return f'<a id="{here}-{number}" href="#{there}-{number}">{number}</a>'


def _draw_table(heads: Sequence[str], rows: list[list[str]]) -> str:
    """A table of cells that are HTML already."""
    # cells are cut off at so many characters else
    with pd.option_context("display.max_colwidth", None):
        return pd.DataFrame(rows, columns=list(map(translate, heads))).to_html(
            index=False, border=0, escape=False
        )
