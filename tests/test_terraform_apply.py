"""terraform/ applied to the test AWS: the quick start's own lines, an update, and destroy."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from aws.guard import read_policy

pytest_plugins = ["aws.fixtures"]
# the first of them waits for most of two minutes; the others do not keep it waiting
pytestmark = pytest.mark.xdist_group("terraform")

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "aws.md").read_text("utf-8")
PLUGIN = "*/hashicorp/aws/*/*/terraform-provider-aws_v5.1[0-9][0-9].*"
UPDATE = [
    "-var=log_days=7",
    "-var=build_timeout=20",
    "-var=concurrent_builds=4",
    "-var=keep_images=9",
    "-var=docker_server_compute_type=BUILD_GENERAL1_MEDIUM",
]
WRONG = {
    "name": "Docker_Cache",
    "build_image": "ubuntu:24.04",
    "compute_type": "BUILD_GENERAL1_2XLARGE",
    "docker_server_compute_type": "large",
    "build_parameters": '["team/*"]',
    "build_secrets": '["token:key"]',
    "build_timeout": "4",
    "concurrent_builds": "0",
    "log_days": "8",
    "source_days": "0.5",
    "cache_days": "1",
    "keep_images": "0",
}
# what comes before the builds
QUICK_START = """\
terraform -chdir=./terraform/ init
terraform -chdir=./terraform/ apply

export ECR_REPOSITORY_URL="$(terraform -chdir=./terraform/ output -raw ecr_repository_url)"
aws ecr get-login-password | docker login --username AWS --password-stdin "$ECR_REPOSITORY_URL"
"""


def list_plugin_folders():
    """Where a provider may lie already: Terraform's own places, and whatever is in /opt."""
    named = [os.environ.get(name) for name in ("TF_PLUGIN_DIR", "TF_PLUGIN_CACHE_DIR")]
    data = os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")
    usual = [Path.home() / ".terraform.d" / "plugins", Path(data) / "terraform" / "plugins"]
    usual += [Path("/usr/local/share/terraform/plugins"), Path("/usr/share/terraform/plugins")]
    return [Path(each) for each in named if each] + usual + sorted(Path("/opt").glob("*"))


@pytest.fixture(scope="module")
def binary():
    if not shutil.which("terraform"):
        pytest.skip("there is no terraform on PATH")
    return "terraform"


@pytest.fixture(scope="module")
def plugins(binary):
    """The folder that `init -plugin-dir` is to be given."""
    for folder in list_plugin_folders():
        if next(folder.glob(PLUGIN), None):
            return folder
    pytest.skip(
        "there is no terraform-provider-aws_* from 5.100 on in Terraform's plugin folders: "
        "TF_PLUGIN_DIR may name another"
    )


@pytest.fixture
def project(plugins, tmp_path):
    """A folder with a copy of terraform/, so that no state is left in the sources."""
    (tmp_path / "terraform").mkdir()
    for path in (ROOT / "terraform").glob("*.tf"):
        shutil.copy(path, tmp_path / "terraform")
    return tmp_path


@pytest.fixture
def run(project, plugins):
    """Run a command in the copy; what it says. Any other exit status than the given one fails."""

    def run(command, status=0, **variables):
        settings = {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}
        settings |= {"TF_CLI_ARGS_init": f"-plugin-dir={plugins}", "TF_CLI_ARGS": "-no-color"}
        settings |= {f"TF_CLI_ARGS_{each}": "-auto-approve" for each in ("apply", "destroy")}
        shell = isinstance(command, str)
        process = subprocess.run(
            ["sh", "-ec", command] if shell else ["terraform", "-chdir=terraform", *command],
            cwd=project,
            env=os.environ | settings | variables,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert process.returncode == status, process.stdout + process.stderr
        return process.stderr if status == 1 else process.stdout

    return run


@pytest.fixture
def docker(tmp_path):
    """PATH with a docker that keeps what it is told: an engine is not needed to log in by."""
    (tmp_path / "bin").mkdir()
    stand_in = tmp_path / "bin" / "docker"
    stand_in.write_text(f'#!/bin/sh\necho "$@" >{tmp_path}/told\ncat >{tmp_path}/password\n')
    stand_in.chmod(0o755)
    return f"{stand_in.parent}:{os.environ['PATH']}"


# the test AWS has stacks, but makes no project of one
@pytest.mark.filterwarnings("ignore:Tried to parse AWS..CodeBuild..Project")
def test_from_the_quick_start_to_nothing_left(aws, run, project, docker):
    # an account may start with one build at once
    aws.limit_builds(1)
    lines = QUICK_START if shutil.which("aws") else QUICK_START.rpartition("aws ecr")[0]
    assert "Apply complete!" in run(lines, PATH=docker)
    made = read_state(run)
    settings = made["outputs"]["environment"]["value"]
    if shutil.which("aws"):
        url = settings["ECR_REPOSITORY_URL"]
        told = (project / "told").read_text().strip()
        assert told == f"login --username AWS --password-stdin {url}"
        assert (project / "password").read_text().strip()
    check_outputs(made["outputs"], run)
    check_tags(made["resources"])
    check_projects(aws, settings)
    check_policies(aws, made["resources"])

    aws.limit_builds(None)
    # these and nothing that drifted since; a lifecycle policy is replaced as a whole
    assert "2 added, 5 changed, 1 destroyed" in run(["apply", *UPDATE])
    run(["plan", "-detailed-exitcode", *UPDATE])
    [group] = aws.client("logs").describe_log_groups()["logGroups"]
    assert group["retentionInDays"] == 7
    assert {each["timeoutInMinutes"] for each in describe_projects(aws)} == {20}
    check_server(aws, settings["CODEBUILD_PROJECT"])

    fill(aws, settings)
    assert "Destroy complete!" in run(["destroy", *UPDATE])
    assert list_all(aws) == []


def test_the_sources_are_as_terraform_formats_them(binary):
    process = subprocess.run(
        [binary, "fmt", "-check", "-diff", ROOT / "terraform"], capture_output=True, text=True
    )
    assert (process.returncode, process.stdout) == (0, "")


def test_what_is_wrong_is_told_before_anything_is_asked_of_aws(aws, run):
    run(["init"])
    answer = run(["plan", *(f"-var={name}={value}" for name, value in WRONG.items())], status=1)
    words = " ".join(re.sub(r"[│╷╵]", " ", answer).split())
    assert [name for name in WRONG if f"{name} is to be" not in words] == []
    assert words.count("Error:") == len(WRONG)
    assert aws.requests.total() == 0


def test_the_quick_start_is_in_the_docs():
    assert QUICK_START in PAGE


def read_state(run):
    """What Terraform keeps: outputs, and address -> attributes of each resource that it made.

    `show -json` would say the same, but starts the provider.
    """
    state = json.loads(run(["state", "pull"]))
    made = {
        f"{each['type']}.{each['name']}{[one['index_key']] if 'index_key' in one else ''}": one
        for each in state["resources"]
        if each["mode"] == "managed"
        for one in each["instances"]
    }
    attributes = {address: one["attributes"] for address, one in made.items()}
    return {"outputs": state["outputs"], "resources": attributes}


def check_outputs(outputs, run):
    """The settings are those that an experiment reads, for a shell too."""
    settings = outputs["environment"]["value"]
    assert set(settings) == {
        "AWS_REGION",
        "CACHE_BUCKET",
        "CACHE_REPOSITORY_URL",
        "CODEBUILD_CACHE_PROJECT",
        "CODEBUILD_PROJECT",
        "ECR_REPOSITORY_URL",
        "SOURCE_BUCKET",
    }
    told = run('eval "$(terraform -chdir=./terraform/ output -raw exports)"; env')
    assert {f"{name}={value}" for name, value in settings.items()} <= set(told.splitlines())
    assert outputs["ecr_repository_url"]["value"] == settings["ECR_REPOSITORY_URL"]
    assert "server_project_name" not in outputs


def check_tags(resources):
    taggable = {name: each for name, each in resources.items() if "tags_all" in each}
    assert len(taggable) >= 9
    assert [name for name, each in taggable.items() if not each["tags_all"]] == []


def describe_projects(aws):
    codebuild = aws.client("codebuild")
    return codebuild.batch_get_projects(names=codebuild.list_projects()["projects"])["projects"]


def check_projects(aws, settings):
    """Two projects that differ by their cache and buildspec alone, which is a strategy's."""
    found = {each["name"]: each for each in describe_projects(aws)}
    assert set(found) == {settings["CODEBUILD_PROJECT"], settings["CODEBUILD_CACHE_PROJECT"]}
    plain = found[settings["CODEBUILD_PROJECT"]]
    cached = found[settings["CODEBUILD_CACHE_PROJECT"]]
    assert plain["environment"] == cached["environment"]
    assert plain["environment"]["privilegedMode"] is True
    assert plain["cache"]["type"] == "NO_CACHE"
    assert cached["cache"]["type"] == "LOCAL"
    assert cached["cache"]["modes"] == ["LOCAL_DOCKER_LAYER_CACHE"]
    for each in found.values():
        assert (ROOT / each["source"]["buildspec"]).exists()
        assert each["source"]["location"].startswith(f"{settings['SOURCE_BUCKET']}/")


def check_policies(aws, resources):
    """Who may do what, as the tests of permissions read it from main.tf, with these names."""
    for address in (
        "aws_iam_policy.experiment",
        "aws_iam_policy.push",
        "aws_iam_role_policy.build",
    ):
        name = address.rpartition(".")[2]
        there, read = json.loads(resources[address]["policy"]), read_policy(name)
        actions = [
            {
                each["Sid"]: sorted(
                    [each["Action"]] if isinstance(each["Action"], str) else each["Action"]
                )
                for each in document["Statement"]
            }
            for document in (there, read)
        ]
        assert actions[0] == actions[1]
        assert [count_resources(each) for each in there["Statement"]] == [
            count_resources(each) for each in read["Statement"]
        ]


def count_resources(statement):
    """How many resources a statement has, of which services; projects are one fewer here."""
    resources = statement["Resource"]
    resources = [resources] if isinstance(resources, str) else resources
    services = sorted(each.partition(":")[2].split(":")[1] for each in resources if each != "*")
    return sorted(set(services)) if "codebuild" in services else services


def check_server(aws, plain):
    """The project with a Docker server is the plain one but for that, its name and buildspec."""
    # half a second, in each process that collects the tests
    from cfnlint.api import lint

    formation = aws.client("cloudformation")
    [stack] = formation.describe_stacks()["Stacks"]
    text = formation.get_template(StackName=stack["StackName"])["TemplateBody"]
    template = text if isinstance(text, dict) else json.loads(text)
    # what only informs is no finding
    found = [each for each in lint(json.dumps(template)) if each.rule.severity != "informational"]
    assert [str(each) for each in found] == []
    made = template["Resources"]["Project"]["Properties"]
    [other] = aws.client("codebuild").batch_get_projects(names=[plain])["projects"]
    assert made["Name"] == stack["StackName"] == f"{plain}-server"
    assert made["ServiceRole"] == other["serviceRole"]
    assert made["TimeoutInMinutes"] == other["timeoutInMinutes"]
    assert made["ConcurrentBuildLimit"] == other["concurrentBuildLimit"] == 4
    assert made["Source"]["Location"] == other["source"]["location"]
    assert (ROOT / made["Source"]["BuildSpec"]).exists()
    assert made["Environment"]["DockerServer"] == {"ComputeType": "BUILD_GENERAL1_MEDIUM"}
    assert made["Environment"]["Image"] == other["environment"]["image"]
    logs = other["logsConfig"]["cloudWatchLogs"]
    assert made["LogsConfig"]["CloudWatchLogs"]["GroupName"] == logs["groupName"]


def fill(aws, settings):
    """What an experiment leaves in buckets, repositories and the log group."""
    for name in ("SOURCE_BUCKET", "CACHE_BUCKET"):
        aws.client("s3").put_object(Bucket=settings[name], Key="a/b", Body=b"something")
    text = json.dumps({"schemaVersion": 2, "layers": []})
    kind = "application/vnd.oci.image.manifest.v1+json"
    for name in ("ECR_REPOSITORY_URL", "CACHE_REPOSITORY_URL"):
        repository = settings[name].partition("/")[2]
        aws.client("ecr").put_image(
            repositoryName=repository, imageManifest=text, imageManifestMediaType=kind
        )
    [group] = aws.client("logs").describe_log_groups()["logGroups"]
    aws.client("logs").create_log_stream(logGroupName=group["logGroupName"], logStreamName="one")


def list_all(aws):
    """Whatever is there of the kinds that Terraform makes."""
    return [
        *aws.client("codebuild").list_projects()["projects"],
        *aws.client("ecr").describe_repositories()["repositories"],
        *aws.client("s3").list_buckets()["Buckets"],
        *aws.client("logs").describe_log_groups()["logGroups"],
        *aws.client("cloudformation").describe_stacks()["Stacks"],
        *aws.client("iam").list_roles()["Roles"],
        *aws.client("iam").list_policies(Scope="Local")["Policies"],
    ]
