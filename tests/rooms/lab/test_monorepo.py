"""In the lab: two services built by bake and by Compose, each target judged by itself."""

import pytest
from conftest import SMALL_IMAGE

from analysis.experiment import Labs, Settings, run_experiment
from analysis.measures import hits_by_target
from analysis.records import read_experiment

DOCKERFILE = f"""\
FROM {SMALL_IMAGE} AS deps
RUN echo tools
COPY requirements.txt ./
FROM deps
COPY main.py ./
RUN cat main.py
"""
FILES = {
    "compose.yaml": "services:\n"
    "  api: {build: ./services/api, image: '${ECR_REPOSITORY_URL}:api'}\n"
    "  web: {build: ./services/web, image: '${ECR_REPOSITORY_URL}:web'}\n",
    "docker-bake.hcl": 'variable "ECR_REPOSITORY_URL" {}\n'
    'group "default" { targets = ["api", "web"] }\n'
    + "".join(
        f'target "{name}" {{\n  context = "services/{name}"\n'
        f'  tags = ["${{ECR_REPOSITORY_URL}}:{name}"]\n}}\n'
        for name in ("api", "web")
    ),
    "bake.yml": "[docker buildx bake -f docker-bake.hcl, "
    '"docker push $ECR_REPOSITORY_URL:api", "docker push $ECR_REPOSITORY_URL:web"]',
    "compose.yml": "[docker compose -f compose.yaml build, docker compose -f compose.yaml push]",
}
BUILT = {
    "bake.yml": {"registry-cache-push": ["cold", "unchanged", "source"]},
    "compose.yml": {"registry-cache-push": ["cold", "source"]},
}


@pytest.fixture(scope="module")
def built(client, tmp_path_factory):
    """Buildspec -> the experiment of a monorepo's first commits that was built by it."""
    folder = tmp_path_factory.mktemp("monorepo")
    context = folder / "context"
    for name in ("api", "web"):
        service = context / "services" / name
        service.mkdir(parents=True)
        (service / "Dockerfile").write_text(f"{DOCKERFILE}RUN echo {name}\n")
        (service / "requirements.txt").write_text(f"{name}==1\n")
        (service / "main.py").write_text(f"name = '{name}'\n")
    for name, text in FILES.items():
        begin = "version: 0.2\nphases: {build: {commands: "
        whole = f"{begin}{text}}}}}\n" if name in BUILT else text
        (context / name).write_text(whole)
    with Labs() as labs:
        for name, strategies in BUILT.items():
            settings = Settings(rounds=1, buildspec=context / name, link="unshaped")
            for strategy, scenarios in strategies.items():
                run_experiment(folder / name[:-4], [strategy], scenarios, settings, print, labs)
    return {name: read_experiment(folder / name[:-4]) for name in BUILT}


@pytest.mark.parametrize("name", BUILT)
def test_a_change_of_one_service_misses_in_its_target_alone(built, name):
    found = built[name]
    assert found.runs["invalid_reason"].dropna().tolist() == []
    hits = hits_by_target(found.runs, found.logs.steps)
    assert hits["build"].eq(0).all() and set(hits["target"]) == {"api", "web"}
    rows = hits.set_index(["scenario", "target"])
    assert rows["layers"].eq(5).all() and rows.loc["cold", "hits"].eq(0).all()
    assert rows.loc["source", "hits"].to_dict() == {"api": 2, "web": 5}
    if ("unchanged", "api") in rows.index:
        assert rows.loc["unchanged", "hits"].to_dict() == {"api": 5, "web": 5}


@pytest.mark.parametrize("name", BUILT)
def test_each_service_has_a_cache_and_a_timeline_of_its_own(built, name):
    found = built[name]
    assert found.problems.empty
    run = found.runs.loc[found.runs["scenario"].eq("source"), "run"].item()
    caches = found.images[found.images["run"].eq(run) & found.images["kind"].eq("cache")]
    tags = {tag for each in caches["tags"] for tag in each}
    assert tags == {"cache", "cache-2"}
