"""What is read of the files given: kinds, folders, broken files, comments that suppress."""

import json

import pytest
from doctor_files import dockerfile, project, spec

from analysis.doctor import COLUMNS, RULES, SEVERITIES, diagnose, examine

LATE = dockerfile("FROM a", "COPY . .", "RUN pip install x==1")
BUSY = spec("docker build --no-cache -t a .", "sleep 99")


def test_a_path_that_can_t_be_asked_for_leaves_the_others(tmp_path):
    (tmp_path / "Dockerfile").write_text(LATE)
    found = diagnose([tmp_path / ("a" * 300), tmp_path]).set_index("rule")["message"]
    assert set(found.index) == {"unreadable", "copy-before-install"}
    assert "can't be read (File name too long)" in found["unreadable"]


def test_names_that_no_disk_takes_end_no_diagnosis(tmp_path):
    """Words of a text are looked for as files: of one that is too long there is none."""
    long = "a" * 300
    built = [f"cd {long} && docker build -f {long} {long}", f"make -C {long} {long}"]
    more = [f"docker compose -f {long} build", f"docker buildx bake -f {long}", f"bash {long}"]
    copied = f"COPY {long} /x", "COPY . .", f"RUN pip install -r {long}", f"RUN cd {long} && npm ci"
    mount = f"RUN --mount=type=bind,source={long} pip install -r {long}"
    texts = {
        "buildspec.yml": spec(*built, *more, "docker build ."),
        "Dockerfile": dockerfile("FROM a", *copied, mount),
        "compose.yml": f"services: {{a: {{build: {{context: {long}, dockerfile: {long}}}}}}}\n",
        "docker-bake.hcl": f'target "a" {{\n  context = "{long}"\n  dockerfile = "{long}"\n}}\n',
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    assert "copy-before-install" in set(diagnose([tmp_path])["rule"])


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("buildspec.yml", "version: 0.2\nphases: [\n", 3),
        ("buildspec.yaml", "version: 0.2\nphases:\n\tbuild: x\n", 3),
        ("ci/build.yml", "version: 0.2\nphases:\n  build:\n    commands:\n      - a: b: c\n", 5),
        ("docker-compose.yml", "services:\n  a: {\n", 3),
        ("main.tf", 'resource "aws_ecr_repository" "a" {\n  name = "a\n}\n', 2),
        ("Dockerfile", "FROM a\nRUNN b\n", 2),
        ("Dockerfile.dev", "", 1),
        ("docker-bake.hcl", 'target "a" {\n', 2),
    ],
)
def test_a_broken_file_is_a_finding(name, text, line, find):
    assert find("unreadable", {name: text}) == [f"{name}:{line}"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("chart.yaml", "a: {{ .Values.x }}\n"),
        ("values.json", "{"),
        ("other.tf", "x = {\n"),
        ("package.json", '{"name": "a"}'),
        ("README.md", "FROM here\n"),
        ("a.yml", "version: 0.2\n"),
        ("docker-compose.override.yml", ""),
    ],
)
def test_a_file_of_another_kind_is_none(name, text, find):
    assert find("unreadable", {name: text}) == []


def test_bytes_that_are_no_text_and_paths_that_are_not_there_are_findings(tmp_path):
    (tmp_path / "Dockerfile").write_bytes(b"FROM a\xff\xfe\n")
    (tmp_path / "loop.yml").symlink_to("loop.yml")
    found = diagnose([tmp_path, tmp_path / "nowhere", tmp_path / "loop.yml"])
    assert set(found["rule"]) == {"unreadable"}
    assert len(found) == 4


def test_a_file_that_is_named_and_of_no_known_kind_is_told(tmp_path):
    path = tmp_path / "notes"
    path.write_text("hello\n")
    assert diagnose(path)["rule"].tolist() == ["unreadable"]


def test_a_folder_is_walked_without_what_git_ignores(tmp_path):
    for name in ("a", "skipped/b", "node_modules/c", ".git/d", "sub/kept", "sub/out"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "Dockerfile").write_text(LATE)
    (tmp_path / ".gitignore").write_text("skipped/\n*.tmp\n")
    (tmp_path / "sub" / ".gitignore").write_text("out\n")
    found = examine([tmp_path])
    assert found.files == 2
    assert {each.removeprefix(f"{tmp_path}/") for each in found.findings["file"]} == {
        "a/Dockerfile",
        "sub/kept/Dockerfile",
    }


@pytest.mark.parametrize(
    ("files", "rule", "places"),
    [
        ({"b.yml": BUSY.replace('"0.2"', "0.2")}, "no-cache", ["b.yml:5"]),
        ({"b.yml": BUSY.replace("0.2", '"0.1"')}, "no-cache", ["b.yml:5"]),
        ({"b.yml": "\ufeff" + BUSY}, "no-cache", ["b.yml:5"]),
        ({"b.yml": BUSY.replace("\n", "\r\n")}, "no-cache", ["b.yml:5"]),
        ({"p.json": project(buildspec=BUSY)}, "idle-minutes", ["p.json:6"]),
        (
            {
                "main.tf": 'resource "aws_codebuild_project" "a" {\n  source {\n'
                f"    buildspec = <<-EOF\n{BUSY.replace('99', '$${W:-99}')}EOF\n  }}\n"
                '  environment {\n    environment_variable {\n      name = "W"\n'
                '      value = "300"\n    }\n  }\n}\n'
            },
            "idle-minutes",
            ["main.tf:9"],
        ),
        (
            {
                "main.tf": 'resource "aws_codebuild_project" "a" {\n  source {\n'
                "    buildspec = yamlencode({\n      version = 0.2\n      phases = {\n"
                '        build = { commands = [\n          "sleep 99"\n        ] } }\n'
                "    })\n  }\n}\n"
            },
            "idle-minutes",
            ["main.tf:7"],
        ),
        (
            {
                "stack.yml": "Resources:\n  P:\n    Type: AWS::CodeBuild::Project\n"
                "    Properties:\n"
                "      Environment: {Type: LINUX_CONTAINER}\n      Source:\n        BuildSpec: |\n"
                + "".join(f"          {line}\n" for line in BUSY.splitlines())
            },
            "idle-minutes",
            ["stack.yml:13"],
        ),
        (
            {
                "docker-bake.json": json.dumps(
                    {"target": {"a": {"no-cache": True}, "b": {"inherits": ["a"]}}}, indent=0
                )
            },
            "no-cache",
            ["docker-bake.json:4", "docker-bake.json:4"],
        ),
    ],
)
def test_a_buildspec_is_read_wherever_it_stands(files, rule, places, find):
    found = find(rule, files)
    assert found == (places[:1] if "bake" in places[0] else places)


def test_values_of_a_project_reach_its_buildspec(find):
    variables = [{"name": "WAIT", "value": "300", "type": "PLAINTEXT"}]
    files = {
        "buildspec.yml": spec("sleep $WAIT"),
        "project.json": project(environment={"environmentVariables": variables}),
    }
    assert find("idle-minutes", files) == ["buildspec.yml:5"]


def test_bake_and_compose_are_built_as_the_buildspec_says(find):
    files = {
        "Dockerfile": dockerfile("FROM a AS b", "RUN make", "FROM c", "COPY --from=b /x /x"),
        "docker-bake.hcl": 'variable "REF" {}\ntarget "a" {\n'
        '  cache-to = ["type=registry,ref=${REF}"]\n}\n',
        "buildspec.yml": spec("REF=r/a:c docker buildx bake"),
    }
    assert find("min-with-stages", files) == ["docker-bake.hcl:3"]


COMMENTS = {
    "above": ("# codebuild-cache: ignore=copy-before-install small\nCOPY . .", 0),
    "above, in other words": (
        "# why\n# codebuild-cache: ignore=copy-before-install\n# so\nCOPY . .",
        0,
    ),
    "for several rules": ("# codebuild-cache: ignore=no-cache,copy-before-install x\nCOPY . .", 0),
    "with a blank": ("# codebuild-cache: ignore copy-before-install\nCOPY . .", 0),
    "for another rule": ("# codebuild-cache: ignore=no-cache x\nCOPY . .", 1),
    "too far above": ("# codebuild-cache: ignore=copy-before-install\n\nWORKDIR /x\nCOPY . .", 1),
}


@pytest.mark.parametrize("name", COMMENTS)
def test_a_comment_suppresses_in_a_dockerfile(name, find):
    copy, count = COMMENTS[name]
    text = LATE.replace("COPY . .", copy)
    assert len(find("copy-before-install", {"Dockerfile": text})) == count


def test_a_comment_suppresses_in_yaml_and_hcl(find, tmp_path):
    text = BUSY.replace(
        "      - sleep", "      # codebuild-cache: ignore=idle-minutes deploy\n      - sleep"
    )
    assert find("idle-minutes", {"b.yml": text}) == []
    text = BUSY.replace("sleep 99", "sleep 99 # codebuild-cache: ignore=idle-minutes deploy")
    assert find("idle-minutes", {"b.yml": text}) == []
    bake = 'target "a" {\n  no-cache = true // codebuild-cache: ignore=no-cache nightly\n}\n'
    assert find("no-cache", {"b.yml": "", "docker-bake.hcl": bake}) == []
    assert examine([tmp_path]).suppressed == 1


def test_a_comment_for_a_rule_that_does_not_exist_is_told(find):
    text = LATE.replace("COPY", "# codebuild-cache: ignore=copy-first x\nCOPY")
    assert find("unknown-suppression", {"Dockerfile": text}) == ["Dockerfile:2"]


def test_the_frame_has_its_columns_even_when_it_is_empty(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM a\n")
    empty = diagnose(str(tmp_path))
    assert list(empty) == list(COLUMNS)
    assert list(empty)[:6] == ["rule", "file", "line", "severity", "message", "instead"]
    (tmp_path / "Dockerfile").write_text(LATE)
    full = diagnose([tmp_path / "Dockerfile"])
    assert (full.dtypes == empty.dtypes).all()
    assert full["severity"].isin(SEVERITIES).all()
    assert full["link"].tolist() == [f"docs/doctor.md#{rule}" for rule in full["rule"]]


def test_every_rule_says_all_that_it_must():
    for name, rule in RULES.items():
        assert rule.severity in SEVERITIES
        assert rule.says.endswith(".") and rule.why.endswith("."), name


def test_a_hostile_file_takes_neither_time_nor_the_run(tmp_path):
    (tmp_path / "buildspec.yml").write_text(spec("echo " + "$(" * 3000, "x=" + "${a:-" * 3000))
    (tmp_path / "main.tf").write_text("a = " + "[" * 5000 + "\n# aws_ecr_\n")
    (tmp_path / "Dockerfile").write_text("FROM a\nRUN " + "(" * 5000 + "\n")
    laughs = "version: 0.2\nphases: {}\na0: &a0 x\n"
    laughs += "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    (tmp_path / "b.yml").write_text(laughs)
    assert diagnose(tmp_path)["rule"].tolist() == ["unreadable"]
