"""Why layers missed: small logs for each cause, and the recorded experiment, whose truth is known.

In the experiment the scenario is what was changed, so it says where misses must begin and why.
"""

from pathlib import Path

import pandas as pd
import pytest
from measured import make_runs, read_texts, write_log

from analysis.logs import read_logs
from analysis.measures.caching.misses import CAUSES, COLUMNS, explain_misses
from analysis.measures.caching.misses_by_run import first_misses, misses_by_run
from analysis.measures.compare import pick_comparable
from analysis.prose import say_misses
from analysis.records import read_experiment

LAB = Path(__file__).parents[4] / "data" / "lab"
OLD, NEW = f"base:1@sha256:{'a' * 64}", f"base:1@sha256:{'b' * 64}"
IMPORT = (
    "importing cache manifest from r:cache",
    "inferred cache manifest type: x done\n#{n} DONE",
)
MISSING = ("importing cache manifest from r:cache", "ERROR: r:cache: not found")
BROKEN = ("importing cache manifest from r:cache", "ERROR: unexpected status 500")
EXPORT = (
    "exporting cache to registry",
    "writing cache image manifest sha256:ab done\n#{n} DONE 1.0s",
)
EXPORT_FAILED = ("exporting cache to registry", "ERROR: denied")
INSTRUCTIONS = ("RUN install", "COPY app/ app/", "RUN compile")
RAN, HIT = "DONE 0.1s", "CACHED"
BUILD = "docker buildx build --cache-to type=registry,ref=r,mode={} ."


def show(*steps, mode=None):
    """A log of vertices (name, what its lines say)."""
    blocks = [f"#{n} {name}\n#{n} {says.format(n=n)}\n" for n, (name, says) in enumerate(steps, 1)]
    text = '#0 building with "b" instance using docker driver\n\n' + "\n".join(blocks)
    return text if mode is None else write_log((BUILD.format(mode), 9.0, text))


def single(ends, *more, names=INSTRUCTIONS, base=OLD, **options):
    """A log of a build of one stage, the layers' ends, then `more` vertices."""
    total = len(names) + 1
    shown = zip(range(2, total + 1), names, ends, strict=False)
    layers = [(f"[{n}/{total}] {name}", end) for n, name, end in shown]
    return show((f"[1/{total}] FROM {base}", RAN), *layers, *more, **options)


def explain(after, *before, host_empty=None):
    """The causes of the misses of a log, by layer."""
    texts = {"after": after, **{f"before-{n}": text for n, text in enumerate(before)}}
    logs = read_logs({name: text.encode() for name, text in texts.items()})
    return explain_misses(logs, "after", [*texts][1:], host_empty)


def first(*logs, **known):
    """(layer, cause) where the misses of a log begin."""
    table = explain(*logs, **known)
    rows = table[table["first"]]
    return list(zip(rows["name"], rows["cause"], strict=True))


COLD = single([RAN] * 3, EXPORT)
WARM = [HIT, RAN, RAN]


def test_a_build_whose_layers_all_hit_has_no_row_but_all_columns():
    table = explain(single([HIT] * 3, IMPORT), COLD)
    assert table.empty
    assert table.dtypes.astype(str).to_dict() == COLUMNS


def test_a_copy_that_alone_missed_copied_other_files_and_what_follows_missed_with_it():
    table = explain(single(WARM, IMPORT), COLD)
    assert table["name"].tolist() == ["COPY app/ app/", "RUN compile"]
    assert table["cause"].tolist() == ["files changed", "parent missed"]
    assert table["first"].tolist() == [True, False]
    assert table["explanation"].iloc[1] == "it stands on: COPY app/ app/"


def test_a_local_cache_that_gave_hits_tells_as_much_as_an_imported_one():
    assert first(single(WARM), single([RAN] * 3)) == [("COPY app/ app/", "files changed")]


def test_an_instruction_that_reads_differently_was_changed():
    names = ("RUN install", "COPY app/ src/", "RUN compile")
    table = explain(single(WARM, IMPORT, names=names), COLD)
    assert table[["cause", "explanation"]].iloc[0].tolist() == [
        "instruction changed",
        "it was: COPY app/ app/",
    ]


def test_an_instruction_that_was_added_was_changed():
    names = (*INSTRUCTIONS, "RUN check")
    after = single([HIT, HIT, HIT, RAN], IMPORT, names=names)
    assert first(after, COLD) == [("RUN check", "instruction changed")]


def test_another_digest_of_the_base_image_is_a_changed_base():
    table = explain(single([RAN] * 3, IMPORT, base=NEW), COLD)
    assert table["cause"].tolist() == ["base changed", "parent missed", "parent missed"]
    assert "bbbb" in table["explanation"].iloc[0]
    assert "aaaa" in table["explanation"].iloc[0]


@pytest.mark.parametrize("source", ["tool:1", "docker.io/library/tool:1", "tool"])
@pytest.mark.parametrize("pulled", [False, True])
def test_another_digest_of_a_copied_image_is_a_changed_base(source, pulled):
    copied = "docker.io/library/" + ("tool:latest" if source == "tool" else "tool:1")
    names = (f"COPY --from={source} /a /b", "RUN install", "RUN compile")
    pull = "sha256:ab 9MB / 9MB 1.0s done\n#{n} DONE 1.0s" if pulled else RAN
    one = [(f"FROM {copied}@sha256:{mark * 64}", pull) for mark in "cd"]
    table = explain(single([RAN] * 3, one[1], names=names), single([HIT] * 3, one[0], names=names))
    assert table["cause"].tolist() == ["base changed", "parent missed", "parent missed"]
    assert f"{copied} (sha256:dddd" in table["explanation"].iloc[0]
    same = explain(
        single([HIT, RAN, RAN], one[0], names=names), single([RAN] * 3, one[0], names=names)
    )
    assert same["cause"].tolist() == ["unknown", "parent missed"]


@pytest.mark.parametrize(
    ("vertex", "cause"), [(MISSING, "import missing"), (BROKEN, "import failed")]
)
def test_an_import_that_brought_nothing_is_the_cause_for_all(vertex, cause):
    table = explain(single([RAN] * 3, vertex, base=NEW), COLD)
    assert set(table["cause"]) == {cause}
    assert table["first"].tolist() == [True, False, False]


def test_without_an_import_an_empty_host_has_no_cache_and_an_unknown_one_may_have():
    build = single([RAN] * 3)
    assert first(build, COLD, host_empty=True) == [("RUN install", "no cache")]
    assert first(build, COLD) == [("RUN install", "unknown")]


def test_a_new_builder_or_a_base_pulled_again_proves_that_there_was_no_cache():
    booted = show(("[internal] booting buildkit", RAN), ("[1/2] FROM a", RAN), ("[2/2] RUN b", RAN))
    assert first(booted) == [("RUN b", "no cache")]
    pulled = single([RAN] * 3).replace(
        " DONE 0.1s", " extracting sha256:ab 1.0s done\n#1 DONE 1s", 1
    )
    assert first(pulled, single([RAN] * 3)) == [("RUN install", "no cache")]
    assert first(pulled, single([RAN] * 3, base=NEW)) == [("RUN install", "unknown")]


@pytest.mark.parametrize(
    ("more", "words"), [((), "exported no cache"), ((EXPORT_FAILED,), "failed to export")]
)
def test_a_layer_of_a_build_without_an_export_was_never_exported(more, words):
    table = explain(single([HIT, HIT, RAN], IMPORT), single([HIT, HIT, RAN], IMPORT, *more))
    assert table["cause"].tolist() == ["never exported"]
    assert words in table["explanation"].iloc[0]


def test_a_layer_that_the_build_before_did_not_finish_was_never_exported():
    failed = single([HIT, "ERROR: exit code: 1"], IMPORT, EXPORT)
    failed += "\nERROR: failed to build: exit code: 1\n"
    assert first(single(WARM, IMPORT), failed) == [("COPY app/ app/", "never exported")]
    kept = single(WARM, IMPORT)
    assert first(kept, failed.split("\n\n#3")[0] + "\n\nERROR: failed to build: x\n") == [
        ("COPY app/ app/", "never exported")
    ]


def stages(ends, *more, mode=None):
    """A log of a stage of two layers and of the final one, which shares its base and copies."""
    names = ("[build 2/3] COPY a ./", "[build 3/3] RUN make", "[run 2/3] WORKDIR /srv",
             "[run 3/3] COPY --from=build /out /out")  # fmt: skip
    layers = zip(names, ends, strict=True)
    return show((f"[build 1/3] FROM {OLD}", RAN), *layers, *more, mode=mode)


def test_a_stage_that_the_image_only_copies_from_is_not_exported_by_mode_min():
    after = stages([RAN, RAN, HIT, RAN], IMPORT)
    truth = {"min": "never exported", "max": "files changed", None: "unknown"}
    for mode, cause in truth.items():
        assert first(after, stages([RAN] * 4, EXPORT, mode=mode)) == [("COPY a ./", cause)], mode


def test_a_copy_from_a_stage_that_was_built_anew_missed_with_it():
    table = explain(stages([RAN, RAN, HIT, RAN], IMPORT), stages([RAN] * 4, EXPORT, mode="max"))
    last = table.iloc[-1]
    assert (last["cause"], last["first"]) == ("parent missed", False)
    assert last["explanation"] == "it takes from build, which was built anew"


def numbered(source, base):
    """A log of a stage without a name, and of the final one, which copies from it at once."""
    names = (f"[stage-0 1/2] FROM {OLD}", "[stage-0 2/2] COPY a ./", f"[run 1/2] FROM {base}",
             f"[run 2/2] COPY --from={source} /out /out")  # fmt: skip
    other = ("[other 2/2] RUN check", HIT)
    return show(*((name, RAN) for name in names), other, IMPORT, EXPORT, mode="min")


def test_a_stage_without_a_name_is_known_by_its_number():
    causes = explain(numbered(0, OLD), numbered(0, OLD))["cause"].tolist()
    assert causes == ["never exported", "parent missed"]


def test_a_copy_on_a_changed_base_missed_for_that_whatever_it_copies():
    causes = explain(numbered(0, NEW), numbered(0, OLD))["cause"].tolist()
    assert causes == ["never exported", "base changed"]


def test_a_linked_copy_stands_on_nothing_and_what_follows_on_both():
    names = ("COPY a ./", "COPY --link app/ app/", "RUN compile")
    before = single([RAN] * 3, EXPORT, names=names)
    table = explain(single([RAN, RAN, RAN], IMPORT, names=names), before)
    assert table["cause"].tolist() == ["files changed", "files changed", "parent missed"]
    table = explain(single([RAN, HIT, RAN], IMPORT, names=names), before)
    assert table["explanation"].iloc[-1] == "it stands on: COPY a ./"


def test_a_stage_on_another_stage_missed_with_it_only_if_the_log_leaves_no_other_way():
    def log(ends, *more):
        names = (f"[base 1/2] FROM {OLD}", "[base 2/2] COPY a ./", "[test 1/1] RUN test")
        return show(*zip(names, (RAN, *ends), strict=True), *more)

    table = explain(log([RAN, RAN], IMPORT), log([RAN, RAN], EXPORT))
    assert table["cause"].tolist() == ["files changed", "parent missed"]
    other = (f"[other 1/2] FROM {OLD}", RAN), ("[other 2/2] RUN b", HIT)
    table = explain(log([RAN, RAN], *other, IMPORT), log([RAN, RAN], *other, EXPORT))
    assert table["cause"].tolist() == ["files changed", "unknown"]


@pytest.mark.parametrize(
    "name",
    ["RUN compile", "RUN --mount=type=bind,target=. make", "COPY <<EOF /etc/x", "WORKDIR /a"],
)
def test_what_the_log_does_not_show_is_unknown(name):
    names = ("RUN install", name)
    before = single([RAN] * 2, EXPORT, names=names)
    assert first(single([HIT, RAN], IMPORT, names=names), before) == [(name, "unknown")]


def test_files_below_a_base_image_without_digest_are_unknown():
    names = ("COPY a ./",)
    before = single([RAN], EXPORT, names=names, base="base:1")
    assert first(single([RAN], IMPORT, names=names, base="base:1"), before) == [
        ("COPY a ./", "unknown")
    ]
    assert first(single([RAN], IMPORT, names=names, base="base:2"), before) == [
        ("COPY a ./", "base changed")
    ]


def test_several_builds_before_must_agree():
    after, other = single(WARM, IMPORT), ("RUN install", "COPY app/ src/", "RUN compile")
    changed = single([RAN] * 3, EXPORT, names=other)
    table = explain(after, COLD, changed)
    assert table["cause"].tolist() == ["unknown", "parent missed"]
    assert "files changed or instruction changed" in table["explanation"].iloc[0]
    assert explain(after, COLD, COLD)["cause"].iloc[0] == "files changed"


def test_the_legacy_builder_is_held_against_its_own_log():
    def log(copied):
        steps = ("FROM python:3", "RUN install", "COPY app app", "RUN compile")
        arrows = (" ---> 0123456789ab", " ---> Using cache\n ---> 1123456789ab", copied, copied)
        rows = zip(range(1, 5), steps, arrows, strict=True)
        lines = [f"Step {n}/4 : {step}\n{arrow}" for n, step, arrow in rows]
        return "\n".join([*lines, "Successfully built 3123456789ab", ""])

    table = explain(log(" ---> 2123456789ab"), log(" ---> Using cache\n ---> 2223456789ab"))
    assert table["cause"].tolist() == ["files changed", "parent missed"]


def test_a_kept_host_that_may_be_one_of_two_is_told_if_both_say_the_same():
    runs = make_runs({"local-layer-cache": {"cold": [9], "unchanged": [9], "source": [9]}})
    runs["host"] = pd.Series(["fresh", "fresh", "kept"], dtype="string")
    runs["host_empty"] = pd.Series([True, True, False], dtype="boolean")
    runs, logs = read_texts(runs, [single([RAN] * 3), single([RAN] * 3), single(WARM)])
    table = misses_by_run(runs, logs)
    last = table[table["scenario"] == "source"]
    assert last["before"].iloc[0] == "local-layer-cache.cold.01 or local-layer-cache.unchanged.01"
    assert last["cause"].tolist() == ["files changed", "parent missed"]
    assert table.loc[table["scenario"] == "unchanged", "before"].isna().all()


def test_hits_on_empty_hosts_without_an_import_come_from_a_builder_that_is_kept():
    runs = make_runs({"docker-server": {"cold": [9], "unchanged": [9], "source": [9]}})
    texts = [single([RAN] * 3), single([HIT] * 3), single([RAN] * 3, base=NEW)]
    table = misses_by_run(*read_texts(runs, texts))
    begin = table[table["first"]]
    assert begin["cause"].tolist() == ["no cache", "base changed"]
    assert begin["before"].tolist()[1] == "docker-server.unchanged.01"


def test_misses_without_runs_keep_their_columns():
    runs, logs = read_texts(make_runs({}), [])
    table = misses_by_run(runs, logs)
    assert {*COLUMNS} - {"log"} <= {*table.columns}
    assert first_misses(runs, table).empty
    assert say_misses(runs, table) == ["No layer missed in 0 runs."]


@pytest.fixture(scope="module")
def recorded():
    return read_experiment(LAB)


@pytest.fixture(scope="module")
def misses(recorded):
    return misses_by_run(recorded.runs, recorded.logs)


BEGIN = {("build", "WORKDIR /src"), ("run", "WORKDIR /srv")}
CHANGED = {
    "unchanged": set(),
    "source": {("build", "COPY app/ app/", "files changed")},
    "dependency": {("build", "COPY requirements.txt ./", "files changed")},
    "base": {(*layer, "base changed") for layer in BEGIN},
}


# of a cache with the layers of the last stage alone
MISSED = {("build", "WORKDIR /src", "never exported")}
LAST_STAGE = CHANGED | {"source": MISSED, "dependency": MISSED}


# what the last stage copies from the first
COPIED = {
    "source": "COPY --from=build /src/app app",
    "dependency": "COPY --from=build /venv /venv",
}


def pick_sound(recorded):
    """The runs that may be compared."""
    return recorded.runs[recorded.runs["valid"] & recorded.runs["expect"].ne("failed")]


def list_truth(recorded):
    """Each sound run, where its misses begin and why."""
    commands = recorded.logs.commands.groupby("log")["command"].agg("\n".join)
    for row in pick_sound(recorded).itertuples():
        text = commands[row.log]
        any_cache, inline = "--cache-" in text, "INLINE_CACHE=1" in text or "type=inline" in text
        whole = "mode=max" in text or (inline and "--target" in text)
        last = "mode=min" in text or inline
        warm = row.host == "server" or whole
        if row.strategy == "two-stage-inline" and row.scenario in COPIED:
            # to the second build what the first has made is a hit
            yield row, CHANGED[row.scenario] | {("run", COPIED[row.scenario], "unknown")}
        elif row.host == "kept" or (warm and row.scenario != "cold"):
            yield row, CHANGED[row.scenario]
        elif row.strategy == "pull-cache-from-inline" and row.scenario == "source":
            # of an image on the host it takes all that the image is made of, or nothing
            yield row, MISSED | {("run", "WORKDIR /srv", "unknown")}
        elif row.strategy == "pull-cache-from" and row.scenario not in ("cold", "base"):
            # an image that was built without metadata is no cache
            yield row, {(*layer, "never exported") for layer in BEGIN}
        elif row.strategy == "pull-cache-from" and row.scenario == "base":
            yield row, CHANGED["base"]
        elif last and row.scenario != "cold":
            yield row, LAST_STAGE[row.scenario]
        elif inline and "--target" in text:
            # the second build finds the image of the stage that the first has pushed
            yield (
                row,
                {("build", "WORKDIR /src", "import missing"), ("run", "WORKDIR /srv", "unknown")},
            )
        elif row.strategy == "s3-cache":
            # an import from S3 says the same whether anything was there
            yield row, {(*layer, "unknown") for layer in BEGIN}
        elif any_cache and row.scenario == "cold":
            yield row, {(*layer, "import missing") for layer in BEGIN}
        elif not any_cache:
            yield row, {(*layer, "no cache") for layer in BEGIN}


def test_the_recorded_scenarios_are_told(recorded, misses):
    begin = misses[misses["first"]]
    checked = 0
    for row, truth in list_truth(recorded):
        rows = begin[begin["run"] == row.run]
        assert {*zip(rows["stage"], rows["name"], rows["cause"], strict=True)} == truth, row.run
        checked += 1
    assert checked == len(pick_sound(recorded)) >= 40
    assert set(misses["cause"]) <= {*CAUSES}


def test_from_two_recorded_logs_alone_the_cause_is_right_or_unknown(recorded):
    histories = dict(list(recorded.runs.sort_values("started").groupby(["strategy", "round"])))
    told = unknown = 0
    # of six rounds that differ in chance alone, two
    few = (each for each in list_truth(recorded) if each[0].round <= 2)
    for row, truth in few:
        history = histories[(row.strategy, row.round)]
        # each earlier commit of the first round, the one before of all others: what a later one
        # changes comes first in the Dockerfile, so that the truth is the same
        earlier = history.loc[history["started"] < row.started, "log"]
        for past in earlier if row.round == 1 else earlier.tail(1):
            rows = explain_misses(recorded.logs, row.log, [past])
            rows = rows[rows["first"]]
            unknown += rows["cause"].eq("unknown").any()
            rows = rows[rows["cause"].ne("unknown")]
            causes = {*zip(rows["stage"], rows["name"], rows["cause"], strict=True)}
            assert causes <= truth, (row.run, past)
            told += len(rows) > 0
    print(f"told {told}, unknown {unknown}")
    assert told >= 100


def test_first_misses_are_summed_in_words(recorded, misses):
    runs = pick_comparable(recorded.runs)
    table = first_misses(runs, misses)
    row = table[table["scenario"].eq("source") & table["cause"].eq("files changed")].iloc[0]
    assert row["first missed"] == "build: COPY app/ app/"
    assert "registry-cache" in row["strategies"]
    counts = misses[misses["first"] & misses["run"].isin(runs["run"])]
    # a run of several docker builds has a row for each
    counted = counts.drop_duplicates(["run", "build", "cause", "explanation"])
    assert table["runs"].sum() == len(counted) >= counts["run"].nunique()
    assert "the logs tell why in" in say_misses(runs, misses)[0]
