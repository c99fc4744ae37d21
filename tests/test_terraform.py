"""terraform/ read as text: everything is typed and said, and nobody may do more than they need."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.session import get_session

from analysis.measures.money import find_price
from analysis.records import read_prices
from analysis.workload import SCENARIOS, load_strategies

ROOT = Path(__file__).parent.parent
SOURCES = {path.name: path.read_text("utf-8") for path in (ROOT / "terraform").glob("*.tf")}
PAGE = (ROOT / "docs" / "aws.md").read_text("utf-8")
ACTION = re.compile(r'"([a-z0-9-]+:[^":/$]+)"')
# where the policies of AWS have other words than the requests; a tag in a request asks for one more
WORDS = {
    "s3:ListObjectsV2": ["s3:ListBucket"],
    "s3:DeleteObjects": ["s3:DeleteObject"],
    "ecr:CreateRepository": ["ecr:CreateRepository", "ecr:TagResource"],
}


def find_blocks(kind, text):
    """Name -> body of each block of a kind; terraform fmt ends a block with a } in column 0."""
    head = rf'^{kind} (?:"[\w-]+" )?"([\w-]+)" \{{\n(.*?)^\}}'
    return dict(re.findall(head, text, re.M | re.S))


POLICIES = find_blocks("data", SOURCES["main.tf"])
VARIABLES = find_blocks("variable", SOURCES["variables.tf"])


def list_statements(policy):
    return re.findall(r"^  statement \{\n(.*?)^  \}", POLICIES[policy], re.M | re.S)


def read_actions(statement):
    return ACTION.findall(re.search(r"^    actions += \[(.*?)\]", statement, re.M | re.S)[1])


def list_actions(policy):
    return {action for each in list_statements(policy) for action in read_actions(each)}


def test_it_is_four_files():
    assert set(SOURCES) == {"main.tf", "outputs.tf", "variables.tf", "versions.tf"}


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_has_type_description_and_default(name):
    fields = set(re.findall(r"^  (\w+) +=", VARIABLES[name], re.M))
    assert {"type", "description", "default"} <= fields
    # any region and any tags may be right, all else can be told from nonsense
    assert ("  validation {" in VARIABLES[name]) == (name not in {"region", "tags"})


def test_every_variable_is_used_and_every_output_described():
    text = "".join(SOURCES.values())
    assert [name for name in VARIABLES if len(re.findall(rf"\bvar\.{name}\b", text)) < 1] == []
    outputs = find_blocks("output", SOURCES["outputs.tf"])
    assert len(outputs) == 13
    assert [name for name, body in outputs.items() if "  description = " not in body] == []


@pytest.mark.parametrize("policy", ["push", "build", "experiment"])
def test_a_policy_spells_out_actions_and_resources(policy):
    for statement in list_statements(policy):
        assert [each for each in read_actions(statement) if "*" in each] == []
        # a login is for a whole registry
        assert ('"*"' in statement) == ("ecr:GetAuthorizationToken" in statement), statement


def test_an_action_that_is_a_pattern_would_be_noticed():
    assert read_actions('    actions = [\n      "s3:*",\n      "ecr:Get*",\n    ]\n') == [
        "s3:*",
        "ecr:Get*",
    ]


def test_every_action_is_one_that_aws_knows():
    known = {
        f"{service}:{operation}"
        for service in ("codebuild", "ecr", "iam", "logs", "s3", "sts")
        for operation in get_session().get_service_model(service).operation_names
    }
    # of S3 these are the names of permissions alone
    known |= {"s3:ListBucket", "s3:GetObjectVersion"}
    actions = set().union(*map(list_actions, POLICIES))
    assert len(actions) > 25
    assert actions - known == set()


def list_requests(folder):
    """SERVICE:OPERATION of every method of a client, and every paginator, in a folder's sources."""
    services = {
        xform_name(operation): f"{service}:{operation}"
        # of an operation that several have the last is meant
        for service in ("iam", "codebuild", "logs", "s3", "ecr")
        for operation in get_session().get_service_model(service).operation_names
    }
    names = set()
    for path in folder.rglob("*.py"):
        text = path.read_text("utf-8")
        # the lab has an S3 store of its own
        if not re.search(r"\bAws\b", text) or path.name == "own_s3.py":
            continue
        found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)]
        names |= {node.attr for node in found if is_client(node.value)}
        names |= set(re.findall(r'get_paginator\("(\w+)"\)', text))
    return {services[name] for name in names & services.keys()}


def is_client(node):
    """Whether an expression is a client of AWS: aws.client("ecr"), or what is called client."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr == "client"
    return isinstance(node, ast.Name) and node.id == "client"


def test_an_experiment_may_do_what_it_asks_for_and_no_more():
    asked = list_requests(ROOT / "analysis" / "aws")
    # past builds' logs that lie in S3 are read in buckets that nobody here knows
    asked -= {"s3:GetObject"}
    assert {"codebuild:StartBuild", "codebuild:ListBuildsForProject", "s3:PutObject"} <= asked
    needed = {action for each in asked for action in WORDS.get(each, [each])}
    assert needed == list_actions("experiment")


def test_the_permissions_in_the_docs_are_those_of_the_policies():
    table = re.search(r"<!-- permissions -->\n(.*?)<!-- /permissions -->", PAGE, re.S)[1]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
    listed = [(who, frozenset(re.findall(r"`([^`]+)`", actions))) for who, actions, _, _ in rows]
    spelled = [
        (policy, frozenset(read_actions(statement)))
        for policy in ("push", "build", "experiment")
        for statement in list_statements(policy)
    ]
    assert Counter(listed) == Counter(spelled)
    assert all(resource and purpose for _, _, resource, purpose in rows)


def test_the_costs_in_the_docs_are_computed_from_the_prices():
    builds = r"(\d+) strategies × (\d+) scenarios × (\d+) rounds = (\d+) builds"
    found = re.findall(builds + r", (\d+) min at ([\d.]+) USD \(([\w.]+)\): ([\d.]+) USD", PAGE)
    assert len(found) == 2
    for strategies, scenarios, rounds, builds, minutes, usd, item, cost in found:
        assert int(builds) == int(strategies) * int(scenarios) * int(rounds)
        assert int(minutes) == 2 * int(builds)
        assert float(usd) == find_price(read_prices(), item, "minute")["usd"]
        assert float(cost) == pytest.approx(int(minutes) * float(usd))
    # docker-server is left out: its price is not known
    usual = [each for each in load_strategies().values() if each.by_default]
    assert [int(each[0]) for each in found] == [2, len(usual) - 1]
    assert {int(each[1]) for each in found} == {len(SCENARIOS)}


def test_each_exception_from_the_rules_of_checkov_has_its_reason():
    skips = re.findall(r"#checkov:skip=(\w+):?(.*)", SOURCES["main.tf"])
    assert skips
    assert [rule for rule, reason in skips if len(reason) < 8] == []


def test_what_terraform_leaves_is_not_kept():
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert {".terraform/", ".terraform.lock.hcl", "*.tfstate", "*.tfstate.*"} <= set(ignored)
