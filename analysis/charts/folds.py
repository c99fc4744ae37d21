"""What a notebook shows at once, and what it shows only to who asks for it."""

from IPython.display import HTML

from analysis.charts.canvas import write_text
from analysis.languages import translate


def stack(*parts: HTML) -> HTML:
    """Sentences, charts and tables below each other, in one cell."""
    return HTML("".join(str(part.data) for part in parts))


def fold(summary: str, *parts: HTML) -> HTML:
    """Parts that a reader unfolds by a summary, which is text; nothing where they are empty."""
    inside = stack(*parts).data
    if not inside:
        return HTML("")
    return HTML(f"<details><summary>{write_text(translate(summary))}</summary>{inside}</details>")
