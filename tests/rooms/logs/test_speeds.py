"""How fast a host was, by the lines of its log: what counts, over which time, and what does not."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from analysis.logs import clean
from analysis.logs.speeds import LogSpeeds, measure_log
from analysis.logs.transfers import TracedReader

A, B, C, D = (f"sha256:{letter * 64}" for letter in "abcd")
FROM = "#4 [1/3] FROM docker.io/library/node:18@sha256:" + "9" * 64


def measure(*lines):
    """The speeds of a log of these lines."""
    text = clean("\n".join(lines).encode() + b"\n").text
    reader = TracedReader()
    reader.take(text)
    reader.finish()
    return measure_log(reader)[0]


def test_layers_that_are_fetched_side_by_side_share_their_time():
    speeds = measure(
        FROM,
        f"#4 {A} 0B / 40.00MB 0.1s",
        f"#4 {B} 0B / 20.00MB 0.1s",
        f"#4 {B} 20.00MB / 20.00MB 1.0s done",
        f"#4 {A} 40.00MB / 40.00MB 2.0s done",
        "#4 DONE 2.1s",
    )
    assert speeds.download_mbps == pytest.approx(60 / 2.0)


def test_layers_that_are_fetched_one_after_the_other_add_their_times():
    speeds = measure(
        FROM,
        f"#4 {A} 40.00MB / 40.00MB 2.0s done",
        f"#4 {B} 0B / 20.00MB 0.1s",
        f"#4 {B} 20.00MB / 20.00MB 1.0s done",
        "#4 DONE 3.1s",
    )
    # the first line of the second says that it began with the first, or at its end less 0.1 s
    assert speeds.download_mbps == pytest.approx(60 / 2.9)


def test_what_small_layers_move_meanwhile_counts_and_their_own_time_does_not():
    speeds = measure(
        FROM,
        f"#4 {A} 0B / 30.00MB 0.1s",
        f"#4 {B} 0B / 2.00MB 0.1s",
        f"#4 {B} 2.00MB / 2.00MB 1.0s done",
        f"#4 {A} 30.00MB / 30.00MB 2.0s done",
        f"#4 {C} 0B / 9.00MB 0.1s",
        f"#4 {C} 9.00MB / 9.00MB 9.0s done",
        "#4 DONE 11.0s",
    )
    assert speeds.download_mbps == pytest.approx((30 + 2 + 9 * 0.1 / 9) / 2.0, rel=0.01)


def test_a_layer_is_unpacked_at_its_compressed_size_and_small_ones_do_not_count():
    speeds = measure(
        FROM,
        f"#4 {A} 40.01MB / 40.01MB 1.7s done",
        f"#4 {B} 3.64MB / 3.64MB 0.6s done",
        f"#4 extracting {B} 0.9s done",
        f"#4 extracting {A} 0.1s",
        f"#4 extracting {A} 1.2s done",
        "#4 DONE 3.2s",
    )
    assert speeds.unpack_mbps == pytest.approx(40.01 / 1.2)


def test_a_layer_of_unknown_size_has_no_speed():
    speeds = measure(FROM, f"#4 extracting {A} 1.2s done", "#4 DONE 1.2s")
    assert speeds == LogSpeeds()


def test_what_took_less_than_a_tenth_of_a_second_has_no_speed():
    speeds = measure(FROM, f"#4 {A} 40.00MB / 40.00MB 0.0s done", f"#4 extracting {A} done")
    assert speeds == LogSpeeds()


def test_a_download_that_was_cut_off_tells_how_fast_it_was_until_then():
    speeds = measure(FROM, f"#4 {A} 0B / 2.93GB 0.2s", f"#4 {A} 463.47MB / 2.93GB 5.9s", "")
    assert speeds.download_mbps == pytest.approx(463.47 / 5.9)


def test_a_layer_may_be_unpacked_under_another_step_than_it_was_fetched_in():
    speeds = measure(
        FROM,
        f"#4 {A} 20.00MB / 20.00MB 1.0s done",
        "#4 DONE 1.0s",
        "",
        "#5 [2/3] RUN make",
        f"#5 extracting {A} 2.0s done",
        "#5 DONE 9.0s",
    )
    assert speeds.unpack_mbps == pytest.approx(10)


def test_two_builds_of_a_log_add_their_times_and_not_their_clocks():
    build = [
        '#0 building with "default" instance using docker driver',
        "",
        FROM,
        f"#4 {A} 20.00MB / 20.00MB 2.0s done",
        "#4 DONE 2.0s",
        "",
    ]
    assert measure(*build, *build).download_mbps == pytest.approx(10)


def test_what_a_command_prints_is_no_progress():
    speeds = measure(
        "#4 [2/3] RUN cat old.log",
        f"#4 0.412 #4 {A} 40.00MB / 40.00MB 1.7s done",
        f"#4 0.412 extracting {A} 1.2s done",
        "#4 DONE 0.5s",
    )
    assert speeds == LogSpeeds()


@pytest.mark.parametrize("size", ["1.2.3MB", "MB", "NaNMB", "1e9MB", "٣MB", "-4MB"])
def test_an_odd_size_is_none(size):
    speeds = measure(FROM, f"#4 {A} {size} / {size} 1.7s done", f"#4 extracting {A} 1.2s done")
    assert speeds == LogSpeeds()


def test_the_terminal_display_tells_the_same():
    speeds = measure(
        "[+] Building 3.1s (4/5)",
        " => [1/3] FROM docker.io/library/node:18                             3.0s",
        f" => => {A} 10.00MB / 40.00MB                                       0.5s",
        "[+] Building 4.1s (5/5) FINISHED",
        " => [1/3] FROM docker.io/library/node:18                             4.0s",
        f" => => {A} 40.00MB / 40.00MB                                       2.0s",
        f" => => extracting {A}                                              1.6s",
    )
    assert speeds.download_mbps == pytest.approx(20)
    assert speeds.unpack_mbps == pytest.approx(25)


def status(part, begin, end, total=0):
    zero = datetime(2026, 1, 1, tzinfo=UTC)
    times = {"started": begin, "completed": end}
    times = {key: (zero + timedelta(seconds=value)).isoformat() for key, value in times.items()}
    return {"id": part, "vertex": D, "total": total, "current": total} | times


def test_the_builder_s_own_record_tells_exact_times():
    vertex = {"digest": D, "name": "[1/3] FROM x", "started": "2026-01-01T00:00:00Z"}
    statuses = [status(A, 0.02, 0.06, 30_000_000), status(f"extracting {A}", 0.1, 0.85)]
    speeds = measure(
        json.dumps({"vertexes": [vertex]}),
        json.dumps({"statuses": statuses}),
        json.dumps({"vertexes": [vertex | {"completed": "2026-01-01T00:00:01Z"}]}),
    )
    assert speeds.unpack_mbps == pytest.approx(30 / 0.75)
    # too short for any log to tell
    assert speeds.download_mbps is None


def test_a_builder_boots_and_its_image_is_pulled_in_that_time():
    speeds = measure(
        "#1 [internal] booting buildkit",
        "#1 pulling image moby/buildkit:buildx-stable-1",
        "#1 pulling image moby/buildkit:buildx-stable-1 1.6s done",
        "#1 creating container buildx_buildkit_x0 0.3s done",
        "#1 DONE 1.9s",
    )
    assert (speeds.boot_seconds, speeds.pull_seconds) == (1.9, 1.6)


def stamp(second, text):
    return f"[Container] 2026/01/01 00:00:{second:09.6f} {text}"


def test_docker_push_has_a_speed_where_loading_told_the_sizes():
    log = [
        stamp(0, "Entering phase BUILD"),
        stamp(1, "Running command docker buildx build --load -t r/x ."),
        FROM,
        "#4 DONE 0.1s",
        "",
        "#9 importing to docker",
        "#9 loading layer 44f5c9133b33 57.56MB / 57.56MB 2.1s done",
        "#9 loading layer 0ff4870a758b 16.18MB / 16.18MB 1.0s done",
        "#9 DONE 3.1s",
        "",
        stamp(10, "Running command docker push r/x"),
        "The push refers to repository [r/x]",
        "0ff4870a758b: Preparing",
        "0ff4870a758b: Pushed",
        "44f5c9133b33: Layer already exists",
        "latest: digest: sha256:" + "1" * 64 + " size: 1155",
        stamp(12, "Phase complete: BUILD State: SUCCEEDED"),
    ]
    speeds = measure(*log)
    assert speeds.push_seconds == pytest.approx(2)
    assert speeds.push_mbps == pytest.approx(16.18 / 2)
    unsized = measure(*(line for line in log if "loading layer" not in line))
    assert (unsized.push_mbps, unsized.push_seconds) == (None, pytest.approx(2))


def test_an_engine_that_a_command_restarts_takes_its_time_and_one_left_alone_none():
    def restart(seconds):
        return measure(
            stamp(0, "Entering phase INSTALL"),
            stamp(1, "Running command if x; then nohup dockerd --config-file /tmp/e.json & fi"),
            stamp(1 + seconds, "Phase complete: INSTALL State: SUCCEEDED"),
        ).restart_seconds

    assert restart(4.5) == pytest.approx(4.5)
    assert restart(0.2) is None


def print_progress(layers, tick):
    """The lines that BuildKit prints of (digest, MB, begin, end), looked at every `tick` s."""
    lines, told = [FROM], set()
    for at in (tick * number for number in range(1, round(30 / tick))):
        for digest, size, begin, end in layers:
            if begin < at and digest not in told:
                took = min(at, end) - begin
                moved = size * took / (end - begin)
                done = " done" if end <= at else ""
                lines.append(f"#4 {digest} {moved:.2f}MB / {size:.2f}MB {took:.1f}s{done}")
                told |= {digest} if done else set()
    return [*lines, "#4 DONE 30.0s"]


@pytest.mark.parametrize("seed", range(20))
def test_the_speed_is_that_of_the_line_whatever_layers_overlap(seed):
    print(f"seed {seed}")
    chance = random.Random(seed)
    layers = []
    for letter in "abcdef":
        begin = chance.uniform(0, 10)
        took = chance.uniform(1, 8)
        layers.append((f"sha256:{letter * 64}", chance.uniform(12, 80), begin, begin + took))
    layers.sort(key=lambda layer: layer[2])
    ends = sorted((begin, end) for _, _, begin, end in layers)
    busy, reached = 0.0, 0.0
    for begin, end in ends:
        busy += max(end - max(begin, reached), 0)
        reached = max(reached, end)
    true = sum(size for _, size, _, _ in layers) / busy
    speeds = measure(*print_progress(layers, chance.choice([0.1, 0.15, 0.5])))
    assert speeds.download_mbps == pytest.approx(true, rel=0.12)
    one_by_one = sum(size for _, size, *_ in layers) / sum(end - begin for begin, end in ends)
    assert abs(speeds.download_mbps - true) < abs(one_by_one - true) + 0.5
