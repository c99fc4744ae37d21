"""The reader's own numbers: what sliders say is what the package says of the same builds."""

import dataclasses
import json
import random
import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from analysis import compare_mix, measures, month, read_experiment, read_mix, read_prices
from analysis.answers import answer
from analysis.measures.model import Conditions
from analysis.reports.first_screen import FirstScreen
from analysis.reports.pages import Site, render_index
from analysis.reports.yours import diff_buildspecs, list_yours, write_json
from analysis.specs import derive
from analysis.workload import load_strategies, parse_buildspec

SWEEP = Path(__file__).parents[3] / "data" / "sweep"
pytest_plugins = ["browser"]
MIX = {"source": 60, "unchanged": 30, "cold": 10}
# sets sliders by name and says what the page then ranks
MOVE = """
const box = document.getElementById("yours");
for (const [name, value] of Object.entries(arguments[0])) {
    const slider = box.querySelector(`input[name="${name}"]`);
    slider.value = value;
    slider.dispatchEvent(new Event("input", {bubbles: true}));
}
return box.rank();
"""
READ = """
const box = document.getElementById("yours");
return {
    advice: box.querySelector(".advice").textContent,
    grounds: box.querySelector(".grounds").textContent,
    order: [...box.querySelectorAll("tbody tr")].map((row) => row.dataset.strategy),
};
"""


def make_runs(strategies=9, lost=0):
    """Runs of made-up builds: the second strategy has a pool of kept hosts, the third is odd."""
    seed = random.randrange(10**6)
    print("seed", seed)
    luck = random.Random(seed)
    rows = []
    for number in range(6):
        slow = luck.uniform(0.95, 1.1)
        for at in range(strategies):
            for place, scenario in enumerate(MIX):
                empty = at != 1 or luck.random() < 0.5
                mean = (40 - 2 * at - 6 * (2 - place)) * (1 if empty else 0.3)
                seconds = mean * slow * luck.gauss(1, 0.2 if at == 2 else 0.03)
                rows.append(
                    {
                        "run": f"s{at}.{scenario}.{number}",
                        "strategy": "docker" if at == 0 else f"s{at}",
                        "scenario": scenario,
                        "round": number,
                        "seconds": seconds,
                        "valid": luck.random() >= lost,
                        "emulated": at == 1,
                        "expect": "succeeded",
                        "started": pd.Timestamp("2026-01-01", tz="UTC")
                        + pd.Timedelta(hours=10 * number + place),
                        "host": "kept" if at == 1 else "fresh",
                        "host_empty": empty,
                        "place": "lab",
                        "provisioning_seconds": None,
                    }
                )
    types = dict.fromkeys(("run", "strategy", "scenario", "expect", "host", "place"), "string")
    return pd.DataFrame(rows).astype(types | {"provisioning_seconds": "float64"})


@pytest.fixture(scope="module")
def runs():
    return make_runs()


@pytest.fixture(scope="module")
def found(runs):
    return answer(runs, MIX)


def render(runs, found, others=()):
    yours = list_yours(runs, found, others)
    site = Site({"index.html": "Overview"}, "5 builds.")
    first = FirstScreen("Which?", "Use it.", "", ["Use it."])
    return render_index(site, first, [], {}, [], yours=yours)


def open_page(browser, folder, html):
    (folder / "index.html").write_text(html, encoding="utf-8")
    browser.get((folder / "index.html").as_uri())
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    return browser


@pytest.fixture
def opened(runs, found, browser, tmp_path):
    """The page of made-up builds."""
    return open_page(browser, tmp_path, render(runs, found))


def to_sliders(mix):
    return {f"mix-{name}": mix.get(name, 0) for name in MIX}


def assert_alike(ranked, expected):
    """What the page ranks is compare_mix's rows, or an answer's."""
    names = {str(row["strategy"]).removesuffix(" (emulated)"): row for row in expected}
    assert {row["name"] for row in ranked[1:] if row["seconds"] is not None} == set(names)
    for row in ranked[1:]:
        for name in ("n", "seconds", "difference", "low", "high") if row["name"] in names else ():
            value = names[row["name"]][name]
            told = (row["name"], name, row[name], value)
            if pd.isna(value):
                assert row[name] is None, told
            else:
                assert row[name] == pytest.approx(value, abs=1e-3), told


def test_the_page_begins_with_the_answer(opened, found):
    ranked = opened.execute_script(MOVE, {})
    others = [row for row in found.strategies if row["strategy"] != found.baseline]
    assert_alike(ranked, others)
    words = {"same": "the same", "close": "can't tell yet", "untold": "not enough runs"}
    told = {row["name"]: words.get(row["verdict"], row["verdict"]) for row in ranked[1:]}
    assert told == {row["strategy"]: row["verdict"] for row in others}
    assert ranked[0]["seconds"] == pytest.approx(found.seconds_from, abs=1e-3)


@pytest.mark.parametrize("mix", [{"source": 100}, {"unchanged": 50, "cold": 25}, {"cold": 1}])
def test_another_mix_is_ranked_as_the_package_ranks_it(opened, runs, mix):
    ranked = opened.execute_script(MOVE, to_sliders(mix))
    shares = {name: share / sum(mix.values()) for name, share in mix.items()}
    assert_alike(ranked, compare_mix(runs, shares).to_dict("records"))
    told = opened.execute_script(READ)
    order = sorted(ranked, key=lambda row: (row["emulated"], row["seconds"]))
    assert told["order"] == [row["name"] for row in order]
    assert "Measured:" in told["grounds"]


@pytest.mark.parametrize(
    ("made", "baseline"),
    [({"lost": 0.3}, "docker"), ({"strategies": 4}, "docker"), ({"lost": 0.1}, "s1")],
)
def test_odd_runs_are_ranked_as_the_package_ranks_them(browser, tmp_path, made, baseline):
    runs = make_runs(**made)
    open_page(browser, tmp_path, render(runs, answer(runs, MIX, baseline)))
    ranked = browser.execute_script(MOVE, to_sliders({"source": 50, "unchanged": 50}))
    table = compare_mix(runs, {"source": 0.5, "unchanged": 0.5}, baseline)
    assert_alike(ranked, table.to_dict("records"))


def make_history():
    """Such runs as the commits of a history, some kinds of which are rare."""
    runs = make_runs(4).assign(emulated=False, host="fresh", host_empty=True)
    runs = runs[runs["round"].lt(runs["scenario"].map({"source": 6, "unchanged": 3, "cold": 2}))]
    commits = runs["scenario"] + "-" + runs["round"].astype("string")
    told = runs.assign(kind=runs["scenario"], commit=commits, scenario=commits, round=1)
    return told.astype({"host": "string"})


def test_commits_of_a_history_are_ranked_as_the_package_ranks_them(browser, tmp_path):
    runs = make_history()
    open_page(browser, tmp_path, render(runs, answer(runs, MIX)))
    for mix in ({"source": 60, "unchanged": 30, "cold": 10}, {"source": 50, "unchanged": 50}):
        ranked = browser.execute_script(MOVE, to_sliders(mix))
        shares = {name: share / 100 for name, share in mix.items()}
        assert_alike(ranked, compare_mix(runs, shares).to_dict("records"))
        assert {row["n"] for row in ranked} == {
            sum({"source": 6, "unchanged": 3, "cold": 2}[name] for name in mix)
        }


def test_strategies_that_lack_commits_are_ranked_as_the_package_ranks_them(browser, tmp_path):
    runs = make_history()
    lost = {("docker", "source-0"), ("s1", "source-1"), ("s2", "unchanged-0")}
    # one has too few of a kind, which takes nothing from the others
    lost |= {("s3", "cold-0")}
    runs = runs[[pair not in lost for pair in zip(runs["strategy"], runs["commit"], strict=True)]]
    open_page(browser, tmp_path, render(runs, answer(runs, MIX)))
    for mix in ({"source": 60, "unchanged": 30, "cold": 10}, {"source": 50, "unchanged": 50}):
        ranked = browser.execute_script(MOVE, to_sliders(mix))
        shares = {name: share / 100 for name, share in mix.items()}
        assert_alike(ranked, compare_mix(runs, shares).to_dict("records"))
        assert len({row["n"] for row in ranked}) > 1


@pytest.fixture(scope="module")
def swept():
    """An experiment of a grid, and another of other work over another link."""
    return [read_experiment(SWEEP / name) for name in ("100mbit.8s", "400mbit.24s")]


def test_work_and_link_change_what_the_model_says(swept, browser, tmp_path):
    experiment, other = swept
    found, model = answer(experiment), measures.fit_model(experiment, [other])
    open_page(browser, tmp_path, render(experiment, found, [other]))
    before = {row["name"]: row for row in browser.execute_script(MOVE, {})}
    work, (low, high) = float(model.found["total_work"].iloc[0]), model.ranges["link_mbit"]
    for sliders, conditions in [
        ({"work": 2 * work}, Conditions(work_factor=2)),
        ({"link": 0.5}, Conditions(work_factor=2, link_mbit=(low * high) ** 0.5)),
    ]:
        then, now = model.sum_mix(found.mix), model.sum_mix(found.mix, conditions)
        for row in browser.execute_script(MOVE, sliders):
            own = before[row["name"]]
            change = now[row["name"]] - then[row["name"]]
            assert row["seconds"] - own["seconds"] == pytest.approx(change, abs=2e-3)
            if row["low"] is not None:
                assert row["high"] - row["low"] >= own["high"] - own["low"] - 1e-6
    assert "Modelled:" in browser.execute_script(READ)["grounds"]


def test_sliders_stay_within_what_was_run_and_say_where_they_cannot(swept, runs, found):
    experiment, other = swept
    told = answer(experiment)
    ends = dict(
        re.findall(r'name="(work|link)" min="(.+?" max=".+?)"', render(experiment, told, [other]))
    )
    least, most = map(float, ends["work"].split('" max="'))
    assert 6 < least < 11 < 22 < most < 28 and ends["link"] == '0" max="1'
    alone = re.findall('<p class="fixed">.*?</p>', render(experiment, told))
    assert len(alone) == 2 and "only 100\xa0Mbit/s was run" in alone[1]
    unknown = re.findall('<p class="fixed">.*?</p>', render(runs, found))
    assert len(unknown) == 2 and all("tell no model" in each for each in unknown)


def test_moved_sliders_go_back(opened):
    first = opened.execute_script(READ)
    opened.execute_script(MOVE, {"mix-cold": 100, "builds": 50, "price": 0.1})
    assert opened.execute_script(READ) != first
    opened.execute_async_script(
        """const done = arguments[0];
           document.querySelector("#yours [type=reset]").click();
           setTimeout(done, 20);"""
    )
    assert opened.execute_script(READ) == first


def test_a_month_is_billed_as_the_package_bills_it(runs, browser, tmp_path):
    # builds of several minutes
    runs, mix = runs.assign(seconds=7 * runs["seconds"]), read_mix("source 60, cold 40")
    opened = open_page(browser, tmp_path, render(runs, answer(runs, MIX)))
    opened.execute_script(MOVE, to_sliders(mix) | {"builds": 1000, "price": 0.01})
    told = {
        name: str(text).replace("\xa0", " ") for name, text in opened.execute_script(READ).items()
    }
    months = month(runs, mix, 1000, "general1.small", read_prices()).set_index("strategy")
    row = months.loc[re.match(r"Use (s\d)", told["advice"])[1]]
    assert f"1000 builds a month wait {-row['difference']:.0f} minutes less" in told["grounds"]
    # general1.small has half of that price
    usd, low, high = (2 * row[f"cost_{end}"] for end in ("difference", "low", "high"))
    numbers = f"by {usd:+.2f} USD (95 % interval {low:+.2f} to {high:+.2f} USD)"
    assert usd < -1 and numbers.replace("-", "−") in told["grounds"]


def test_without_scripts_the_measured_numbers_stand_there(runs, found):
    html = render(runs, found).replace("\xa0", " ")
    for row in found.strategies:
        line = re.search(rf'<tr data-strategy="{row["strategy"]}">.*?</tr>', html, re.DOTALL)[0]
        text = unescape(re.sub(r"<[^>]+>", " ", line))
        assert f"{row['seconds']:.1f}" in text
        if row["low"] is not None:
            ends = f"[{row['low']:+.1f} to {row['high']:+.1f}]".replace("-", "−")
            assert ends in text
    css = html.partition("<style>")[2].partition("</style>")[0]
    assert ".what-if, .yours { display: none; }" in css


def test_texts_cannot_end_the_script_that_holds_them():
    hostile = {"name": "</script><!-- <script> & \u2028\u2029 '\""}
    text = write_json(hostile)
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == hostile


def test_the_winner_s_buildspec_is_told_by_what_changes(runs, found):
    names = {"strategy": "containerd-store", "verdict": "faster"}
    told = dataclasses.replace(found, **names)
    diff, whole = diff_buildspecs(told)["blocks"]
    shipped = load_strategies()
    assert whole["text"] == shipped["containerd-store"].buildspec.text
    lines = diff["text"].splitlines()
    assert lines[:2] == ["--- docker.yml", "+++ containerd-store.yml"]
    added = [line[1:] for line in lines[2:] if line.startswith("+")]
    assert added and set(added) <= set(whole["text"].splitlines())
    shown = re.findall('<pre class="copy".*?>(.*?)</pre>', render(runs, told), re.DOTALL)
    assert [unescape(each) for each in shown] == [diff["text"], whole["text"]]
    for name, value in (("verdict", "the same"), ("strategy", "of-my-own")):
        assert diff_buildspecs(dataclasses.replace(told, **{name: value})) is None


def test_what_was_written_from_a_buildspec_of_one_s_own_is_told_by_its_own_diff(
    runs, found, tmp_path
):
    spec = parse_buildspec(
        "version: 0.2\nphases: {build: {commands: ['docker build -t $R/a:1 .', "
        "'docker push $R/a:1']}}\n",
        "ci/buildspec.yml",
    )
    derived = derive(spec, [load_strategies()["registry-cache"]])
    derived.write(tmp_path / "strategies")
    facts = {"folders": {"buildspec": "ci/buildspec.yml"}}
    experiment = dataclasses.replace(read_experiment("data/control"), folder=tmp_path, facts=facts)
    told = dataclasses.replace(found, strategy="registry-cache", verdict="faster")
    shown = diff_buildspecs(told, experiment)
    diff, whole = (each["text"] for each in shown["blocks"])
    assert diff == derived.diffs["registry-cache"] and "--- a/buildspec.yml" in diff
    assert whole == derived.strategies["registry-cache"].buildspec.text
    assert "buildspec.yml" in shown["title"]
    assert diff_buildspecs(dataclasses.replace(told, strategy="docker"), experiment) is None
