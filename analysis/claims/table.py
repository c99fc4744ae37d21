"""The memo's sentences as hypotheses, each with the verdict that the experiment's runs give."""

from pathlib import Path

import pandas as pd

from analysis import records
from analysis.claims import builder as speed
from analysis.claims import caches as cache
from analysis.claims import driver, media
from analysis.claims import entries as registry
from analysis.claims.evidence import gather_evidence, say_runs, say_where

# in the order of the memo, then of its section on the docker-container driver
CLAIMS = {
    "buildx --push leaves three entries in the registry": registry.three_entries,
    "They are the image itself, its index, and an application/vnd.in-toto+json": media.what_is_left,
    "That one looks like something to do with signatures": media.is_signed,
    "A lifecycle policy counts each of them as one": registry.counted_each,
    "oci-mediatypes=true, oci-mediatypes=false: it is the same": media.mediatypes_same,
    "buildx --load and then docker push is fine: it leaves the image alone": (
        registry.load_leaves_one
    ),
    "LOCAL_DOCKER_LAYER_CACHE does not seem to do anything": cache.local_cache_idle,
    "It has a hit on rare occasions, on no clear condition: luck": cache.local_cache_rare,
    "An external cache of buildx has an effect": cache.cache_works,
    "Pulling and pushing it costs so much that a fast build can do without": cache.cache_costs,
    "What buildx create --use costs to make a builder is not negligible": speed.builder_costly,
    "Without an external cache the default builder is the better one": speed.default_better,
    "--cache-to with a remote cache fails on the docker driver": driver.cache_to_fails,
    "The error says “Cache export feature is currently not supported for docker driver.”": (
        driver.words_same
    ),
    "So the driver must be changed to docker-container": driver.must_change,
    "docker buildx create --use changes it to docker-container": driver.create_changes,
    "docker build alone will do where setup-buildx-action set driver and environment": (
        driver.build_alone
    ),
}
COLUMNS = ["claim", "verdict", "numbers", "where", "runs"]


def claims(experiment: records.Experiment | str | Path) -> pd.DataFrame:
    """One row a sentence of the memo: claim, verdict, numbers, where, runs; all text.

    Verdicts: holds, does not hold, holds only if …, can't tell, not measured here (the lab only
    stands in for it); each is computed from the runs that may be compared. numbers: counts of
    outcomes, 95 % intervals of what was sampled; of a verdict can't tell the reason, too. where:
    place, strategies, scenarios, how many runs. runs: the folders of all of them, in the
    experiment's folder, as say_runs writes them.

    >>> table = analysis.claims("data/control")
    >>> list(table)
    ['claim', 'verdict', 'numbers', 'where', 'runs']
    """
    evidence = gather_evidence(experiment)
    findings = {claim: judge(evidence) for claim, judge in CLAIMS.items()}
    rows = [
        (claim, found.verdict, found.numbers, say_where(found.runs), say_runs(found.runs))
        for claim, found in findings.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS, dtype="string")
