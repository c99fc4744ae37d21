"""The seed's notes: each verdict follows from the runs, and can come out otherwise."""

import gzip
import itertools
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from measured import (
    BUILD,
    CREATE,
    PUSH,
    REFUSAL,
    make_experiment,
    make_runs,
    pick,
    show_build,
    write_log,
)
from repository import ATTESTATION, CONFIG, DOCKER_IMAGE, EMPTY, IMAGE, IN_TOTO, Repository, blob

from analysis.claims.table import CLAIMS, COLUMNS, claims
from analysis.records import read_experiment

ROOT = Path(__file__).parents[3]
SUBJECTS = {
    "three": "buildx --push leaves three",
    "what": "They are the image itself",
    "signed": "That one looks like",
    "lifecycle": "A lifecycle policy",
    "mediatypes": "oci-mediatypes",
    "load": "buildx --load and then",
    "idle": "LOCAL_DOCKER_LAYER_CACHE",
    "local": "It has a hit on rare",
    "works": "An external cache",
    "cache": "Pulling and pushing",
    "builder": "What buildx create",
    "default": "Without an external",
    "refused": "--cache-to with a remote",
    "words": "The error says",
    "change": "So the driver must",
    "create": "docker buildx create --use",
    "alone": "docker build alone",
}
BUILD_PUSH = "docker buildx build --push ."
CACHE = (
    ("importing cache manifest from r:cache", ("inferred cache manifest type: x",), "DONE 0.3s"),
    ("exporting cache to registry", ("writing cache image manifest sha256:a done",), "DONE 2.5s"),
)
LAYERS = ("RUN install", "COPY app")
PLAIN = write_log(("docker build .", 15.0, show_build()), (PUSH, 2.0, ""))
LOADED = write_log((BUILD, 15.0, show_build()), (PUSH, 2.0, ""))
PUSHED = write_log((CREATE, 0.5, ""), (BUILD_PUSH, 25.0, show_build(boot=9.5)))
BARE = PUSHED.replace("--push", "--push --provenance=false")
BY_DOCKER = write_log((BUILD_PUSH, 16.0, show_build()))
CACHED = write_log(
    (CREATE, 0.5, ""),
    (f"{BUILD} --cache-to x", 20.0, show_build(boot=9.5, cached=LAYERS, more=CACHE)),
    (PUSH, 2.0, ""),
)
STORED = write_log(
    (
        f"{BUILD_PUSH} --cache-to x",
        12.0,
        show_build(more=(("exporting to image", (), "DONE 0.5s"), *CACHE)),
    )
)
COLD = CACHED.replace("CACHED", "DONE 4.0s").replace("inferred cache manifest type: x", "x")


PREDICATE = "https://slsa.dev/provenance/v1"


def push_attested(repository, name, *tags, newest=False, layer=IN_TOTO, note=PREDICATE):
    """What a docker-container builder pushes, with an attestation of the old or the new form."""
    repository.day += 1
    image = repository.image(name)
    held = blob(layer, f"p{name}", 20) | {"annotations": {"in-toto.io/predicate-type": note}}
    manifest = {"mediaType": IMAGE, "config": blob(CONFIG, f"config a{name}", 2), "layers": [held]}
    if newest:
        manifest |= {"artifactType": ATTESTATION, "config": blob(EMPTY, "{}", 2), "subject": image}
    return repository.index(image, tags=tags, attests=[repository.push(manifest, size=22)])


def push_newest(repository, name, *tags):
    return push_attested(repository, name, *tags, newest=True)


def push_attested_and_cached(repository, name, *tags):
    push_attested(repository, name, *tags)
    repository.cache(name, "cache")


def push_cached(repository, name, *tags):
    repository.image(name, *tags)
    repository.cache(name, "cache")


PUSHES = {
    "docker": Repository.image,
    "buildx-load": Repository.image,
    "buildx-push": Repository.image,
    "container-push": push_attested,
    "container-push-no-provenance": Repository.image,
    "registry-cache": push_cached,
    "local-layer-cache": Repository.image,
}
TEXTS = {
    "docker": PLAIN,
    "buildx-load": LOADED,
    "buildx-push": BY_DOCKER,
    "container-push": PUSHED,
    "container-push-no-provenance": BARE,
    "registry-cache": CACHED,
    "local-layer-cache": PLAIN,
    "docker-driver-cache-to": write_log((f"{BUILD_PUSH} --cache-to x", 0.3, REFUSAL)),
}


def times(value, scenarios=("cold", "unchanged"), spread=(0.0, 0.3, -0.2)):
    """Three rounds of about `value` seconds in each scenario."""
    return {scenario: [value + each for each in spread] for scenario in scenarios}


def keep(folder, act):
    """`act`, and the repository's listing written down as a run's."""

    def push(repository, run, *tags):
        act(repository, run, *tags)
        listing = {"imageDetails": repository.image_details, "manifests": repository.manifests}
        (folder / run).mkdir(parents=True, exist_ok=True)
        text = json.dumps(listing, default=str)
        (folder / run / "images.json.gz").write_bytes(gzip.compress(text.encode()))

    return push


def judge(folder, seconds, texts=None, push=None, own=None, **columns):
    """Subject -> finding of an experiment of these seconds; `own`: strategy -> its columns."""
    runs = make_runs(seconds, **columns)
    for name, values in (own or {}).items():
        runs.loc[runs["strategy"] == name, list(values)] = list(values.values())
    runs["images"] = [f"{folder}/{path}" for path in runs["images"]]
    runs["images"] = runs["images"].astype("string")
    push = {name: keep(folder, act) for name, act in (PUSHES | (push or {})).items()}
    refused = runs["strategy"] == "docker-driver-cache-to"
    runs.loc[refused, ["status", "expect"]] = "failed"
    texts = {
        name: text
        if isinstance(text, dict)
        else {"cold": COLD if text is CACHED else text, "unchanged": text}
        for name, text in (TEXTS | (texts or {})).items()
    }
    table = claims(make_experiment(folder, runs, texts, push))
    assert table["claim"].tolist() == list(CLAIMS)
    return {
        subject: table[table["claim"].str.startswith(words)].iloc[0]
        for subject, words in SUBJECTS.items()
    }


def test_every_subject_is_a_row_of_its_own():
    found = [claim for words in SUBJECTS.values() for claim in CLAIMS if claim.startswith(words)]
    assert sorted(found) == sorted(CLAIMS)


def test_three_entries_hold_for_the_builder_that_attests_only(tmp_path):
    names = ("buildx-push", "container-push", "container-push-no-provenance")
    row = judge(tmp_path, {name: times(20) for name in names})["three"]
    assert row["verdict"] == "holds only if the push is by a new builder with its attestation"
    assert "by a new builder with its attestation, 3 of 3 pushes." in row["numbers"]
    assert "3 entries (image, index, attestation) with container-push (n = 3)" in row["numbers"]
    assert "1 entry (image) with buildx-push (n = 3)" in row["numbers"]
    assert row["where"].startswith("lab; ")
    assert "9 runs of 3 rounds" in row["where"]
    assert row["runs"] == (
        "runs/{buildx-push,container-push,container-push-no-provenance}.cold.{01,02,03}"
    )


def test_three_entries_hold_or_do_not_where_only_that_builder_was_measured(tmp_path):
    seconds = {"container-push": times(20)}
    assert judge(tmp_path / "a", seconds)["three"]["verdict"] == "holds"
    alone = {"container-push": Repository.image}
    assert judge(tmp_path / "b", seconds, push=alone)["three"]["verdict"] == "does not hold"
    row = judge(tmp_path / "c", {"buildx-push": times(20)})["three"]
    assert row["verdict"] == "can't tell"


def test_the_containerd_image_store_leaves_three_entries_beside_its_cache(tmp_path):
    seconds = {"buildx-push": times(20), "containerd-store": times(15)}
    found = judge(
        tmp_path,
        seconds,
        {"containerd-store": STORED},
        {"containerd-store": push_attested_and_cached},
        {"containerd-store": {"storage_driver": "overlayfs"}},
    )
    assert found["three"]["verdict"] == (
        "holds only if the push is by the docker driver on a containerd image store with its "
        "attestation"
    )


def test_what_the_entries_are_is_told_in_both_forms(tmp_path):
    seconds = {"container-push": times(20), "container-newest": times(20)}
    push = {"container-newest": push_newest}
    own = {
        "container-push": {"buildkit": "v0.25.2"},
        "container-newest": {"buildkit": "v0.34.2"},
    }
    row = judge(tmp_path, seconds, {"container-newest": PUSHED}, push, own)["what"]
    assert row["verdict"] == "holds"
    assert "6 of 6 attestations hold a layer of" in row["numbers"]
    assert "none is of that media type itself" in row["numbers"]
    old, new = row["numbers"].split("container-push (BuildKit v0.25.2, n = 3)")[::-1]
    assert f"image {IMAGE}" in old
    assert "subject" not in old
    assert "container-newest (BuildKit v0.34.2, n = 3)" in new
    assert f"config or artifact {ATTESTATION}" in new
    assert "subject the image" in new


def test_an_attestation_of_another_layer_is_not_what_the_seed_says(tmp_path):
    def push_other(repository, name, *tags):
        push_attested(repository, name, *tags, layer="application/json")

    row = judge(tmp_path, {"container-push": times(20)}, push={"container-push": push_other})
    assert row["what"]["verdict"] == "does not hold"


def test_a_provenance_is_no_signature(tmp_path):
    seconds = {"container-push": times(20), "container-push-no-provenance": times(20)}
    row = judge(tmp_path / "a", seconds)["signed"]
    assert row["verdict"] == "does not hold"
    assert "3 of 3 attestations" in row["numbers"]
    assert PREDICATE in row["numbers"]
    assert "0 of 12 entries" in row["numbers"]
    assert "without provenance, 0 of 3 pushes" in row["numbers"]

    def push_signed(repository, name, *tags):
        push_attested(repository, name, *tags, layer="application/vnd.dsse.envelope.v1+json")

    def push_unknown(repository, name, *tags):
        push_attested(repository, name, *tags, note="https://cyclonedx.org/bom")

    for folder, act, verdict in (("b", push_signed, "holds"), ("c", push_unknown, "can't tell")):
        found = judge(tmp_path / folder, seconds, push={"container-push": act})
        assert found["signed"]["verdict"] == verdict


def test_listings_that_cannot_be_read_leave_it_open_what_the_entries_are(tmp_path):
    runs = make_runs({"container-push": times(20)})
    texts = {"container-push": {"cold": PUSHED, "unchanged": PUSHED}}
    table = claims(make_experiment(tmp_path, runs, texts, push_attested))
    for words in (SUBJECTS["what"], SUBJECTS["signed"]):
        row = table[table["claim"].str.startswith(words)].iloc[0]
        assert row["verdict"] == "can't tell"
        assert "readable" in row["numbers"]


def test_a_lifecycle_policy_is_shown_under_both_readings_and_not_decided(tmp_path):
    row = judge(tmp_path, {"container-push": times(20, ("cold", "unchanged"))})["lifecycle"]
    assert row["verdict"] == "can't tell"
    assert "of 2 builds in 6 entries 2 if children of an index don't count, 1 if" in row["numbers"]
    assert "it takes about 9 to keep 3 builds of container-push" in row["numbers"]
    assert "start-lifecycle-policy-preview" in row["numbers"]
    assert row["runs"] == "runs/container-push.unchanged.01"


MEDIA = {
    name: PUSHED.replace("--push", f'--output "type=image,push=true,oci-mediatypes={value}"')
    for name, value in (("container-push-oci", "true"), ("container-push-docker-types", "false"))
}
THREE = {"container-push": times(20), **{name: times(20) for name in MEDIA}}
ATTESTED = dict.fromkeys(MEDIA, push_attested)


def test_mediatypes_are_told_when_all_three_were_measured(tmp_path):
    row = judge(tmp_path, THREE, MEDIA, ATTESTED)["mediatypes"]
    assert row["verdict"] == "holds"
    assert "3 entries (image, index, attestation)" in row["numbers"]
    assert row["numbers"].endswith("their media types are the same, too")
    assert "9 runs of 3 rounds" in row["where"]


def test_mediatypes_that_differ_are_named_and_a_lost_entry_refutes(tmp_path):
    def push_docker(repository, name, *tags):
        repository.day += 1
        image = repository.image(name, media_type=DOCKER_IMAGE)
        repository.index(image, tags=tags, attests=[repository.attestation(name)])

    push = ATTESTED | {"container-push-docker-types": push_docker}
    row = judge(tmp_path / "a", THREE, MEDIA, push)["mediatypes"]
    assert row["verdict"] == "holds"
    assert f"oci-mediatypes false: image {DOCKER_IMAGE}" in row["numbers"]
    assert f"oci-mediatypes true: image {IMAGE}" in row["numbers"]
    push = ATTESTED | {"container-push-docker-types": Repository.image}
    assert judge(tmp_path / "b", THREE, MEDIA, push)["mediatypes"]["verdict"] == "does not hold"


def test_mediatypes_cannot_be_told_of_one_setting_nor_across_versions(tmp_path):
    row = judge(tmp_path / "a", {"container-push": times(20)})["mediatypes"]
    assert (row["verdict"], row["where"], row["runs"]) == ("can't tell", "not measured", "none")
    own = {"container-push": {"buildkit": "v1"}} | {name: {"buildkit": "v2"} for name in MEDIA}
    row = judge(tmp_path / "b", THREE, MEDIA, ATTESTED, own)["mediatypes"]
    assert row["verdict"] == "can't tell"
    assert "without oci-mediatypes" in row["numbers"]
    del (two := THREE | {})["container-push-oci"]
    row = judge(tmp_path / "c", two, MEDIA, ATTESTED)["mediatypes"]
    assert (row["verdict"], row["numbers"]) == (
        "can't tell",
        "no push with oci-mediatypes=true was measured with the same BuildKit",
    )


def test_the_media_types_of_a_cache_are_not_those_of_the_image(tmp_path):
    text = CACHED.replace("--load", "--push").replace(
        "--cache-to x", "--cache-to oci-mediatypes=false"
    )
    seconds = {"container-push": times(20), "registry-cache": times(20)}
    row = judge(tmp_path, seconds, {"registry-cache": text})["mediatypes"]
    assert row["verdict"] == "can't tell"


def test_load_leaves_the_image_alone_but_for_a_cache(tmp_path):
    seconds = {"buildx-load": times(20), "registry-cache": times(30)}
    row = judge(tmp_path / "a", seconds)["load"]
    assert row["verdict"] == "holds"
    assert "6 of 6 pushes left" in row["numbers"]
    assert "2 entries (image, cache) with registry-cache" in row["numbers"]
    push = {"buildx-load": Repository.build}
    assert judge(tmp_path / "b", seconds, push=push)["load"]["verdict"] == "does not hold"


@pytest.mark.parametrize(
    ("emulated", "hit", "idle", "rare"),
    [
        (True, False, "not measured here", "not measured here"),
        (False, False, "holds", "holds"),
        (False, True, "does not hold", "does not hold"),
    ],
)
def test_the_local_cache_is_judged_where_it_is_real(tmp_path, emulated, hit, idle, rare):
    text = write_log(("docker build .", 15.0, show_build(cached=LAYERS if hit else ())))
    seconds = {"local-layer-cache": times(15)}
    texts = {"local-layer-cache": text}
    found = judge(tmp_path, seconds, texts, emulated=emulated, host_empty=False)
    assert (found["idle"]["verdict"], found["local"]["verdict"]) == (idle, rare)
    assert f"hits in {3 * hit} of 3 builds" in found["idle"]["numbers"]
    assert f"{3 * hit} of 3 builds" in found["local"]["numbers"]
    for row in (found["idle"], found["local"]):
        assert ("PLACE=codebuild" in row["numbers"]) == emulated
    assert ("for a pool of 2, the model expects 50 %" in found["local"]["numbers"]) == emulated


def test_an_external_cache_is_weighed_against_its_overhead(tmp_path):
    slower = judge(tmp_path / "a", {"docker": times(20), "registry-cache": times(30)})
    assert slower["works"]["verdict"] == "holds"
    assert "hits in 3 of 3 builds: unchanged 3 of 3 builds" in slower["works"]["numbers"]
    assert slower["cache"]["verdict"] == "holds"
    assert "registry-cache: slower in 1 of 1 scenario" in slower["cache"]["numbers"]
    # by the formula from 20 s on, but all builds had 10 s
    assert "pays from" not in slower["cache"]["numbers"]
    assert "These builds have 10.0 s of work." in slower["cache"]["numbers"]
    faster = judge(tmp_path / "b", {"docker": times(20), "registry-cache": times(9)})
    assert faster["cache"]["verdict"] == "does not hold"
    two = {"docker": times(20), "registry-cache": {"cold": [30.0] * 2, "unchanged": [30.0] * 2}}
    assert judge(tmp_path / "c", two)["cache"]["verdict"] == "can't tell"


def test_of_caches_that_differ_it_is_said_which_and_when(tmp_path):
    seconds = {
        "docker": times(20),
        "registry-cache": times(30),
        "registry-cache-push": times(9),
    }
    texts = {"registry-cache-push": CACHED}
    row = judge(tmp_path / "a", seconds, texts)["cache"]
    assert row["verdict"] == "holds only if it is done by registry-cache"
    warm = ("cold", "unchanged", "source")
    seconds = {
        "docker": times(20, warm),
        "registry-cache": times(9, warm) | times(30, ["source"]),
    }
    texts = {name: dict.fromkeys(warm, TEXTS[name]) for name in seconds}
    row = judge(tmp_path / "b", seconds, texts)["cache"]
    assert row["verdict"] == "holds only if the commit is a changed source file"


def test_a_cache_without_a_hit_does_nothing(tmp_path):
    seconds = {"docker": times(20), "registry-cache": times(30)}
    texts = {"registry-cache": CACHED.replace("CACHED", "DONE 4.0s")}
    row = judge(tmp_path, seconds, texts)["works"]
    assert row["verdict"] == "does not hold"
    assert "hits in 0 of 3 builds" in row["numbers"]


def test_a_builder_is_judged_by_its_share_of_the_build(tmp_path):
    row = judge(tmp_path / "a", {"container-push": times(40)})["builder"]
    assert row["verdict"] == "holds"
    assert "10.0 s (mean of 3 rounds, 95 % interval 10.0 to 10.0 s)" in row["numbers"]
    assert (
        "10.0 to 10.0 s in 6 builds; that is 25 % of the build (95 % interval 2" in row["numbers"]
    )
    row = judge(tmp_path / "b", {"container-push": times(1000)})["builder"]
    assert row["verdict"] == "does not hold"
    one = {"container-push": {"cold": [40.0], "unchanged": [40.0]}}
    assert judge(tmp_path / "c", one)["builder"]["verdict"] == "can't tell"


def test_the_default_builder_is_compared_with_new_ones_without_cache(tmp_path):
    seconds = {"docker": times(20), "container-push": times(30), "registry-cache": times(5)}
    row = judge(tmp_path / "a", seconds)["default"]
    assert row["verdict"] == "holds"
    assert "container-push slower in 2 of 2 scenarios, from +10.0 s [" in row["numbers"]
    assert "registry-cache" not in row["numbers"]
    seconds["container-push"]["cold"] = [9.0, 9.3, 8.8]
    row = judge(tmp_path / "b", seconds)["default"]
    assert row["verdict"] == "holds only if the commit is a commit that changes nothing"


def test_the_refusal_is_quoted_whole_and_a_build_that_succeeds_refutes_it(tmp_path):
    seconds = {"docker-driver-cache-to": times(0.4)}
    found = judge(tmp_path / "a", seconds)
    assert found["refused"]["verdict"] == "holds"
    assert "6 of 6 builds refused, by docker-driver-cache-to" in found["refused"]["numbers"]
    assert (
        "“ERROR: failed to build: Cache export is not supported for the docker driver. Switch to a "
        "different driver, or turn on the containerd image store, and try again.”"
    ) in found["refused"]["numbers"]
    assert found["words"]["verdict"] == "does not hold"
    assert "0 of 6 refusals" in found["words"]["numbers"]
    found = judge(tmp_path / "b", seconds, {"docker-driver-cache-to": PLAIN})
    assert found["refused"]["verdict"] == "does not hold"
    assert found["words"]["verdict"] == "can't tell"


def test_on_which_image_store_a_cache_is_refused_is_told_from_both(tmp_path):
    seconds = {"docker-driver-cache-to": times(0.4), "containerd-store": times(15)}
    own = {"containerd-store": {"storage_driver": "overlayfs"}}
    push = {"containerd-store": push_attested_and_cached}
    stored = {"containerd-store": STORED}
    row = judge(tmp_path / "a", seconds, stored, push, own)["refused"]
    assert row["verdict"] == "holds only if the engine has the classic image store"
    classic, containerd = row["numbers"].split("; ")
    assert "(storage driver overlay2), 6 of 6 builds refused, by docker-driver-cache-to" in classic
    assert containerd == (
        "on the containerd image store (storage driver overlayfs), 6 of 6 builds exported their "
        "cache, by containerd-store"
    )
    assert "12 runs" in row["where"]
    own["docker-driver-cache-to"] = {"storage_driver": "overlayfs"}
    row = judge(tmp_path / "b", seconds, stored, push, own)["refused"]
    assert row["verdict"] == "does not hold"
    assert "6 of 12 builds (95 % interval 25 to 75 %) refused and 6 of 12" in row["numbers"]
    assert row["numbers"].startswith("on the classic image store none was measured")


def test_a_cache_in_the_image_or_of_another_builder_says_nothing_of_the_docker_driver(tmp_path):
    inline = STORED.replace("--cache-to x", "--cache-to type=inline")
    seconds = {"registry-cache": times(30), "inline-cache": times(20)}
    push = {"inline-cache": Repository.image}
    row = judge(tmp_path, seconds, {"inline-cache": inline}, push)["refused"]
    assert row["verdict"] == "can't tell"


def test_the_refusal_in_the_words_of_the_seed_is_known_too(tmp_path):
    old = (
        "ERROR: Cache export feature is currently not supported for docker driver. Please switch "
        'to a different driver (eg. "docker buildx create --use")'
    )
    texts = {"docker-driver-cache-to": write_log((BUILD_PUSH, 0.3, old))}
    found = judge(tmp_path, {"docker-driver-cache-to": times(0.4)}, texts)
    assert found["refused"]["verdict"] == "holds"
    assert found["words"]["verdict"] == "holds"


def test_a_new_builder_is_one_way_out_and_the_only_one_if_no_other_was_tried(tmp_path):
    found = judge(tmp_path, {"registry-cache": times(30), "container-push": times(20)})
    assert found["change"]["verdict"] == "can't tell"
    assert "by a new builder, in 6 of 6 builds" in found["change"]["numbers"]
    assert "containerd image store" in found["change"]["numbers"]
    assert found["create"]["verdict"] == "holds"
    assert "12 of 12 builds" in found["create"]["numbers"]
    assert "6 of 6 builds of registry-cache" in found["create"]["numbers"]


@pytest.mark.parametrize(
    ("driver", "way"), [("overlayfs", " on a containerd image store"), ("overlay2", "")]
)
def test_a_cache_exported_without_a_new_builder_refutes_that_one_is_needed(tmp_path, driver, way):
    row = judge(
        tmp_path,
        {"registry-cache": times(30), "containerd-store": times(15)},
        {"containerd-store": STORED},
        {"containerd-store": push_attested_and_cached},
        {"containerd-store": {"storage_driver": driver}},
    )["change"]
    assert row["verdict"] == "does not hold"
    assert f"by the docker driver{way}, in 6 of 6 builds" in row["numbers"]
    assert "runs/{containerd-store,registry-cache}" in row["runs"]


def test_an_export_that_was_cut_is_counted_as_none(tmp_path):
    cut = STORED.replace("sha256:a done", "sha256:a").replace("DONE 2.5s", "")
    texts = {"containerd-store": {"cold": STORED, "unchanged": cut}}
    push = {"containerd-store": push_attested_and_cached}
    row = judge(tmp_path, {"containerd-store": times(15)}, texts, push)["change"]
    assert "in 3 of 6 builds" in row["numbers"]


def test_of_docker_build_alone_nothing_is_concluded(tmp_path):
    named = CACHED.replace(BUILD, "BUILDX_BUILDER=named docker build .")
    found = judge(tmp_path / "a", {"named": times(30)}, {"named": named}, {"named": push_cached})
    assert found["alone"]["verdict"] == "can't tell"
    assert "exported a cache in 6 of 6 builds" in found["alone"]["numbers"]
    found = judge(tmp_path / "b", {"registry-cache": times(30)})
    assert "nor was docker build with BUILDX_BUILDER set" in found["alone"]["numbers"]


def test_of_nothing_nothing_can_be_told(tmp_path):
    found = judge(tmp_path, {})
    assert {row["verdict"] for row in found.values()} == {"can't tell"}
    assert {row["where"] for row in found.values()} == {"not measured"}
    assert {row["runs"] for row in found.values()} == {"none"}
    assert all(len(row["numbers"]) > 20 for row in found.values())


def test_runs_that_are_not_valid_prove_nothing(tmp_path):
    found = judge(tmp_path, {name: times(20) for name in TEXTS}, valid=False)
    assert {row["verdict"] for row in found.values()} == {"can't tell"}


def test_the_table_is_text(tmp_path):
    runs = make_runs({"docker": times(20)})
    texts = {"docker": {"cold": PLAIN, "unchanged": PLAIN}}
    table = claims(make_experiment(tmp_path, runs, texts))
    assert table.columns.tolist() == COLUMNS
    assert all(isinstance(dtype, pd.StringDtype) for dtype in table.dtypes)
    refused = "--cache-to with a remote cache fails on the docker driver"
    assert pick(table, claim=refused)["verdict"] == "can't tell"


def test_the_recorded_runs_that_a_claim_names_are_there():
    experiment = read_experiment(ROOT / "data" / "lab")
    table = claims(experiment)
    held = set(experiment.runs["run"])
    assert table["verdict"].isin(["holds", "does not hold"]).sum() >= 5
    for row in table.itertuples():
        found = [f"{each[0]}.{each[1]}.{each[2]}" for each in expand(row.runs)]
        assert len(found) == len(set(found)) == count_runs(row.where)
        assert {name.removeprefix("runs/") for name in found} <= held


def expand(runs):
    """What a shell makes of the patterns in `runs`, as (strategy, scenario, round)."""
    for pattern in runs.split() if runs != "none" else []:
        parts = re.fullmatch(r"(runs/.+)\.(\{.+?\}|[^.{]+)\.(\{.+?\}|\d+)", pattern).groups()
        who = parts[0].removeprefix("runs/")
        choices = [each.strip("{}").split(",") for each in (who, *parts[1:])]
        yield from itertools.product(*choices)


def count_runs(where):
    """The number of runs that say_where tells of."""
    found = re.search(r"(\d+) runs? of", where)
    return int(found[1]) if found else 0
