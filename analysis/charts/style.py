"""Colours by meaning, the same in every chart, and the style sheet that gives them to classes.

A page that sets `--ink`, `--faint`, `--line`, `--paper`, `--faster`, `--slower` and their washes
has its charts in these; elsewhere, as in JupyterLab, the colours here hold, light or dark.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import cycle

from analysis.registry import KINDS
from analysis.words import CLOSE, FASTER, SAME, SLOWER, UNTOLD

# name -> colour on light and on dark ground
_BASE = {
    "paper": ("#ffffff", "#14181d"),
    "ink": ("#1b1f24", "#e6eaef"),
    "faint": ("#57606a", "#a3adb8"),
    "line": ("#d0d7de", "#3a434d"),
    "faster": ("#0b5fa5", "#7ab8f0"),
    "slower": ("#a33b00", "#ffab7a"),
    "faster-wash": ("#d3e6f6", "#15324a"),
    "slower-wash": ("#fde3d3", "#4a2712"),
    # what stands on a pale fill, and on a deep one
    "on-pale": ("#1b1f24", "#14181d"),
    "on-deep": ("#ffffff", "#14181d"),
}


@dataclass(frozen=True)
class _Fill:
    """How a part of a bar looks: two colours, whether they are deep, and a hatch for greyscale."""

    light: str
    dark: str
    hatch: str = ""
    deep: bool = False


# P. Tol's muted scheme, whose colours the colour-blind tell apart; brighter on dark ground
FILLS = {
    "work": _Fill("#44aa99", "#44aa99"),
    "base": _Fill("#ddcc77", "#ddcc77", "/"),
    "lazy": _Fill("#999933", "#b5b545", "\\"),
    "builder": _Fill("#882255", "#a8487d", "-", deep=True),
    "import": _Fill("#88ccee", "#88ccee", "|"),
    "cache": _Fill("#332288", "#8f85e0", "|", deep=True),
    "image": _Fill("#aa4499", "#c77dbd", "x", deep=True),
    "push": _Fill("#cc6677", "#dd7f8e", "-"),
    "load": _Fill("#117733", "#3fa863", "+", deep=True),
    "build": _Fill("#b4bfca", "#aab4bf"),
    "source": _Fill("#c3cbd3", "#98a3ad", "|"),
    "login": _Fill("#aeb8c1", "#a8b2bb", "-"),
    "agent": _Fill("#dfe3e8", "#7b8792", "x"),
    "rest": _Fill("#e9ecef", "#8b959f", "/"),
    "none": _Fill("#f0f2f4", "#5a646e"),
}
# an activity, a phase or a kind of entry -> its look; one thing looks alike wherever it is drawn
_LOOKS = {
    "work": "work",
    "base pull": "base",
    "lazy pull": "lazy",
    "builder": "builder",
    "builder create": "builder",
    "builder boot": "builder",
    "cache import": "import",
    "cache export": "cache",
    "image export": "image",
    "push": "push",
    "docker push": "push",
    "load": "load",
    "docker build": "build",
    "source": "source",
    "upload": "source",
    "login": "login",
    "agent": "agent",
    "other": "rest",
    "other commands": "rest",
    "other steps": "rest",
    "unknown": "none",
    "no step explains": "none",
    "SUBMITTED": "none",
    "QUEUED": "none",
    "PROVISIONING": "agent",
    "DOWNLOAD_SOURCE": "source",
    "INSTALL": "lazy",
    "PRE_BUILD": "login",
    "BUILD": "build",
    "POST_BUILD": "push",
    "UPLOAD_ARTIFACTS": "source",
    "FINALIZING": "rest",
    "COMPLETED": "rest",
}
# kinds of entries look like the activity that makes them, the others each in its own way
_MADE = {"image": "image", "cache": "cache"}
_REST = ("base", "import", "builder", "lazy", "push", "load")
_free = iter(_REST)
_LOOKS |= {each: _MADE.get(each) or next(_free) for each in KINDS if each not in _LOOKS}
# looks whose colour has another name
_ALIASES = {"close": "faint", "dot": "faint", "k": "faint", "zero": "faint", "grid": "line"}
# verdict -> its class, the shape of its mark, whether that is hollow, and its sign in a table
VERDICTS = {
    FASTER: ("faster", "o", False, "▼"),
    SLOWER: ("slower", "d", False, "▲"),
    SAME: ("close", "s", True, "="),
    CLOSE: ("close", "o", True, "~"),
    UNTOLD: ("close", "^", True, "?"),
}
# lines without a meaning of their own are told apart by dashes and marks alone
SERIES = ("s1", "s2", "s3", "s4", "s5")
SHAPES = ("o", "s", "^", "d", "v")
_DASHES = ("none", "7 4", "2 3", "9 3 2 3", "12 3")


def pick_looks(names: Iterable[str]) -> dict[str, str]:
    """Name -> look of activities, phases or kinds, each once, in the order of their meanings."""
    others = list(dict.fromkeys(names))
    place = {name: number for number, name in enumerate(_LOOKS)}
    ordered = sorted(others, key=lambda name: place.get(name, len(place)))
    return {name: pick_look(name, others) for name in ordered}


def pick_look(name: str, others: list[str]) -> str:
    """The look of an activity, phase or kind; of an unknown name one that no other has."""
    if name in _LOOKS:
        return _LOOKS[name]
    taken = {_LOOKS[each] for each in others if each in _LOOKS}
    free = [look for look in FILLS if look not in taken] or list(FILLS)
    unknown = [each for each in others if each not in _LOOKS]
    return dict(zip(unknown, cycle(free), strict=False)).get(name, free[0])


def pick_tone(look: str) -> str:
    """The class of the hatch on a fill of this look."""
    return "on-deep" if look in FILLS and FILLS[look].deep else "on-pale"


def pick_colour(look: str) -> str:
    """The colour of a look on light ground."""
    if look in FILLS:
        return FILLS[look].light
    return _BASE.get(_ALIASES.get(look, look), _BASE["ink"])[0]


def _list_colours(place: int) -> str:
    """The variables of a scheme, light (0) or dark (1); a page's own win."""
    own = "".join(f"--c-{name}:var(--{name},{pair[place]});" for name, pair in _BASE.items())
    return own + "".join(
        f"--c-{name}:{(fill.light, fill.dark)[place]};" for name, fill in FILLS.items()
    )


def _list_rules() -> str:
    """The rules that give classes their colours."""
    fills = "".join(f".chart .{name}{{fill:var(--c-{name})}}" for name in FILLS)
    dashes = "".join(
        f".chart .{name}{{stroke-dasharray:{dash}}}"
        for name, dash in zip(SERIES, _DASHES, strict=True)
    )
    return fills + dashes


STYLE = f"""
.chart{{container-type:inline-size;margin:1.25rem 0;{_list_colours(0)}}}
@media screen and (prefers-color-scheme:dark){{.chart{{{_list_colours(1)}}}}}
[data-jp-theme-light=true] .chart{{{_list_colours(0)}}}
[data-jp-theme-light=false] .chart{{{_list_colours(1)}}}
.chart figcaption{{color:var(--c-faint);font-size:.9rem;margin:0 0 .5rem}}
.chart figcaption strong{{display:block;color:var(--c-ink);font-size:1rem}}
svg.chart{{background:var(--c-paper)}}
.chart svg{{display:block;width:100%;height:auto;max-width:46rem;overflow:visible}}
.chart text{{font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--c-ink)}}
.chart .narrow,.chart .mid,.chart .full{{display:none;max-width:30rem}}
@container (min-width:880px){{.chart .full{{display:block;max-width:66rem}}
.chart .full + .wide{{display:none}}}}
@container (max-width:879.9px){{.chart .full + .narrow{{display:block}}}}
@container (max-width:600px){{.chart .wide{{display:none}}.chart .narrow{{display:block}}}}
@container (min-width:430px) and (max-width:600px){{.chart .mid{{display:block;max-width:none}}
.chart .mid + .narrow{{display:none}}}}
.chart path,.chart circle{{fill:none}}
.chart rect{{stroke:var(--c-paper);stroke-width:.8}}
{_list_rules()}
.chart .faster-wash{{fill:var(--c-faster-wash)}}
.chart .slower-wash{{fill:var(--c-slower-wash)}}
.chart .matrix tbody th{{font-weight:400}}
@container (max-width:600px){{.chart .matrix tbody th{{white-space:normal;min-width:6.5rem;
overflow-wrap:break-word}}}}
.chart .k{{fill:var(--c-faint)}}
.chart .b{{font-weight:600}}
.chart .on-pale{{fill:none;stroke:var(--c-on-pale);stroke-width:1;opacity:.6}}
.chart .on-deep{{fill:none;stroke:var(--c-on-deep);stroke-width:1;opacity:.8}}
.chart .grid{{stroke:var(--c-line)}}
.chart .zero{{stroke:var(--c-faint);stroke-dasharray:4 3}}
.chart .series{{stroke:var(--c-ink);stroke-width:1.6}}
.chart .mark{{fill:var(--c-ink);stroke:var(--c-ink)}}
.chart .dot{{fill:var(--c-faint);opacity:.45}}
.chart .dots{{stroke-linecap:round}}
.chart .dot.dots{{stroke:var(--c-faint)}}
.chart .row{{fill:none;stroke:none;pointer-events:all}}
.chart .edge{{stroke:var(--c-ink)}}
.chart .close{{fill:var(--c-faint);stroke:var(--c-faint)}}
.chart .faster{{fill:var(--c-faster);stroke:var(--c-faster)}}
.chart .slower{{fill:var(--c-slower);stroke:var(--c-slower)}}
.chart .bold{{stroke-width:3}}
.chart path.hollow,.chart circle.hollow{{fill:var(--c-paper);stroke-width:2}}
.chart text.faster{{font-weight:600}}
.chart text,.chart text.faster,.chart text.slower,.chart text.close{{
paint-order:stroke;stroke:var(--c-paper);stroke-width:3px;stroke-linejoin:round}}
.chart td.faster{{background:color-mix(in srgb,var(--c-faster) var(--size),transparent)}}
.chart td.faster,.chart td.slower{{color:var(--c-ink)}}
.chart td.faster{{font-weight:600}}
.chart td.slower{{background:color-mix(in srgb,var(--c-slower) var(--size),transparent)}}
.chart td.slower{{font-style:italic}}
.chart td.close{{color:var(--c-faint)}}
.chart td.hits{{background:color-mix(in srgb,var(--c-work) var(--size),transparent)}}
"""
