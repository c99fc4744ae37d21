"""How hard a machine was pressed, from what the kernel says before and after."""

import pytest

from analysis.lab.load import Reading, describe_load, parse_load, read_load

PSI = "some avg10=86.00 avg60=38.41 avg300=18.35 total={}\n"
STAT = "cpu  {} 100 200 {} 50 0 0 0 70 0\n"


def text(waited, user, idle, own):
    return PSI.format(waited) + STAT.format(user, idle) + own


@pytest.mark.parametrize("own", ["usage_usec {}000\nuser_usec 5\n", "usage_nsec {}000000\n"])
def test_shares_are_of_the_time_between_two_readings(own):
    before = parse_load(text(10_000_000, 1000, 5000, own.format(7000)), 100.0)
    after = parse_load(text(12_500_000, 1900, 6100, own.format(13_000)), 110.0)
    # 9 of 20 seconds of two CPUs went to work, 6 of them to the host's
    assert describe_load(before, after) == {"pressure": 0.25, "others_cpu": 0.15}


def test_what_the_kernel_does_not_tell_is_null():
    before, after = parse_load(STAT.format(1, 1), 0.0), parse_load(STAT.format(2, 2), 5.0)
    assert describe_load(before, after) == {"pressure": None, "others_cpu": None}
    nothing = parse_load("", 0.0)
    assert nothing == Reading(0.0)
    assert set(describe_load(nothing, nothing).values()) == {None}


def test_clocks_that_are_not_read_at_once_give_no_share_beyond_all():
    before, after = Reading(0.0, 0.0, 0.0, 0.0, 0.0), Reading(1.0, 1.2, 1.0, 2.0, 1.3)
    assert describe_load(before, after) == {"pressure": 1.0, "others_cpu": 0.0}


def test_a_host_tells_of_its_machine_and_of_itself(lab):
    host = lab.start_host()
    try:
        before = read_load(host)
        host.read("i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done")
        after = read_load(host)
    finally:
        host.remove()
    assert after.own > before.own and after.busy > before.busy
    assert after.busy - before.busy >= 0.5 * (after.own - before.own)
    assert read_load(host).busy is None
