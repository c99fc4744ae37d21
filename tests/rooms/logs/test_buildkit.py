"""BuildKit's plain progress: every trap it is known to set, in a few lines each."""

import random
import re

import pandas as pd
import pytest

from analysis.logs.reading import read_logs

HEAD = '#0 building with "builder" instance using docker-container driver\n\n'
DIGEST = "sha256:" + 64 * "a"


def read(text, head=HEAD):
    return read_logs((head + text).encode())


def steps_of(text, head=HEAD):
    """step -> (status, seconds or None)."""
    frame = read(text, head).steps
    seconds = [None if pd.isna(value) else value for value in frame["seconds"]]
    return dict(zip(frame["step"], zip(frame["status"], seconds, strict=True), strict=True))


def build_of(text, head=HEAD):
    builds = read(text, head).builds
    assert len(builds) == 1
    return builds.iloc[0]


def test_each_status():
    text = (
        "#1 [1/6] FROM alpine\n#1 CACHED\n\n#2 [2/6] RUN a\n#2 DONE 1.5s\n\n"
        "#3 [3/6] RUN b\n#3 CACHED\n\n#4 [4/6] RUN c\n#4 ERROR: exit code: 2\n\n"
        "#5 [5/6] RUN d\n#5 CANCELED\n\n#6 [6/6] RUN e\n#6 0.1 working\n"
    )
    assert steps_of(text) == {
        1: ("cached", None),
        2: ("ran", 1.5),
        3: ("cached", None),
        4: ("failed", None),
        5: ("canceled", None),
        6: ("unfinished", None),
    }


def test_the_last_of_repeated_totals_counts():
    totals = "".join(f"#1 [1/1] FROM alpine\n#1 DONE {total}s\n\n" for total in (0.0, 5.2, 7.4))
    assert steps_of(totals) == {1: ("ran", 7.4)}


def test_done_without_a_time_is_done():
    assert steps_of("#1 [2/2] RUN a\n#1 DONE\n") == {1: ("ran", None)}


def test_a_lazy_pull_is_still_a_hit_and_has_its_price():
    text = (
        "#1 [2/3] RUN a\n#1 CACHED\n\n#2 exporting to image\n#2 exporting layers\n#2 ...\n\n"
        f"#1 [2/3] RUN a\n#1 {DIGEST} 9MB / 9MB 4.5s done\n#1 DONE 4.8s\n"
    )
    assert steps_of(text)[1] == ("cached", 4.8)


def test_a_hit_that_is_pulled_at_once_is_a_hit_though_cached_is_not_printed():
    pull = f"#1 {DIGEST} 9MB / 9MB 0.1s done\n#1 extracting {DIGEST} 6.4s done\n#1 DONE 8.5s\n"
    assert steps_of(f"#1 [2/3] RUN a\n{pull}") == {1: ("cached", 8.5)}
    assert steps_of(f"#1 [2/3] RUN a\n#1 0.1 a ran\n{pull}") == {1: ("ran", 8.5)}
    assert steps_of(f"#1 [1/3] FROM a\n{pull}") == {1: ("ran", 8.5)}
    assert steps_of(f"#1 [2/3] RUN a\n#1 {DIGEST} 9MB / 9MB 0.1s\n") == {1: ("unfinished", None)}


def test_a_step_left_and_taken_up_again_is_one_step():
    text = (
        "#1 [2/3] RUN a\n#1 ...\n\n#2 [3/3] RUN b\n#2 DONE 0.1s\n\n#1 [2/3] RUN a\n#1 DONE 9.0s\n"
    )
    assert steps_of(text) == {1: ("ran", 9.0), 2: ("ran", 0.1)}


@pytest.mark.parametrize(
    ("message", "outcome"),
    [
        ("failed to configure registry cache importer: host/app:cache: not found", "missing"),
        ("failed to configure registry cache importer: 401 Unauthorized", "failed"),
        ("failed to configure registry cache importer: dial tcp: i/o timeout", "failed"),
    ],
)
def test_a_cache_import_can_fail_in_a_build_that_passes(message, outcome):
    text = (
        f"#1 importing cache manifest from host/app:cache\n#1 ERROR: {message}\n\n"
        "#2 [2/2] RUN a\n#2 DONE 1.0s\n\n#3 exporting to image\n#3 DONE 0.2s\n"
        "------\n > importing cache manifest from host/app:cache:\n------\n"
    )
    build = build_of(text)
    assert (build["cache_import"], build["failed"]) == (outcome, False)
    assert read(text).logs["unread_lines"].item() == 0


def test_a_folder_that_was_not_there_to_import_from_is_told_after_the_build():
    lost = (
        "WARNING: local cache import at /opt/layers not found due to err: could not lock "
        "/opt/layers/index.json.lock: open /opt/layers/index.json.lock: no such file or directory\n"
    )
    build = "#1 [2/2] RUN a\n#1 DONE 1.0s\n\n#2 exporting cache to client directory\n#2 DONE 0.2s\n"
    assert build_of(build)["cache_import"] == "none"
    assert build_of(build + lost)["cache_import"] == "missing"
    assert read(build + lost).logs["unread_lines"].item() == 0
    # of two folders the other may have been there
    other = "#3 importing cache manifest from local:4093\n#3 DONE 0.0s\n\n"
    assert build_of(other + build + lost)["cache_import"] == "ok"


def test_an_import_that_is_canceled_after_its_error_has_failed():
    text = "#1 importing cache manifest from a:b\n#1 ERROR: a:b: not found\n#1 CANCELED\n"
    assert steps_of(text) == {1: ("failed", None)}
    assert build_of(text)["cache_import"] == "missing"


def test_one_good_import_of_two_is_enough():
    text = (
        "#1 importing cache manifest from a:main\n#1 ERROR: a:main: not found\n\n"
        "#2 importing cache manifest from a:branch\n"
        "#2 inferred cache manifest type: application/vnd.oci.image.manifest.v1+json done\n"
        "#2 DONE 0.1s\n"
    )
    assert build_of(text)["cache_import"] == "ok"


def test_an_import_that_is_cut_off_is_unknown():
    assert pd.isna(build_of("#1 importing cache manifest from a:b\n")["cache_import"])


PREPARING = "#1 exporting cache to registry\n#1 preparing build cache for export\n"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (PREPARING, "unfinished"),
        (f"{PREPARING}#1 writing layer {DIGEST} 0.1s done\n", "unfinished"),
        (f"{PREPARING}#1 writing cache image manifest {DIGEST} 0.1s done\n", "ok"),
        (f"{PREPARING}#1 writing cache manifest {DIGEST} 0.1s done\n#1 DONE 1.0s\n", "ok"),
        (f"{PREPARING}#1 sending cache export 1.0s done\n#1 DONE 1.0s\n", "ok"),
        (f"{PREPARING}#1 ERROR: error writing layer blob: 400 Bad Request\n", "failed"),
        (f"{PREPARING}#1 CANCELED\n", "unfinished"),
        (
            "#1 exporting cache to registry\n#1 skipping cache export for empty result done\n"
            "#1 DONE 0.0s\n",
            "none",
        ),
        ("#1 [2/2] RUN a\n#1 DONE 1.0s\n", "none"),
    ],
)
def test_a_cache_export_is_proved_not_believed(text, outcome):
    assert build_of(text)["cache_export"] == outcome


@pytest.mark.parametrize(
    "name",
    [
        "exporting cache to registry",
        "exporting cache",
        "exporting to GitHub Actions Cache",
        "exporting cache to Amazon S3",
        "exporting cache to Azure Blob Storage",
        "exporting cache to client directory",
        "preparing layers for inline cache",
    ],
)
def test_cache_exports_of_every_backend(name):
    build = build_of(f"#1 {name}\n#1 preparing build cache for export 2.5s done\n#1 DONE 2.6s\n")
    assert (build["cache_export"], build["cache_export_seconds"]) == ("ok", 2.6)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("[internal] load build definition from Dockerfile", "internal"),
        ("[linux/amd64 internal] load metadata for docker.io/library/alpine:3", "internal"),
        ("[app internal] load .dockerignore", "internal"),
        ("[auth] library/alpine:pull token for registry-1.docker.io", "internal"),
        ("resolve image config for docker-image://docker.io/docker/dockerfile:1", "internal"),
        ("docker-image://docker.io/docker/dockerfile:1@sha256:ab", "internal"),
        ("[internal] booting buildkit", "builder"),
        ("importing cache manifest from host/app:cache", "cache import"),
        ("exporting cache to registry", "cache export"),
        ("exporting to image", "export"),
        ("[app] exporting to image", "export"),
        ("exporting to oci image format", "export"),
        ("exporting to docker image format", "export"),
        ("pushing host/app:latest with docker", "export"),
        ("importing to docker", "load"),
        ("[1/2] FROM docker.io/library/alpine:3", "from"),
        ("[2/2] RUN echo exporting to image", "layer"),
    ],
)
def test_kinds(name, kind):
    assert read(f"#1 {name}\n#1 DONE 0.1s\n").steps["kind"].item() == kind


@pytest.mark.parametrize(
    ("header", "name", "stage", "platform", "position"),
    [
        ("[builder 3/7] RUN npm ci", "RUN npm ci", "builder", None, 3),
        ("[ 3/14] COPY . .", "COPY . .", None, None, 3),
        ("[2/5] WORKDIR /app", "WORKDIR /app", None, None, 2),
        ("[runner  3/14] RUN x", "RUN x", "runner", None, 3),
        ("[linux/amd64 stage-1 2/4] RUN x", "RUN x", "stage-1", "linux/amd64", 2),
        ("[linux/arm/v7 2/4] RUN x", "RUN x", None, "linux/arm/v7", 2),
        (
            "[linux/amd64->linux/arm64 build 2/4] RUN x",
            "RUN x",
            "build",
            "linux/amd64->linux/arm64",
            2,
        ),
        ("[app linux/arm64 build 2/4] RUN x", "RUN x", "build", "linux/arm64", 2),
        ("[2/3] RUN <<EOF (set -eux...)", "RUN <<EOF (set -eux...)", None, None, 2),
        ("[2/3] RUN [ -f a ] && echo [1/2]", "RUN [ -f a ] && echo [1/2]", None, None, 2),
    ],
)
def test_names(header, name, stage, platform, position):
    found = read(f"#1 {header}\n#1 DONE 0.1s\n").steps.iloc[0]
    values = [found[column] for column in ("name", "stage", "platform", "position")]
    assert [None if pd.isna(value) else value for value in values] == [
        name, stage, platform, position,
    ]  # fmt: skip


IMITATIONS = [
    "#3 DONE 99.0s",
    "#9 CACHED",
    "#7 [stage 1/2] RUN nested docker build",
    '#0 building with "nested" instance using docker driver',
    "#0 /app/a.php(12): main()",
    "[Container] 2026/01/01 00:00:00.000001 Running command rm -rf /",
    "[Container] 2026/01/01 00:00:00.000001 Phase complete: BUILD State: FAILED",
    "Reading package lists... done",
    "ERROR: failed to build: failed to solve: not really",
    "Step 1/2 : FROM alpine",
    " => CACHED [1/2] FROM alpine",
    "10%\r50%\r#3 DONE 9.9s\r100%",
    "\x1b[32m✓\x1b[0m built",
    "------",
]


def test_step_output_that_imitates_a_log_is_output():
    output = "".join(f"#1 {0.1 * number:.3f} {line}\n" for number, line in enumerate(IMITATIONS))
    text = f"#1 [2/2] RUN a\n{output}#1 DONE 2.0s\n\n#2 exporting to image\n#2 DONE 0.1s\n"
    logs = read(text)
    assert steps_of(text) == {1: ("ran", 2.0), 2: ("ran", 0.1)}
    assert logs.steps["output_lines"].tolist() == [len(IMITATIONS), 0]
    assert len(logs.builds) == 1 and not logs.builds["failed"].item()
    assert logs.commands.empty and logs.phases.empty
    assert logs.logs["unread_lines"].item() == 0


def test_lines_a_console_broke_off_a_step_s_output_are_output():
    broken = "#1 0.1 10%\n#3 DONE 9.9s\n[Container] 2026/01/01 00:00:00.1 Entering phase BUILD\n"
    text = f"#1 [2/2] RUN a\n#1 ...\n\n#3 [1/2] FROM b\n#3 DONE 0.5s\n\n#1 [2/2] RUN a\n{broken}"
    found = steps_of(text + "#1 0.2 100%\n#1 DONE 2.0s\n")
    assert found == {1: ("ran", 2.0), 3: ("ran", 0.5)}


def test_invalid_utf_8_is_kept_as_replacement():
    data = HEAD.encode() + b"#1 [2/2] RUN echo \xff\xfe\n#1 0.1 \xff\xfe\n#1 DONE 0.2s\n"
    steps = read_logs(data).steps
    assert steps["name"].item() == "RUN echo \ufffd\ufffd"
    assert (steps["status"].item(), steps["output_lines"].item()) == ("ran", 1)


def test_lines_like_headers_outside_of_a_build_are_unread():
    text = "PHP Fatal error\n\n#0 /app/a.php(12): f()\n#1 {main}\n#3 DONE 0.1s\n\n#12 fix a bug\n"
    logs = read_logs(text.encode())
    assert logs.steps.empty and logs.builds.empty
    assert logs.logs["format"].item() == "none"
    assert logs.logs["unread_lines"].item() == 5


def test_names_cut_to_another_length_are_the_same_step():
    name = "[build 2/9] RUN " + 100 * "x"
    text = (
        f"#1 {name}\n#1 ...\n\n#2 [1/1] FROM a\n#2 DONE 0.1s\n\n#1 {name[:72]}...\n#1 DONE 3.0s\n"
    )
    assert steps_of(text) == {1: ("ran", 3.0), 2: ("ran", 0.1)}


def test_clipped_output_is_understood():
    clip = "#1 3.0 [output clipped, log limit 2MiB reached]\n"
    logs = read(f"#1 [2/2] RUN a\n#1 0.1 x\n{clip}#1 DONE 9.0s\n")
    assert logs.steps["output_lines"].item() == 2 and logs.logs["unread_lines"].item() == 0


def test_warnings_are_no_status():
    assert steps_of("#1 [2/2] RUN a\n#1 WARN: FromAsCasing: line 1\n#1 DONE 0.1s\n") == {
        1: ("ran", 0.1)
    }


def test_two_builds_of_one_log_are_two():
    one = "#1 [internal] load build definition from Dockerfile\n#1 DONE 0.0s\n\n"
    one += "#2 [2/2] RUN a\n#2 DONE 1.0s\n\n#3 exporting to image\n#3 DONE 0.1s\n\n"
    for text in (HEAD + one + HEAD + one, one + one, HEAD + one + "Building web\n" + HEAD + one):
        steps = read_logs(text.encode()).steps
        assert steps["build"].tolist() == [0, 0, 0, 1, 1, 1]
        assert steps["step"].tolist() == [1, 2, 3, 1, 2, 3]


def test_parts_keep_their_longest_time_without_references():
    text = (
        f"#1 exporting to image\n#1 exporting layers\n#1 exporting layers 1.4s done\n"
        f"#1 exporting manifest {DIGEST} 0.2s done\n#1 pushing layers 3.0s done\n"
        f"#1 pushing manifest for host:5000/app:latest@{DIGEST} 0.3s done\n"
        f"#1 writing layer {DIGEST} 0.1s done\n#1 writing layer {DIGEST} 0.9s done\n"
        "#1 sending tarball 2.0s done\n#1 pulling image moby/buildkit:v0.25.2 6.6s done\n"
        "#1 naming to docker.io/library/app done\n#1 DONE 9.0s\n"
    )
    parts = read(text).parts.set_index("part")["seconds"]
    assert parts.dropna().to_dict() == {
        "exporting layers": 1.4,
        "exporting manifest": 0.2,
        "pushing layers": 3.0,
        "pushing manifest": 0.3,
        "writing layer": 0.9,
        "sending tarball": 2.0,
        "pulling image": 6.6,
    }
    assert pd.isna(parts["naming"])


def test_docker_18_09_sums_the_durations_of_its_intervals():
    interval = "#1      started: a\n#1    completed: b\n#1     duration: {}\n"
    text = (
        "#1 [internal] load .dockerignore\n#1       digest: sha256:ab\n"
        '#1         name: "[internal] load .dockerignore"\n'
        + interval.format("500ms")
        + interval.format("1.25s")
    )
    assert steps_of(text, head="") == {1: ("ran", 1.75)}


FAILURE = (
    "#1 [2/2] RUN a\n#1 0.1 x\n#1 ERROR: process \"/bin/sh -c a\" did not complete successfully\n"
    "------\n > [2/2] RUN a:\n0.1 x\n0.2 #1 DONE 0.1s\n------\nDockerfile:2\n"
    "--------------------\n   1 |     FROM b\n   2 | >>> RUN a\n--------------------\n"
    "ERROR: failed to build: failed to solve: process did not complete\n\nView build details: x\n"
)  # fmt: skip


def test_a_failed_build_and_its_report():
    logs = read(FAILURE)
    assert logs.builds["failed"].item() and steps_of(FAILURE) == {1: ("failed", None)}
    assert logs.logs["unread_lines"].item() == 0


def test_errors_over_many_lines_are_read():
    text = "#1 [internal] load git source x\n#1 ERROR: git stderr:\nfatal: a\n: exit status 128\n"
    logs = read(text + "------\n > x:\n------\nERROR: failed to build: a\nfatal: a\n: exit 128\n")
    assert logs.steps["status"].item() == "failed" and logs.logs["unread_lines"].item() == 0


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("#1 [2/2] RUN a\n#1 DONE 1.0s\n", False),
        ("#1 [2/3] RUN a\n#1 DONE 1.0s\n", None),
        ("#1 [2/2] RUN a\n#1 0.1 x\n", None),
        ("#1 [2/3] RUN a\n#1 DONE 1.0s\n\n#2 exporting to image\n#2 DONE 0.1s\n", False),
        ("#1 [2/2] RUN a\n#1 CANCELED\n", True),
        ("ERROR: failed to build: Cache export is not supported for the docker driver.\n", True),
        ("failed to solve: process did not complete\n", True),
    ],
)
def test_whether_a_build_failed(text, failed):
    found = build_of(text)["failed"]
    assert (None if pd.isna(found) else found) == failed


def test_a_build_refused_before_its_first_step_is_a_build():
    builds = read_logs(b"ERROR: failed to build: Cache export is not supported\nSwitch\n").builds
    assert builds["failed"].tolist() == [True]


def test_a_log_that_begins_in_the_middle_keeps_what_it_can_tell():
    text = "#33 1.753 building\n#33 2.544 still\n#33 DONE 3.2s\n"
    steps = read_logs(text.encode()).steps
    assert steps[["step", "status", "seconds", "output_lines"]].values.tolist() == [
        [33, "ran", 3.2, 2]
    ]
    assert steps["name"].isna().all()


def test_counts_of_one_warm_log_by_three_denominators():
    text = "#1 [internal] load .dockerignore\n#1 DONE 0.0s\n\n#2 [1/3] FROM a\n#2 DONE 0.0s\n\n"
    text += "#3 [2/3] RUN b\n#3 CACHED\n\n#4 [3/3] RUN c\n#4 CACHED\n\n#5 exporting to image\n"
    steps = read(text + "#5 DONE 0.1s\n").steps
    hits = (steps["status"] == "cached").sum()
    numbered = steps["position"].notna().sum()
    assert [hits, (steps["kind"] == "layer").sum(), numbered, len(steps)] == [2, 2, 3, 5]


BAKE = (
    "#1 [internal] load local bake definitions\n#1 DONE 0.0s\n\n"
    "#2 [api internal] load build definition from Dockerfile\n#2 DONE 0.0s\n\n"
    "#2 [worker internal] load build definition from Dockerfile\n#2 DONE 0.0s\n\n"
    "#3 [api linux/arm64 base 1/2] FROM alpine\n#3 CACHED\n\n"
    "#4 [worker base 2/2] RUN a\n#4 1.000 x\n#4 ...\n\n#5 [api 2/2] RUN b\n#5 DONE 2.0s\n\n"
    "#4 [api base 2/2] RUN a\n#4 DONE 4.1s\n\n#5 [worker 2/2] RUN b\n#5 DONE 2.5s\n\n"
    "#6 [api] exporting to image\n#6 DONE 0.5s\n\n#7 [worker] exporting to image\n#7 DONE 0.4s\n\n"
    "#8 [api auth] library/node:pull token for registry-1.docker.io\n#8 DONE 0.0s\n"
)


def test_targets_that_share_steps_are_one_build():
    logs = read_logs(BAKE.encode())
    assert logs.builds[["failed", "image_export_seconds"]].values.tolist() == [[False, 0.9]]
    steps = logs.steps.set_index("step")
    assert steps.index.tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert steps["seconds"].tolist()[2:5:2] == pytest.approx([float("nan"), 2.5], nan_ok=True)
    assert steps.loc[[2, 3, 4, 5, 6, 7, 8], "target"].tolist() == [
        "api", "api", "worker", "api", "api", "worker", "api",
    ]  # fmt: skip
    assert pd.isna(steps.loc[1, "target"]) and steps.loc[4, "stage"] == "base"
    assert logs.logs["unread_lines"].item() == 0


def test_services_of_compose_that_are_built_after_each_other_are_two_builds():
    one = (
        "#1 [{0} internal] load build definition from Dockerfile\n#1 DONE 0.0s\n\n"
        "#2 [{0} 2/2] RUN a\n#2 DONE 1.0s\n\n#3 [{0}] exporting to image\n#3 DONE 0.1s\n\n"
    )
    steps = read_logs((one.format("web") + one.format("api")).encode()).steps
    assert steps["build"].tolist() == [0, 0, 0, 1, 1, 1]
    assert steps["target"].tolist() == 3 * ["web"] + 3 * ["api"]


EXPORTED = (
    "#1 [2/2] RUN a\n#1 DONE 1.0s\n\n#2 exporting to image\n#2 DONE 1.1s\n\n"
    "#3 exporting to GitHub Actions Cache\n#3 ERROR: 503 Service Unavailable\n"
    "------\n > exporting to GitHub Actions Cache:\n------\n"
)


@pytest.mark.parametrize(
    ("end", "failed"),
    [
        ("", None),
        ("ImageID\nsha256:ab\n", False),
        ("View build details: x\n", None),
        ("The push refers to repository [a]\n", False),
        (HEAD + "#1 [2/2] RUN b\n", False),
        ("ERROR: failed to build: failed to solve: 503 Service Unavailable\n", True),
        ("\n#4 [2/2] RUN b\n#4 CANCELED\n\nImageID\n", True),
    ],
)
def test_a_cache_export_that_may_fail_fails_no_build(end, failed):
    for cut in range(0, len(EXPORTED) if not end else 0, 9):
        assert pd.isna(read_logs((HEAD + EXPORTED[:cut]).encode()).builds["failed"].iloc[0]) or (
            "#3 ERROR" not in EXPORTED[:cut]
        )
    builds = read_logs((HEAD + EXPORTED + end).encode()).builds
    assert builds["cache_export"].iloc[0] == "failed"
    assert (None if pd.isna(builds["failed"].iloc[0]) else builds["failed"].iloc[0]) == failed


def test_headers_that_follow_each_other_without_a_blank_line():
    text = (
        "#1 [linux/amd64 internal] load metadata for a\n#2 [linux/arm64 internal] load metadata for"
    )
    text += " a\n#2 DONE 0.1s\n\n#1 [linux/amd64 internal] load metadata for a\n#1 DONE 0.2s\n"
    assert steps_of(text) == {1: ("ran", 0.2), 2: ("ran", 0.1)}


def test_a_log_without_its_blank_lines():
    text = BAKE + "#9 exporting cache to registry\n#9 preparing build cache for export done\n"
    logs = read_logs(text.replace("\n\n", "\n").encode())
    whole = read_logs(text.encode())
    pd.testing.assert_frame_equal(logs.steps, whole.steps)
    pd.testing.assert_frame_equal(logs.builds, whole.builds)


def test_steps_of_a_service_that_gives_builders():
    text = (
        "[depot] build: https://depot.example/1\n#1 [depot] build: https://depot.example/1\n"
        "#1 DONE 0.0s\n\n#2 [depot] launching amd64 machine\n#2 DONE 3.3s\n\n"
        "#3 [depot] connecting to amd64 machine\n#3 DONE 0.4s\n\n"
        "#4 [internal] load .dockerignore\n#4 DONE 0.1s\n\n"
        "#5 [depot] exporting to image\n#5 DONE 0.2s\n"
    )
    steps = read_logs(text.encode()).steps
    assert steps["step"].tolist() == [1, 2, 3, 4, 5]
    assert steps["kind"].tolist() == ["other", "builder", "builder", "internal", "export"]
    assert steps["target"].isna().all()


def test_a_copied_image_is_a_from():
    step = read(f"#1 FROM ghcr.io/a/uv:latest@{DIGEST}\n#1 resolve a done\n#1 DONE 3.0s\n").steps
    assert step[["name", "kind"]].values.tolist() == [
        [f"FROM ghcr.io/a/uv:latest@{DIGEST}", "from"]
    ]
    assert step["position"].isna().all()


def test_docker_18_09_that_begins_in_the_middle_names_its_steps():
    text = (
        '#7       digest: sha256:ab\n#7         name: "[2/3] RUN echo \\"a\\""\n'
        "#7      started: a\n#7 0.123 x\n#7    completed: b\n#7     duration: 1.5s\n\n"
    )
    steps = read_logs(text.encode()).steps
    assert steps[["step", "name", "status", "seconds"]].values.tolist() == [
        [7, 'RUN echo "a"', "ran", 1.5]
    ]


def test_a_failed_build_told_again_counts_once():
    whole = "#1 [internal] load build definition from a\n#1 DONE 0.2s\n\n" + FAILURE.replace(
        "#1", "#2"
    )
    again = "app: fail: docker build exited with error code 1: " + HEAD + whole
    logs = read_logs((HEAD + whole + again).encode())
    assert len(logs.builds) == 1 and logs.steps["step"].tolist() == [1, 2]
    other = again.replace("DONE 0.2s", "DONE 0.3s")
    assert len(read_logs((HEAD + whole + other).encode()).builds) == 2


def test_an_error_told_again_is_no_other_build():
    error = "ERROR: failed to build: failed to solve: no\n"
    agent = "[Container] 2026/01/01 00:00:00.000001 "
    start = f"{agent}Running command docker build .\n"
    again = f"{agent}Command did not exit successfully docker build . exit status 1\n{error}"
    assert len(read_logs((start + HEAD + error + again).encode()).builds) == 1


def test_an_image_that_was_exported_is_of_a_build_that_did_not_fail():
    def outcome(*names, cut=""):
        begun = "#1 [2/3] RUN a\n#1 0.1 working\n...\n"
        ended = [f"#{n} {name}\n#{n} DONE 1.0s\n" for n, name in enumerate(names, start=3)]
        failed = build_of("\n".join([begun, *ended, cut]))["failed"]
        return None if pd.isna(failed) else bool(failed)

    assert outcome("exporting to image") is False
    assert outcome("exporting to oci image format", "importing to docker") is False
    # what may yet fail, and exports that need not be of all
    assert outcome("exporting to image", cut="#9 exporting cache to registry\n") is None
    assert outcome("[a] exporting to image", "[b internal] load .dockerignore") is None
    assert outcome("[2/2] RUN b") is None


def mix(chance, logs):
    """The lines of logs as they come when their builds run at once."""
    left, mixed = [log.splitlines(keepends=True) for log in logs], []
    while any(left):
        lines = chance.choice([each for each in left if each])
        for _ in range(min(chance.choice([1, 1, 2, 4]), len(lines))):
            mixed.append(lines.pop(0))
    return "".join(mixed)


ONE = """\
#1 [internal] load build definition from Dockerfile
#1 DONE 0.1s

#2 [internal] load metadata for docker.io/library/{0}:3
#2 DONE 1.0s

#3 [1/3] FROM docker.io/library/{0}:3
#3 DONE 0.2s

#4 [2/3] RUN make {0}
#4 0.3 one
#4 DONE 5.0s

#5 [3/3] RUN test {0}
#5 DONE 2.0s

#6 exporting to image
#6 exporting layers 0.3s done
#6 DONE 0.4s
"""


def comes_in_turn(log):
    """Whether one build is over before the other begins."""
    numbers = [int(each) for each in re.findall(rb"^#(\d+) ", log, re.M)]
    half = len(numbers) // 2
    return numbers[:half] == numbers[half:] == sorted(numbers[:half])


def test_builds_whose_lines_are_mixed_are_told_and_not_taken_for_sure():
    """All but those that happen to come one after the other."""
    seed = random.randrange(10**6)
    print("seed", seed)
    chance, logs = random.Random(seed), [ONE.format("alpine"), ONE.format("node")]
    mixed = {str(number): mix(chance, logs).encode() for number in range(300)}
    mixed = {name: log for name, log in mixed.items() if not comes_in_turn(log)}
    read = read_logs(mixed)
    told = read.logs["problem"].str.contains("mixes the lines of builds that ran at once").sum()
    assert told == len(mixed) > 250
    after = read_logs({"x": "".join([*logs, *logs]).encode()})
    assert after.logs["problem"].isna().all() and len(after.builds) == 4
