"""Several targets in one docker build: a bake of two services, read off its own logs by eye."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.logs import Logs, read_logs
from analysis.measures.caching import (
    explain_misses,
    first_misses,
    hit_rates,
    hits_by_run,
    hits_by_target,
    layer_hits,
    misses_by_run,
    rates_by_target,
    untold_targets,
)
from analysis.prose import say_untold_targets
from analysis.records import split_targets

FOLDER = Path(__file__).parents[3] / "bake"
COLD, SOURCE = (str(FOLDER / f"{name}.log") for name in ("cold", "source"))
SHARED = ["WORKDIR /app", "RUN echo shared tools"]
OWN = {
    name: [
        f"COPY services/{name}/requirements.txt ./",
        "RUN cat requirements.txt",
        f"COPY services/{name}/ ./",
        "RUN cat main.py",
        "COPY --from=test /app /app",
        f"RUN echo {name} > /name",
    ]
    for name in ("api", "web")
}
COMMAND = (
    "Running command docker buildx bake --push --set api.cache-to=type=registry,mode=max,ref=r:a "
    '--set "web.cache-to=type=registry,mode=max,ref=r:w"'
)


@pytest.fixture(scope="module")
def logs() -> Logs:
    """A cold bake, and one after a change of the source of one service."""
    stamp = "[Container] 2026/11/29 10:00:00.000000"
    texts = {
        name: f"{stamp} Entering phase BUILD\n{stamp} {COMMAND}\n".encode() + path.read_bytes()
        for name, path in (("cold", Path(COLD)), ("source", Path(SOURCE)))
    }
    return read_logs(texts)


@pytest.fixture(scope="module")
def runs(logs):
    return pd.DataFrame(
        {
            "run": ["s.cold.01", "s.source.01"],
            "strategy": "s",
            "scenario": ["cold", "source"],
            "round": 1,
            "log": ["cold", "source"],
            "valid": True,
            "emulated": False,
            "host": "fresh",
            "host_empty": True,
            "started": pd.to_datetime(["2026-11-29", "2026-11-30"], utc=True),
        }
    )


def test_a_step_that_targets_share_belongs_to_each_of_them(logs):
    steps = split_targets(logs.steps)
    layers = steps[steps["kind"].eq("layer")]
    for (_, target), rows in layers.groupby(["log", "target"]):
        assert sorted(rows["name"]) == sorted(SHARED + OWN[target])
    froms = steps[steps["kind"].eq("from")]
    assert froms.groupby("log")["target"].agg(sorted).tolist() == [["api", "web"]] * 2


def test_each_target_has_its_own_rate_and_the_run_counts_each_step_once(logs, runs):
    rates = hit_rates(logs).set_index(["log", "target"])
    assert rates["layers"].eq(8).all() and rates["build"].eq(0).all()
    assert rates["hits"].to_dict() == {
        ("cold", "api"): 0,
        ("cold", "web"): 0,
        ("source", "api"): 4,
        ("source", "web"): 8,
    }
    whole = hits_by_run(runs, logs.steps).set_index("run")
    assert whole["layers"].tolist() == [14, 14] and whole["hits"].tolist() == [0, 10]
    table = rates_by_target(hits_by_target(runs, logs.steps)).set_index(["scenario", "target"])
    assert table.loc[("source", "web"), "rate"] == 1 and table["n"].eq(1).all()


def test_a_change_of_one_service_misses_in_its_target_alone(logs, runs):
    misses = explain_misses(logs, "source", ["cold"], host_empty=True)
    assert set(misses["target"]) == {"api"}
    (first,) = misses[misses["first"]].to_dict("records")
    assert (first["name"], first["cause"]) == ("COPY services/api/ ./", "files changed")
    table = first_misses(runs, misses_by_run(runs, logs))
    cold = table[table["scenario"].eq("cold")]
    assert cold["target"].tolist() == ["api", "web"] and cold["cause"].eq("import missing").all()
    assert cold["first missed"].eq("deps: WORKDIR /app").all()


def test_layers_of_one_name_are_told_apart_by_their_target(logs, runs):
    table = layer_hits(runs, logs.steps, "source").set_index(["target", "layer"])["s"]
    assert table["api", "COPY --from=test /app /app"] == "0 of 1"
    assert table["web", "COPY --from=test /app /app"] == "1 of 1"
    assert len(table) == 16


ONE_FILE = """\
#0 building with "b" instance using docker-container driver

#1 [a base 1/2] FROM alpine
#1 CACHED

#2 [a base 2/2] RUN x
#2 {base}

#3 [b b 1/1] COPY b b
#3 DONE 0.1s

#4 [a a 1/2] COPY a a
#4 CACHED

#5 [a a 2/2] COPY --from=base /x /x
#5 CACHED

#6 [c c 1/2] COPY --from=base /x /y
#6 DONE 0.1s

#7 [c c 2/2] RUN y
#7 CANCELED
"""


@pytest.mark.parametrize(("end", "hits"), [("CACHED", [3, 1, 1]), ("DONE 2.0s", [2, 0, 0])])
def test_targets_of_one_dockerfile_share_the_stage_below_them(end, hits):
    rates = hit_rates(read_logs(ONE_FILE.format(base=end).encode()))
    assert rates["target"].tolist() == ["a", "b", "c"]
    assert rates["layers"].tolist() == [3, 2, 3] and rates["hits"].tolist() == hits


def test_a_target_that_a_log_can_t_tell_is_said_to_be_none():
    text = "".join(
        f"#{number} [{target} deps {number}/9] RUN {number}{target}\n#{number} CACHED\n\n"
        for number, target in enumerate(["a", "b", "a", "b"], start=2)
    )
    # the fourth of a may stand on the third of b or c, and c may go on with a's or b's
    text += "#9 [c deps 3/9] RUN c\n#9 CACHED\n\n#10 [b deps 4/9] RUN b\n#10 CACHED\n"
    logs = read_logs({"log": text.encode()})
    assert hit_rates(logs)["target"].tolist() == ["b"]
    runs = pd.DataFrame({"run": ["r"], "log": ["log"]})
    untold = untold_targets(runs, logs.steps)
    assert untold.to_dict("list") == {"target": ["a", "c"], "runs": [1, 1]}
    assert layer_names(logs) == {f"RUN {each}" for each in ("2a", "3b", "4a", "5b", "b", "c")}


def layer_names(logs):
    """The instructions of a log, whichever target they are of."""
    steps = split_targets(logs.steps)
    return set(steps.loc[steps["kind"].eq("layer"), "name"])


# layers and hits of each target that the log tells, by what was built; and those that it does not
ALIKE = {
    "matrix": ({"app-one": (4, 0), "app-two": (4, 0), "app-three": (4, 0)}, []),
    "matrix-arguments": ({"app-one": (4, 4), "app-two": (4, 4), "app-three": (4, 4)}, []),
    "two-matrices": (
        {"app-one": (4, 0), "app-two": (4, 0), "lib-one": (2, 0), "lib-two": (2, 0)},
        [],
    ),
    "compose-alike": ({"api": (4, 0), "worker": (4, 0), "web": (4, 0)}, []),
    # base is there for the other two and not exported
    "linked": ({"svc": (4, 4), "web": (4, 4)}, []),
    "labels": ({"app-two": (4, 0)}, ["app-one"]),
    "inner-target": ({"a": (4, 0)}, ["b"]),
}


@pytest.mark.parametrize("name", ALIKE)
def test_targets_whose_steps_are_printed_as_another_s_have_them_or_are_said_to_be_untold(name):
    path = str(FOLDER / f"{name}.log")
    logs = read_logs(path)
    rates = hit_rates(logs).set_index("target")
    told, untold = ALIKE[name]
    assert {key: (row["layers"], row["hits"]) for key, row in rates.iterrows()} == told
    runs = pd.DataFrame({"run": ["r"], "log": [path]})
    assert untold_targets(runs, logs.steps)["target"].tolist() == untold


LINKED = """\
#1 [base internal] load build definition from Dockerfile
#1 DONE 0.0s

#2 [web internal] load build definition from Dockerfile
#2 DONE 0.0s

#3 [job internal] load build definition from Dockerfile
#3 DONE 0.0s

#4 [job 1/2] FROM alpine
#4 CACHED

#5 [web 2/2] RUN base
#5 CACHED

#6 [web 1/3] COPY web ./
#6 DONE 0.1s

#7 [web 2/3] RUN web
#7 DONE 0.1s

#8 [job 1/3] COPY job ./
#8 DONE 0.1s

#9 [web] exporting to image
#9 DONE 0.1s

#10 [job] exporting to image
#10 DONE 0.1s
"""


def test_targets_that_stand_on_one_whose_steps_bear_their_name_are_untold():
    logs = read_logs({"log": LINKED.encode()})
    untold = untold_targets(pd.DataFrame({"run": ["r"], "log": ["log"]}), logs.steps)
    assert untold["target"].tolist() == ["job", "web"]
    assert hit_rates(logs)["target"].isna().all()


def write_files(*steps):
    """The log of a bake of two Dockerfiles, of (target and place, instruction)."""
    files = [(f"{name} internal", "load build definition from Dockerfile") for name in "ab"]
    ends = [("a", "exporting to image"), ("b", "exporting to image")]
    rows = enumerate([*files, *steps, *ends], start=1)
    return "".join(f"#{n} [{at}] {name}\n#{n} DONE 0.1s\n\n" for n, (at, name) in rows)


BUILD = [("a build 1/2", "FROM x"), ("a build 2/2", "RUN a")]
ENDS = {
    # b's stage-1 begins with an image that bears another's name, or goes on from a's
    "other lengths": (
        [
            *BUILD,
            ("a stage-1 1/1", "COPY a /"),
            ("b build 1/2", "FROM y"),
            ("b build 2/2", "RUN b"),
            ("b stage-1 2/3", "COPY --from=build /b /"),
            ("b stage-1 3/3", "RUN end"),
        ],
        [],
    ),
    # a step can't run on nothing: b stands on what the log does not tell
    "nothing below": ([*BUILD, ("b build 1/2", "RUN b"), ("b build 2/2", "COPY b /")], ["a"]),
    # the only end that b's build could stand on goes on from it
    "a circle": ([*BUILD, ("b build 1/1", "RUN b"), ("b stage-1 1/1", "COPY b /")], ["a"]),
    # what copies may begin on scratch
    "scratch": ([*BUILD, ("b build 1/2", "COPY b /"), ("b build 2/2", "COPY c /")], ["a", "b"]),
}


@pytest.mark.parametrize("name", ENDS)
def test_a_target_of_several_dockerfiles_is_told_only_where_it_stands_on_something(name):
    steps, told = ENDS[name]
    rates = hit_rates(read_logs(write_files(*steps).encode()))
    assert rates["target"].dropna().tolist() == told


def test_no_target_is_named_where_a_log_tells_none():
    text = (
        "#1 [a deps 2/3] RUN x\n#1 DONE 1.0s\n\n#2 [b deps 2/3] RUN y\n#2 DONE 1.0s\n\n"
        "#3 [c deps 3/3] RUN z\n#3 DONE 1.0s\n\n#4 [d deps 3/3] RUN w\n#4 DONE 1.0s\n\n"
    )
    rates = hit_rates(read_logs(text.encode()))
    assert rates["target"].isna().tolist() == [True] and rates["layers"].tolist() == [4]


def test_a_service_alone_is_one_target_and_builds_are_told_apart():
    one = (
        "#1 [{0} internal] load build definition from Dockerfile\n#1 DONE 0.0s\n\n"
        "#2 [{0} 2/2] RUN a\n#2 {1}\n\n#3 [{0}] exporting to image\n#3 DONE 0.1s\n\n"
    )
    text = one.format("web", "CACHED") + one.format("api", "DONE 1.0s")
    rates = hit_rates(read_logs(text.encode()))
    assert rates[["build", "target", "hits"]].values.tolist() == [[0, "web", 1], [1, "api", 0]]


# layers and hits of each target, read off the logs of two targets that stand on one stage
SHARED_STAGE = {
    "shared-cold": {"api": (5, 0)},
    "shared-source": {"api": (5, 3), "web": (5, 5)},
    "compose-source": {"api": (5, 3), "web": (5, 5)},
}


@pytest.mark.parametrize("name", SHARED_STAGE)
def test_a_stage_that_targets_share_counts_whole_in_each_and_once(name):
    rates = hit_rates(read_logs(FOLDER / f"{name}.log")).set_index("target")
    for target, numbers in SHARED_STAGE[name].items():
        assert tuple(rates.loc[target, ["layers", "hits"]]) == numbers


def test_runs_of_untold_targets_are_told_of_each():
    alike = pd.DataFrame({"target": ["a", "b"], "runs": [3, 3]})
    assert "the steps of a and b (3 runs): " in say_untold_targets(alike)[0]
    apart = pd.DataFrame({"target": ["a", "b", "c"], "runs": [1, 3, 2]})
    assert "the steps of a (1 run), b (3 runs) and c (2 runs): " in say_untold_targets(apart)[0]
    assert say_untold_targets(alike[:0]) == []
