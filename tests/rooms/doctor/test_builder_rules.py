"""Rules on builders, the projects they run in, and where their caches lie."""

import pytest
from doctor_files import LOGIN, days, dockerfile, keep, policy, project, spec

R = "$REGISTRY/app"
CREATE = "docker buildx create --use"
PINNED = f"{CREATE} --driver-opt image=public.ecr.aws/vend/moby/buildkit:v0.26.2"
PUSH = f"docker buildx build --push -t {R}:$TAG"
CACHED = f"{PUSH} --cache-to type=registry,mode=max,ref={R}:cache ."
TERRAFORM = """\
resource "aws_codebuild_project" "app" {
  name = "app"
  environment {
    compute_type    = "BUILD_GENERAL1_SMALL"
    type            = "LINUX_CONTAINER"
    privileged_mode = false
  }
  cache {
    type  = "LOCAL"
    modes = ["LOCAL_DOCKER_LAYER_CACHE", "LOCAL_SOURCE_CACHE"]
  }
  source {
    type = "GITHUB"
  }
}
"""
LOCAL = {"type": "LOCAL", "modes": ["LOCAL_DOCKER_LAYER_CACHE"]}
LAYERS = {
    "privileged mode is off": (["project.json:14"], {"project.json": project(cache=LOCAL)}),
    "in a VPC": (
        ["project.json:15"],
        {
            "project.json": project(
                environment={"privilegedMode": True}, cache=LOCAL, vpcConfig={"vpcId": "vpc-1"}
            )
        },
    ),
    "too large": (
        ["project.json:15"],
        {
            "project.json": project(
                environment={"privilegedMode": True, "computeType": "BUILD_GENERAL1_2XLARGE"},
                cache=LOCAL,
            )
        },
    ),
    "on GPUs": (
        ["project.json:15"],
        {
            "project.json": project(
                environment={"privilegedMode": True, "type": "LINUX_GPU_CONTAINER"}, cache=LOCAL
            )
        },
    ),
    "in Terraform": (["main.tf:10"], {"main.tf": TERRAFORM}),
    "in Terraform, by a variable's default": (
        ["main.tf:10"],
        {
            "main.tf": TERRAFORM.replace("privileged_mode = false", "privileged_mode = var.root"),
            "variables.tf": 'variable "root" {\n  default = false\n}\n',
        },
    ),
    "in a module": (
        ["main.tf:4"],
        {
            "main.tf": 'module "build" {\n  source = "cloudposse/codebuild/aws"\n'
            '  cache_type = "LOCAL"\n  local_cache_modes = ["LOCAL_DOCKER_LAYER_CACHE"]\n}\n'
        },
    ),
    "in CloudFormation": (
        ["stack.yml:7"],
        {
            "stack.yml": "Resources:\n  App:\n    Type: AWS::CodeBuild::Project\n    Properties:\n"
            "      Environment: {PrivilegedMode: false, ComputeType: BUILD_GENERAL1_SMALL}\n"
            "      Cache:\n        Modes: [LOCAL_DOCKER_LAYER_CACHE]\n        Type: LOCAL\n"
        },
    ),
    "as it should be": (
        [],
        {"project.json": project(environment={"privilegedMode": True}, cache=LOCAL)},
    ),
    "other modes": (
        [],
        {"project.json": project(cache={"type": "LOCAL", "modes": ["LOCAL_SOURCE_CACHE"]})},
    ),
    "no cache": ([], {"project.json": project(cache={"type": "NO_CACHE"})}),
    "an empty VPC": (
        [],
        {
            "project.json": project(
                environment={"privilegedMode": True}, cache=LOCAL, vpcConfig={"subnets": []}
            )
        },
    ),
    "in Terraform, nobody knows": (
        [],
        {"main.tf": TERRAFORM.replace("privileged_mode = false", "privileged_mode = var.root")},
    ),
    "in Terraform, on": ([], {"main.tf": TERRAFORM.replace("= false", "= true")}),
}
SERVER = project(environment={"dockerServer": {"computeType": "BUILD_GENERAL1_MEDIUM"}})
SERVERS = {
    "a builder beside it": (
        ["buildspec.yml:5"],
        {"buildspec.yml": spec(CREATE, f"{PUSH} ."), "project.json": SERVER},
    ),
    "a builder with a driver": (
        ["ci/build.yml:5"],
        {
            "ci/build.yml": spec("docker buildx create --driver docker-container --name b --use"),
            "project.json": project(
                buildspec="ci/build.yml", environment={"dockerServer": {"computeType": "x"}}
            ),
        },
    ),
    "in Terraform": (
        ["buildspec.yml:5"],
        {
            "buildspec.yml": spec(CREATE),
            "main.tf": TERRAFORM.replace(
                "privileged_mode = false", 'docker_server {\n compute_type = "x"\n}'
            ),
        },
    ),
    "in a project's own text": (
        ["project.json:6"],
        {
            "project.json": project(
                buildspec=spec(CREATE), environment={"dockerServer": {"computeType": "x"}}
            )
        },
    ),
    "the server's own builder": (
        [],
        {"buildspec.yml": spec(f"{PUSH} ."), "project.json": SERVER},
    ),
    "another project has the server": (
        [],
        {
            "buildspec.yml": spec(CREATE),
            "project.json": project(
                buildspec="other.yml", environment={"dockerServer": {"computeType": "x"}}
            ),
        },
    ),
    "no builder at all": ([], {"buildspec.yml": spec("make"), "project.json": SERVER}),
    "the engine's driver": (
        [],
        {"buildspec.yml": spec("docker buildx create --driver docker"), "project.json": SERVER},
    ),
    "no server": ([], {"buildspec.yml": spec(CREATE), "project.json": project()}),
    "a remote builder": (
        [],
        {
            "buildspec.yml": spec("docker buildx create --driver remote tcp://b:1 --use"),
            "project.json": SERVER,
        },
    ),
}
PINS = {
    "plain": (["buildspec.yml:5"], {"buildspec.yml": spec(CREATE)}),
    "with a driver": (
        ["buildspec.yml:5"],
        {"buildspec.yml": spec("docker buildx create --name b --driver docker-container --use")},
    ),
    "an image without a version": (
        ["buildspec.yml:5"],
        {"buildspec.yml": spec(f"{CREATE} --driver-opt image=moby/buildkit:latest")},
    ),
    "an image without a tag": (
        ["buildspec.yml:5"],
        {"buildspec.yml": spec(f"{CREATE} --driver-opt network=host,image=moby/buildkit")},
    ),
    "in an if": (
        ["buildspec.yml:7"],
        {"buildspec.yml": spec("if ! docker buildx inspect b; then\n  docker buildx create\nfi")},
    ),
    "a version": ([], {"buildspec.yml": spec(PINNED)}),
    "a version among options": (
        [],
        {
            "buildspec.yml": spec(
                f'{CREATE} --driver-opt "image=moby/buildkit:v0.20.1,network=host"'
            )
        },
    ),
    "a digest": ([], {"buildspec.yml": spec(f"{CREATE} --driver-opt image=a/b@sha256:12")}),
    "a variable": ([], {"buildspec.yml": spec(f"{CREATE} --driver-opt image=$BUILDKIT")}),
    "remote": ([], {"buildspec.yml": spec("docker buildx create --driver remote tcp://b:1")}),
    "the engine's": ([], {"buildspec.yml": spec("docker buildx use default")}),
}
HUB = {
    "nobody logs in": (["buildspec.yml:5"], {"buildspec.yml": spec(CREATE)}),
    "only ECR": (["buildspec.yml:6"], {"buildspec.yml": spec(LOGIN, CREATE)}),
    "pinned on Docker Hub": (
        ["buildspec.yml:5"],
        {"buildspec.yml": spec(f"{CREATE} --driver-opt image=moby/buildkit:v0.20.1")},
    ),
    "docker.io by name": (
        ["buildspec.yml:5"],
        {"buildspec.yml": spec(f"{CREATE} --driver-opt image=docker.io/moby/buildkit:v0.20.1")},
    ),
    "a login after it": (
        ["buildspec.yml:5"],
        {"buildspec.yml": spec(CREATE, "docker login -u $U -p $P")},
    ),
    "a login": ([], {"buildspec.yml": spec("docker login -u $U -p $P", CREATE)}),
    "a login from a pipe": (
        [],
        {"buildspec.yml": spec("echo $P | docker login -u $U --password-stdin docker.io", CREATE)},
    ),
    "another registry": ([], {"buildspec.yml": spec(PINNED)}),
    "an own mirror": (
        [],
        {"buildspec.yml": spec(f"{CREATE} --driver-opt image=$REGISTRY/buildkit:v0.20")},
    ),
    "no builder": ([], {"buildspec.yml": spec(f"{PUSH} .")}),
    "a script that logs in": ([], {"buildspec.yml": spec("./hub-login.sh", CREATE)}),
}
LOADED = f"docker buildx build --load -t {R}:1 ."
LOADS = {
    "load and push": (
        ["buildspec.yml:6"],
        {"buildspec.yml": spec(CREATE, LOADED, f"docker push {R}:1")},
    ),
    "by --output": (
        ["buildspec.yml:6"],
        {
            "buildspec.yml": spec(
                CREATE, f"docker buildx build -o type=docker -t {R}:1 .", f"docker push {R}:1"
            )
        },
    ),
    "a named builder": (
        ["buildspec.yml:6"],
        {
            "buildspec.yml": spec(
                "docker buildx create --name b",
                f"docker buildx build --builder b --load -t {R}:1 .",
                f"docker push {R}:1",
            )
        },
    ),
    "with another tag": (
        ["buildspec.yml:6"],
        {
            "buildspec.yml": spec(
                CREATE,
                "docker buildx build --load -t app .",
                f"docker tag app {R}:1",
                f"docker push {R}:1",
            )
        },
    ),
    "pushed by the builder": ([], {"buildspec.yml": spec(CREATE, f"{PUSH} .")}),
    "the engine's own builder": (
        [],
        {"buildspec.yml": spec(LOADED, f"docker push {R}:1")},
    ),
    "tested before it is pushed": (
        [],
        {
            "buildspec.yml": spec(
                CREATE, LOADED, f"docker run --rm {R}:1 make test", f"docker push {R}:1"
            )
        },
    ),
    "scanned before it is pushed": (
        [],
        {"buildspec.yml": spec(CREATE, LOADED, f"trivy image {R}:1", f"docker push {R}:1")},
    ),
    "never pushed": ([], {"buildspec.yml": spec(CREATE, LOADED, f"docker run {R}:1")}),
    "a remote builder": (
        [],
        {
            "buildspec.yml": spec(
                "docker buildx create --driver remote tcp://b:1 --use", LOADED, f"docker push {R}:1"
            )
        },
    ),
}
REPOSITORY = """\
resource "aws_ecr_repository" "app" {
  name = "app"
  image_tag_mutability = "IMMUTABLE"
}
resource "aws_ecr_lifecycle_policy" "app" {
  repository = aws_ecr_repository.app.name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      selection = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 5 }
      action = { type = "expire" }
    }]
  })
}
"""
BUILT = {"buildspec.yml": spec(PINNED, CACHED)}
COUNTS = {
    "any": (["buildspec.yml:6"], {**BUILT, "policy.json": policy(keep(10))}),
    "in Terraform": (["buildspec.yml:6"], {**BUILT, "main.tf": REPOSITORY}),
    "by the tag's prefix": (
        ["buildspec.yml:6"],
        {**BUILT, "policy.json": policy(keep(10, "tagged", tagPrefixList=["ca"]))},
    ),
    "the policy alone": (
        ["buildspec.yml:6"],
        {
            **BUILT,
            "policy.json": '{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", '
            '"countType": "imageCountMoreThan", "countNumber": 3}, "action": {"type": "expire"}}]}',
        },
    ),
    "the policy alone, and a name that is told": (
        ["buildspec.yml:5"],
        {
            "buildspec.yml": spec(
                "docker buildx build --push -t 1.dkr.ecr.r.amazonaws.com/a:1 . "
                "--cache-to type=registry,mode=max,ref=1.dkr.ecr.r.amazonaws.com/a:c"
            ),
            "policy.json": policy(keep(10), name=""),
        },
    ),
    "behind a rule for others": (
        ["buildspec.yml:6"],
        {**BUILT, "policy.json": policy(keep(5, "tagged", tagPrefixList=["v"]), keep(10))},
    ),
    "by age": ([], {**BUILT, "policy.json": policy(days(14, "any"))}),
    "untagged only": ([], {**BUILT, "policy.json": policy(keep(3, "untagged"))}),
    "old caches go first": ([], {**BUILT, "policy.json": policy(days(1), keep(10))}),
    "other tags": (
        [],
        {**BUILT, "policy.json": policy(keep(10, "tagged", tagPrefixList=["v"]))},
    ),
    "a repository of its own": (
        [],
        {
            "buildspec.yml": spec(
                f"{PUSH} --cache-to type=registry,mode=max,ref=$REGISTRY/app-cache:x ."
            ),
            "policy.json": policy(keep(10)),
        },
    ),
    "another repository's policy": ([], {**BUILT, "policy.json": policy(keep(10), name="other")}),
    "no policy": ([], BUILT),
}
MUTABLE = REPOSITORY.replace("IMMUTABLE", "MUTABLE")
DESCRIBED = '{"repositories": [{"repositoryName": "app", "imageTagMutability": "%s"%s}]}'
EXCLUDED = ', "imageTagMutabilityExclusionFilters": [{"filter": "ca*"}]'
FIXED = {
    "in Terraform": (["buildspec.yml:6"], {**BUILT, "main.tf": REPOSITORY}),
    "described": (
        ["buildspec.yml:6"],
        {**BUILT, "repositories.json": DESCRIBED % ("IMMUTABLE", "")},
    ),
    "an exclusion for others": (
        ["buildspec.yml:6"],
        {
            **BUILT,
            "repositories.json": DESCRIBED
            % ("IMMUTABLE_WITH_EXCLUSION", EXCLUDED.replace("ca*", "v*")),
        },
    ),
    "in CloudFormation": (
        ["buildspec.yml:6"],
        {
            **BUILT,
            "stack.yml": "Resources:\n  R:\n    Type: AWS::ECR::Repository\n    Properties:\n"
            "      RepositoryName: app\n      ImageTagMutability: IMMUTABLE\n",
        },
    ),
    "mutable": ([], {**BUILT, "main.tf": MUTABLE}),
    "excluded": (
        [],
        {**BUILT, "repositories.json": DESCRIBED % ("IMMUTABLE_WITH_EXCLUSION", EXCLUDED)},
    ),
    "a new tag each time": (
        [],
        {
            "buildspec.yml": BUILT["buildspec.yml"].replace(":cache", ":c-$TAG"),
            "main.tf": REPOSITORY,
        },
    ),
    "another repository": (
        [],
        {
            "buildspec.yml": spec(f"{PUSH} --cache-to type=registry,mode=max,ref=$X/c:cache ."),
            "main.tf": REPOSITORY,
        },
    ),
    "mutable but for some tags": (
        ["buildspec.yml:6"],
        {**BUILT, "repositories.json": DESCRIBED % ("MUTABLE_WITH_EXCLUSION", EXCLUDED)},
    ),
    "only the image": ([], {"buildspec.yml": spec(f"{PUSH} ."), "main.tf": REPOSITORY}),
}
ATTESTED = {"buildspec.yml": spec(PINNED, f"{PUSH} .")}
ATTESTATIONS = {
    "any": (["buildspec.yml:6"], {**ATTESTED, "policy.json": policy(keep(10))}),
    "untagged": (["buildspec.yml:6"], {**ATTESTED, "policy.json": policy(keep(2, "untagged"))}),
    "in Terraform": (["buildspec.yml:6"], {**ATTESTED, "main.tf": MUTABLE}),
    "tagged only": (
        [],
        {**ATTESTED, "policy.json": policy(keep(10, "tagged", tagPrefixList=["v"]))},
    ),
    "with the containerd store": (
        ["buildspec.yml:6"],
        {
            "buildspec.yml": spec(
                "echo containerd-snapshotter >x && dockerd --config-file x &",
                f"docker build -t {R}:1 .",
            ),
            "policy.json": policy(keep(10)),
        },
    ),
    "untagged by age": ([], {**ATTESTED, "policy.json": policy(days(1), keep(10))}),
    "switched off": (
        [],
        {
            "buildspec.yml": spec(PINNED, f"{PUSH} --provenance=false ."),
            "policy.json": policy(keep(10)),
        },
    ),
    "switched off for all": (
        [],
        {
            "buildspec.yml": spec(
                PINNED, f"{PUSH} .", variables={"BUILDX_NO_DEFAULT_ATTESTATIONS": '"1"'}
            ),
            "policy.json": policy(keep(10)),
        },
    ),
    "the engine's own builder": (
        [],
        {"buildspec.yml": spec(f"{PUSH} ."), "policy.json": policy(keep(10))},
    ),
    "no policy": ([], ATTESTED),
}
S3 = f"{PUSH} --cache-to type=s3,mode=max,region=eu-west-1,bucket=BUCKET,prefix=$B/ ."
BUCKET = """\
resource "aws_s3_bucket" "cache" {
  bucket = "layers"
}
"""
EXPIRY = """\
resource "aws_s3_bucket_lifecycle_configuration" "cache" {
  bucket = aws_s3_bucket.cache.id
  rule {
    id     = "old"
    status = "Enabled"
    expiration {
      days = 14
    }
  }
}
"""
BUCKETS = {
    "nobody tells": (["buildspec.yml:5"], {"buildspec.yml": spec(S3)}),
    "a bucket without rules": (
        ["buildspec.yml:5"],
        {"buildspec.yml": spec(S3.replace("BUCKET", "layers")), "main.tf": BUCKET},
    ),
    "rules of another bucket": (
        ["buildspec.yml:5"],
        {"buildspec.yml": spec(S3.replace("BUCKET", "other")), "main.tf": BUCKET + EXPIRY},
    ),
    "a rule that only moves": (
        ["buildspec.yml:5"],
        {
            "buildspec.yml": spec(S3.replace("BUCKET", "layers")),
            "main.tf": BUCKET + EXPIRY.replace("expiration", "transition"),
        },
    ),
    "expiry": (
        [],
        {"buildspec.yml": spec(S3.replace("BUCKET", "layers")), "main.tf": BUCKET + EXPIRY},
    ),
    "expiry of the bucket that a variable names": (
        [],
        {"buildspec.yml": spec(S3.replace("BUCKET", "$B")), "main.tf": BUCKET + EXPIRY},
    ),
    "expiry in the bucket itself": (
        [],
        {
            "buildspec.yml": spec(S3.replace("BUCKET", "layers")),
            "main.tf": BUCKET.replace(
                "}\n", "  lifecycle_rule {\n    expiration {\n      days = 1\n    }\n  }\n}\n"
            ),
        },
    ),
    "CodeBuild's own, with a key": (
        ["buildspec.yml:9"],
        {
            "buildspec.yml": spec("make", "make", "make") + "cache:\n  key: a-$HASH\n",
        },
    ),
    "CodeBuild's own, without": (
        [],
        {"buildspec.yml": spec("make") + "cache:\n  paths: [x]\n"},
    ),
    "only read": (
        [],
        {"buildspec.yml": spec(f"{PUSH} --cache-from type=s3,region=r,bucket=b,name=n .")},
    ),
    "a registry": ([], BUILT),
}
BRANCHES = {
    "one tag": (["buildspec.yml:6"], BUILT),
    "S3 without a name": (
        ["buildspec.yml:5"],
        {"buildspec.yml": spec(f"{PUSH} --cache-to type=s3,region=r,bucket=b,prefix=app/ .")},
    ),
    "in bake": (
        ["docker-bake.hcl:2"],
        {"docker-bake.hcl": 'target "a" {\n  cache-to = ["type=registry,ref=r/a:c,mode=max"]\n}\n'},
    ),
    "a variable's fixed value": (
        ["buildspec.yml:7"],
        {
            "buildspec.yml": spec(
                f"{PUSH} --cache-to type=registry,mode=max,ref={R}:$CACHE .",
                variables={"CACHE": "all"},
            ).replace("env:", "env:")
        },
    ),
    "the branch in the tag": (
        [],
        {"buildspec.yml": spec(f"{PUSH} --cache-to type=registry,mode=max,ref={R}:c-$BRANCH .")},
    ),
    "the branch's part in the tag": (
        [],
        {
            "buildspec.yml": spec(
                f"{PUSH} --cache-to type=registry,ref={R}:${{CODEBUILD_WEBHOOK_HEAD_REF##*/}} ."
            )
        },
    ),
    "S3 by branch": (
        [],
        {"buildspec.yml": spec(f"{PUSH} --cache-to type=s3,region=r,bucket=b,name=$BRANCH .")},
    ),
    "inline": ([], {"buildspec.yml": spec(f"{PUSH} --cache-to type=inline .")}),
    "local": ([], {"buildspec.yml": spec(f"{PUSH} --cache-to type=local,dest=x .")}),
    "only read": (
        [],
        {"buildspec.yml": spec(f"{PUSH} --cache-from type=registry,ref={R}:cache .")},
    ),
}
BRANCHES["a variable's fixed value"] = (
    ["buildspec.yml:8"],
    BRANCHES["a variable's fixed value"][1],
)
MOUNTED = dockerfile("FROM a", "COPY x .", "RUN --mount=type=cache,target=/c make")
PLAIN = {"buildspec.yml": spec("docker build -t a .")}
MOUNTS = {
    "on a fresh host": (["Dockerfile:3"], {"Dockerfile": MOUNTED, **PLAIN}),
    "in a project without a cache": (
        ["Dockerfile:3"],
        {"Dockerfile": MOUNTED, **PLAIN, "project.json": project(cache={"type": "NO_CACHE"})},
    ),
    "in a project that asks in vain": (
        ["Dockerfile:3"],
        {"Dockerfile": MOUNTED, **PLAIN, "project.json": project(cache=LOCAL)},
    ),
    "with a registry cache": (
        ["Dockerfile:3"],
        {"Dockerfile": MOUNTED, "buildspec.yml": spec(PINNED, CACHED)},
    ),
    "in another file": (
        ["api/Dockerfile.prod:3"],
        {
            "api/Dockerfile.prod": MOUNTED,
            "buildspec.yml": spec("docker build -f api/Dockerfile.prod api"),
        },
    ),
    "on a Docker server": ([], {"Dockerfile": MOUNTED, **PLAIN, "project.json": SERVER}),
    "on a host that keeps layers": (
        [],
        {
            "Dockerfile": MOUNTED,
            **PLAIN,
            "project.json": project(environment={"privilegedMode": True}, cache=LOCAL),
        },
    ),
    "a bind mount": (
        [],
        {"Dockerfile": MOUNTED.replace("type=cache,target=/c", "type=bind,target=/c"), **PLAIN},
    ),
    "a secret": ([], {"Dockerfile": MOUNTED.replace("type=cache", "type=secret"), **PLAIN}),
    "in a project, its buildspec not given": (
        ["Dockerfile:3"],
        {"Dockerfile": MOUNTED, "project.json": project()},
    ),
    "built by nobody": ([], {"Dockerfile": MOUNTED}),
    "another Dockerfile is built": (
        [],
        {"dev/Dockerfile": MOUNTED, "Dockerfile": "FROM a\n", **PLAIN},
    ),
}
WAITS = {
    "sleep": (["buildspec.yml:5"], {"buildspec.yml": spec("sleep 120")}),
    "sleep in minutes": (["buildspec.yml:5"], {"buildspec.yml": spec("docker push a; sleep 2m")}),
    "a loop": (
        ["buildspec.yml:6"],
        {
            "buildspec.yml": spec("while ! ready; do sleep 15; done").replace(
                "- while", "- >\n        while"
            )
        },
    ),
    "aws wait": (
        ["buildspec.yml:5"],
        {"buildspec.yml": spec("aws ecs wait services-stable --cluster a --services b")},
    ),
    "aws wait with options": (
        ["buildspec.yml:5"],
        {"buildspec.yml": spec("aws --region r cloudformation wait stack-create-complete")},
    ),
    "kubectl": (
        ["buildspec.yml:5"],
        {"buildspec.yml": spec("kubectl rollout status deployment/a")},
    ),
    "waiting for an engine": (
        [],
        {"buildspec.yml": spec('timeout 15 sh -c "until docker info; do sleep 1; done"')},
    ),
    "a short one": ([], {"buildspec.yml": spec("sleep 5")}),
    "in the background": ([], {"buildspec.yml": spec("sleep 600 &")}),
    "in a text": ([], {"buildspec.yml": spec('echo "sleep 600"')}),
    "another wait": ([], {"buildspec.yml": spec("wait", "aws s3 cp wait s3://b/")}),
    "no number": ([], {"buildspec.yml": spec("sleep $N")}),
}
TABLE = {
    "local-layer-cache": LAYERS,
    "builder-on-docker-server": SERVERS,
    "unpinned-builder": PINS,
    "builder-from-docker-hub": HUB,
    "load-before-push": LOADS,
    "cache-under-count-rule": COUNTS,
    "cache-in-immutable-repository": FIXED,
    "attestations-counted": ATTESTATIONS,
    "s3-cache-without-expiry": BUCKETS,
    "shared-cache-reference": BRANCHES,
    "mounts-not-kept": MOUNTS,
    "idle-minutes": WAITS,
}


@pytest.mark.parametrize(
    ("rule", "name"), [(rule, name) for rule, cases in TABLE.items() for name in cases]
)
def test_a_rule_finds_what_it_is_about_and_nothing_else(rule, name, find):
    places, files = TABLE[rule][name]
    assert find(rule, files) == places
