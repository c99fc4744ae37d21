"""Links in words, and on the engine: a shaped one is as slow as asked for."""

import time

import pytest
from conftest import SMALL_IMAGE

from analysis.errors import SettingError
from analysis.experiment import Settings
from analysis.lab.lab import Lab
from analysis.workload import Link, read_link


@pytest.mark.parametrize(
    ("text", "link", "name"),
    [
        ("unshaped", Link(), "unshaped"),
        ("200mbit", Link(25_000), "200mbit"),
        ("200 Mbit, 20 ms", Link(25_000, 20), "200mbit,20ms"),
        ("20ms", Link(None, 20), "20ms"),
        ("25MB/s,5ms", Link(25_000, 5), "200mbit,5ms"),
        ("1.5gbit", Link(187_500), "1500mbit"),
        ("800kbit", Link(100), "0.8mbit"),
        ("0ms", Link(), "unshaped"),
        ("200mbit/50mbit,5ms", Link(25_000, 5, 6250), "200mbit/50mbit,5ms"),
        ("25MB/s/10MB/s", Link(25_000, 0, 10_000), "200mbit/80mbit"),
        ("200mbit/200mbit", Link(25_000), "200mbit"),
        ("Codebuild", read_link("codebuild"), "codebuild"),
    ],
)
def test_a_link_is_read_and_named(text, link, name):
    spaced = text.replace(" Mbit", "mbit").replace(" ms", "ms")
    assert read_link(spaced) == link
    assert link.text == name
    assert read_link(link.text) == link
    assert Settings(link=spaced).link == name


@pytest.mark.parametrize(
    "text",
    ["", "fast", "200", "200mbits", "-5ms", "0mbit", "20ms,fast", "9mbit/0mbit", "codebuild,5ms"],
)
def test_what_is_no_link_is_refused_with_the_cure(text):
    with pytest.raises(SettingError, match=r"LINK=200mbit,20ms \(units: kbit, "):
        read_link(text)


def test_a_shaped_link_lies_between_hosts_and_both_registries(client):
    megabytes, script = 20, "dd if=/dev/urandom of=big bs=1M count={} 2>/dev/null"
    with Lab(link=read_link("160mbit,30ms")) as lab:
        assert lab.private.address != lab.public.address
        assert lab.private.address.split(":")[0] == lab.public.address.split(":")[0]
        host = lab.start_host()
        try:
            base = lab.serve(SMALL_IMAGE, "small", "1")
            image = f"{lab.private.address}/big:1"
            write = f"printf 'FROM {base}\\nCOPY big /big\\n' >Dockerfile"
            host.read(f"{script.format(megabytes)}; {write}; docker build -q -t {image} .")
            begin = time.monotonic()
            host.read(f"docker push -q {image}")
            took = time.monotonic() - begin
            # 160 Mbit/s carry 20 MB/s
            assert took > megabytes / 20
            assert lab.list_images("big")["imageDetails"]
        finally:
            host.remove()
