"""What the memo says of how many entries a push leaves, and what counts them."""

import math

import pandas as pd

from analysis.claims.evidence import (
    FAILS,
    HOLDS,
    ONLY_IF,
    UNCLEAR,
    Evidence,
    Finding,
    say_footprint,
)
from analysis.claims.pushes import (
    NEW,
    PUSHED,
    WITH,
    describe_push,
    is_triple,
    leaves_only,
    pushes_of,
    say_push,
)
from analysis.measures.storage import READINGS, keep_newest
from analysis.prose import say_outcome
from analysis.prose.template import tell
from analysis.registry import IMAGE, INDEX
from analysis.words import count_words, join_words

_KEPT = 3
USUAL = f"{NEW} {WITH}"
_EACH, _WHOLE = READINGS


def three_entries(evidence: Evidence) -> Finding:
    """Whether buildx --push leaves an image, its index and an attestation."""
    pushes = pushes_of(evidence, evidence.strategies_like(PUSHED))
    if pushes.empty:
        return Finding(UNCLEAR, tell("no build with --push was measured"))
    ways = {name: describe_push(evidence, name) for name in pushes["strategy"].unique()}
    groups = is_triple(pushes).groupby(pushes["strategy"].map(ways), sort=False)
    counts = (
        tell(
            "by {way}, {count}",
            way=say_push(way),
            count=say_outcome(int(triple.sum()), len(triple), "push"),
        )
        for way, triple in groups
    )
    numbers = tell(
        "three entries are left {said}. One push leaves {footprint}",
        said=tell("; ").join(counts),
        footprint=say_footprint(pushes),
    )
    return Finding(_judge_ways(groups.all()), numbers, pushes)


def _judge_ways(triple: pd.Series) -> str:
    """The verdict of way -> whether all pushes by it leave three entries."""
    if triple.any():
        ways = join_words(map(say_push, sorted(triple.index[triple])), "or")
        only = tell("the push is by {ways}", ways=ways)
        return HOLDS if triple.all() else f"{ONLY_IF} {only}"
    # the docker driver leaves one entry: that says nothing of the builder of the memo
    return FAILS if USUAL in triple.index else UNCLEAR


def counted_each(evidence: Evidence) -> Finding:
    """What a policy that keeps the newest does under both readings of ECR's rules."""
    entries = evidence.entries[evidence.entries["run"].isin(evidence.comparable["run"])]
    names = entries.loc[entries[INDEX.name].gt(0), "strategy"].unique()
    runs = evidence.runs_of(names)
    if runs.empty:
        return Finding(UNCLEAR, tell("no index was pushed, so nothing has children to count"))
    table = keep_newest(runs, evidence.experiment.images, _KEPT)
    kept = table.pivot(index=["strategy", "run", "entries", "builds"], columns="reading")
    kept = kept["builds_kept"].reset_index()
    keys = ["entries", "builds", _EACH, _WHOLE]
    outcomes = kept.groupby(keys, sort=False)["strategy"].agg(list).reset_index()
    said = (
        tell(
            "of {build} in {entry} {whole} if children of an index don't count, {each} if "
            "each entry does ({names})",
            build=count_words(builds, "build"),
            entry=count_words(entries, "entry"),
            whole=whole,
            each=each,
            names=join_words(names),
        )
        for entries, builds, each, whole, names in outcomes.itertuples(index=False, name=None)
    )
    numbers = tell(
        "“keep the newest {kept}” leaves {said}. {needed}Which of the two ECR does was "
        "not measured, since the lab's registry has no policies. Its one known preview "
        "ranked 24 of 26 entries and left 2 untagged children out, which is what the "
        "pages assume; start-lifecycle-policy-preview tells for a repository",
        kept=_KEPT,
        said=tell("; ").join(said),
        needed=_say_needed(kept.iloc[0]),
    )
    return Finding(UNCLEAR, numbers, runs[runs["run"].isin(kept["run"])])


def _say_needed(row: pd.Series) -> str:
    """How many entries must be kept for _KEPT builds to be left where each counts."""
    number = _KEPT * math.ceil(row["entries"] / row["builds"])
    return tell(
        "Where each counts, it takes about {number} to keep {build} of {strategy}. ",
        number=number,
        build=count_words(_KEPT, "build"),
        strategy=row["strategy"],
    )


def load_leaves_one(evidence: Evidence) -> Finding:
    """Whether --load and then docker push leaves nothing but the image, a cache apart."""
    pushes = pushes_of(evidence, evidence.strategies_with("--load", "docker push"))
    if pushes.empty:
        return Finding(UNCLEAR, tell("no build with --load was measured"))
    alone = leaves_only(pushes, [IMAGE.name])
    numbers = tell(
        "{count} left the image alone, a cache apart: {footprint}",
        count=say_outcome(int(alone.sum()), len(alone), "push"),
        footprint=say_footprint(pushes),
    )
    return Finding(HOLDS if alone.all() else FAILS, numbers, pushes)
