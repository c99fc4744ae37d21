"""The numbers of a link's profile, each with where it comes from."""

import re

from analysis.workload.link import CODEBUILD, LINK_SOURCES, PROFILES, read_link


def test_each_number_of_the_profile_has_its_origin():
    link, told = read_link(CODEBUILD), {each.what: each for each in LINK_SOURCES}
    numbers = link.numbers
    assert link == PROFILES[CODEBUILD] and link.text == CODEBUILD
    for what, name, unit in (
        ("download, a connection", "download_mbit", "Mbit/s"),
        ("upload, a connection", "upload_mbit", "Mbit/s"),
        ("round trip, a request", "round_trip_ms", "ms"),
    ):
        assert re.match(rf"{numbers[name]:g} {unit}\b", told[what].value)
    assert {each.how for each in LINK_SOURCES} <= {"measured", "derived", "assumed"}
    assert all(each.source for each in LINK_SOURCES)


def test_each_direction_is_shaped_by_its_own_number():
    shaped = {
        (t["type"], t["stream"]): t["attributes"] for t in read_link("8mbit/4mbit,5ms").toxics
    }
    assert shaped == {
        ("bandwidth", "downstream"): {"rate": 1000},
        ("bandwidth", "upstream"): {"rate": 500},
        ("latency", "downstream"): {"latency": 5},
    }
    assert [toxic["stream"] for toxic in read_link("8mbit").toxics] == ["downstream", "upstream"]
    assert read_link("unshaped").toxics == []
    assert read_link("unshaped").numbers == {
        "download_mbit": None,
        "upload_mbit": None,
        "round_trip_ms": 0,
    }
