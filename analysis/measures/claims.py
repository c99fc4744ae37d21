"""The seed's memos as hypotheses, each with the verdict that the experiment's runs give."""

import pandas as pd

from analysis.measures import claims_registry as registry
from analysis.measures import claims_speed as speed
from analysis.measures.evidence import gather_evidence, say_where
from analysis.runs import Experiment

CLAIMS = {
    "buildx --push leaves three entries: the image, its index and an in-toto attestation": (
        registry.three_entries
    ),
    "A lifecycle policy counts each of those entries": registry.counted_each,
    "oci-mediatypes=true or false makes no difference to them": registry.mediatypes_same,
    "--load and then docker push leaves the image alone": registry.load_leaves_one,
    "LOCAL_DOCKER_LAYER_CACHE rarely has a hit, by luck": speed.local_cache_rare,
    "An external cache has hits, but pulling and pushing it costs a fast build more": (
        speed.cache_costs
    ),
    "What buildx create --use costs is not negligible": speed.builder_costly,
    "Without an external cache the default builder is the better one": speed.default_better,
    "--cache-to fails on the docker driver": speed.cache_to_fails,
}
COLUMNS = ["claim", "verdict", "numbers", "runs"]


def claims(experiment: Experiment) -> pd.DataFrame:
    """One row a memo of the seed: claim, verdict, numbers (text with n and interval), runs.

    Verdicts: holds, does not hold, holds only if …, can't tell. Each is computed from the runs
    that may be compared; `runs` says where: place, strategies, scenarios, how many.
    """
    evidence = gather_evidence(experiment)
    findings = {claim: judge(evidence) for claim, judge in CLAIMS.items()}
    rows = [
        (claim, found.verdict, found.numbers, say_where(found.runs))
        for claim, found in findings.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS, dtype="string")
