"""A platform that an engine can't run is told before anything is built."""

from types import SimpleNamespace

import pytest

from analysis.errors import SettingError
from analysis.lab import platforms
from analysis.lab.platforms import check_platform


def engine(architecture, system="Debian"):
    info = {"Architecture": architecture, "OperatingSystem": system}
    return SimpleNamespace(client=SimpleNamespace(info=lambda: info))


def test_the_engines_own_platform_and_an_emulated_one_are_built(tmp_path, monkeypatch):
    monkeypatch.setattr(platforms, "_HANDLERS", tmp_path)
    check_platform(engine("x86_64"), "")
    check_platform(engine("x86_64"), "linux/amd64")
    check_platform(engine("aarch64"), "linux/arm64/v8")
    check_platform(engine("x86_64", "Docker Desktop"), "linux/arm64")
    (tmp_path / "qemu-aarch64").touch()
    check_platform(engine("x86_64"), "linux/arm64")


def test_any_other_is_told_with_the_cure(tmp_path, monkeypatch):
    monkeypatch.setattr(platforms, "_HANDLERS", tmp_path)
    for platform in ("linux/arm64", "windows/amd64"):
        with pytest.raises(SettingError, match="this engine runs linux/amd64 alone: leave PLATF"):
            check_platform(engine("x86_64"), platform)
