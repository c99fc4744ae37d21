"""Arguments without a default are asked for before anything is built; secrets are too."""

import pytest

from analysis.errors import ContextError, UnknownName
from analysis.workload import BuildOptions, check_build_arguments

# Dockerfile -> the arguments that are asked for
ASKED = {
    "FROM a\nARG V\nRUN get $V\n": "V",
    "FROM a\nARG V\nRUN get ${V}\n": "V",
    "FROM a\nARG V\nRUN <<E\nget ${V%.*}\nE\n": "V",
    "ARG V\nFROM a:$V\nRUN b\n": "V",
    "FROM a\nARG A B=1\nCOPY $A $B /\n": "A",
    "FROM a\nARG A\nARG B\nRUN x $A\nWORKDIR /$B\n": "A,B",
    "FROM a\nARG V\nENV V=$V\n": "V",
    "FROM a AS x\nARG V\nRUN $V\nFROM b\nCOPY --from=x /a /\n": "V",
    # none of these
    "FROM a\nARG V=1\nRUN get $V\n": "",
    "FROM a\nARG V\nRUN get ${V:-1}\n": "",
    'FROM a\nARG V\nRUN if [ -n "$V" ]; then get $V; fi\n': "",
    "FROM a\nARG V\nLABEL v=$V\n": "",
    "FROM a\nARG V\nENV V=1\nRUN $V\n": "",
    "ARG V=1\nFROM a\nARG V\nRUN $V\n": "",
    "FROM a\nARG TARGETARCH\nRUN get $TARGETARCH\n": "",
    "FROM a\nRUN V=1; get $V\n": "",
    "FROM a AS x\nARG V\nRUN $V\nFROM b\nRUN c\n": "",
    "FROM a\nARG V\nRUN echo \\$V\n": "",
}


@pytest.mark.parametrize("text", ASKED)
def test_what_steps_use_and_nobody_gives_is_asked_for(text, tmp_path):
    (tmp_path / "Dockerfile").write_text(text)
    names = ASKED[text].split(",") if ASKED[text] else []
    if names:
        with pytest.raises(ContextError) as caught:
            check_build_arguments(tmp_path, BuildOptions())
        assert f"give BUILD_ARGS={','.join(f'{name}=VALUE' for name in names)};" in str(
            caught.value
        )
    check_build_arguments(tmp_path, BuildOptions(build_args=dict.fromkeys(names, "")))


def test_an_argument_that_no_arg_is_for_is_told(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM a\nARG VERSION=1\n")
    check_build_arguments(tmp_path, BuildOptions(build_args={"HTTP_PROXY": "x"}))
    with pytest.raises(UnknownName, match="'VERSON': did you mean 'VERSION'"):
        check_build_arguments(tmp_path, BuildOptions(build_args={"VERSON": "1"}))


def test_a_secret_that_a_step_requires_is_asked_for(tmp_path):
    text = "FROM a\nRUN --mount=type=secret,id=npm{} npm ci\n"
    (tmp_path / "Dockerfile").write_text(text.format(",required=true"))
    with pytest.raises(ContextError, match="requires npm: give SECRETS='id=npm,src=FILE'"):
        check_build_arguments(tmp_path, BuildOptions())
    (tmp_path / "Dockerfile").write_text(text.format(""))
    check_build_arguments(tmp_path, BuildOptions())


def test_an_unknown_target_is_told(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM a AS build\nFROM b AS prod\n")
    with pytest.raises(UnknownName, match="stage in the Dockerfile 'prd': did you mean 'prod'"):
        check_build_arguments(tmp_path, BuildOptions(target="prd"))


def test_what_commands_give_themselves_is_not_asked_for(tmp_path):
    text = "FROM a\nARG TAG\nRUN --mount=type=secret,id=npm,required=true use $TAG\n"
    (tmp_path / "Dockerfile").write_text(text)
    for told, words in ([()], "TAG"), ([{"TAG"}], "npm"):
        with pytest.raises(ContextError, match=words):
            check_build_arguments(tmp_path, BuildOptions(), *told)
    check_build_arguments(tmp_path, BuildOptions(), {"TAG", "npm"})
    check_build_arguments(tmp_path, BuildOptions(), None)
    with pytest.raises(UnknownName):
        check_build_arguments(tmp_path, BuildOptions(build_args={"TOG": "1"}), None)
