"""The seed's memos on what a push leaves in the registry."""

import pandas as pd

from analysis.measures.evidence import (
    FAILS,
    HOLDS,
    ONLY_IF,
    UNCLEAR,
    Evidence,
    Finding,
    first_pushes,
    say_footprint,
)
from analysis.measures.rollbacks import READINGS, keep_newest
from analysis.measures.words import count_words, join_words

KEPT = 3
USUAL = "a new builder with its attestation"


def three_entries(evidence: Evidence) -> Finding:
    """Whether buildx --push leaves an image, its index and an attestation."""
    pushes = pushes_of(evidence, evidence.strategies_with("buildx build", "--push"))
    if pushes.empty:
        return Finding(UNCLEAR, "no build with --push was measured")
    triple = is_triple(pushes).groupby(pushes["strategy"]).all()
    ways = sorted({describe_push(evidence.text[name]) for name in triple.index[triple]})
    verdict = HOLDS if triple.all() else f"{ONLY_IF} the push is by {join_words(ways, 'or')}"
    if not triple.any():
        # the default builder leaves one entry: that says nothing of the builder of the memo
        usual = [name for name in triple.index if describe_push(evidence.text[name]) == USUAL]
        verdict = FAILS if usual else UNCLEAR
    return Finding(verdict, f"one push leaves {say_footprint(pushes)}", pushes)


def pushes_of(evidence: Evidence, strategies: list[str]) -> pd.DataFrame:
    """first_pushes of these strategies, with the place of their runs."""
    pushes = first_pushes(evidence)
    pushes = pushes[pushes["strategy"].isin(strategies)]
    return pushes.merge(evidence.runs[["run", "place"]], on="run", validate="1:1")


def is_triple(pushes: pd.DataFrame) -> pd.Series:
    """Whether there are exactly one image, one index and one attestation, a cache apart."""
    kinds = pushes[["image", "index", "attestation", "other"]]
    return kinds.eq([1, 1, 1, 0]).all(axis=1)


def describe_push(commands: str) -> str:
    """The builder and the option that decide what a push leaves."""
    builder = "a new builder" if "buildx create" in commands else "the default builder"
    without = "--provenance=false" in commands or "BUILDX_NO_DEFAULT_ATTESTATIONS" in commands
    return f"{builder} {'without' if without else 'with'} its attestation"


def counted_each(evidence: Evidence) -> Finding:
    """What a policy that keeps the newest does under both readings of ECR's rules."""
    entries = evidence.entries[evidence.entries["run"].isin(evidence.comparable["run"])]
    names = entries.loc[entries["index"].gt(0), "strategy"].unique()
    runs = evidence.runs_of(names)
    if runs.empty:
        return Finding(UNCLEAR, "no index was pushed, so nothing has children to count")
    table = keep_newest(runs, evidence.experiment.images, KEPT)
    each, whole = (table[table["reading"] == reading].iloc[-1] for reading in READINGS)
    numbers = (
        f"of {count_words(each['entries'], 'entry')} after {each['run']} "
        f"({count_words(each['builds'], 'build')}), “keep the newest {KEPT}” leaves "
        f"{count_words(each['builds_kept'], 'build')} if each entry counts, "
        f"{whole['builds_kept']} if children of an index don't; which of the two ECR does was "
        "not measured: its start-lifecycle-policy-preview tells"
    )
    return Finding(UNCLEAR, numbers, runs[runs["run"] == each["run"]])


def mediatypes_same(evidence: Evidence) -> Finding:
    """Whether oci-mediatypes=false leaves as many entries as the default."""
    changed = evidence.strategies_with("buildx build", "oci-mediatypes=false")
    pushing = evidence.strategies_with("buildx build", "--push")
    usual = [name for name in pushing if describe_push(evidence.text[name]) == USUAL]
    plain = [name for name in usual if name not in changed]
    pushes = pushes_of(evidence, [*changed, *plain])
    if not set(changed) & set(pushes["strategy"]) or not set(plain) & set(pushes["strategy"]):
        return Finding(UNCLEAR, "no push with oci-mediatypes=false was measured beside one without")
    same = pushes["entries"].nunique() == 1
    return Finding(HOLDS if same else FAILS, f"one push leaves {say_footprint(pushes)}", pushes)


def load_leaves_one(evidence: Evidence) -> Finding:
    """Whether --load and then docker push leaves nothing but the image, a cache apart."""
    pushes = pushes_of(evidence, evidence.strategies_with("--load", "docker push"))
    if pushes.empty:
        return Finding(UNCLEAR, "no build with --load was measured")
    kinds = pushes[["image", "index", "attestation", "other"]]
    alone = kinds.eq([1, 0, 0, 0]).all(axis=1)
    return Finding(
        HOLDS if alone.all() else FAILS, f"one push leaves {say_footprint(pushes)}", pushes
    )
