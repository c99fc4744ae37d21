"""What stands in a chart, read from its SVG: words, tooltips, marks and boxes."""

import re
import xml.etree.ElementTree as ET
from html import unescape

_SPACE = "{http://www.w3.org/2000/svg}"


def read_scenes(chart):
    """The drawings of a chart in its HTML, as elements: for a page, a column and a phone."""
    found = re.findall(r"<svg\b.*?</svg>", chart._repr_html_(), re.DOTALL)
    return [ET.fromstring(each) for each in found]


def read_wide(chart):
    """The drawing that a wide page shows, also of a chart whose page shows a table instead."""
    return ET.fromstring(chart._repr_svg_().replace(f' xmlns="{_SPACE[1:-1]}"', "", 1))


def list_words(chart):
    """All that is written in a chart, a table's title and note as well."""
    scene = read_wide(chart) if chart.html else read_scenes(chart)[0]
    return [each.text or "" for each in scene.iter("text")]


def list_tooltips(chart):
    """All tooltips."""
    return [each.text or "" for each in read_wide(chart).iter("title")]


def find_row(chart, tooltip):
    """The group whose tooltip begins so."""
    for group in read_wide(chart).iter("g"):
        title = group.find("title")
        if title is not None and title.text.startswith(tooltip):
            return group
    raise AssertionError(f"no {tooltip!r} among {list_tooltips(chart)}")


def list_boxes(group):
    """(class, x, width) of the bars in a group."""
    return [
        (each.get("class"), float(each.get("x")), float(each.get("width")))
        for each in group.iter("rect")
        if each.get("class") != "row"
    ]


def list_marks(group):
    """The classes of the marks in a group."""
    marks = [*group.iter("circle"), *(each for each in group.iter("path") if "Z" in each.get("d"))]
    return [each.get("class") for each in marks]


def read_cells(chart):
    """The texts of a table's cells, row by row, heads included."""
    rows = re.findall(r"<tr>(.*?)</tr>", chart.html, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[unescape(re.sub(r"</?em>", "", cell)) for cell in row] for row in cells]
