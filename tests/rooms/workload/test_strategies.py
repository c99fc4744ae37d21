"""The strategies: all can be run, and those of the quick start are its very commands."""

import shlex

import pytest

from analysis.errors import BuildspecError, UnknownName
from analysis.lab import BUILDKIT_TAG, NEWEST_TAG
from analysis.workload.strategies import FOLDER, find_strategy, load_strategies, read_strategy

REPOSITORY = "$ECR_REPOSITORY_URL:latest"
CACHE_TO = "mode=max,image-manifest=true,oci-mediatypes=true,type=registry,ref="
# the quick start, as its readers type it
QUICK_START = {
    "docker": [f"docker build --tag {REPOSITORY} ./deploy/", f"docker push {REPOSITORY}"],
    "buildx-load": [
        f"docker buildx build --load --tag {REPOSITORY} ./deploy/",
        f"docker push {REPOSITORY}",
    ],
    "buildx-push": [f"docker buildx build --push --tag {REPOSITORY} ./deploy/"],
    "registry-cache": [
        "docker buildx create --use",
        f"docker buildx build --load --tag {REPOSITORY} "
        "--cache-from type=registry,ref=$ECR_REPOSITORY_URL:cache "
        f"--cache-to {CACHE_TO}$ECR_REPOSITORY_URL:cache ./deploy/",
        f"docker push {REPOSITORY}",
    ],
    "local-layer-cache": [
        f"docker build --tag {REPOSITORY} ./deploy/",
        f"docker push {REPOSITORY}",
    ],
}


def words(command, variables):
    """A command's words with the variables of its buildspec filled in."""
    cache = "${CACHE_REPOSITORY_URL:-$ECR_REPOSITORY_URL}:cache"
    command = command.replace(f'cache="{cache}"\n', "").replace("$cache", cache)
    for name, value in variables.items():
        command = command.replace(f"${name}", value)
    command = command.replace("${CACHE_REPOSITORY_URL:-$ECR_REPOSITORY_URL}", "$ECR_REPOSITORY_URL")
    return shlex.split(command.replace("\\\n", " "))


def commands(strategy, phase):
    return next(p.commands for p in strategy.buildspec.phases if p.name == phase)


@pytest.mark.parametrize("name", QUICK_START)
def test_the_quick_starts_commands_are_the_strategys(name):
    strategy = load_strategies()[name]
    built = [words(c, strategy.buildspec.variables) for c in commands(strategy, "build")]
    assert built == [shlex.split(line) for line in QUICK_START[name]]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yml")), ids=lambda path: path.stem)
def test_every_buildspec_of_ours_reads_and_says_what_it_does(path):
    strategy = read_strategy(path)
    assert strategy.title
    assert strategy.name == path.stem
    assert strategy.buildspec.variables["IMAGE_TAG"] == "latest"
    text = strategy.buildspec.text
    assert "$ECR_REPOSITORY_URL" in text
    assert text.count("docker login") == 1


def test_login_happens_only_for_ecr_hosts():
    for strategy in load_strategies().values():
        (login,) = [c for c in commands(strategy, "pre_build") if "docker login" in c]
        assert login.startswith('case "$ECR_REPOSITORY_URL" in\n  *.dkr.ecr.*)')


def test_what_a_strategy_needs_is_said_by_its_variables():
    strategies = load_strategies()
    assert strategies["docker-driver-cache-to"].expect == "failed"
    kept = strategies["local-layer-cache"]
    assert (kept.host, kept.emulated) == ("kept", True)
    plain = strategies["docker"]
    assert (plain.expect, plain.host, plain.emulated) == ("succeeded", "fresh", False)
    assert plain.store == "classic"
    assert strategies["containerd-store"].store == "containerd"
    server = strategies["docker-server"]
    assert (server.host, server.emulated) == ("server", True)


def test_a_version_of_buildkit_in_a_buildspec_is_one_that_the_lab_serves():
    named = [
        word.partition("moby/buildkit:")[2].strip('"')
        for strategy in load_strategies().values()
        for word in strategy.buildspec.text.split()
        if "moby/buildkit:" in word
    ]
    assert set(named) == {NEWEST_TAG, BUILDKIT_TAG}


def write(folder, name, *variables):
    lines = "".join(f"    {line}\n" for line in variables)
    text = (
        f"# mine\nversion: 0.2\nenv:\n  variables:\n{lines}phases: {{build: {{commands: [ls]}}}}\n"
    )
    (folder / name).write_text(text)


def test_a_users_folder_adds_strategies_and_wins(tmp_path):
    write(tmp_path, "mine.yaml", "STRATEGY_EMULATED_IN_LAB: yes")
    write(tmp_path, "docker.yml")
    (tmp_path / "notes.txt").write_text("not a buildspec")
    strategies = load_strategies(tmp_path)
    assert strategies["mine"].emulated
    assert strategies["docker"].title == "mine"
    assert set(strategies) == set(load_strategies()) | {"mine"}


def test_a_folder_may_be_text_and_a_file_may_begin_with_a_byte_order_mark(tmp_path):
    write(tmp_path, "mine.yml", "A: b")
    path = tmp_path / "mine.yml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_strategies(str(tmp_path))["mine"].title == "mine"
    assert read_strategy(str(path)).name == "mine"


def test_a_folder_that_is_none_is_named(tmp_path):
    with pytest.raises(BuildspecError, match="none is not a folder"):
        load_strategies(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BuildspecError, match="empty holds no buildspec: put files"):
        load_strategies(tmp_path / "empty")


def test_a_setting_unknown_is_refused(tmp_path):
    write(tmp_path, "mine.yml", "STRATEGY_HOST: warm")
    with pytest.raises(
        BuildspecError, match=r"mine\.yml: STRATEGY_HOST is 'warm'; use fresh or kept or server"
    ):
        load_strategies(tmp_path)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("registry-cach", "registry-cache"), ("buildxload", "buildx-load"), ("Docker", "docker")],
)
def test_a_name_that_is_nearly_right_is_guessed(name, meant):
    with pytest.raises(UnknownName, match=f"There is no strategy '{name}': did you mean '{meant}'"):
        find_strategy(name)


def test_a_name_that_is_none_lists_those_there_are():
    with pytest.raises(UnknownName, match=r"known: .*buildx-load, .*registry-cache"):
        find_strategy("zzz")
