"""The mix of commits of a project, from its git history and the logs of its past builds."""

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import pandas as pd

from analysis.errors import ContextError
from analysis.measures.past.kinds import build_kinds
from analysis.past_builds import PastBuilds
from analysis.workload import (
    BASE,
    CHANGING,
    COLD,
    SHARES,
    UNCHANGED,
    BuildOptions,
    classify_commits,
)

_GIT, _LOGS, _ASSUMED = "git", "past builds", "assumed"
# what git does not tell: builds that no commit asks for
_UNTOLD = (UNCHANGED.name, BASE.name)
_COLUMNS = {
    "kind": "string",
    "commits": "int64",
    "share": "float64",
    "origin": "string",
    "first_miss": "string",
    "example": "string",
}


def mix_of_commits(
    commits: pd.DataFrame | str = ".",
    past: PastBuilds | str | None = None,
    last: str | int | None = None,
    options: BuildOptions | None = None,
) -> pd.DataFrame:
    """One row a kind of commit, the most frequent first: its share of a project's builds.

    kind, commits (of git's), share (of builds; they add up to 1), origin (git, past builds,
    assumed, or several of them), first_miss (the instruction at which most of them begin to miss),
    example (its newest commit). `commits`: classify_commits' frame, or the context whose `last`
    commits it reads, by `options`. Git tells source, dependency and dockerfile. How many builds
    are of nothing new, or of a newer base, `past` builds tell: read_history's, or what it reads;
    without them, or where their logs tell of none, the usual shares are assumed and added to those
    of commits that change nothing that is built, or the base's name. ContextError where no commit
    can be told.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"commit": ["a", "b"], "kind": ["source", "dependency"]})
    >>> analysis.mix_of_commits(frame)[["kind", "share", "origin"]].head(1)
         kind  share origin
    0  source  0.425    git
    """
    if not isinstance(commits, pd.DataFrame):
        given = {} if last is None else {"commits": last}
        commits = classify_commits(commits, options=options, **given)
    told = commits[commits["kind"].notna() & commits["kind"].ne(COLD.name)]
    if told.empty:
        _refuse(commits)
    counts = {str(kind): int(n) for kind, n in told["kind"].value_counts().items()}
    known, origin = _find_untold(past)
    shares = _weigh(counts, known, origin)
    rows = [_describe(kind, share, told, counts, origin) for kind, share in shares.items() if share]
    table = pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)
    return table.sort_values("share", ascending=False, kind="stable", ignore_index=True)


def _refuse(commits: pd.DataFrame) -> NoReturn:
    """ContextError that says why no commit tells a mix, and what to give instead."""
    said = commits["problem"].dropna().tolist() if "problem" in commits else []
    if said:
        raise ContextError(
            f"No commit of {len(commits)} tells a mix: {len(said)} can't be built, the newest "
            f"because: {said[-1].rstrip('.')}. Give the CONTEXT, DOCKERFILE (--dockerfile) and "
            "TARGET (--target) of your builds."
        )
    raise ContextError(
        f"No commit of {len(commits)} tells a mix: nothing that can be built is before it. Give a "
        "longer range."
    )


def _find_untold(past: PastBuilds | str | None) -> tuple[dict[str, float], str]:
    """(share of builds of each of _UNTOLD, where it is from)."""
    if past is not None:
        kinds = build_kinds(past)["kind"].dropna()
        if len(kinds):
            return {name: float(kinds.eq(name).mean()) for name in _UNTOLD}, _LOGS
    usual = SHARES[CHANGING]
    return {name: usual.get(name, 0) / sum(usual.values()) for name in _UNTOLD}, _ASSUMED


def _weigh(counts: Mapping[str, int], known: Mapping[str, float], origin: str) -> dict[str, float]:
    """Kind -> share: what logs tell stands as it is, what is assumed comes on top of git's."""
    if origin == _LOGS:
        changing = {kind: n for kind, n in counts.items() if kind not in _UNTOLD}
        # without a commit that changes a layer, all builds are of the others
        counts = changing or {kind: round(100 * share) for kind, share in known.items()}
    total, rest = sum(counts.values()), 1 - sum(known.values())
    shares = {kind: rest * n / total for kind, n in counts.items()}
    return {kind: shares.get(kind, 0.0) + known.get(kind, 0.0) for kind in {**shares, **known}}


def _describe(
    kind: str, share: float, told: pd.DataFrame, counts: Mapping[str, int], origin: str
) -> dict[str, Any]:
    """The row of a kind."""
    rows = told[told["kind"].eq(kind)]
    first = rows["first_miss"].dropna() if "first_miss" in rows else pd.Series(dtype="string")
    newest = rows.iloc[-1] if len(rows) else None
    return {
        "kind": kind,
        "commits": counts.get(kind, 0),
        "share": share,
        "origin": " and ".join(_list_origins(kind, counts, origin)),
        "first_miss": first.mode().iloc[0] if len(first) else None,
        "example": None if newest is None else _say_commit(newest),
    }


def _list_origins(kind: str, counts: Mapping[str, int], origin: str) -> Iterator[str]:
    """Where the share of a kind is from."""
    if kind not in _UNTOLD or (origin == _ASSUMED and counts.get(kind)):
        yield _GIT
    if kind in _UNTOLD:
        yield origin


def _say_commit(row: pd.Series) -> str:
    """A commit by its id and its first line."""
    return " ".join(str(row[name]) for name in ("commit", "subject") if name in row)


def write_mix(table: pd.DataFrame) -> str:
    """A mix of mix_of_commits as read_mix takes it: `source 59.5, dependency 25.5`."""
    shares = zip(table["kind"].tolist(), table["share"].tolist(), strict=True)
    return ", ".join(f"{kind} {100 * share:.4g}" for kind, share in shares)
