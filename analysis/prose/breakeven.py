"""What a sweep says of break-even, in words: measured, predicted, and how far they are apart."""

from collections.abc import Iterator

import pandas as pd

from analysis.measures.seconds import ERROR, SERIES
from analysis.words import count_words, join_words, say_difference, say_range, say_seconds
from analysis.workload import SOURCE, say_commit

LISTED = ("link", "strategy", "n", "work", "difference", "predicted", "measured", *ERROR, "percent")


def list_predictions(checked: pd.DataFrame) -> pd.DataFrame:
    """check_break_even's rows in the columns that a reader compares; `reason` if there is any."""
    columns = [*LISTED, *(["reason"] if checked["reason"].notna().any() else [])]
    return checked[columns]


def say_sweep(checked: pd.DataFrame, scenario: str = SOURCE.name) -> list[str]:
    """Sentences on check_break_even's rows: each link, then all predictions, then the links."""
    if checked.empty:
        return ["No sweep was recorded: codebuild-cache grid records one."]
    series = [rows for _, rows in checked.groupby(SERIES, sort=False)]
    return [
        *(say_series(rows, scenario) for rows in series),
        say_errors(checked),
        *say_links(checked),
    ]


def say_series(rows: pd.DataFrame, scenario: str) -> str:
    """What was measured over one link with one strategy, and what was predicted for it."""
    first = rows.iloc[0]
    where = f"Link {first['link']}: for {say_commit(scenario)}, {first['strategy']}"
    if pd.isna(first["measured"]):
        said = f"{where} has no measured break-even ({'; '.join(rows['reason'].dropna().unique())})"
    else:
        bounds = say_range(first["measured_low"], first["measured_high"])
        interval = "" if pd.isna(first["measured_low"]) else f"95 % interval {bounds}, "
        said = (
            f"{where} pays from {say_seconds(first['measured'])} of work on (measured: "
            f"{interval}{count_words(rows['n'].sum(), 'pair')} of builds at "
            f"{join_words(f'{work:.1f}' for work in rows['work'].dropna())} s of work)"
        )
    predicted = list(say_predicted(rows))
    return f"{said}; predicted {join_words(predicted)}." if predicted else f"{said}."


def say_predicted(rows: pd.DataFrame) -> Iterator[str]:
    """`21.0 s from 12.0 s of work (error −1.1 s [−3.0 to 0.8 s, n = 3], −5 %)` for each point."""
    for row in rows.dropna(subset=["predicted"]).itertuples():
        text = f"{say_seconds(row.predicted)} from {say_seconds(row.work)} of work"
        if pd.notna(row.error):
            error = say_difference(row.error, row.error_low, row.error_high, row.n)
            text += f" (error {error}, {row.percent:+.0f} %)".replace("-", "−")
        yield text


def say_errors(checked: pd.DataFrame) -> str:
    """How many predictions are told from what was measured, and how far off they are at most."""
    known = checked.dropna(subset=["error"])
    if known.empty:
        return "No prediction can be checked: no break-even was measured."
    sure = known.dropna(subset=["error_low"])
    held = (sure["error_low"] <= 0) & (sure["error_high"] >= 0)
    worst = known.loc[known["error"].abs().idxmax()]
    return (
        f"Of {count_words(len(known), 'prediction')}, {held.sum()} can't be told from what was "
        f"measured (the 95 % interval of the error holds 0), {(~held).sum()} can and "
        f"{len(known) - len(sure)} have no interval; the error is "
        f"{say_seconds(known['error'].abs().mean())} in the mean and "
        f"{say_seconds(abs(worst['error']))} ({abs(worst['percent']):.0f} %) at most, over "
        f"{worst['link']}."
    )


def say_links(checked: pd.DataFrame) -> Iterator[str]:
    """How far measured break-even differs between links, for each strategy with two or more."""
    known = checked.dropna(subset=["measured"]).drop_duplicates(SERIES)
    for strategy, rows in known.groupby("strategy", sort=False):
        if len(rows) < 2:
            continue
        low, high = (rows.loc[rows["measured"].agg(end)] for end in ("idxmin", "idxmax"))
        apart = low["measured_high"] < high["measured_low"]
        yield (
            f"{strategy}'s measured break-even runs from {say_seconds(low['measured'])} "
            f"({low['link']}) to {say_seconds(high['measured'])} ({high['link']}): "
            + (
                "what is predicted over one link does not hold over another."
                if apart
                else "no further apart than their intervals are wide."
            )
        )
