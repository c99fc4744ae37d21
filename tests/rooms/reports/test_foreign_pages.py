"""Pages of builds with hostile names, opened in a browser: text as written, in the page's width."""

import json
import random
import shutil
from pathlib import Path

import pytest
from browser import look_at
from histories import after, build_log, write_folder
from hostile import HOSTILE

from analysis.reports.history import make_history_report
from analysis.reports.site import make_reports
from analysis.shipped import NOTEBOOKS

CONTROL = Path(__file__).parents[3] / "data" / "control"
SEED = random.randrange(1_000_000)
EVIL = (
    "wget ${NAME}_${VER} $x^ <script>document.title='taken'<img src=x onerror=document.title=1>"
    "\u202e\x1b[31m" + "n" * 90
)
SAID = "wget ${NAME}_${VER} $x^ <script>document.title='taken'<img src=x onerror=document.title=1>"
pytest_plugins = ["browser"]


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    """The page of builds of a project, and of steps, with such names."""
    folder = tmp_path_factory.mktemp("past")
    print(f"seed {SEED}")
    names = random.Random(SEED).sample([each for each in HOSTILE if each.strip()], 4)
    steps = [EVIL, *(" ".join(each.split()) for each in names)]
    texts = [
        build_log(after(60 * number)).replace("RUN install", f"RUN {steps[number % len(steps)]}")
        for number in range(2 * len(steps))
    ]
    project = folder / "logs" / EVIL
    write_folder(project)
    for number, text in enumerate(texts):
        (project / f"{number:02d}.log").write_bytes(text.encode("utf-8", "surrogatepass"))
    return make_history_report(str(folder / "logs"), folder / "reports")


@pytest.fixture(scope="module")
def experiment(tmp_path_factory):
    """The page of an experiment one of whose strategies has such a name."""
    folder = tmp_path_factory.mktemp("recorded") / "experiment"
    (folder / "runs").mkdir(parents=True)
    shutil.copy(CONTROL / "experiment.json", folder)
    for run in (CONTROL / "runs").iterdir():
        strategy, rest = run.name.split(".", 1)
        if strategy not in ("docker", "registry-cache"):
            continue
        name = EVIL if strategy == "registry-cache" else strategy
        there = folder / "runs" / f"{name}.{rest}"
        shutil.copytree(run, there)
        record = json.loads((there / "record.json").read_text())
        record |= {"run": there.name, "strategy": name}
        (there / "record.json").write_text(json.dumps(record))
    notebooks = [NOTEBOOKS / "5-verdict.ipynb"]
    return make_reports(folder, folder.parent / "reports", notebooks).parent / "5-verdict.html"


@pytest.mark.parametrize("kind", ["history", "experiment"])
def test_a_page_shows_hostile_names_as_text(kind, request, browser):
    page = request.getfixturevalue(kind)
    look = look_at(browser, page)
    assert "taken" not in look.title and look.title != "1"
    assert look.requests == [] and look.complaints == []
    assert look.width <= 390
    assert all(look.alts), "a picture without a word"
    text = browser.execute_script("return document.body.textContent")
    alts = " ".join(filter(None, look.alts))
    assert SAID in text and "\\u202e\\x1b[31m" in text
    assert not set(text + alts) & set("\u202e\x1b\u200b\x00")
    assert "taken" not in browser.execute_script("return document.title")
