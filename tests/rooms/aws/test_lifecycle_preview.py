"""ECR's own preview: waits, pages, takes short policies, and its errors say what to do."""

import json
from pathlib import Path

import pytest

from analysis.aws.lifecycle_preview import read_preview, split_url
from analysis.errors import PolicyError, RegistryError
from analysis.records import read_json

pytest_plugins = ["aws.fixtures"]
ROOT = Path(__file__).parents[3]
NAME = "docker-cache"
KEEP_2 = {
    "rules": [
        {
            "rulePriority": 1,
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 2},
            "action": {"type": "expire"},
        }
    ]
}


@pytest.fixture
def repository(aws, world):
    """A repository with what five pushes of container-push left in it."""
    run = ROOT / "data" / "lab" / "runs" / "container-push.base.01"
    aws.load_images(NAME, read_json(run / "images.json.gz"))
    return world["ECR_REPOSITORY_URL"]


def test_a_preview_waits_until_ecr_is_done(aws, repository):
    aws.preview_polls = 3
    waited = []
    preview = read_preview(repository, KEEP_2, sleep=waited.append)
    assert waited == [2.0, 2.0, 2.0]
    assert json.loads(preview.policy) == KEEP_2
    assert preview.repository == NAME
    images = preview.images
    kinds = images.set_index("digest")["kind"]
    assert len(images) == 15
    # of five indexes two are kept; what they list is not theirs to let go
    assert kinds.loc[preview.acted["digest"]].tolist() == ["index"] * 3
    assert preview.acted["action"].eq("expire").all()
    assert preview.acted["rule"].eq(1).all()


def test_a_preview_of_many_entries_is_read_page_by_page(aws, repository):
    client = aws.client("ecr")
    for number in range(230):
        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "size": number},
            "layers": [],
        }
        client.put_image(
            repositoryName=NAME, imageManifest=json.dumps(manifest), imageTag=f"v{number}"
        )
    aws.requests.clear()
    preview = read_preview(repository, KEEP_2, sleep=lambda _: None)
    assert len(preview.acted) == 233
    assert preview.acted["digest"].is_unique
    # one poll that finds it not done, then three pages
    assert aws.requests["GetLifecyclePolicyPreview"] == 4


def test_without_a_policy_the_repository_s_own_is_previewed(aws, repository, tmp_path):
    preview = read_preview(repository, sleep=lambda _: None)
    assert json.loads(preview.policy)["rules"][0]["selection"]["countNumber"] == 30
    assert preview.acted.empty
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(KEEP_2))
    assert len(read_preview(NAME, str(file), sleep=lambda _: None).acted) == 3
    # what `aws ecr get-lifecycle-policy` prints holds it as a text
    file.write_text(json.dumps({"repositoryName": NAME, "lifecyclePolicyText": json.dumps(KEEP_2)}))
    answered = read_preview(NAME, file, sleep=lambda _: None)
    assert len(answered.acted) == 3 and json.loads(answered.policy) == KEEP_2


def test_a_preview_that_somebody_else_asked_for_is_let_end_first(aws, repository):
    aws.preview_polls = 2
    aws.client("ecr").start_lifecycle_policy_preview(repositoryName=NAME)
    preview = read_preview(repository, KEEP_2, sleep=lambda _: None)
    assert json.loads(preview.policy) == KEEP_2
    assert aws.requests["StartLifecyclePolicyPreview"] == 3


def test_a_preview_that_never_ends_is_given_up(aws, repository):
    aws.preview_polls = 1000
    waited = []
    with pytest.raises(RegistryError, match="did not finish its preview for docker-cache in 300 s"):
        read_preview(repository, KEEP_2, sleep=waited.append)
    assert sum(waited) == 300


def test_what_is_not_there_is_told_with_the_cure(aws, world, tmp_path):
    with pytest.raises(RegistryError, match="no such repository in us-east-1"):
        read_preview("absent", KEEP_2)
    aws.client("ecr").create_repository(repositoryName="bare")
    with pytest.raises(RegistryError, match="bare: it has no lifecycle policy: name a file"):
        read_preview("bare")
    with pytest.raises(PolicyError, match="can't be read"):
        read_preview("bare", str(tmp_path / "absent.json"))
    with pytest.raises(PolicyError, match="countNumber"):
        read_preview("bare", json.dumps(KEEP_2).replace("2}", "0}"))
    assert read_preview("") is None
    with pytest.raises(PolicyError, match=r"no repository to try policy\.json on: give REPOSITORY"):
        read_preview("", "policy.json")


def test_a_url_names_region_and_repository():
    host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    assert split_url(f"{host}/team/app") == ("eu-west-1", "team/app")
    assert split_url(f"{host}/app:latest") == ("eu-west-1", "app")
    assert split_url(f"{host}/app@sha256:{64 * 'a'}") == ("eu-west-1", "app")
    assert split_url("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/a") == ("cn-north-1", "a")
    assert split_url("team/app") == ("", "team/app")
