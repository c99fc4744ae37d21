"""The lab's S3 store: its bucket, its keys, and a strategy that caches in it."""

import boto3
import pytest
from botocore.exceptions import ClientError

from analysis.experiment import Settings, list_needs, run_experiment
from analysis.lab.lab import STORE, Lab
from analysis.lab.store import BUCKET, Store
from analysis.records import read_experiment
from analysis.workload import load_strategies


def test_two_stores_share_no_keys_and_show_none():
    first, second = Store(), Store()
    assert first.secret_key != second.secret_key
    assert first.secret_key not in repr(first)


def test_a_lab_has_what_its_strategies_need_and_no_more():
    known = load_strategies()
    assert set(list_needs([known["docker"], known["registry-cache"]])) == set()
    assert set(list_needs([known["s3-cache"]])) == {"store"}
    assert set(list_needs([known["container-push-buildkit-0.34"]])) == {"newest"}


def test_the_store_speaks_s3_to_those_who_have_its_keys(client):
    with Lab(needs={STORE}) as lab:
        s3 = lab.store.connect().client("s3")
        s3.put_object(Bucket=BUCKET, Key="mine/a", Body=b"1234")
        assert s3.get_object(Bucket=BUCKET, Key="mine/a")["Body"].read() == b"1234"
        assert lab.store.list_objects("mine/") == (1, 4)
        assert lab.store.list_objects("others/") == (0, 0)
        stranger = boto3.client(
            "s3",
            endpoint_url=lab.store.url,
            region_name="us-east-1",
            aws_access_key_id=lab.store.access_key,
            aws_secret_access_key="wrong",
        )
        with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
            stranger.list_objects_v2(Bucket=BUCKET)


def test_a_cache_in_s3_hits_on_a_fresh_host_and_leaves_no_entry(client, context, tmp_path):
    settings = Settings(rounds=1, context=context)
    run_experiment(tmp_path / "out", "s3-cache", ["cold", "source"], settings)
    built = read_experiment(tmp_path / "out")
    runs = built.runs.set_index("scenario")
    assert runs["invalid_reason"].dropna().tolist() == []
    assert (runs["store_objects"] > 0).all()
    assert runs.loc["source", "store_bytes"] > runs.loc["cold", "store_bytes"] / 2
    assert set(built.images["kind"]) == {"image"}
    layers = built.logs.steps.query("kind == 'layer'").merge(built.runs[["log", "scenario"]])
    hits = layers["status"].eq("cached").groupby(layers["scenario"]).sum()
    assert hits["cold"] == 0
    assert hits["source"] >= 2
