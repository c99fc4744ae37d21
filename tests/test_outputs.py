"""What the AWS command line prints besides JSON is named, with what to ask for."""

import pytest

from analysis import read_history, read_images, read_logs
from analysis.errors import PolicyError, RegistryError
from analysis.registry import read_policy

RULES = '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any"},"action":{"type":"expire"}}]}'
TABLE = """\
------------------------------------------------------------
|                          {command}                          |
+----------------------------------------------------------+
||                        {name}                          ||
|+------------------+-------------------------------------+|
||  {key}           |  sha256:aaaa                        ||
|+------------------+-------------------------------------+|
"""
IMAGES = {
    "table": TABLE.format(command="DescribeImages", name="imageDetails", key="imageDigest"),
    "yaml": "imageDetails:\n- imageDigest: sha256:aaaa\n  imageSizeInBytes: 12345\n",
    "text": "IMAGEDETAILS\tsha256:aaaa\t2026-01-01T10:00:00+00:00\t12345\nIMAGETAGS\tlatest\n",
}
POLICIES = {
    "table": TABLE.format(command="GetLifecyclePolicy", name=RULES, key="registryId"),
    "yaml": f"lifecyclePolicyText: '{RULES}'\nregistryId: '1'\n",
    "text": f"2026-01-01T00:00:00+00:00\t{RULES}\t123456789012\tr\n",
}
BUILDS = {
    "table": TABLE.format(command="BatchGetBuilds", name="builds", key="id"),
    "yaml": "builds:\n- arn: arn:aws:codebuild:eu-west-1:1:build/p:1\n  buildStatus: FAILED\n",
    "text": "BUILDS\tarn:aws:codebuild:eu-west-1:1:build/p:1\tTrue\t1\tFAILED\t\np:1\n",
}
CURE = r"is what `--output {}` prints: ask for it with `--output json`\."


@pytest.mark.parametrize("form", IMAGES)
def test_images_in_another_form_are_told_with_the_cure(form, tmp_path):
    path = tmp_path / "images"
    path.write_text(IMAGES[form])
    with pytest.raises(RegistryError, match=f"{path} {CURE.format(form)}"):
        read_images(path, {})
    with pytest.raises(RegistryError, match=CURE.format(form)):
        read_images(IMAGES[form], {})


@pytest.mark.parametrize("form", POLICIES)
def test_policies_in_another_form_are_told_with_the_cure(form, tmp_path):
    path = tmp_path / "policy"
    path.write_text(POLICIES[form])
    with pytest.raises(PolicyError, match=CURE.format(form)):
        read_policy(path)
    with pytest.raises(PolicyError, match=CURE.format(form)):
        read_policy(POLICIES[form])


@pytest.mark.parametrize("form", BUILDS)
def test_builds_in_another_form_are_told_with_the_cure(form, tmp_path):
    (tmp_path / "builds.json").write_text(BUILDS[form])
    (tmp_path / "a.log").write_text("#1 [1/1] FROM a\n#1 DONE 0.1s\n")
    (problem,) = read_history(tmp_path).problems["problem"]
    assert CURE.format(form).replace("\\", "") in problem


def test_a_log_in_a_table_whose_cells_hide_how_lines_end_is_told():
    rows = ("#1 [1/1] FROM a", "#1 DONE 0.5s")
    cells = [
        f"||  1700000000000 |  {row}\\n  |  170000000000{n} ||\n" for n, row in enumerate(rows)
    ]
    table = TABLE.format(command="GetLogEvents", name="events", key="message") + "".join(cells)
    (problem,) = read_logs(table.encode()).logs["problem"]
    assert CURE.format("table").replace("\\", "") in problem


@pytest.mark.parametrize(
    "text", ["not json", "a: b", "-------\nheading", "2026-01-01T10:00:00Z started"]
)
def test_other_texts_are_not_said_to_be_of_the_command_line(text, tmp_path):
    path = tmp_path / "x"
    path.write_text(text)
    with pytest.raises(RegistryError, match="is not JSON"):
        read_images(path, {})
