"""Numbers and lists in words, as sentences and tables say them."""

from collections.abc import Iterable, Sequence

import pandas as pd

from analysis.languages import translate

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
        return translate(UNKNOWN)
    return translate("{value} s").format(value=f"{value:z.{1 if abs(value) >= 0.95 else 2}f}")


def say_range(low: float, high: float) -> str:
    """`1.2 to 3.4 s`, with a real minus sign; `unknown` when either end is null."""
    if pd.isna(low) or pd.isna(high):
        return translate(UNKNOWN)
    ends = {"low": f"{low:z.1f}", "high": f"{high:z.1f}"}
    return translate("{low} to {high} s").format(**ends).replace("-", "−")


def say_difference(value: float, low: float, high: float, n: int) -> str:
    """`+12.3 s [9.1 to 15.5 s, n = 5]`, of a difference and its 95 % interval."""
    if pd.isna(value):
        return f"{translate(UNKNOWN)} [n = {n}]"
    bounds = translate("no interval") if pd.isna(low) else say_range(low, high)
    text = translate("{value} s [{bounds}, n = {n}]")
    return text.format(value=f"{value:+z.1f}", bounds=bounds, n=n).replace("-", "−")


def say_share(value: float) -> str:
    """`34 %`, `unknown` for null."""
    return translate(UNKNOWN) if pd.isna(value) else say_percent(100 * value)


def say_percent(value: float, digits: int = 0) -> str:
    """`34 %`, of so many percent."""
    return translate("{value} %").format(value=f"{value:.{digits}f}")


def say_unit(number: str, unit: str) -> str:
    """`12.3 s`, of a number that is written already; without a unit the number."""
    return translate(f"{{value}} {unit}").format(value=number) if unit else number


def join_words(words: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; `none` when there are none."""
    *most, end = list(words) or [translate("none")]
    if not most:
        return end
    return translate(f"{{most}} {last} {{end}}").format(most=list_words(most), end=end)


def list_words(words: Iterable[str]) -> str:
    """`a, b, c`."""
    return translate(", ").join(words)


def join_ends(words: Sequence[str], what: str) -> str:
    """join_words of a few; of more than _NAMED, which nobody reads, their number and the ends."""
    if len(words) <= _NAMED:
        return join_words(words)
    text = translate("{count}, from {first} to {last}")
    return text.format(count=count_words(len(words), what), first=words[0], last=words[-1])


def join_few(words: Sequence[str]) -> str:
    """join_words of a few; of more than _NAMED the first, and how many more there are."""
    if len(words) <= _NAMED:
        return join_words(words)
    rest = translate("{number} more").format(number=len(words) - _NAMED + 1)
    return join_words([*words[: _NAMED - 1], rest])


def say_n(counts: pd.Series) -> str:
    """`n=6`, or `n=3 to 6` where counts differ; 0 where there are none."""
    ends = dict.fromkeys([int(counts.min()), int(counts.max())] if len(counts) else [0])
    if len(ends) == 1:
        return f"n={min(ends)}"
    return f"n={translate('{low} to {high}').format(low=min(ends), high=max(ends))}"


def count_words(number: int, word: str) -> str:
    """`1 run`, `2 runs`, `3 entries`, `4 pushes`."""
    text = f"{{number}} {word}"
    if (said := translate(text)) != text:
        return said.format(number=number)
    plural = (
        f"{word[:-1]}ies" if word.endswith("y") else f"{word}{'es' * word.endswith('sh') or 's'}"
    )
    return f"{number} {word if number == 1 else plural}"


def say_sentence(text: str) -> str:
    """`text` with a capital at its begin and a full stop at its end."""
    stop = translate(".")
    return text[:1].upper() + text[1:].rstrip(".").removesuffix(stop) + stop


def join_sentences(sentences: Iterable[str]) -> str:
    """Sentences as one text."""
    return translate(" ").join(sentences)
