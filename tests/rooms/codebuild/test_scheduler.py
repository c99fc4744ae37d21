"""Jobs side by side, on a clock that jumps."""

import pytest
from clouds import Clock

from analysis.codebuild.scheduler import LONGEST_SILENCE_SECONDS, POLL_SECONDS, Job, Scheduler
from analysis.errors import AccountError, BusyError, CloudError


class Cloud:
    """Builds that are over so many polls after the first one that asks for them."""

    def __init__(self, polls=2):
        self.polls, self.asked, self.most = {}, [], 0
        self.needed = polls

    def describe(self, ids):
        self.asked.append(list(ids))
        self.most = max(self.most, len(ids))
        for each in ids:
            self.polls[each] = self.polls.get(each, 0) + 1
        return {
            each: {"id": each, "buildComplete": self.polls[each] >= self.needed} for each in ids
        }


def make_queue(cloud, concurrency=2, clock=None, lines=None):
    clock, broken = clock or Clock(), []
    queue = Scheduler(
        cloud.describe,
        concurrency,
        lambda job, error: broken.append((job.name, str(error))),
        (lines if lines is not None else []).append,
        clock.clock,
        clock.sleep,
    )
    return queue, broken, clock


def build(name, times, seen):
    for number in range(times):
        got = yield f"{name}:{number}"
        seen.append(got["id"])


def test_a_sequence_s_builds_go_one_after_the_other_and_no_more_sequences_than_allowed():
    cloud, seen = Cloud(), []
    queue, broken, _ = make_queue(cloud, 2)
    queue.run(Job(name, build(name, 3, seen)) for name in "abcde")
    assert broken == []
    assert cloud.most == 2
    assert sorted(seen) == [f"{name}:{number}" for name in "abcde" for number in range(3)]
    assert [each for each in seen if each[0] == "a"] == ["a:0", "a:1", "a:2"]
    assert all(len({each[0] for each in ids}) == len(ids) for ids in cloud.asked)


def test_polls_come_at_intervals_and_nothing_else_costs_time():
    cloud, seen = Cloud(3), []
    queue, _, clock = make_queue(cloud)
    queue.run([Job("a", build("a", 2, seen))])
    assert len(cloud.asked) == 6
    assert clock.now == 6 * POLL_SECONDS


def test_sequences_of_one_lane_share_their_hosts_one_after_the_other():
    cloud, seen = Cloud(), []
    queue, _, _ = make_queue(cloud, 5)
    queue.run(
        [
            Job("a", build("a", 2, seen), "kept"),
            Job("b", build("b", 2, seen), "kept"),
            Job("c", build("c", 2, seen)),
        ]
    )
    assert {"a", "b"} not in [{each[0] for each in ids} for ids in cloud.asked]
    assert seen.index("b:0") > seen.index("a:1")
    assert seen.index("c:0") < seen.index("a:1")


def test_a_pause_of_one_does_not_keep_the_others():
    cloud, seen = Cloud(1), []

    def pausing():
        yield 100.0
        seen.append("paused")

    queue, _, clock = make_queue(cloud)
    queue.run([Job("p", pausing()), Job("a", build("a", 3, seen))])
    assert seen == ["a:0", "a:1", "a:2", "paused"]
    assert clock.now == 100


def test_what_breaks_off_is_told_and_the_rest_goes_on():
    cloud, seen = Cloud(), []

    def breaking():
        yield "x:0"
        raise CloudError("no log")

    queue, broken, _ = make_queue(cloud)
    queue.run([Job("x", breaking()), Job("a", build("a", 1, seen))])
    assert broken == [("x", "no log")]
    assert seen == ["a:0"]


def test_what_meets_every_build_ends_them_all():
    def refused():
        yield 1.0
        raise AccountError("no credentials")

    queue, _, _ = make_queue(Cloud())
    with pytest.raises(AccountError):
        queue.run([Job("x", refused()), Job("a", build("a", 1, []))])


def test_a_build_that_codebuild_forgot_breaks_its_sequence_off():
    queue, broken, _ = make_queue(Cloud())
    queue.describe = lambda ids: {}
    queue.run([Job("a", build("a", 1, []))])
    assert "does not know the build a:0" in broken[0][1]


def test_a_build_that_is_not_listed_yet_is_waited_for():
    cloud, seen = Cloud(), []
    queue, broken, _ = make_queue(cloud)
    describe, calls = queue.describe, []

    def describe_later(ids):
        calls.append(ids)
        return {} if len(calls) < 4 else describe(ids)

    queue.describe = describe_later
    queue.run([Job("a", build("a", 1, seen))])
    assert (seen, broken) == (["a:0"], [])


def test_polls_that_fail_are_tried_again_and_not_forever():
    cloud, seen, lines = Cloud(1), [], []
    failing = [BusyError("throttled")] * 3

    def describe(ids):
        if failing:
            raise failing.pop()
        return cloud.describe(ids)

    queue, _, clock = make_queue(cloud, lines=lines)
    queue.describe = describe
    queue.run([Job("a", build("a", 1, seen))])
    assert seen == ["a:0"]
    assert len(lines) == 3
    queue, _, clock = make_queue(cloud)
    queue.describe, failing = describe, [BusyError("throttled")] * 10_000
    with pytest.raises(BusyError, match="1 builds still run there"):
        queue.run([Job("a", build("a", 1, seen))])
    assert LONGEST_SILENCE_SECONDS < clock.now < LONGEST_SILENCE_SECONDS + 2 * POLL_SECONDS


def test_hundreds_of_sequences_need_no_thread_and_no_depth():
    cloud, seen = Cloud(1), []
    queue, _, _ = make_queue(cloud, 250)
    queue.run(Job(str(number), build(str(number), 1, seen)) for number in range(300))
    assert len(seen) == 300
    assert cloud.most == 250
