"""Other languages than English: all that is said has its words there, with the same names in it."""

import ast
import html
import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from string import Formatter

import pytest

from analysis.commands import run_command_line
from analysis.errors import UnknownName
from analysis.languages import (
    ENGLISH,
    get_language,
    list_languages,
    speak,
    speaking,
    translate,
    translate_value,
)
from analysis.registry import describe_kinds
from analysis.reports import make_history_report, make_reports
from analysis.results import read_experiment
from analysis.words import SPEEDS, VERDICTS, count_words, say_difference, say_seconds
from analysis.workload import KNOWN_SCENARIOS, describe_scenarios, say_commit

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "analysis/prose/templates"
NOTEBOOKS = [path for path in sorted((ROOT / "notebooks").glob("*.ipynb")) if path.stem[0] != "1"]
OTHERS = [name for name in list_languages() if name != ENGLISH]
each_language = pytest.mark.parametrize("language", OTHERS)
# where code has its own words for what is elsewhere, as plurals, or says signs alone
_LETTERS = re.compile(r"[A-Za-z]{2}")
# three English words and more; what is quoted, and what BuildKit calls its steps, stay as they are
ENGLISH_WORDS = re.compile(r"(?:[A-Za-z][A-Za-z’']*[,;:.]? ){2,}[A-Za-z][A-Za-z’']*")
QUOTED = ("exporting ", "importing ", "ERROR: ", "Cache export feature ", "docker buildx create")
# instructions of a Dockerfile, and commands to be typed
QUOTED += ("RUN ", "COPY ", "WORKDIR ", "FROM ", "make experiment ")


# where frames take the texts from that pages show, and what tells one from a list of columns
_RECORDS = ("fields", "neighbours", "ranks", "told", "validity")
TEXTS = ("measures", *(f"records/{name}.py" for name in _RECORDS), "registry/contradictions.py")
# parts of sentences, which are translated whole, and what is none
PARTS = re.compile(
    "7: it (?:pays|does)|(?:kind|set) of |its 7 (?:is|are) |.* says that it 7|.* 7 from a cache7|"
    ".* not imported7|.*{by}|activity !="
)
_SENTENCE = re.compile(r"\b(?:a|an|as|by|is|its?|no|not|of|that|the|was)\b")


def read(name):
    return tomllib.loads((TEMPLATES / name).read_text("utf-8"))


def name_fields(template):
    return {field.partition(".")[0] for _, field, _, _ in Formatter().parse(template) if field}


def list_told():
    """The English texts that code and pages' templates give to be said in another language."""
    for path in sorted((ROOT / "analysis").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("tell", "translate"):
                yield from (a.value for a in node.args[:1] if isinstance(a, ast.Constant))
    for path in (ROOT / "analysis").rglob("*.j2"):
        yield from re.findall(r'\btell\("([^"]*)"', path.read_text("utf-8"))


def list_sentences(path):
    """The English sentences of a module that are no docstring and no error's; 7 for a value."""
    tree = ast.parse(path.read_text("utf-8"))
    left = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    for node in ast.walk(tree):
        name = getattr(getattr(node, "func", None), "id", "")
        if isinstance(node, ast.Raise) or name.endswith("Error") or name == "UnknownName":
            left |= {id(each) for each in ast.walk(node)}
        if isinstance(node, ast.JoinedStr):
            left |= {id(each) for each in node.values}
            text = "".join(getattr(each, "value", "7") if isinstance(each, ast.Constant) else "7"
                           for each in node.values)  # fmt: skip
        else:
            text = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and id(node) not in left and _SENTENCE.search(text):
            yield text


def read_cells(kind):
    for path in NOTEBOOKS:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        yield from ("".join(cell["source"]) for cell in cells if cell["cell_type"] == kind)


def squeeze(text):
    return " ".join(text.split())


def read_words(language):
    given = read(f"{language}.words.toml")
    return {en: said for name in ("texts", "counts", "heads", "values")
            for en, said in given[name].items()}  # fmt: skip


@each_language
def test_sentences_have_the_same_keys_and_names_as_in_english(language):
    ours, theirs = read("en.toml"), read(f"{language}.toml")
    assert {name: list(part) for name, part in theirs.items()} == {
        name: list(part) for name, part in ours.items()
    }
    wrong = [
        f"{section}.{name}"
        for section, part in ours.items()
        for name, template in part.items()
        if name_fields(template) != name_fields(theirs[section][name])
    ]
    assert wrong == []


@each_language
def test_what_code_and_pages_say_in_english_has_its_words(language):
    known = read_words(language)
    lacking = {text for text in list_told() if _LETTERS.search(text) and text not in known}
    assert lacking == set()


@each_language
def test_words_keep_the_names_that_are_filled_in(language):
    given = read(f"{language}.words.toml")
    pairs = [*read_words(language).items(), *given["patterns"].items()]
    assert [en for en, said in pairs if name_fields(en) != name_fields(said)] == []


@each_language
def test_every_text_of_a_notebook_is_translated_and_no_other(language):
    notes = {squeeze(each["en"]) for each in read(f"{language}.words.toml")["notebooks"]}
    assert notes == set(map(squeeze, read_cells("markdown")))
    known = read_words(language)
    shown = re.findall(r'(?:\bfold\(|caption=)\s*"([^"]+)"', "\n".join(read_cells("code")))
    assert [each for each in shown if each not in known] == []


@each_language
def test_scenarios_kinds_and_verdicts_have_their_words(language):
    scenarios, kinds = describe_scenarios(), describe_kinds()
    texts = [*VERDICTS, *scenarios["commit"], *scenarios["layers_from_a_cache"], *kinds["meaning"]]
    texts += [say_commit(each) for each in KNOWN_SCENARIOS] + list(SPEEDS.values())
    known = read_words(language)
    assert [each for each in texts if each not in known] == []


@each_language
def test_what_frames_say_in_english_has_its_words(language):
    paths = [ROOT / "analysis" / name for name in TEXTS]
    files = [each for path in paths for each in ([path] if path.is_file() else path.rglob("*.py"))]
    with speaking(language):
        said = {text: translate_value(text) for file in files for text in list_sentences(file)}
    assert len(said) > 80
    left = {text for text, ours in said.items() if ENGLISH_WORDS.search(ours)}
    assert {text for text in left if not PARTS.match(text)} == set()


def test_numbers_and_lists_follow_the_language():
    with speaking("ja"):
        assert say_seconds(12.34) == "12.3秒"
        assert say_difference(-1.5, -2, -1, 3) == "−1.5秒 [−2.0〜−1.0秒、n = 3]"
        assert count_words(3, "build") == "3件のビルド"
        assert say_commit("source") == translate("a changed source file") != "a changed source file"
    assert say_seconds(12.34) == "12.3 s"


def test_copies_of_the_notebooks_speak_the_language(tmp_path, capsys):
    assert run_command_line(["notebooks", "--language", "ja", "--out", str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(NOTEBOOKS)
    for path in NOTEBOOKS:
        ours, theirs = (
            json.loads(each.read_text("utf-8")) for each in (path, tmp_path / path.name)
        )
        for own, cell in zip(ours["cells"], theirs["cells"], strict=True):
            own, text = "".join(own["source"]), "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                assert re.search(r"[ぁ-んァ-ヶ一-龥]", text), text
            else:
                assert own.replace('language: str = ""', 'language: str = "ja"') == text
    changed = tmp_path / NOTEBOOKS[0].name
    changed.write_text("{}")
    assert run_command_line(["notebooks", "--language", "ja", "--out", str(tmp_path)]) == 0
    assert changed.read_text() == "{}"


def test_where_a_recorded_mix_is_from_is_told_in_the_language(monkeypatch):
    monkeypatch.setenv("PAGE_LANGUAGE", "ja")
    told = translate_value("12 commits of v1..v2; unchanged and base assumed")
    assert told == "v1..v2のコミット12件。unchangedとbaseは仮定"


def test_commands_without_words_in_the_language_mix_in_none(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PAGE_LANGUAGE", "ja")
    log = str(next((ROOT / "data/control/runs").glob("docker.cold.*/build.log.gz")))
    assert run_command_line(["calibrate", log]) == 0
    assert not re.search(r"[ぁ-んァ-ヶ件秒]", capsys.readouterr().out)
    assert get_language() == "ja"


def test_an_unknown_language_is_named_with_those_there_are(monkeypatch):
    monkeypatch.delenv("PAGE_LANGUAGE", raising=False)
    with pytest.raises(UnknownName, match="language 'xx'.*en, ja"):
        speak("xx")
    assert get_language() == ENGLISH
    with speaking("ja"):
        assert get_language() == "ja"
    assert get_language() == ENGLISH


@pytest.fixture(scope="module")
def control():
    return read_experiment(ROOT / "data/control")


@pytest.fixture(scope="module")
def folder(control, tmp_path_factory):
    """The pages of a recorded experiment and of past builds, in Japanese."""
    there = tmp_path_factory.mktemp("ja")
    notebooks = [path for path in NOTEBOOKS if path.stem[0].isdigit() and path.stem != "6-trust"]
    make_reports(control, there, notebooks, language="ja")
    make_history_report(str(ROOT / "data/control/runs/docker*"), there, language="ja")
    return there


def list_shown(page):
    """What a reader of a page sees or hears, without logs, files and commands."""
    text = re.sub(r"<(script|style|pre|code)\b.*?</\1>", " ", page, flags=re.DOTALL)
    for found in re.finditer(r'(?:title|aria-label|alt|content|data-label)="([^"]*)"', text):
        yield html.unescape(found[1])
    yield from (html.unescape(each) for each in re.findall(r">([^<]+)<", text))


def list_numbers(path):
    """The numbers with decimal places and signs that a page shows, each as often as it does."""
    text = " ".join(list_shown(path.read_text("utf-8")))
    return Counter(re.findall(r"[−+]?\d+\.\d+", text))


def test_numbers_are_those_of_the_english_pages(control, folder, tmp_path):
    make_reports(
        control, tmp_path, [each for each in NOTEBOOKS if each.stem[0] in "24"], language="en"
    )
    pages = sorted(tmp_path.glob("*.html"))
    assert len(pages) == 3
    for page in pages:
        numbers = list_numbers(page)
        assert numbers and list_numbers(folder / page.name) == numbers, page.name


def test_no_english_is_left_on_a_page_in_another_language(folder):
    pages = sorted(folder.glob("*.html"))
    assert len(pages) == 6
    for path in pages:
        page = path.read_text("utf-8")
        assert '<html lang="ja">' in page
        left = {
            found[0]
            for text in list_shown(page)
            for found in ENGLISH_WORDS.finditer(text.replace("\N{NO-BREAK SPACE}", " "))
            if not any(each in text for each in QUOTED)
        }
        assert left == set(), path.name


def test_the_answer_is_in_the_language_and_its_names_are_not(folder):
    answer = json.loads((folder / "answer.json").read_text("utf-8"))
    assert answer["verdict"] in VERDICTS
    assert {"strategy", "seconds_from", "unknown"} <= set(answer)
    assert all(re.search(r"[ぁ-ん]", each) for each in answer["unknown"])
