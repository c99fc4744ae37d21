"""One buildspec once for each strategy: what changes, what stays, and what can't be rewritten."""

import dataclasses
import json
import re

import pytest

from analysis.errors import BuildspecError
from analysis.specs import AS_IS, derive, find_commands
from analysis.workload import load_strategies, parse_buildspec

KNOWN = load_strategies()
# as a sample of AWS's is written
SAMPLE = """\
# builds and pushes
version: 0.2

phases:
  pre_build:
    commands:
      - echo Logging in to Amazon ECR...
      - aws ecr get-login-password | docker login --username AWS --password-stdin $ECR
  build:
    commands:
      - echo Build started on `date`
      - docker build -t $NAME:$TAG .   # the image
      - docker tag $NAME:$TAG $ECR/$NAME:$TAG
  post_build:
    commands:
      - echo Build completed on `date`
      - docker push $ECR/$NAME:$TAG   # to ECR
"""
CACHE = "type=registry,ref=$ECR/$NAME:cache"
SAVE = f"mode=max,image-manifest=true,oci-mediatypes=true,{CACHE}"


def of(text, *names, source="buildspec.yml", **options):
    """What is derived from a buildspec's text."""
    known = [KNOWN[name] for name in names] or KNOWN.values()
    return derive(parse_buildspec(text, source), known, **options)


def change(text, name, **options):
    """(lines that a strategy takes out of a text, lines that it puts in)."""
    derived = of(text, name, **options)
    assert name in derived.diffs, derived.left_out
    lines = derived.diffs[name].splitlines()[2:]
    return [[line[1:].strip() for line in lines if line[0] == sign] for sign in "-+"]


def build(commands):
    """A buildspec whose build phase has these lines of commands."""
    lines = "".join(f"      - {line}\n" for line in commands)
    return f"version: 0.2\nphases:\n  build:\n    commands:\n{lines}"


def test_the_baseline_is_the_buildspec_as_it_is():
    derived = of(SAMPLE)
    assert derived.strategies["docker"].buildspec.text == SAMPLE
    assert derived.diffs["docker"] == "" and AS_IS not in derived.strategies


def test_every_strategy_that_can_succeed_is_written_from_a_sample():
    derived = of(SAMPLE)
    can = {n for n, s in KNOWN.items() if s.expect != "failed" and not derived.left_out.get(n)}
    assert can >= {"docker", "registry-cache", "registry-cache-push", "inline-cache", "s3-cache"}
    assert can >= {"containerd-store", "container-push-oci", "local-layer-cache", "docker-server"}
    assert can == derived.strategies.keys()
    assert derived.left_out["docker-driver-cache-to"] == "its builds are to fail"


def test_a_cache_that_loads_changes_the_build_command_alone():
    assert change(SAMPLE, "registry-cache") == [
        ["- docker build -t $NAME:$TAG .   # the image"],
        [
            "- docker buildx create --use",
            f"- docker buildx build --load --cache-from {CACHE} --cache-to {SAVE} "
            "-t $NAME:$TAG .   # the image",
        ],
    ]


def test_a_build_that_pushes_takes_the_place_of_tag_and_push():
    assert change(SAMPLE, "registry-cache-push") == [
        [
            "- docker build -t $NAME:$TAG .   # the image",
            "- docker tag $NAME:$TAG $ECR/$NAME:$TAG",
            "- docker push $ECR/$NAME:$TAG   # to ECR",
        ],
        [
            "- docker buildx create --use",
            f"- docker buildx build --push --cache-from {CACHE} --cache-to {SAVE} "
            "--tag $ECR/$NAME:$TAG .   # the image",
        ],
    ]


def test_the_step_before_may_be_a_script():
    _, new = change(SAMPLE, "containerd-store")
    assert new[0] == "- |" and "nohup dockerd" in " ".join(new)
    spec = of(SAMPLE, "containerd-store").strategies["containerd-store"].buildspec
    (step,) = [text for text in spec.commands if "dockerd" in text]
    assert str(step) == str(KNOWN["containerd-store"].buildspec.phases[0].commands[0])


def test_what_surrounds_the_changed_lines_stays_byte_for_byte():
    text = SAMPLE.replace("\n", "\r\n")
    for name, strategy in of(text).strategies.items():
        after = strategy.buildspec.text
        assert after.count("\n") == after.count("\r\n"), name
        kept = [line for line in text.split("\r\n") if "docker " not in line or "login" in line]
        assert [line for line in after.split("\r\n") if line in kept] == kept, name


def test_options_of_a_command_over_several_lines_are_found_by_place():
    text = """\
version: 0.2
env: {variables: {REPO: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/app}}
phases:
  build:
    commands:
      - |
        if [ "$BRANCH" = main ]; then
          cd api && DOCKER_BUILDKIT=1 docker build \\
            -f docker/Dockerfile.prod --target prod \\
            --build-arg "V=${CODEBUILD_RESOLVED_SOURCE_VERSION}" \\
            -t "$REPO:latest" -t "$REPO:$TAG" . &&
            docker push "$REPO:latest" && docker push "$REPO:$TAG"
        fi
"""
    old, new = change(text, "registry-cache-push")
    assert len(old) == 2 and old[0] == "cd api && DOCKER_BUILDKIT=1 docker build \\"
    assert new[0] == "- docker buildx create --use"
    assert new[1].startswith("cd api && DOCKER_BUILDKIT=1 docker buildx build --push --cache-from")
    assert "ref=$REPO:cache" in new[1]
    assert new[2:] == ["true && true"]


def test_caching_of_the_users_own_gives_way_and_is_kept_as_it_is_too():
    text = build(
        [
            "docker pull $R/app:latest || true",
            "docker buildx create --name mine --use",
            "docker build --cache-from $R/app:latest --no-cache "
            "--build-arg BUILDKIT_INLINE_CACHE=1 -t $R/app:latest .",
            "docker push $R/app:latest",
        ]
    )
    derived = of(text)
    assert derived.strategies[AS_IS].buildspec.text == text and derived.diffs[AS_IS] == ""
    old, new = change(text, "docker")
    assert len(old) == 3 and new == ["- docker build -t $R/app:latest ."]


def test_each_image_has_a_cache_of_its_own():
    text = build(
        [
            "docker build -t $R/api:1 api && docker push $R/api:1",
            "docker build -t $R/web:1 web && docker push $R/web:1",
            "docker build -t $R/web:admin admin && docker push $R/web:admin",
        ]
    )
    _, new = change(text, "registry-cache")
    assert new[0] == "- docker buildx create --use" and len(new) == 4
    for line, reference in zip(
        new[1:], ("$R/api:cache", "$R/web:cache", "$R/web:cache-2"), strict=True
    ):
        assert f"ref={reference} --cache-to" in line


def test_loops_and_functions_are_looked_into():
    text = build(
        [
            "for s in api web; do docker build -t $R/$s:latest $s; docker push $R/$s:latest; done",
            "build() { docker image build -q -t $R/x . ; }; build",
            "docker push $R/x",
        ]
    )
    _, new = change(text, "registry-cache-push")
    assert "ref=$R/$s:cache" in new[1] and new[1].endswith("-t $R/$s:latest $s; true; done")
    assert "ref=$R/x:cache" in new[2] and new[2].endswith("-q -t $R/x . ; }; build")
    assert len(new) == 3


@pytest.mark.parametrize(
    ("commands", "new"),
    [
        (
            "docker build -t $R/x:1 . && docker push $R/x:1",
            "docker buildx create --use && docker buildx build --push -t $R/x:1 . && true",
        ),
        (
            "[docker build -t $R/x:1 ., docker push $R/x:1]",
            "[docker buildx create --use, 'docker buildx build --push -t $R/x:1 .', \"true\"]",
        ),
        (
            '["docker build -t \\"$R/x:1\\" .", \'docker push "$R/x:1"\']',
            '[docker buildx create --use, "docker buildx build --push -t \\"$R/x:1\\" .", "true"]',
        ),
    ],
)
def test_commands_in_one_text_or_in_brackets_are_rewritten_where_they_stand(commands, new):
    text = f"version: 0.2\nphases:\n  build:\n    commands: {commands}\n"
    assert change(text, "container-push")[1] == [f"commands: {new}"]


def test_a_comma_ends_no_command_in_brackets():
    text = (
        "version: 0.2\nphases: {build: {commands: [docker build -t $R/x:1 ., docker push $R/x:1]}}"
    )
    spec = of(text, "registry-cache").strategies["registry-cache"].buildspec
    assert len(spec.commands) == 3
    assert spec.commands[1].endswith(f"--cache-to {SAVE.replace('$ECR/$NAME', '$R/x')} -t $R/x:1 .")


def test_a_reference_that_a_variable_holds_whole_loses_its_tag_in_the_shell():
    text = build(["docker build -t $IMAGE_URI .", "docker push $IMAGE_URI"])
    assert "ref=${IMAGE_URI%:*}:cache" in change(text, "registry-cache")[1][1]
    known = "IMAGE_URI=$R/app:$TAG\n      - docker build -t $IMAGE_URI ."
    text = build([known, "docker push $IMAGE_URI"])
    assert "ref=$R/app:cache" in change(text, "registry-cache")[1][1]


def test_a_cache_in_the_image_needs_a_tag_that_stays():
    commands = ["T=$(echo $CODEBUILD_RESOLVED_SOURCE_VERSION | head -c 7)"]
    commands += ["docker build -t $R/app:$T .", "docker push $R/app:$T"]
    derived = of(build(commands), "inline-cache")
    assert "line 6 pushes it under no tag that stays the same" in derived.left_out["inline-cache"]
    commands[1:] = ["docker build -t $R/app:$T -t $R/app:latest .", "docker push -a $R/app"]
    _, new = change(build(commands), "inline-cache")
    assert "--cache-from type=registry,ref=$R/app:latest --cache-to type=inline" in new[0]


def test_an_image_that_is_used_on_the_host_is_not_left_in_the_builder():
    text = build(["docker build -t $R/a:1 .", "docker run --rm $R/a:1 test", "docker push $R/a:1"])
    derived = of(text)
    assert "line 6 needs the image on the host (docker run" in derived.left_out["container-push"]
    assert "registry-cache" in derived.strategies


def test_an_image_that_is_not_pushed_is_loaded_beside_one_that_is():
    commands = ["docker build --target test -t test .", "docker run test"]
    commands += ["docker build -t $R/a:latest .", "docker push $R/a:latest"]
    _, new = change(build(commands), "registry-cache-push")
    assert new[1].startswith("- docker buildx build --load --cache-from")
    assert "ref=$R/a:cache --cache-to" in new[1] and "ref=$R/a:cache-2 --cache-to" in new[2]
    assert change(build(commands), "inline-cache")[0] == ["- docker build -t $R/a:latest ."]


def test_a_build_of_files_keeps_its_output():
    commands = ["docker build -o out --target files .", "docker build -t $R/a:1 ."]
    _, new = change(build([*commands, "docker push $R/a:1"]), "registry-cache-push")
    assert new[1].endswith("-o out --target files .")
    assert "--push" not in new[1] and "--load" not in new[1] and "--cache-to" in new[1]


def test_several_platforms_need_a_builder_that_pushes():
    text = build(["docker buildx build --platform linux/amd64,linux/arm64 --push -t $R/a:1 ."])
    derived = of(text)
    assert {"registry-cache-push", "container-push"} <= derived.strategies.keys()
    assert "for several platforms" in derived.left_out["registry-cache"]
    assert "for several platforms" in derived.left_out["buildx-push"]


def test_an_image_that_another_begins_from_has_to_be_in_the_same_builder(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app/Dockerfile").write_text("FROM --platform=linux/amd64 base:latest\n")
    commands = ["docker build -t base .", "docker build -t $R/a:1 app", "docker push $R/a:1"]
    derived = of(build(commands), source=str(tmp_path / "buildspec.yml"))
    assert "line 6 builds on the image of line 5" in derived.left_out["registry-cache"]
    assert {"docker", "buildx-push"} <= derived.strategies.keys()


def test_lines_of_a_script_that_push_go_where_nothing_needs_them():
    text = """\
version: 0.2
phases:
  build:
    commands:
      - |
        docker build -t $R/a:1 .
        docker push $R/a:1
        if [ -n "$MORE" ]; then
          docker push $R/a:1
        fi
        docker push $R/a:1 ||
          exit 3
"""
    old, new = change(text, "buildx-push")
    assert new == ["docker buildx build --push -t $R/a:1 .", "true", "true ||"]
    assert len(old) == 4


def test_what_nothing_pushes_has_no_place_for_a_cache():
    derived = of(build(["docker build -t app .", "docker run app test"]))
    assert derived.left_out["container-push"] == "nothing pushes what line 5 builds"
    assert "so no cache has a place" in derived.left_out["registry-cache"]
    assert {"docker", "container-load"} <= derived.strategies.keys()


def test_a_build_that_pushes_by_itself_loads_and_pushes_where_the_strategy_does():
    text = build(["docker buildx build --push -t $R/app:1 -t $R/app:2 ."])
    _, new = change(text, "registry-cache")
    assert new[1].endswith(
        "-t $R/app:1 -t $R/app:2 . && docker push $R/app:1 && docker push $R/app:2"
    )
    assert "--load" in new[1] and "--push" not in new[1]
    _, new = change(text, "container-push-oci")
    assert "--output type=image,push=true,oci-mediatypes=true -t $R/app:1" in new[1]


COMPOSE = """\
services:
  api: {build: ./api, image: "${ECR}/api:latest"}
  web: {build: {context: web, tags: ["${ECR}/web:2"]}, image: "${ECR}/web:1"}
  db: {image: postgres}
"""
BAKE = """\
variable "TAG" { default = "dev" }
group "default" { targets = ["api", "web"] }
target "api" {
  context = "api"
  tags = ["${ECR}/api:${TAG}"]
}
target "web" { tags = ["${ECR}/web:1"] }
"""


def test_compose_is_built_by_bake_with_a_cache_for_each_service(tmp_path):
    (tmp_path / "docker-compose.yml").write_text(COMPOSE)
    source = str(tmp_path / "buildspec.yml")
    text = build(["docker-compose build --build-arg V=1 web api", "docker-compose push"])
    _, new = change(text, "registry-cache", source=source)
    assert new[1].startswith("- docker buildx bake --file docker-compose.yml --load --set")
    for name in ("api", "web"):
        assert f'--set "{name}.cache-from=type=registry,ref=${{ECR}}/{name}:cache"' in new[1]
    assert new[1].endswith("--set *.args.V=1 web api")
    old, new = change(text, "registry-cache-push", source=source)
    assert "- docker-compose push" in old and "--push" in new[1]


def test_values_and_options_of_bake_keep_their_quotes(tmp_path):
    (tmp_path / "docker-compose.yml").write_text(COMPOSE)
    (tmp_path / "docker-bake.hcl").write_text(BAKE)
    source = str(tmp_path / "buildspec.yml")
    text = build(["docker compose build --build-arg 'V=a b' web"])
    _, new = change(text, "registry-cache", source=source)
    assert new[1].endswith('--set "*.args.V=a b" web')
    text = build(["docker buildx bake -f docker-bake.hcl --set '*.platform=linux/amd64' --push"])
    _, new = change(text, "registry-cache-push", source=source)
    assert "docker-bake.hcl --set '*.platform=linux/amd64' --push" in new[1]


@pytest.mark.parametrize("name", ["docker builder build", "docker image build", "docker buildx b"])
def test_other_names_of_a_build_are_rewritten(name):
    _, new = change(build([f"{name} -t $R/app:1 .", "docker push $R/app:1"]), "registry-cache-push")
    assert new[1].startswith("- docker buildx build --push --cache-from")


def test_a_configuration_of_docker_s_own_has_no_builder_of_another():
    text = build(["docker --config /c build -t $R/app:1 .", "docker --config /c push $R/app:1"])
    derived = of(text, "registry-cache", "inline-cache")
    assert "line 5 gives docker --config" in derived.left_out["registry-cache"]
    assert "inline-cache" in derived.strategies


def test_services_of_one_repository_have_a_cache_each(tmp_path):
    text = COMPOSE.replace("/api:latest", ":api").replace("/web:", ":web-")
    (tmp_path / "docker-compose.yml").write_text(text)
    _, new = change(
        build(["docker-compose build", "docker-compose push"]),
        "registry-cache-push",
        source=str(tmp_path / "buildspec.yml"),
    )
    for option in ("cache-from=type=registry,", "cache-to=mode=max,"):
        caches = re.findall(rf'--set "(\w+)\.{option}\S*ref=([^"]+)"', new[1])
        assert caches == [("api", "${ECR}:cache"), ("web", "${ECR}:cache-2")]


@pytest.mark.parametrize("name", ["docker-bake.hcl", "docker-bake.json"])
def test_bake_gets_its_caches_by_set(tmp_path, name):
    targets = {"api": {"tags": ["${ECR}/api:1"]}, "web": {"tags": ["${ECR}/web:1"]}}
    described = json.dumps({"target": targets, "group": {"default": {"targets": ["api", "web"]}}})
    (tmp_path / name).write_text(BAKE if name.endswith("hcl") else described)
    source = str(tmp_path / "buildspec.yml")
    _, new = change(build(["docker buildx bake --push"]), "registry-cache-push", source=source)
    assert new[1].startswith("- docker buildx bake --push --set")
    assert '--set "web.cache-from=type=registry,ref=${ECR}/web:cache"' in new[1]


def test_a_file_that_is_not_there_is_told_with_the_line(tmp_path):
    source = str(tmp_path / "buildspec.yml")
    derived = of(build(["docker buildx bake -f ci/bake.hcl"]), "registry-cache", source=source)
    assert (
        "line 5 builds what ci/bake.hcl describes, which is not in"
        in derived.left_out["registry-cache"]
    )


def test_builds_in_scripts_make_and_npm_are_told_with_file_and_line(tmp_path):
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci/build.sh").write_text("set -e\n\ndocker build -t app .\n")
    (tmp_path / "Makefile").write_text("image:\n\t@docker build -t $(APP) .\n")
    (tmp_path / "package.json").write_text('{\n "scripts": {\n  "image": "docker build ."\n }\n}\n')
    commands = ["bash ci/build.sh", "make image", "npm run image", "./gradlew jib"]
    with pytest.raises(BuildspecError, match="has no docker build") as error:
        of(build(commands), source=str(tmp_path / "buildspec.yml"))
    told = str(error.value).splitlines()[1:]
    assert told == [
        f"  line 5: bash ci/build.sh: a script runs a build ({tmp_path}/ci/build.sh line 3)",
        f"  line 6: make image: make runs a build ({tmp_path}/Makefile line 2)",
        f"  line 7: npm run image: npm runs a build ({tmp_path}/package.json line 3)",
        "  line 8: ./gradlew jib: ./gradlew may build an image by itself",
    ]


def test_what_is_hidden_is_told_beside_what_is_written(tmp_path):
    (tmp_path / "Makefile").write_text("image:\n\tdocker build .\n")
    text = build(["docker build -t $R/a:1 .", "docker push $R/a:1", "make image", "bash none.sh"])
    derived = of(text, source=str(tmp_path / "buildspec.yml"))
    assert [each.line for each in derived.hidden] == [7]


def test_an_alias_of_commands_is_changed_once():
    text = """\
version: 0.2
phases:
  install: {commands: &all [docker build -t $R/a:1 ., docker push $R/a:1]}
  build: {commands: *all}
"""
    _, new = change(text, "container-push")
    assert len(new) == 1 and new[0].count("--push") == 1


def test_what_compose_builds_is_pushed_under_the_names_that_it_gets_later(tmp_path):
    (tmp_path / "compose.yml").write_text("services: {web: {image: '$R/web:$TAG', build: .}}\n")
    commands = ["docker compose build web", "docker compose push web"]
    tagged = ["docker tag $R/web:$TAG $R/web:latest", "docker push $R/web:latest"]
    text = build(commands + tagged)
    source = str(tmp_path / "buildspec.yml")
    (gone, new) = change(text, "registry-cache-push", source=source)
    assert gone[1:] == [f"- {each}" for each in [commands[1], *tagged]]
    assert '--set "web.tags=$R/web:$TAG" --set "web.tags=$R/web:latest"' in new[-1]
    kept, _ = change(text, "registry-cache", source=source)
    assert kept == [f"- {commands[0]}"]
    used = of(
        build([*commands, "docker run $R/web:$TAG test"]), "registry-cache-push", source=source
    )
    assert "line 7 needs the image on the host" in used.left_out["registry-cache-push"]


def test_lists_in_brackets_stay_but_for_what_changes():
    text = (
        "version: 0.2\nphases:\n  build:\n    commands: [echo a, 'docker build -t $R/a:1 .']\n"
        "    finally: [docker images, docker push $R/a:1]\n"
    )
    derived = of(text, "docker", "registry-cache")
    assert derived.diffs["docker"] == ""
    text = derived.strategies["registry-cache"].buildspec.text
    assert "[docker images, 'docker push $R/a:1']" in text and "[echo a, " in text


def test_files_and_diffs_are_written(tmp_path):
    derived = of(SAMPLE, "docker", "registry-cache")
    paths = derived.write(tmp_path / "out")
    assert sorted(path.name for path in paths) == [
        "docker.diff", "docker.yml", "registry-cache.diff", "registry-cache.yml",
    ]  # fmt: skip
    assert (tmp_path / "out/docker.yml").read_text() == SAMPLE
    written = (tmp_path / "out/registry-cache.diff").read_text()
    assert written.startswith("--- a/buildspec.yml\n+++ b/buildspec.yml\n@@")


def test_values_that_are_known_tell_whether_a_tag_stays():
    commands = find_commands(parse_buildspec(SAMPLE), {"TAG": "latest"})
    assert commands.resolve("$ECR/${NAME}:$TAG") == "$ECR/$NAME:latest"
    assert commands.list_unset("$ECR/$NAME:$TAG") == ["ECR", "NAME"]


@pytest.mark.parametrize("command", [". ./env.sh", "source env", "export $(cat .env)", 'eval "$A"'])
def test_a_command_that_may_set_any_variable_leaves_none_unset(command):
    commands = find_commands(parse_buildspec(build([command, "docker build -t $R/a ."])))
    assert commands.list_unset("$R/a") == []


@pytest.mark.parametrize(
    ("commands", "why"),
    [
        (["docker pull $ECR_REPOSITORY_URL:a", "docker build -t a ."], "handles images by other"),
        (["mv a b; docker build -t a ."], "stands among others"),
        (["docker build -t a $MORE ."], "stands among others"),
        (["docker buildx create --driver-opt image=$MIRROR", "docker build -t a ."], "on MIRROR"),
        (["docker build --cache-from $OTHER -t a ."], "depends on OTHER"),
    ],
)
def test_what_a_recipe_cannot_hold_is_not_carried_over(commands, why):
    odd = dataclasses.replace(
        KNOWN["docker"], name="odd", buildspec=parse_buildspec(build(commands))
    )
    derived = derive(parse_buildspec(SAMPLE), [odd])
    assert why in derived.left_out["odd"] and not derived.strategies


def test_a_strategy_may_cache_from_its_image_by_a_build_argument():
    commands = [
        "docker build --cache-from $ECR_REPOSITORY_URL:$IMAGE_TAG "
        "--build-arg BUILDKIT_INLINE_CACHE=1 -t a ."
    ]
    old = dataclasses.replace(
        KNOWN["docker"], name="old", buildspec=parse_buildspec(build(commands))
    )
    text = build(["docker build -t $R/a:latest .", "docker push $R/a:latest"])
    spec = derive(parse_buildspec(text), [old]).strategies["old"].buildspec
    assert str(spec.commands[0]) == (
        "docker build --cache-from $R/a:latest --build-arg BUILDKIT_INLINE_CACHE=1 -t $R/a:latest ."
    )
