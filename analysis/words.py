"""Numbers and lists in words, as sentences and tables say them."""

from collections.abc import Iterable, Sequence

import pandas as pd

# what a comparison says of a strategy
FASTER, SLOWER = "faster", "slower"
SAME, CLOSE, UNTOLD = "the same", "can't tell yet", "not enough runs"
VERDICTS = (FASTER, SLOWER, SAME, CLOSE, UNTOLD)
UNKNOWN, _NAMED = "unknown", 4
# how fast a host is, by the names of columns
SPEEDS = {
    "unpack_mbps": "unpacking",
    "download_mbps": "download",
    "push_mbps": "push",
    "boot_seconds": "builder boot",
    "restart_seconds": "engine restart",
    "round_trip_seconds": "round trip",
}


def say_seconds(value: float) -> str:
    """`12.3 s`, hundredths below a second, `unknown` for null."""
    if pd.isna(value):
        return UNKNOWN
    return f"{value:.1f} s" if abs(value) >= 0.95 else f"{value:.2f} s"


def say_range(low: float, high: float) -> str:
    """`1.2 to 3.4 s`, with a real minus sign; `unknown` when either end is null."""
    if pd.isna(low) or pd.isna(high):
        return UNKNOWN
    return f"{low:.1f} to {high:.1f} s".replace("-", "−")


def say_difference(value: float, low: float, high: float, n: int) -> str:
    """`+12.3 s [9.1 to 15.5 s, n = 5]`, of a difference and its 95 % interval."""
    if pd.isna(value):
        return f"{UNKNOWN} [n = {n}]"
    bounds = "no interval" if pd.isna(low) else say_range(low, high)
    return f"{value:+.1f} s [{bounds}, n = {n}]".replace("-", "−")


def say_share(value: float) -> str:
    """`34 %`, `unknown` for null."""
    return UNKNOWN if pd.isna(value) else f"{100 * value:.0f} %"


def join_words(words: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; `none` when there are none."""
    *most, end = list(words) or ["none"]
    return f"{', '.join(most)} {last} {end}" if most else end


def join_ends(words: Sequence[str], what: str) -> str:
    """join_words of a few; of more than _NAMED, which nobody reads, their number and the ends."""
    if len(words) <= _NAMED:
        return join_words(words)
    return f"{count_words(len(words), what)}, from {words[0]} to {words[-1]}"


def say_n(counts: pd.Series) -> str:
    """`n=6`, or `n=3 to 6` where counts differ; 0 where there are none."""
    ends = dict.fromkeys([int(counts.min()), int(counts.max())] if len(counts) else [0])
    return f"n={' to '.join(map(str, ends))}"


def count_words(number: int, word: str) -> str:
    """`1 run`, `2 runs`, `3 entries`, `4 pushes`."""
    plural = (
        f"{word[:-1]}ies" if word.endswith("y") else f"{word}{'es' * word.endswith('sh') or 's'}"
    )
    return f"{number} {word if number == 1 else plural}"


def say_sentence(text: str) -> str:
    """`text` with a capital at its begin and a full stop at its end."""
    return text[:1].upper() + text[1:].rstrip(".") + "."
