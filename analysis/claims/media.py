"""What the memo says of what the entries are that a push leaves."""

import pandas as pd

from analysis.claims.entries import USUAL
from analysis.claims.evidence import FAILS, HOLDS, UNCLEAR, Evidence, Finding, say_footprint
from analysis.claims.pushes import (
    PUSHED,
    TRIPLE,
    UNATTESTED,
    describe_push,
    image_types,
    is_triple,
    pushes_of,
)
from analysis.languages import translate
from analysis.measures.storage import is_provenance, is_signature
from analysis.prose import say_media, say_outcome
from analysis.prose.template import tell
from analysis.records import read_media
from analysis.registry import ATTESTATION, IMAGE_KINDS, IN_TOTO
from analysis.words import join_sentences, join_words

_SETTINGS = {
    "true": "with oci-mediatypes=true",
    "false": "with oci-mediatypes=false",
    "unset": "without oci-mediatypes",
}
# what an engine says of the BuildKit that is part of it
_BUILT_IN = "v0.0.0+unknown"


def what_is_left(evidence: Evidence) -> Finding:
    """What the three entries of a push are, in the words of their manifests."""
    pushes = pushes_of(evidence, evidence.strategies_like(PUSHED))
    pushes = pushes[is_triple(pushes)]
    media = read_media(pushes)
    if media.empty:
        return Finding(UNCLEAR, tell("no push that left three readable entries was measured"))
    third = media[media["kind"] == ATTESTATION.name]
    stated = third["layers"].map(lambda layers: IN_TOTO in layers)
    own = third["media_type"].eq(IN_TOTO).any()
    numbers = tell(
        "{count} hold a layer of {type}{none}. {forms}",
        count=say_outcome(int(stated.sum()), len(stated), "attestation"),
        type=IN_TOTO,
        none="" if own else tell(", none is of that media type itself"),
        forms=_say_forms(media, pushes),
    )
    return Finding(HOLDS if stated.all() else FAILS, numbers, pushes)


def _say_forms(media: pd.DataFrame, pushes: pd.DataFrame) -> str:
    """What the entries are in the words of their manifests, strategies with the same together."""
    rows = media[media["kind"].isin(TRIPLE)].merge(
        pushes[["run", "strategy", "buildkit"]], on="run"
    )
    rows["said"] = [say_media(row) for _, row in rows.iterrows()]
    place = {kind: number for number, kind in enumerate(TRIPLE)}
    rows = rows.sort_values("kind", key=lambda kinds: kinds.map(place), kind="stable")
    forms = rows.groupby(["strategy", "run"]).agg(
        said=("said", tell("; ").join), buildkit=("buildkit", "first")
    )
    return join_sentences(
        tell("{name}: {said}.", name=_say_makers(group.reset_index()), said=said)
        for said, group in forms.groupby("said", sort=False)
    )


def _say_makers(rows: pd.DataFrame) -> str:
    """`container-push and container-push-oci (BuildKit v0.25.2, n = 6)`."""
    versions = rows["buildkit"].dropna().replace(_BUILT_IN, tell("of the engine")).unique()
    known = tell("BuildKit {names}, ", names=join_words(versions, "or")) if len(versions) else ""
    names = join_words(rows["strategy"].unique())
    return tell("{names} ({known}n = {n})", names=names, known=known, n=len(rows))


def is_signed(evidence: Evidence) -> Finding:
    """Whether what is pushed beside an image is a signature, or says how it was built."""
    pushes = pushes_of(evidence, evidence.strategies_like(PUSHED))
    media = read_media(pushes)
    third = media[media["kind"] == ATTESTATION.name]
    if third.empty:
        return Finding(UNCLEAR, tell("no push that left a readable attestation was measured"))
    signed = media.apply(is_signature, axis=1)
    told = third.apply(is_provenance, axis=1)
    stated = third["predicates"].explode().dropna()
    without = pushes[pushes["strategy"].isin(evidence.strategies_like(UNATTESTED))]
    numbers = tell(
        "{count} say of themselves that they are provenance, how the image was built "
        "({names}); {others} hold a media type of signatures",
        count=say_outcome(int(told.sum()), len(told), "attestation"),
        names=join_words(stated.unique()),
        others=say_outcome(int(signed.sum()), len(signed), "entry"),
    )
    if len(without):
        left = int(without[ATTESTATION.name].gt(0).sum())
        numbers += tell(
            "; without provenance, {count} left one", count=say_outcome(left, len(without), "push")
        )
    runs = pushes[pushes["run"].isin([*third["run"], *without["run"]])]
    return Finding(_judge_signed(signed, told), numbers, runs)


def _judge_signed(signed: pd.Series, told: pd.Series) -> str:
    """The verdict of whether entries hold a signature, and whether attestations are provenance."""
    if signed.any():
        return HOLDS
    return FAILS if told.all() else UNCLEAR


def mediatypes_same(evidence: Evidence) -> Finding:
    """Whether oci-mediatypes=true and =false leave the same entries as neither does."""
    usual = [name for name in evidence.text if describe_push(evidence, name) == USUAL]
    plain = [
        name
        for name in usual
        if name in evidence.strategies_like(PUSHED) and "--cache-to" not in evidence.text[name]
    ]
    pushes = pushes_of(evidence, plain)
    settings = [image_types(evidence, name) or "unset" for name in pushes["strategy"]]
    pushes = pushes.assign(setting=pd.Series(settings, pushes.index, dtype="string"))
    # another BuildKit leaves other media types: that is another question
    changed = pushes[pushes["setting"] != "unset"]
    pushes = pushes[pushes["buildkit"].isin(changed["buildkit"])]
    lacking = [name for name in _SETTINGS if name not in set(pushes["setting"])]
    if lacking:
        words = join_words((translate(_SETTINGS[name]) for name in lacking), "or")
        return Finding(
            UNCLEAR, tell("no push {words} was measured with the same BuildKit", words=words)
        )
    same = len(pushes[IMAGE_KINDS].drop_duplicates()) == 1
    return Finding(HOLDS if same else FAILS, _say_settings(pushes), pushes)


def _say_settings(pushes: pd.DataFrame) -> str:
    """What a push leaves with each setting of oci-mediatypes, and what media types differ."""
    media = read_media(pushes)
    text = tell("one push leaves {footprint}", footprint=say_footprint(pushes))
    if media.empty:
        return tell("{text}; their media types can't be read", text=text)
    media = media.merge(pushes[["run", "setting"]], on="run")
    said = [say_media(row) for _, row in media.iterrows()]
    kinds = media.assign(said=said).groupby(["kind", "setting"])["said"].unique().map(join_words)
    differ = [kind for kind, forms in kinds.groupby("kind") if forms.nunique() > 1]
    if not differ:
        return tell("{text}; their media types are the same, too", text=text)
    forms = (
        tell("oci-mediatypes {setting}: {form}", setting=setting, form=form)
        for kind in differ
        for setting, form in kinds.loc[kind].items()
    )
    return tell(
        "{text}; what differs is the media types ({said})", text=text, said=tell("; ").join(forms)
    )
